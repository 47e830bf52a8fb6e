"""Every page, asked for by every role without a browser; and each one looked at on a phone, in Chinese."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlalchemy import select

from console.web.parts.frame import PAGES
from models.core.words import Role
from models.ledger.tables import Case, Touch
from models.people.permissions import may
from models.people.tables import Customer, Store
from tests.web.conftest import PASSWORD, STORE, Console, Visit

REFUSED = "Your role may not do this."
DEEPER = (
    "/calls/team", "/campaigns/new", "/policies/overdue-accounts", "/policies/appointment-reminders",
    "/policies/contact-rules?store=SH01", "/templates/warranty-call", "/runs/rehearse/warranty-expiry",
    "/touches?state=cancelled", "/sign-in", "/password", "/processes/new",
    "/processes/new?name=tyres&source=subject:handover", "/inbox/new?kind=complaint", "/inbox?view=store",
)  # fmt: skip
"""Pages that stand in no menu."""
BESIDE_ITS_EDGE = """[...document.querySelectorAll('#content *')].filter(one =>
    one.clientWidth && one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== 'visible'
    && !one.closest('input, textarea, .q-field, summary')).map(one => one.outerHTML.slice(0, 120))"""
CODE = re.compile(r"(?<![\w./{-])[a-z]+(?:-[a-z0-9]+)*-[a-z]+(?![\w./}-])")
"""Such as `until-next-step`: a word of ours, and nobody else's."""


def signed_in(console: Console, login: str) -> httpx.Client:
    client = httpx.Client(base_url=console.address, headers={"Accept": "text/html"}, timeout=30)
    signed = client.post("/sign-in", data={"login": login, "password": PASSWORD, "next": "/password"})
    assert signed.status_code == 303
    return client


@pytest.fixture(scope="module")
def people(console: Console) -> Iterator[dict[Role, httpx.Client]]:
    """Someone of each role, all of one store but the admin and the operator."""
    everywhere = (Role.ADMIN, Role.OPERATOR)
    clients = {
        role: signed_in(console, console.add_user(f"{role}-1", role, None if role in everywhere else STORE))
        for role in Role
    }
    yield clients
    for client in clients.values():
        client.close()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_shown_to_those_who_may_see_it(people: dict[Role, httpx.Client], path: str) -> None:
    permission, _ = PAGES[path]
    for role, client in people.items():
        answer = client.get(path)
        if may(role, permission):
            assert answer.status_code == 200, (role, answer.text[:2000])
            assert REFUSED not in answer.text, role
        else:
            assert REFUSED in answer.text or answer.status_code == 303, role


def test_another_store_s_data_is_not_told_by_its_number(console: Console, people: dict[Role, httpx.Client]) -> None:
    with console.engine.connect() as connection:
        other = connection.scalars(select(Store.id).where(Store.code != STORE)).first()
        stranger = connection.execute(select(Customer.id, Customer.name).where(Customer.store_id == other)).first()
        case_id = connection.scalar(select(Case.id).where(Case.store_id == other))
        touch_id = connection.scalar(select(Touch.id).where(Touch.store_id == other))
    assert stranger is not None
    paths = [f"/customers/{stranger.id}", f"/cases/{case_id or 999_999}", f"/touches?id={touch_id}"]
    paths += [f"/inbox/new?customer={stranger.id}"]
    paths += [f"/customers/{2**63}", "/customers/0", "/cases/-1"]
    for path in paths:
        told = people[Role.MANAGER].get(path)
        assert told.status_code in (200, 303, 404, 422), path
        assert stranger.name not in told.text, path
    found = people[Role.MANAGER].get(f"/customers?q={stranger.name}")
    assert found.status_code == 200
    assert f"/customers/{stranger.id}" not in found.text
    everything = people[Role.ADMIN].get(f"/customers/{stranger.id}").text
    assert stranger.name in everything or stranger.name.encode("unicode_escape").decode() in everything


@pytest.mark.parametrize(
    "path",
    ["/customers?q=%00", "/customers?q=' or 1=1 --", "/touches?state=nonsense", "/touches?date=31.12.2026",
     "/runs/not-a-number", "/cases/x", "/policies/no-such", "/templates/no-such", "/calls?after=<script>"],
)  # fmt: skip
def test_nonsense_in_an_address_is_no_error_of_ours(people: dict[Role, httpx.Client], path: str) -> None:
    answer = people[Role.ADMIN].get(path)
    assert answer.status_code < 500, (path, answer.text[:500])
    assert "Something went wrong" not in answer.text


def pages_of(console: Console) -> list[str]:
    """Every page, with a customer's and a case's."""
    with console.engine.connect() as connection:
        case_id, customer_id = connection.execute(select(Case.id, Case.customer_id).order_by(Case.id)).first() or (0, 0)
    return [*PAGES, *DEEPER, f"/customers/{customer_id}", f"/cases/{case_id}"]


def test_on_a_phone_and_in_chinese_each_page_is_whole_and_understood(console: Console, visit: Visit) -> None:
    page = visit("/", console.add_user("walker", Role.ADMIN, None, language="zh-CN"), phone=True, language="zh-CN")
    expect(page.get_by_role("heading", name="今日", exact=True)).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到内容")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    axe = Axe()
    wrong: list[tuple[Any, ...]] = []
    for path in pages_of(console):
        page.goto(console.address + path)
        expect(page.get_by_role("heading").first).to_be_visible()
        if page.evaluate("document.documentElement.scrollWidth") > 390:
            wrong.append((path, "is wider than the phone"))
        wrong += [(path, "hides", one) for one in page.evaluate(BESIDE_ITS_EDGE)]
        wrong += [(path, one["id"], one["nodes"][0]["html"][:120]) for one in axe.run(page).response["violations"]]
        if not path.startswith(("/templates", "/users")):
            wrong += [(path, "says", code) for code in set(CODE.findall(page.inner_text("body")))]
    assert not wrong, wrong
