"""What waits for a named person, and what their word does."""

import pytest
from sqlalchemy import update

from models.core.ids import TouchId
from models.core.words import ProcessName, Role, TouchState
from models.ledger.tables import Touch
from tasks.access.reach import NotYours
from tasks.stores.staff import UnknownStaff
from tasks.touches.approvals import (
    DecisionStands,
    MayNotApprove,
    approve,
    approve_each,
    list_waiting,
    read_waiting,
    refuse,
    refuse_each,
    take_back,
    take_back_each,
)
from tasks.touches.picking import NoLongerTrue, WrongState
from tests.support.desk import audited, said_of, staff_id, touch_of, verdicts_of
from tests.support.users import signed_in
from tests.support.world import World, at

NOW = at("2026-04-09 10:30")


@pytest.fixture
def formal(world: World) -> TouchId:
    """A formal reminder that waits."""
    account = world.account(world.customer(name="Li Lei"))
    world.invoice(account, "2026-03-10", "1000.00")
    world.plan(ProcessName("overdue-accounts"), "2026-04-09 10:00")
    world.staff(Role.FINANCE, code="F1", name="Chen Jing")
    (touch,) = (touch for touch in world.touches() if touch.state == TouchState.AWAITING_APPROVAL)
    found: TouchId = touch.id
    return found


def test_the_letter_is_seen_as_the_customer_will_get_it(world: World, formal: TouchId) -> None:
    (waiting,) = list_waiting(world.connection, NOW)
    assert (waiting.id, waiting.step, waiting.customer) == (formal, "formal-30", "Li Lei")
    assert waiting.roles == (Role.FINANCE, Role.MANAGER)
    assert waiting.letter.text.startswith("Test Motors: Li Lei, your account")
    assert "CNY 1,000.00 overdue for 30 days (K" in waiting.letter.text
    # finance takes over on day 60, which is 9 May
    assert "Please pay what is overdue by 8 May 2026; after that our finance department may take over" in (
        waiting.letter.text
    )
    assert list_waiting(world.connection, NOW, store="nowhere") == []


def test_what_was_paid_meanwhile_does_not_wait(world: World, formal: TouchId) -> None:
    world.payment(touch_of(world, formal).subject_id, "2026-04-09", "1000.00")
    assert list_waiting(world.connection, NOW) == []
    with pytest.raises(NoLongerTrue, match="is no longer valid"):
        approve(world.connection, formal, NOW, staff_id(world.connection, "F1"))
    assert touch_of(world, formal).state == TouchState.AWAITING_APPROVAL


def test_what_is_approved_goes(world: World, formal: TouchId) -> None:
    approve(world.connection, formal, NOW, staff_id(world.connection, "F1"))
    touch = touch_of(world, formal)
    assert (touch.state, touch.state_at, touch.approved_at) == (TouchState.PLANNED, NOW, NOW)
    assert verdicts_of(world, formal) == [("approval", "pass", "approved")]
    assert said_of(world, formal) == ["approved by Chen Jing"]
    assert audited(world) == [("F1", "touch.approved", "touch")]
    with pytest.raises(WrongState, match="is not awaiting-approval: it is planned since 2026-04-09 10:30"):
        approve(world.connection, formal, NOW, staff_id(world.connection, "F1"))
    world.plan(ProcessName("overdue-accounts"), "2026-04-09 11:00")
    assert touch_of(world, formal).state == TouchState.PLANNED


def test_what_is_refused_never_goes(world: World, formal: TouchId) -> None:
    refuse(world.connection, formal, NOW, staff_id(world.connection, "F1"), "agreed on instalments by phone")
    touch = touch_of(world, formal)
    assert (touch.state, touch.gate, touch.reason) == (TouchState.CANCELLED, "approval", "refused")
    assert touch.reason_figures == {"name": "Chen Jing", "note": "agreed on instalments by phone"}
    assert verdicts_of(world, formal) == [("approval", "stop", "refused")]
    assert said_of(world, formal) == ["refused by Chen Jing: agreed on instalments by phone"]
    assert audited(world) == [("F1", "touch.refused", "touch")]
    world.plan(ProcessName("overdue-accounts"), "2026-04-09 11:00")
    assert touch_of(world, formal).state == TouchState.CANCELLED


def test_only_the_roles_of_the_step_decide(world: World, formal: TouchId) -> None:
    world.staff(Role.AGENT, code="A1", name="Wang Fang")
    with pytest.raises(MayNotApprove, match=r"Wang Fang \(A1\) is agent; .* is decided on by finance or manager"):
        approve(world.connection, formal, NOW, staff_id(world.connection, "A1"))
    world.staff(Role.MANAGER, code="M2", store_id=world.store())
    with pytest.raises(UnknownStaff):
        approve(world.connection, formal, NOW, staff_id(world.connection, "M2"))
    world.staff(Role.ADMIN, code="X1", store_id=world.store())
    approve(world.connection, formal, NOW, staff_id(world.connection, "X1"))


def test_it_is_too_late_to_approve_what_is_no_longer_valid(world: World, formal: TouchId) -> None:
    world.connection.execute(update(Touch).where(Touch.id == formal).values(valid_until=NOW))
    with pytest.raises(NoLongerTrue, match="its time has passed"):
        approve(world.connection, formal, NOW, staff_id(world.connection, "F1"))


def formal_letters(world: World, count: int) -> list[TouchId]:
    """Several formal reminders that wait."""
    for _ in range(count):
        world.invoice(world.account(world.customer()), "2026-03-10", "1000.00")
    world.plan(ProcessName("overdue-accounts"), "2026-04-09 10:00")
    return [touch.id for touch in world.touches() if touch.state == TouchState.AWAITING_APPROVAL]


