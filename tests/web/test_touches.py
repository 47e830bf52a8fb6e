"""Touches: filtered, opened, downloaded, and unknown ones settled, on a desktop and on a phone."""

import csv
import io
from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select, update

from models.core.reasons import as_written
from models.core.words import Role, TouchState
from models.ledger.tables import Touch
from models.people.tables import Store
from tests.web.conftest import Console, Visit

BEYOND_EXCEL = "=cmd|' /C calc'!A0"


def make_unknown(console: Console, count: int, store: str = "SH01") -> list[UUID]:
    """Some messages of which nobody knows whether they arrived."""
    with console.engine.begin() as connection:
        sent = (
            select(Touch.id)
            .join(Store, Store.id == Touch.store_id)
            .where(Touch.state == TouchState.SENT, Touch.merged_into.is_(None), Store.code == store)
            .order_by(Touch.id)
            .limit(count)
        )
        found = connection.scalars(sent).all()
        assert len(found) == count
        values = {"state": TouchState.UNKNOWN, **as_written(BEYOND_EXCEL).columns}
        connection.execute(update(Touch).where(Touch.id.in_(found)).values(**values))
    return list(found)


def state_of(console: Console, touch: UUID) -> str:
    with console.engine.connect() as connection:
        return str(connection.execute(select(Touch.state).where(Touch.id == touch)).scalar_one())


def boxes(page: Page) -> Locator:
    return page.get_by_role("checkbox", name="Select ")


@pytest.mark.parametrize("phone", [False, True])
def test_what_is_unknown_is_opened_and_settled(console: Console, visit: Visit, phone: bool) -> None:
    (touch,) = make_unknown(console, 1)
    finance = console.add_user("phoning" if phone else "sitting", Role.FINANCE)
    page = visit("/touches?state=to-settle", finance, phone=phone)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.get_by_role("button", name="Open ").click()
    opened = page.get_by_role("dialog")
    expect(opened.get_by_text("The text as it went out")).to_be_visible()
    expect(opened.get_by_role("heading", name="What the planner saw")).to_be_visible()
    squeezed = "one => one.scrollHeight > one.clientHeight + 1"
    tables = opened.get_by_role("group").all()
    assert not [table for table in tables if table.evaluate(squeezed)], "a table stands there as high as it is"
    opened.get_by_role("button", name="Mark delivered").click()
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.get_by_text("Please give a reason.")).to_be_visible()
    page.get_by_label("Reason").fill("the customer rang")
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.get_by_text("Nothing to show.")).to_be_visible()
    assert state_of(console, touch) == TouchState.SENT


def test_whoever_closes_a_touch_goes_on_where_they_were(console: Console, visit: Visit) -> None:
    (touch,) = make_unknown(console, 1)
    page = visit("/touches?state=to-settle", console.add_user("typing", Role.FINANCE))
    opener = page.get_by_role("button", name="Open ").first
    opener.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    with console.engine.begin() as connection:
        connection.execute(update(Touch).where(Touch.id == touch).values(state=TouchState.SENT))


def test_many_are_given_up_and_what_another_has_settled_is_told(console: Console, visit: Visit) -> None:
    first, second = make_unknown(console, 2)
    page = visit("/touches?state=to-settle", console.add_user("bulk", Role.MANAGER))
    page.get_by_role("button", name="Select all on this page").click()
    expect(page.get_by_text("2 selected")).to_be_visible()
    with console.engine.begin() as connection:
        connection.execute(update(Touch).where(Touch.id == second).values(state=TouchState.SENT))
    page.get_by_role("button", name="Give up").click()
    page.get_by_label("Reason").fill("the number is dead")
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.get_by_text("1 could not be done:")).to_be_visible()
    expect(page.get_by_text("is not unknown or failed: it is sent")).to_be_visible()
    assert [state_of(console, touch) for touch in (first, second)] == [TouchState.FAILED, TouchState.SENT]


def test_the_list_is_filtered_by_the_form_and_downloaded_without_formulas(console: Console, visit: Visit) -> None:
    (touch,) = make_unknown(console, 1)
    page = visit("/touches", console.add_user("lister", Role.MARKETING))
    page.get_by_label("State").click()
    page.get_by_role("option", name="unknown", exact=True).click()
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**/touches?state=unknown")
    expect(page.get_by_role("button", name="Open ")).to_have_count(1)
    expect(boxes(page)).to_have_count(0)  # marketing sees, and settles nothing
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["id"], row["reason"]) == (str(touch), f"'{BEYOND_EXCEL}")
    assert "***" in row["recipient"]
    page.goto(f"{console.address}/touches?since=2026-01-01&until=2026-03-01")
    expect(page.get_by_text("These are 60 days; choose at most 31.")).to_be_visible()


def test_another_stores_touches_are_not_seen(console: Console, visit: Visit) -> None:
    with console.engine.connect() as connection:
        others = connection.scalars(select(Store.code).where(Store.code != "SH01")).all()
    page = visit(f"/touches?store={others[0] if others else 'elsewhere'}", console.add_user("here", Role.MANAGER))
    expect(page.get_by_role("button", name="Open ").first).to_be_visible()
    expect(page.get_by_label("Store")).to_have_count(0)
    for row in page.locator("tbody tr").all():
        assert "SH01" in row.inner_text()


def test_an_agent_is_turned_away(console: Console, visit: Visit) -> None:
    page = visit("/touches", console.add_user("outsider", Role.AGENT))
    expect(page.get_by_text("Your role may not do this.")).to_be_visible()
    assert page.request.get(f"{console.address}/touches.csv").status == 403
