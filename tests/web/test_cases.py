"""Cases: a complaint from open to closed, and two people at the same one."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from models.core.words import CaseKind, CaseState, Role
from models.ledger.tables import Case
from models.people.tables import Customer, Store
from tasks.cases.handling import NewCase, open_case
from tasks.sample.dealership import SAMPLE_MOMENT
from tests.web.conftest import STORE, Console, Visit

MARKUP = "<b>loud</b> rattle"


def complaint(console: Console, cause: str, hours_ago: int = 30) -> int:
    """A complaint of a customer of the store. It is nobody's, as where the store has no manager."""
    with console.engine.begin() as connection:
        customer = connection.execute(
            select(Customer.id, Customer.store_id)
            .join(Store, Store.id == Customer.store_id)
            .where(Store.code == STORE)
            .order_by(Customer.id)
            .limit(1)
        ).one()
        new = NewCase(customer.store_id, customer.id, CaseKind.COMPLAINT, cause, note=MARKUP)
        case = open_case(connection, new, SAMPLE_MOMENT - timedelta(hours=hours_ago))
        connection.execute(update(Case).where(Case.id == case).values(owner_id=None))
        return case


def state_of(console: Console, case: int) -> str:
    with console.engine.connect() as connection:
        return str(connection.execute(select(Case.state).where(Case.id == case)).scalar_one())


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize("phone", [False, True])
def test_a_complaint_goes_from_open_to_closed(console: Console, visit: Visit, phone: bool) -> None:
    case = complaint(console, f"test:{phone}")
    page = visit("/cases", console.add_user(f"agent{phone:d}", Role.AGENT), phone=phone)
    expect(page.get_by_text("Answer overdue since 2026-03-10 04:00").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.get_by_role("link", name=f"Case {case} ·").click()
    expect(page.get_by_text(MARKUP)).to_be_visible()
    press(page, "Take it")
    expect(page.get_by_text(f"Owner: agent{phone:d}")).to_be_visible()
    page.get_by_role("textbox", name="Note").fill("rang back, nobody there")
    press(page, "Add the note")
    expect(page.get_by_text("rang back, nobody there")).to_be_visible()
    press(page, "The customer got an answer")
    expect(page.get_by_role("button", name="The customer got an answer")).to_have_count(0)
    expect(page.get_by_text("Solution due soon")).to_have_count(0)
    cause = page.get_by_role("region", name="What it is about, and its cause")
    cause.get_by_label("Category").click()
    page.get_by_role("option", name="quality of the work").click()
    cause.get_by_label("Cause").fill("torque not checked")
    cause.get_by_label("Measure done on").fill("2030-01-01")
    cause.get_by_role("button", name="Save").click()
    expect(cause.get_by_text("Say which measure was done on that day.")).to_be_visible()
    cause.get_by_label("Measure done on").fill("")
    cause.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    press(page, "It is solved")
    press(page, "Close the case")
    expect(page.get_by_text("Its category asks for the measure before it is closed")).to_be_visible()
    cause.get_by_label("Measure", exact=True).fill("checklist at the final inspection")
    cause.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Its category asks for the measure")).to_have_count(0)
    press(page, "Close the case")
    expect(page.get_by_text("A complaint is closed only when the customer agrees.")).to_be_visible()
    assert state_of(console, case) == CaseState.SOLVED
    page.get_by_role("checkbox", name="The customer agrees").click()
    press(page, "Close the case")
    expect(page.get_by_text("The case is closed.")).to_be_visible()
    assert state_of(console, case) == CaseState.CLOSED
    with console.engine.connect() as connection:
        said = connection.execute(select(Case.category, Case.root_cause, Case.measure).where(Case.id == case)).one()
    assert tuple(said) == ("workmanship", "torque not checked", "checklist at the final inspection")
    press(page, "Take it back")
    expect(page.get_by_text("Taken back: the case is solved again.")).to_be_visible()
    assert state_of(console, case) == CaseState.SOLVED


def test_whoever_comes_second_is_told_and_an_agent_no_longer_sees_what_was_given_away(
    console: Console, visit: Visit
) -> None:
    case = complaint(console, "test:two")
    first = visit(f"/cases/{case}", console.add_user("first", Role.AGENT))
    second = visit(f"/cases/{case}", console.add_user("second", Role.MANAGER))
    expect(second.get_by_text("Nobody owns it").first).to_be_visible()
    press(first, "Take it")
    expect(first.get_by_text("Owner: first")).to_be_visible()
    press(second, "It is solved")
    expect(second.get_by_text(f"Somebody else has changed case {case} meanwhile: it is open.")).to_be_visible()
    expect(second.get_by_text("Owner: first")).to_be_visible()
    assert state_of(console, case) == CaseState.OPEN
    second.reload()  # a list that is open closes when the page is drawn anew
    expect(second.get_by_text("Owner: first")).to_be_visible()
    second.get_by_label("Give it to").click()
    second.get_by_role("option", name="second").click()
    press(second, "Give it")
    expect(second.get_by_text("Owner: second")).to_be_visible()
    first.reload()
    expect(first.get_by_text("There is no such case, or somebody else owns it.")).to_be_visible()
