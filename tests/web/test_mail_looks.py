"""How our e-mail looks in a real browser: on a phone and on a desk, readable, and in the house's colour."""

from email.headerregistry import Address

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from models.core.settings import MailStyle
from models.core.words import Purpose
from tasks.channels.mail import write_mail
from tests.support.messages import make_message

STYLE = MailStyle(colour="#7a1f2b", address="1 Harbour Road, Shanghai")
LINK = "https://care.example.com/c/" + "p.AQ.AQ.AcQ-YA." * 6


def html_of(language: str) -> str:
    message = make_message(
        to="li@example.org",
        subject="Your visit",
        text=f"Dear Ms Li,\nthe warranty of your Aurora ends on 9 May. Book at {LINK} or call us.",
        language=language,
        purpose=Purpose.MARKETING,
        store_name="城北店",
        unsubscribe="https://care.example.com/c/c.abc/leave-marketing",
    )
    body = write_mail(message, Address(addr_spec="care@example.com"), None, STYLE).get_body(("html",))
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_mail_fits_its_screen_and_can_be_read_by_everybody(browser: Browser, width: int, language: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=True)
    page = context.new_page()
    page.set_content(html_of(language))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("a").first.evaluate("one => getComputedStyle(one).color") == "rgb(122, 31, 43)"
    assert page.locator("td", has_text="城北店").first.bounding_box() is not None
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]})
    assert found.violations_count == 0, found.generate_report()
    context.close()
