"""Approvals: the letter is read, approved or refused with a reason, by whoever may."""

from uuid import UUID

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from models.core.words import Gate, Role, StepKind, TouchState
from models.ledger.tables import Touch, Verdict, given_reason
from tests.web.conftest import Console, Visit


def waiting(console: Console) -> list[UUID]:
    """What waits, in the order of the page."""
    with console.engine.connect() as connection:
        statement = select(Touch.id).where(Touch.state == TouchState.AWAITING_APPROVAL)
        return list(connection.scalars(statement.order_by(Touch.due_at, Touch.id)))


def said_of(console: Console, touch: UUID) -> list[tuple[str, str | None]]:
    with console.engine.connect() as connection:
        state = connection.execute(select(Touch.state).where(Touch.id == touch)).scalar_one()
        reason = connection.scalar(
            select(given_reason(Verdict))
            .where(Verdict.touch_id == touch, Verdict.gate == Gate.APPROVAL)
            .order_by(Verdict.id.desc())
        )
        return [(state, str(reason))]


@pytest.fixture
def three_wait(console: Console) -> list[UUID]:
    """Formal reminders and account holds, nobody having decided on any."""
    with console.engine.begin() as connection:
        decided = select(Verdict.touch_id).where(Verdict.gate == Gate.APPROVAL)
        connection.execute(
            update(Touch)
            .where(Touch.id.in_(decided), Touch.approval != [])
            .values(state=TouchState.AWAITING_APPROVAL, approved_at=None, approved_by=None)
        )
    found = waiting(console)
    assert len(found) == 3
    return found


@pytest.mark.parametrize("phone", [False, True])
def test_a_letter_is_read_and_approved(console: Console, visit: Visit, three_wait: list[UUID], phone: bool) -> None:
    page = visit("/approvals", console.add_user(f"finance{phone:d}", Role.FINANCE), phone=phone)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    with console.engine.connect() as connection:
        letters = select(Touch.id).where(Touch.id.in_(three_wait), Touch.kind == StepKind.MESSAGE)
        (letter,) = connection.scalars(letters).all()
    card = page.get_by_role("region").filter(has_text="正式催款函").first
    expect(card.get_by_text("CNY 3,200.00").first).to_be_visible()
    page.get_by_role("button", name="Approve ").nth(1 + three_wait.index(letter)).click()
    page.get_by_label("Remark").fill("spoke to them")
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.get_by_text("1 approved. It can be taken back until it has gone.")).to_be_visible()
    expect(page.get_by_text("正式催款函")).to_have_count(0)
    assert said_of(console, letter) == [(TouchState.PLANNED, f"approved by finance{phone:d}: spoke to them")]
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("Taken back: 1 waits for approval again.")).to_be_visible()
    assert said_of(console, letter)[0][0] == TouchState.AWAITING_APPROVAL


def test_many_are_refused_and_what_another_has_decided_is_told(
    console: Console, visit: Visit, three_wait: list[UUID]
) -> None:
    page = visit("/approvals", console.add_user("chief", Role.ADMIN, None))
    page.get_by_role("button", name="Select all on this page").click()
    expect(page.get_by_text("3 selected")).to_be_visible()
    with console.engine.begin() as connection:
        connection.execute(update(Touch).where(Touch.id == three_wait[0]).values(state=TouchState.PLANNED))
    page.get_by_role("button", name="Refuse selected").click()
    page.get_by_label("Reason").fill("instalments were agreed on")
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.get_by_text("1 could not be done:")).to_be_visible()
    expect(page.get_by_text("is not awaiting-approval: it is planned")).to_be_visible()
    expect(page.get_by_text("Nothing is waiting for approval.")).to_be_visible()
    for touch in three_wait[1:]:
        assert said_of(console, touch) == [(TouchState.CANCELLED, "refused by chief: instalments were agreed on")]
