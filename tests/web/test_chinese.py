"""In the Chinese console nothing is English but names, codes, and what somebody wrote: every page is walked."""

import re

import httpx
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from models.core.words import Role, TouchState
from models.ledger.tables import Touch
from models.people.tables import Customer, StaffMember, Store
from tests.unit.console.test_dates_of_pages import OTHERWISE
from tests.web.conftest import Console, Visit
from tests.web.test_who_sees_what import pages_of

LOGIN = "walker9"
TEXTS = """() => {
  const written = "script, style, textarea, input, code, kbd, [lang=en], [data-preview=en], [data-said], .letter,"
    + " .q-icon, i, #esm-fallback, .q-uploader";
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    if (text && !walker.currentNode.parentElement.closest(written)) found.push(text);
  }
  for (const name of ["aria-label", "title", "placeholder"])
    for (const one of document.querySelectorAll(`[${name}]`))
      if (!one.closest("[lang=en], [data-preview=en]")) found.push(one.getAttribute(name));
  return found;
}"""
WORD = re.compile(r"[A-Za-z][A-Za-z'-]+")
NOT_OURS = re.compile(
    r"\{\{[^}]*\}\}|[A-Z]{1,3}-[A-Z]{1,2} \d+|[\w.+-]+@[\w.-]+|\w+://\S*|[A-Z][A-Z_]{2,}|"
    r"[A-Za-z]*\d[\w-]*|[a-z]+(?:[-_][a-z0-9]+)+|\w+/\w+"
)
"""Variables of templates, addresses, settings, whatever has a digit, keys with a hyphen, time zones."""
SAID = {
    "English", "Aftercare", "Prefect", "SMS", "WeChat", "WebSocket", "CSV", "XLSX", "JSON", "API", "UCS", "GSM",
    "customer", "vin", "plate", "phone", "Esc", "MB", "kB", "luntai", "mo", "aftercare", "stores", "tyres", "text",
    "date", "days", "vehicle", "store", "links", "consent", "CN", "DE", "CNY", "EUR", "EV", "test",
}  # fmt: skip
"""Names of things, the columns of a file, and examples of what is to be typed."""


def names(console: Console) -> set[str]:
    """The words of the names that the sample has."""
    with console.engine.connect() as connection:
        told = [
            *connection.scalars(select(Customer.name)),
            *connection.scalars(select(StaffMember.name)),
            *connection.scalars(select(Store.name)),
        ]
    cars = ("Xinghe", "Comet", "Meridian", "Nova", "Aurora", "Zephyr", "Vega")
    return {word for name in told for word in WORD.findall(name)} | set(cars)


def english(page: Page, known: set[str]) -> set[str]:
    """What is said in Latin letters, and is neither a name nor a code."""
    found = set()
    for text in page.evaluate(TEXTS):
        words = WORD.findall(NOT_OURS.sub(" ", text))
        if any(word not in known for word in words):
            found.add(text[:150])
    return found


def test_every_page_is_chinese(console: Console, visit: Visit) -> None:
    page = visit("/", console.add_user(LOGIN, Role.ADMIN, None, language="zh-CN"), language="zh-CN")
    with console.engine.begin() as connection:
        one = select(Touch.id).where(Touch.state == TouchState.SENT).limit(1).scalar_subquery()
        connection.execute(update(Touch).where(Touch.id == one).values(state=TouchState.UNKNOWN))
    known = names(console) | SAID
    wrong: list[tuple[str, str]] = []
    more = ["/import", "/policies/renewals", "/templates/renewal-notice", "/touches?state=unknown"]
    for path in [*pages_of(console), *more]:
        page.goto(console.address + path)
        expect(page.get_by_role("heading").first).to_be_visible()
        page.wait_for_load_state("networkidle")
        wrong += [(path, text) for text in english(page, known)]
        wrong += [(path, text) for text in page.evaluate(TEXTS) if OTHERWISE.search(text)]
    assert not wrong, wrong


def test_a_page_that_is_not_there_is_chinese_and_leads_on(console: Console) -> None:
    with httpx.Client(base_url=console.address, headers={"Accept": "text/html", "Accept-Language": "zh-CN"}) as client:
        login = console.add_user("lost", Role.ADMIN, None, language="zh-CN")
        client.post("/sign-in", data={"login": login, "password": "correct horse battery", "next": "/"})
        answer = client.get("/no/such/page")
        assert answer.status_code == 404
        assert "没有这个页面" in answer.text
        assert "nicegui" not in answer.text
        assert client.get("/no/such/page", headers={"Accept": "application/json"}).json() == {"detail": "Not Found"}
