"""Every page, in Chinese on a phone: it is whole, and nothing is English but names, codes and what was typed."""

import re
from typing import Any

import httpx
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from console.web.parts.frame import PAGES
from models.core.words import Role, TouchState
from models.ledger.tables import Case, Touch
from models.people.tables import Customer, StaffMember, Store
from tests.unit.console.test_dates_of_pages import OTHERWISE
from tests.web.conftest import Console, Visit

DEEPER = (
    "/calls/team", "/campaigns/new", "/policies/overdue-accounts", "/policies/appointment-reminders",
    "/policies/contact-rules?store=SH01", "/templates/warranty-call", "/runs/rehearse/warranty-expiry",
    "/touches?state=cancelled", "/sign-in", "/password", "/processes/new",
    "/processes/new?name=tyres&source=subject:handover", "/inbox/new?kind=complaint", "/inbox?view=store", "/import",
    "/policies/renewals", "/templates/renewal-notice", "/touches?state=unknown",
)  # fmt: skip
"""Pages that stand in no menu."""
BESIDE_ITS_EDGE = """[...document.querySelectorAll('#content *')].filter(one =>
    one.clientWidth && one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== 'visible'
    && !one.closest('input, textarea, .q-field, summary')).map(one => one.outerHTML.slice(0, 120))"""
CODE = re.compile(r"(?<![\w./{-])[a-z]+(?:-[a-z0-9]+)*-[a-z]+(?![\w./}-])")
"""Such as `until-next-step`: a word of ours, and nobody else's."""
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
    r"\{\{[^}]*\}\}|[A-Z]{1,3}-[A-Z]{1,2} \d+|[\w.+*-]+@[\w.-]+|\w+://\S*|[A-Z][A-Z_]{2,}|"
    r"[A-Za-z]*\d[\w-]*|[a-z]+(?:[-_][a-z0-9]+)+|\w+/\w+"
)
"""Variables of templates, addresses, settings, whatever has a digit, keys with a hyphen, time zones."""
SAID = {
    "English", "Aftercare", "Prefect", "SMS", "WeChat", "WebSocket", "CSV", "XLSX", "JSON", "API", "UCS", "GSM",
    "customer", "vin", "plate", "phone", "Esc", "MB", "kB", "luntai", "mo", "aftercare", "stores", "tyres", "text",
    "date", "days", "vehicle", "store", "links", "consent", "CN", "DE", "CNY", "EC", "EU", "EUR", "Bloctel", "RPO",
    "EV", "test",
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


def pages_of(console: Console) -> list[str]:
    """Every page, with a customer's and a case's."""
    with console.engine.connect() as connection:
        case_id, customer_id = connection.execute(select(Case.id, Case.customer_id).order_by(Case.id)).first() or (0, 0)
    return [*PAGES, *DEEPER, f"/customers/{customer_id}", f"/cases/{case_id}"]


def test_on_a_phone_and_in_chinese_each_page_is_whole_and_understood(console: Console, visit: Visit) -> None:
    with console.engine.begin() as connection:
        one = select(Touch.id).where(Touch.state == TouchState.SENT).limit(1).scalar_subquery()
        connection.execute(update(Touch).where(Touch.id == one).values(state=TouchState.UNKNOWN))
    page = visit("/", console.add_user("walker9", Role.ADMIN, None, language="zh-CN"), phone=True, language="zh-CN")
    expect(page.get_by_role("heading", name="今日", exact=True)).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到内容")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    axe, known = Axe(), names(console) | SAID
    wrong: list[tuple[Any, ...]] = []
    for path in pages_of(console):
        page.goto(console.address + path)
        expect(page.get_by_role("heading").first).to_be_visible()
        if page.evaluate("document.documentElement.scrollWidth") > 390:
            wrong.append((path, "is wider than the phone"))
        wrong += [(path, "hides", one) for one in page.evaluate(BESIDE_ITS_EDGE)]
        wrong += [(path, one["id"], one["nodes"][0]["html"][:120]) for one in axe.run(page).response["violations"]]
        wrong += [(path, "is English", text) for text in english(page, known)]
        wrong += [(path, "has another date", text) for text in page.evaluate(TEXTS) if OTHERWISE.search(text)]
        if not path.startswith(("/templates", "/users", "/policies/contact-rules")):
            wrong += [(path, "says", code) for code in set(CODE.findall(page.inner_text("body")))]
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
