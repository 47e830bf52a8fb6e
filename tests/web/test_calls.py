"""The page of calls: worked by keyboard alone, and by two people at once."""

from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Row, select, update

from models.calls.surveys import SurveyAnswer
from models.core.words import CaseKind, Role, StepKind, SurveySource, TouchState
from models.ledger.tables import CallAttempt, Case, Touch
from models.people.tables import StaffMember, Store
from models.subjects.account import Promise
from tasks.sample.dealership import SAMPLE_MOMENT
from tests.web.conftest import STORE, Console, Visit


@pytest.fixture(autouse=True)
def nobody_at_the_phone(console: Console) -> None:
    """Pages of the test before may not have noticed yet that they were closed."""
    with console.engine.begin() as connection:
        connection.execute(update(Touch).values(held_by=None, held_until=None).where(Touch.held_by.is_not(None)))


def customer_on(page: Page) -> str:
    """Whose call is on the screen."""
    name = page.locator("[data-customer]")
    expect(name).to_be_visible()
    return name.inner_text()


def press(page: Page, key: str) -> None:
    """Press a key, and not so soon after the one before that it is taken for a slip."""
    expect(page.locator("body:not([data-keyed])")).to_be_attached()
    page.keyboard.press(key)


def attempts_of(console: Console, login: str) -> list[tuple[str, str | None]]:
    with console.engine.connect() as connection:
        rows = connection.execute(
            select(CallAttempt.outcome, CallAttempt.note)
            .join(StaffMember, StaffMember.id == CallAttempt.staff_id)
            .where(StaffMember.code == login)
        )
        return [(row.outcome, row.note) for row in rows]


def give_ready_call(console: Console, step: str, login: str) -> Row[tuple[UUID, int, int]]:
    """Put one more call of a step into the queue, for somebody; the touch."""
    with console.engine.begin() as connection:
        member = select(StaffMember.id).where(StaffMember.code == login).scalar_subquery()
        store = select(Store.id).where(Store.code == STORE).scalar_subquery()
        states = (TouchState.PLANNED, TouchState.READY, TouchState.AWAITING_APPROVAL)
        one = (
            select(Touch.id)
            .where(Touch.step == step, Touch.store_id == store, Touch.state.in_(states), Touch.held_by.is_(None))
            .order_by(Touch.due_at)
            .limit(1)
        )
        values = {"state": TouchState.READY, "assigned_to": member, "not_before": SAMPLE_MOMENT}
        changed = update(Touch).where(Touch.id.in_(one)).values(**values, role=Role.AGENT)
        return connection.execute(changed.returning(Touch.id, Touch.subject_id, Touch.customer_id)).one()


def test_calls_are_worked_by_keyboard_alone(console: Console, visit: Visit) -> None:
    page = visit("/calls", console.add_user("mei", Role.AGENT))
    first = customer_on(page)
    expect(page.locator("a[href^='tel:+']")).to_be_visible()
    expect(page.get_by_text("0 done today")).to_be_visible()
    press(page, "n")
    expect(page.get_by_label("Note")).to_be_focused()
    page.keyboard.type("rang 12 times")
    assert customer_on(page) == first, "no key fires while somebody types"
    page.keyboard.press("Escape")
    page.keyboard.press("5")
    expect(page.get_by_text(f"{first}: no answer.")).to_be_visible()
    expect(page.get_by_text("1 done today")).to_be_visible()
    expect(page.locator("[data-customer]")).not_to_have_text(first)
    expect(page.locator("#call")).to_be_focused()
    assert attempts_of(console, "mei") == [("no-answer", "rang 12 times")]


def test_a_time_that_is_missing_is_asked_for_at_its_field(console: Console, visit: Visit) -> None:
    page = visit("/calls", console.add_user("fang", Role.AGENT))
    first = customer_on(page)
    press(page, "8")
    expect(page.get_by_text("Give the time that was agreed on")).to_be_visible()
    field = page.get_by_label("When to call back")
    expect(field).to_be_focused()
    field.fill("2026-03-10T09:00")
    field.press("Enter")
    expect(page.get_by_text("This time has passed.")).to_be_visible()
    field.fill("2026-03-10T16:30")
    field.press("Enter")
    expect(page.get_by_text("To be called again at 2026-03-10 16:30.")).to_be_visible()
    expect(page.locator("[data-customer]")).not_to_have_text(first)


def test_two_agents_see_different_calls_and_what_one_skips_the_other_gets(console: Console, visit: Visit) -> None:
    mei, lin = (visit("/calls", console.add_user(login, Role.AGENT)) for login in ("mei2", "lin2"))
    hers, his = customer_on(mei), customer_on(lin)
    assert hers != his
    press(mei, "s")
    expect(mei.locator("[data-customer]")).not_to_have_text(hers)
    press(lin, "3")
    expect(lin.locator("[data-customer]")).to_have_text(hers)


