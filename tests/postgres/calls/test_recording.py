"""The day's calls: what is listed, and what follows from each outcome."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from models.calls.outcomes import (
    CALLBACK,
    NO_ANSWER,
    REACHED,
    REACHED_NOT_SATISFIED,
    REACHED_SATISFIED,
    REFUSES_CONTACT,
    WRONG_NUMBER,
)
from models.core.ids import StaffId, TouchId
from models.core.words import (
    AppointmentStatus,
    CaseKind,
    ChannelName,
    ContactKind,
    OutcomeName,
    PartsState,
    ProcessName,
    Purpose,
    Role,
    StepKind,
    TouchState,
)
from models.kits.outcomes import CallReport, PromiseMade
from models.ledger.tables import CallAttempt, Case, Touch
from models.people.tables import Consent, ContactPoint
from models.subjects.account import PROMISED, Promise
from models.subjects.appointment import Appointment
from tasks.calls import CallRecorded, finish_task, list_calls, record_outcome
from tasks.calls.recording import NotOfThatKind
from tasks.stores.staff import InactiveStaff, UnknownStaff
from tasks.touches.picking import WrongState
from tests.support.desk import audited, handed_to_staff, staff_id, touch_of, verdicts_of
from tests.support.world import World, at, day

NOW = at("2026-03-10 10:00")
FOLLOWUP = ProcessName("post-delivery-followup")


def follow_up_call(world: World, customer: int) -> TouchId:
    """A ready call about a handover of three days ago."""
    world.handover(customer, "2026-03-07")
    world.plan(FOLLOWUP, "2026-03-10 10:00")
    return handed_to_staff(world, "day-3-call", NOW)


def dunning_call(world: World, customer: int) -> TouchId:
    """A ready call about an invoice 15 days overdue."""
    world.invoice(world.account(customer), "2026-02-23", "1000.00")
    world.plan(ProcessName("overdue-accounts"), "2026-03-10 10:00")
    return handed_to_staff(world, "call-15", NOW)


def report(world: World, touch: TouchId, outcome: OutcomeName, now: datetime = NOW, **values: Any) -> CallRecorded:
    return record_outcome(world.connection, touch, CallReport(outcome, **values), now, staff_id(world.connection, "W1"))


@pytest.fixture(autouse=True)
def wang_fang(world: World) -> int:
    return world.staff(code="W1")


def test_the_list_has_what_the_caller_needs(world: World) -> None:
    customer = world.customer(phone="+8613900000001", name="Li Lei", language="zh-CN")
    touch = follow_up_call(world, customer)
    (item,) = list_calls(world.connection, NOW)
    assert (item.id, item.customer, item.phone, item.role) == (touch, "Li Lei", "+8613900000001", Role.AGENT)
    assert (item.kind, item.step, item.attempts) == (StepKind.CALL, "day-3-call", 0)
    assert item.script.startswith("Call Li Lei (your car, handed over on 7 Mar 2026)")
    assert item.figures["day"] == "2026-03-07"


def test_the_most_important_comes_first_and_tomorrow_not_at_all(world: World) -> None:
    follow_up_call(world, world.customer())
    dunning_call(world, world.customer())
    world.repair_order(world.customer(), "2026-03-07")
    world.plan(FOLLOWUP, "2026-03-10 10:00")
    handed_to_staff(world, "repair-day-3-call", NOW, not_before=at("2026-03-10 23:59"))
    world.warranty(world.customer(), "2026-04-24")
    world.plan(ProcessName("warranty-expiry"), "2026-03-10 10:00")
    handed_to_staff(world, "call-45", NOW, not_before=at("2026-03-11 00:00"))
    assert [item.step for item in list_calls(world.connection, NOW)] == ["call-15", "day-3-call", "repair-day-3-call"]


def test_the_list_is_of_a_store_and_a_role(world: World) -> None:
    follow_up_call(world, world.customer())
    world.appointment(world.customer(), "2026-03-12 09:00", parts_state=PartsState.MISSING)
    world.plan(ProcessName("appointment-reminders"), "2026-03-10 10:00")
    handed_to_staff(world, "parts-order", NOW)
    other = world.store(code="BJ01")
    assert other
    assert [item.step for item in list_calls(world.connection, NOW, role=Role.PARTS)] == ["parts-order"]
    assert list_calls(world.connection, NOW, store="BJ01") == []
    assert len(list_calls(world.connection, NOW, store=list_calls(world.connection, NOW)[0].store)) == 2


def test_who_paid_a_minute_ago_is_not_called(world: World) -> None:
    customer = world.customer()
    touch = dunning_call(world, customer)
    world.payment(touch_of(world, touch).subject_id, "2026-03-10", "1000.00")
    assert list_calls(world.connection, NOW) == []


def test_who_refused_calls_meanwhile_is_not_called(world: World) -> None:
    texted, silent = world.customer(), world.customer()
    for customer in (texted, silent):
        world.handover(customer, "2026-03-07")
    world.plan(FOLLOWUP, "2026-03-10 10:00")
    world.connection.execute(update(Touch).where(Touch.kind == StepKind.CALL).values(state=TouchState.READY))
    given_at = at("2026-03-10 09:00")
    world.consent(texted, granted=False, given_at=given_at, channel=ChannelName.SMS)
    world.consent(silent, granted=False, given_at=given_at, purpose=Purpose.FOLLOW_UP)
    assert [item.customer_id for item in list_calls(world.connection, NOW)] == [texted]
    world.consent(silent, granted=True, given_at=NOW, channel=ChannelName.PHONE)
    assert {item.customer_id for item in list_calls(world.connection, NOW)} == {texted, silent}


def test_a_call_about_a_visit_that_was_moved_or_cancelled_is_off_the_list(world: World) -> None:
    moved, cancelled = (
        world.appointment(world.customer(), "2026-03-12 09:00", parts_state=PartsState.MISSING) for _ in range(2)
    )
    world.plan(ProcessName("appointment-reminders"), "2026-03-10 10:00")
    world.connection.execute(update(Touch).where(Touch.kind == StepKind.CALL).values(state=TouchState.READY))
    assert len(list_calls(world.connection, NOW)) == 2
    world.move(moved, "2026-03-20 09:00", "2026-03-10 09:00")
    world.connection.execute(
        update(Appointment).where(Appointment.id == cancelled).values(status=AppointmentStatus.CANCELLED)
    )
    assert list_calls(world.connection, NOW) == []


def test_a_satisfied_customer_is_done(world: World, wang_fang: int) -> None:
    touch = follow_up_call(world, world.customer())
    recorded = report(world, touch, REACHED_SATISFIED.name, note="all well")
    assert recorded.state is TouchState.DONE
    now_it_is = touch_of(world, touch)
    assert (now_it_is.state, now_it_is.outcome, now_it_is.state_at) == (TouchState.DONE, "reached-satisfied", NOW)
    (attempt,) = world.connection.execute(select(CallAttempt.__table__)).all()
    assert (attempt.touch_id, attempt.staff_id, attempt.note, attempt.attempted_at) == (
        touch,
        wang_fang,
        "all well",
        NOW,
    )
    assert list_calls(world.connection, NOW) == []
    assert audited(world) == [("W1", "call.recorded", "touch")]


def test_a_dissatisfied_customer_opens_a_complaint_with_an_owner_and_deadlines(world: World, wang_fang: int) -> None:
    customer = world.customer()
    touch = follow_up_call(world, customer)
    recorded = report(world, touch, REACHED_NOT_SATISFIED.name, note="a rattle at 80")
    case = world.connection.execute(select(Case.__table__)).one()
    assert (case.id, case.kind, case.cause) == (recorded.case_id, CaseKind.COMPLAINT, f"touch:{touch}")
    assert (case.answer_by, case.solve_by) == (at("2026-03-11 10:00"), at("2026-03-12 10:00"))
    assert (case.customer_id, case.owner_id, case.note, case.title) == (
        customer,
        wang_fang,
        "a rattle at 80",
        "Customer not satisfied",
    )


def test_no_answer_three_times_in_all(world: World) -> None:
    touch = follow_up_call(world, world.customer())
    assert report(world, touch, NO_ANSWER.name).again_at == at("2026-03-10 13:00")
    assert [item.attempts for item in list_calls(world.connection, at("2026-03-10 13:00"))] == [1]
    second = report(world, touch, NO_ANSWER.name, at("2026-03-10 13:05"))
    assert second.again_at == at("2026-03-11 09:00")
    assert list_calls(world.connection, at("2026-03-10 17:00")) == []
    third = report(world, touch, NO_ANSWER.name, at("2026-03-11 09:10"))
    assert (third.state, third.again_at) == (TouchState.DONE, None)
    with pytest.raises(WrongState, match="it is done since 2026-03-11 09:10"):
        report(world, touch, NO_ANSWER.name, at("2026-03-12 09:10"))


def test_a_callback_keeps_the_call_valid(world: World) -> None:
    touch = follow_up_call(world, world.customer())
    asked = at("2026-03-25 19:00")
    report(world, touch, CALLBACK.name, callback_at=asked)
    again = touch_of(world, touch)
    assert (again.state, again.not_before, again.valid_until) == (TouchState.READY, asked, at("2026-03-26 19:00"))
    assert list_calls(world.connection, NOW) == []
    world.plan(FOLLOWUP, "2026-03-25 10:00")
    assert [item.id for item in list_calls(world.connection, at("2026-03-25 10:00"))] == [touch]


def test_a_wrong_number_goes_on_to_the_next_one(world: World) -> None:
    customer = world.customer(phone="+8613900000001")
    world.connection.execute(
        insert(ContactPoint).values(customer_id=customer, kind=ContactKind.PHONE, value="+8613900000002", rank=2)
    )
    touch = follow_up_call(world, customer)
    first = report(world, touch, WRONG_NUMBER.name)
    assert (first.state, first.phone) == (TouchState.READY, "+8613900000002")
    assert [item.phone for item in list_calls(world.connection, NOW)] == ["+8613900000002"]
    second = report(world, touch, WRONG_NUMBER.name, at("2026-03-10 10:05"))
    assert (second.state, second.phone) == (TouchState.DONE, None)
    invalid = world.connection.execute(
        select(ContactPoint.invalid_since, ContactPoint.invalid_reason).order_by(ContactPoint.rank)
    ).all()
    assert invalid == [(NOW, "wrong-number"), (at("2026-03-10 10:05"), invalid[0][1])]


def test_a_refusal_ends_what_is_not_owed_to_the_customer(world: World) -> None:
    customer, neighbour = world.customer(), world.customer()
    touch = follow_up_call(world, customer)
    world.handover(customer, "2026-03-09")
    world.handover(neighbour, "2026-03-09")
    world.repair_order(customer, "2026-03-07")
    world.plan(FOLLOWUP, "2026-03-10 10:00")
    world.warranty(customer, "2026-05-08")
    world.plan(ProcessName("warranty-expiry"), "2026-03-10 10:00")
    recorded = report(world, touch, REFUSES_CONTACT.name, note="never again")
    assert (recorded.state, recorded.cancelled) == (TouchState.DONE, 2)
    assert world.steps(customer, "cancelled") == ["repair-day-3-call", "thanks"]
    assert world.steps(customer, "planned") == ["invitation-60"]
    assert world.steps(neighbour, "planned") == ["thanks"]
    (ended,) = (each for each in world.touches(customer) if (each.step, each.state) == ("thanks", "cancelled"))
    assert (ended.gate, ended.reason) == ("consent", "customer-refuses-contact")
    assert verdicts_of(world, ended.id) == [("consent", "stop", "customer-refuses-contact")]
    consents = world.connection.execute(select(Consent.purpose, Consent.channel, Consent.granted, Consent.reason)).all()
    assert {row.purpose for row in consents} == {Purpose.FOLLOW_UP, Purpose.SURVEY, Purpose.MARKETING}
    assert {tuple(row[1:]) for row in consents} == {(None, False, "never again")}


def test_a_promise_is_written_and_pauses_the_account(world: World) -> None:
    customer = world.customer()
    touch = dunning_call(world, customer)
    promise = PromiseMade(date(2026, 3, 20), Decimal("400.00"))
    recorded = report(world, touch, PROMISED.name, promise=promise)
    kept = world.connection.execute(select(Promise.__table__)).one()
    assert (kept.id, kept.account_id) == (recorded.promise_id, touch_of(world, touch).subject_id)
    assert (kept.made_on, kept.promised_for) == (day("2026-03-10"), day("2026-03-20"))
    assert (kept.amount, kept.currency) == (Decimal("400.00"), "CNY")
    paused = world.plan(ProcessName("overdue-accounts"), "2026-03-11 10:00")
    assert "promise-running" in paused.suppressed


def test_a_desk_task_is_finished_without_an_outcome(world: World) -> None:
    world.appointment(world.customer(), "2026-03-12 09:00", parts_state=PartsState.MISSING)
    world.plan(ProcessName("appointment-reminders"), "2026-03-10 10:00")
    touch = handed_to_staff(world, "parts-order", NOW)
    with pytest.raises(NotOfThatKind, match="is not a call: it has no outcome of a call"):
        report(world, touch, REACHED.name)
    finish_task(world.connection, touch, NOW, staff_id(world.connection, "W1"), "ordered, here on Thursday")
    assert (touch_of(world, touch).state, touch_of(world, touch).outcome) == (TouchState.DONE, None)
    assert audited(world) == [("W1", "task.finished", "touch")]


def test_a_call_is_not_finished_without_an_outcome(world: World) -> None:
    touch = follow_up_call(world, world.customer())
    with pytest.raises(NotOfThatKind, match="say what came of it with an outcome"):
        finish_task(world.connection, touch, NOW, staff_id(world.connection, "W1"), None)


def test_nobody_acts_who_has_left_or_is_of_another_store(world: World) -> None:
    touch = follow_up_call(world, world.customer())
    reached = CallReport(REACHED.name)
    with pytest.raises(UnknownStaff, match="has the staff code"):
        record_outcome(world.connection, touch, reached, NOW, StaffId(2**40))
    gone = StaffId(world.staff(code="W2", active=False))
    with pytest.raises(InactiveStaff, match="is no longer active"):
        record_outcome(world.connection, touch, reached, NOW, gone)
    elsewhere = StaffId(world.staff(code="W3", store_id=world.store()))
    with pytest.raises(UnknownStaff):
        record_outcome(world.connection, touch, reached, NOW, elsewhere)
    assert touch_of(world, touch).state == TouchState.READY


def test_a_planned_call_cannot_be_done_yet(world: World) -> None:
    world.handover(world.customer(), "2026-03-07")
    world.plan(FOLLOWUP, "2026-03-10 10:00")
    (touch,) = (touch for touch in world.touches() if touch.step == "day-3-call")
    with pytest.raises(WrongState, match="is not ready: it is planned since 2026-03-10 10:00"):
        report(world, touch.id, REACHED.name)