def test_the_pages_together_are_the_list(world: World) -> None:
    waiting = sorted(formal_letters(world, 5))
    found, after = [], None
    while True:
        page = read_waiting(world.connection, NOW, store=None, limit=2, after=after)
        found.append([item.id for item in page.rows])
        after = page.next
        if after is None:
            break
    assert [len(page) for page in found] == [2, 2, 1]
    assert [touch for page in found for touch in page] == waiting
    assert [item.id for item in list_waiting(world.connection, NOW)] == waiting


def test_a_page_of_which_all_was_paid_is_left_out(world: World) -> None:
    *paid, last = sorted(formal_letters(world, 5))
    for touch in paid:
        world.payment(touch_of(world, touch).subject_id, "2026-04-09", "1000.00")
    page = read_waiting(world.connection, NOW, store=None, limit=2)
    assert ([item.id for item in page.rows], page.next) == ([last], None)


def test_what_is_left_after_a_stretch_of_paid_ones_is_paged_too(world: World) -> None:
    waiting = sorted(formal_letters(world, 6))
    for touch in waiting[:2]:
        world.payment(touch_of(world, touch).subject_id, "2026-04-09", "1000.00")
    first = read_waiting(world.connection, NOW, store=None, limit=2)
    second = read_waiting(world.connection, NOW, store=None, limit=2, after=first.next)
    assert [item.id for item in (*first.rows, *second.rows)] == waiting[2:]


def test_the_balance_is_the_one_of_this_moment(world: World, formal: TouchId) -> None:
    world.payment(touch_of(world, formal).subject_id, "2026-04-09", "400.00")
    (waiting,) = list_waiting(world.connection, NOW)
    assert (waiting.figures["totals"], waiting.figures_now["totals"]) == ({"CNY": "1000.00"}, {"CNY": "600.00"})


def test_many_are_decided_on_at_once_and_what_could_not_be_is_told(world: World, formal: TouchId) -> None:
    first, second = (touch for touch in formal_letters(world, 2) if touch != formal)
    finance = signed_in(world, Role.FINANCE, "F1")
    approve(world.connection, formal, NOW, staff_id(world.connection, "F1"))
    decided = approve_each(world.connection, finance, [formal, first], "spoke to them", NOW)
    told = {one.touch_id: str(one.problem) if one.problem else None for one in decided}
    assert told[first] is None
    assert "is not awaiting-approval: it is planned" in str(told[formal])
    assert "approved by Chen Jing: spoke to them" in said_of(world, first)
    world.staff(Role.AGENT, code="A1")
    (refused,) = refuse_each(world.connection, signed_in(world, Role.AGENT, "A1"), [second], "no", NOW)
    assert isinstance(refused.problem, MayNotApprove)
    stranger = signed_in(world, Role.MANAGER, "M9", world.store())
    (refused,) = refuse_each(world.connection, stranger, [second], "no", NOW)
    assert isinstance(refused.problem, NotYours)
    assert touch_of(world, second).state == TouchState.AWAITING_APPROVAL


@pytest.mark.parametrize("decided", ["approved", "refused"])
def test_a_decision_is_taken_back_until_the_touch_has_gone(world: World, formal: TouchId, decided: str) -> None:
    staff = staff_id(world.connection, "F1")
    if decided == "approved":
        approve(world.connection, formal, NOW, staff)
    else:
        refuse(world.connection, formal, NOW, staff, "a slip of the hand")
    take_back(world.connection, formal, NOW, staff)
    touch = touch_of(world, formal)
    assert (touch.state, touch.gate, touch.reason, touch.approved_at) == (
        TouchState.AWAITING_APPROVAL,
        None,
        None,
        None,
    )
    assert said_of(world, formal)[-1] == "the decision was taken back by Chen Jing; it waits for approval again"
    assert audited(world)[-1] == ("F1", "touch.decision-taken-back", "touch")
    assert [one.id for one in list_waiting(world.connection, NOW)] == [formal]
    world.plan(ProcessName("overdue-accounts"), "2026-04-09 11:00")
    assert touch_of(world, formal).state == TouchState.AWAITING_APPROVAL
    with pytest.raises(DecisionStands, match="awaiting-approval: what was decided of it can no longer be taken back"):
        take_back(world.connection, formal, NOW, staff)


@pytest.mark.parametrize(
    "values",
    [
        {"state": TouchState.SENT},
        {"state": TouchState.PLANNED, "resendable": True},
        {"state": TouchState.CANCELLED, "reason": "nothing-owed"},
    ],
)
def test_what_has_gone_or_was_ended_otherwise_is_not_taken_back(
    world: World, formal: TouchId, values: dict[str, object]
) -> None:
    approve(world.connection, formal, NOW, staff_id(world.connection, "F1"))
    world.connection.execute(update(Touch).where(Touch.id == formal).values(**values))
    with pytest.raises(DecisionStands):
        take_back(world.connection, formal, NOW, staff_id(world.connection, "F1"))


def test_who_may_not_decide_may_not_take_back_and_what_was_paid_stays_refused(world: World, formal: TouchId) -> None:
    world.staff(Role.AGENT, code="A9")
    refuse(world.connection, formal, NOW, staff_id(world.connection, "F1"), "no")
    with pytest.raises(MayNotApprove):
        take_back(world.connection, formal, NOW, staff_id(world.connection, "A9"))
    world.payment(touch_of(world, formal).subject_id, "2026-04-09", "1000.00")
    (told,) = take_back_each(world.connection, signed_in(world, Role.FINANCE, "F1"), [formal], NOW)
    assert isinstance(told.problem, NoLongerTrue)