def test_who_lost_a_call_to_another_is_told(console: Console, visit: Visit) -> None:
    slow, quick = (console.add_user(login, Role.AGENT) for login in ("slow", "quick"))
    page = visit("/calls", slow)
    first = customer_on(page)
    with console.engine.begin() as connection:
        ids = {
            login: select(StaffMember.id).where(StaffMember.code == login).scalar_subquery() for login in (slow, quick)
        }
        connection.execute(update(Touch).where(Touch.held_by == ids[slow]).values(held_by=ids[quick]))
    press(page, "3")
    expect(page.get_by_text(f"Somebody else has settled or taken the call to {first}")).to_be_visible()
    expect(page.locator("[data-customer]")).not_to_have_text(first)
    assert attempts_of(console, slow) == []


def test_marks_are_given_by_keyboard_and_a_bad_one_is_a_complaint(console: Console, visit: Visit) -> None:
    login = console.add_user("survey", Role.AGENT)
    touch = give_ready_call(console, "repair-day-3-call", login)
    page = visit("/calls", login)
    first = customer_on(page)
    press(page, "m")
    page.keyboard.type("51")
    press(page, "Escape")
    press(page, "1")
    expect(page.get_by_text(f"{first}: reached, satisfied. Complaint")).to_be_visible()
    with console.engine.connect() as connection:
        answer = connection.execute(
            select(SurveyAnswer.__table__).where(SurveyAnswer.subject_id == touch.subject_id)
        ).one()
        assert (answer.source, answer.solved, answer.punctual, answer.recommends) == (SurveySource.CALL, 5, 1, None)
        assert connection.scalar(select(Case.kind).where(Case.touch_id == touch.id)) is CaseKind.COMPLAINT


def test_a_promise_is_recorded_with_its_day_and_amount(console: Console, visit: Visit) -> None:
    login = console.add_user("dunning", Role.AGENT)
    touch = give_ready_call(console, "call-15", login)
    page = visit("/calls", login)
    first = customer_on(page)
    page.get_by_role("button", name="promised to pay").click()
    expect(page.get_by_text("Give the day that was promised")).to_be_visible()
    page.get_by_label("Promised for").fill("2026-03-13")
    page.get_by_label("Amount promised").fill("nothing")
    page.get_by_label("Amount promised").press("Enter")
    expect(page.get_by_text("Give an amount above zero")).to_be_visible()
    page.get_by_label("Amount promised").fill("150.50")
    page.get_by_label("Amount promised").press("Enter")
    expect(page.get_by_text(f"{first}: promised to pay.")).to_be_visible()
    with console.engine.connect() as connection:
        promise = connection.execute(
            select(Promise.__table__).where(Promise.account_id == touch.subject_id, Promise.key.startswith("call:"))
        ).one()
    assert (str(promise.promised_for), str(promise.amount), promise.currency) == ("2026-03-13", "150.50", "CNY")


def test_a_desk_finishes_its_task_and_is_told_when_nothing_waits(console: Console, visit: Visit) -> None:
    login = console.add_user("parts1", Role.PARTS)
    page = visit("/calls", login)
    with console.engine.connect() as connection:
        store = select(Store.id).where(Store.code == STORE).scalar_subquery()
        waiting = (Touch.role == Role.PARTS, Touch.kind == StepKind.TASK, Touch.state == TouchState.READY)
        tasks = connection.scalars(select(Touch.id).where(*waiting, Touch.store_id == store)).all()
    for number in range(len(tasks)):
        expect(page.get_by_text(f"{number} done today")).to_be_visible()
        press(page, "1")
    expect(page.get_by_text("There is nothing to call or do now.")).to_be_visible()


def test_a_manager_gives_calls_to_an_agent(console: Console, visit: Visit) -> None:
    console.add_user("hong", Role.AGENT)
    page = visit("/calls", console.add_user("boss", Role.MANAGER))
    expect(page.get_by_role("button", name="Start calling")).to_be_visible()
    expect(page.locator("[data-customer]")).to_have_count(0)
    page.get_by_role("link", name="Who makes which calls").click()
    section = page.get_by_role("region", name="Give the first unassigned calls to somebody")
    section.get_by_label("How many").fill("2")
    section.get_by_label("To").click()
    page.get_by_role("option", name="hong (hong)").click()
    section.get_by_role("button", name="Give out").click()
    expect(page.get_by_text("2 given out.")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="hong (hong)")
    expect(row.get_by_role("cell").nth(1)).to_have_text("2")
