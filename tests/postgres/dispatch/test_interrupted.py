"""An interrupted dispatcher: what may have been sent is retried unchanged with its idempotency key, or not at all."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import insert, update

from models.core.words import ContactKind, ProcessName, TouchState
from models.ledger.tables import TemplateVersion
from models.people.tables import ContactPoint
from models.subjects.vehicle import Vehicle
from tasks.channels.contract import Accepted, Transient
from tasks.dispatch.dispatchers import CUT_OFF, recover_abandoned
from tasks.dispatch.release import Released
from tests.support.stepwise import StepwiseDispatcher, Town
from tests.support.world import World, at

FOLLOWUP = ProcessName("post-delivery-followup")
WARRANTY = ProcessName("warranty-expiry")
OVERDUE = ProcessName("overdue-accounts")
APPOINTMENTS = ProcessName("appointment-reminders")
TUESDAY = "2026-03-10 10:30"
LATER = "2026-03-10 10:40"
NOW, THEN = at(TUESDAY), at(LATER)


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def customer(world: World) -> int:
    """Someone with an overdue invoice and a warranty that ends: one message, with a line for the other."""
    customer = world.customer()
    world.invoice(world.account(customer), "2026-03-03", "1000.00")
    world.warranty(customer, "2026-05-08")
    world.plan(OVERDUE, TUESDAY)
    world.plan(WARRANTY, TUESDAY)
    return customer


def cut_off(world: World, town: Town, *, idempotent: bool = True) -> StepwiseDispatcher:
    """A dispatcher killed after its messages reached the gateway and before a response."""
    dispatcher = StepwiseDispatcher(world.connection, NOW, idempotent=idempotent)
    dispatcher.claim(NOW)
    dispatcher.release(NOW)
    dispatcher.send(town, NOW)
    dispatcher.die()
    recover_abandoned(world.connection, THEN)
    return dispatcher


def dispatch(world: World, town: Town, now: str = LATER, process: ProcessName | None = None) -> StepwiseDispatcher:
    dispatcher = StepwiseDispatcher(world.connection, at(now))
    dispatcher.claim(at(now), process)
    dispatcher.release(at(now))
    dispatcher.send(town, at(now))
    dispatcher.record(at(now))
    return dispatcher


def die_before_sending(world: World) -> Released:
    """Messages handed over by a dispatcher that was killed before it learned the outcome."""
    dispatcher = StepwiseDispatcher(world.connection, NOW)
    dispatcher.claim(NOW)
    (sent,) = dispatcher.release(NOW).released
    dispatcher.die()
    recover_abandoned(world.connection, THEN)
    return sent


def states(world: World) -> dict[str, str]:
    return {touch.step: touch.state for touch in world.touches() if touch.state != TouchState.SKIPPED}


def ids(world: World) -> dict[str, UUID]:
    return {touch.step: touch.id for touch in world.touches() if touch.state != TouchState.SKIPPED}


def bodies(world: World) -> dict[str, str | None]:
    return {touch.step: touch.body for touch in world.touches() if touch.state != TouchState.SKIPPED}


def sell_the_car(world: World, customer: int) -> None:
    world.connection.execute(update(Vehicle).where(Vehicle.customer_id == customer).values(disposed_on=NOW.date()))


def test_a_merged_message_goes_again_as_it_was(world: World, town: Town, customer: int) -> None:
    cut_off(world, town)
    world.appointment(customer, "2026-03-12 14:00", booked_at=THEN)
    world.plan(APPOINTMENTS, LATER)
    dispatch(world, town)
    touches = ids(world)
    assert states(world) == dict.fromkeys(("reminder-7", "invitation-60", "confirmation"), TouchState.SENT)
    assert {step: town.times_told(id_) for step, id_ in touches.items()} == dict.fromkeys(touches, 1)
    assert [delivery.touches for delivery in town.deliveries] == [
        {touches["reminder-7"], touches["invitation-60"]},
        {touches["confirmation"]},
    ]


def test_the_lines_of_a_message_stand_by_importance_the_first_time_and_again(world: World, town: Town) -> None:
    """A gateway may refuse a different text with the same idempotency key."""
    customer = world.customer()
    world.warranty(customer, "2026-05-08")
    world.invoice(world.account(customer), "2026-03-03", "1000.00")
    world.appointment(customer, "2026-03-10 12:00", booked_at=at("2026-03-10 10:00"))
    for process in (WARRANTY, OVERDUE, APPOINTMENTS):
        world.plan(process, TUESDAY)
    cut_off(world, town)
    again = StepwiseDispatcher(world.connection, THEN)
    again.claim(THEN)
    (message,) = (one.message for one in again.release(THEN).released)
    assert [delivery.text for delivery in town.deliveries] == [message.text]
    *_, owed, warranty = message.text.splitlines()
    assert "CNY 1,000.00 overdue" in owed
    assert "the warranty of Aurora ends" in warranty


def test_what_goes_again_says_what_it_said_the_first_time(world: World, town: Town, customer: int) -> None:
    """A part of the debt is paid meanwhile. The gateway keeps the text of the key, and so does the ledger."""
    cut_off(world, town)
    (account_id,) = {touch.subject_id for touch in world.touches(customer) if touch.step == "reminder-7"}
    world.payment(account_id, "2026-03-10", "600.00")
    again = StepwiseDispatcher(world.connection, THEN)
    again.claim(THEN)
    (released,) = again.release(THEN).released
    again.record(THEN)
    (first,) = town.deliveries
    assert "CNY 1,000.00 overdue" in first.text
    assert "the warranty of Aurora ends" in first.text
    assert released.message.text == first.text
    assert bodies(world) == {"reminder-7": first.text, "invitation-60": None}


def test_what_goes_again_after_a_second_cut_and_a_busy_gateway_says_the_same(
    world: World, town: Town, customer: int
) -> None:
    cut_off(world, town)
    busy = StepwiseDispatcher(world.connection, THEN)
    busy.claim(THEN)
    busy.release(THEN)
    busy.record(THEN, lambda _: Transient("the gateway answered 503"))
    (account_id,) = {touch.subject_id for touch in world.touches(customer) if touch.step == "reminder-7"}
    world.payment(account_id, "2026-03-10", "600.00")
    dispatch(world, town, "2026-03-10 10:45")
    (first,) = town.deliveries
    assert states(world) == {"reminder-7": TouchState.SENT, "invitation-60": TouchState.SENT}
    assert bodies(world) == {"reminder-7": first.text, "invitation-60": None}


def test_an_e_mail_goes_again_under_the_subject_line_it_had(world: World, town: Town) -> None:
    customer = world.customer(phone=None, email="li.na@example.com")
    account_id = world.account(customer)
    for due_on in ("2026-03-03", "2026-03-02"):
        world.invoice(account_id, due_on, "1000.00")
    world.plan(OVERDUE, TUESDAY)
    sent = die_before_sending(world)
    world.connection.execute(update(TemplateVersion).values(subject="Another subject line", by_channel=None))
    again = StepwiseDispatcher(world.connection, THEN)
    again.claim(THEN)
    (released,) = again.release(THEN).released
    assert sent.message.subject
    links_of_now = released.message.parameters
    assert released.message == replace(sent.message, sent_at=THEN, resend=True, parameters=links_of_now)


def test_what_certainly_did_not_go_out_is_written_anew(world: World, town: Town, customer: int) -> None:
    first = StepwiseDispatcher(world.connection, NOW)
    first.claim(NOW)
    first.release(NOW)
    first.record(NOW, lambda _: Transient("the gateway answered 503"))
    assert bodies(world) == {"reminder-7": None, "invitation-60": None}
    (account_id,) = {touch.subject_id for touch in world.touches(customer) if touch.step == "reminder-7"}
    world.payment(account_id, "2026-03-10", "600.00")
    dispatch(world, town)
    (told,) = town.deliveries
    assert "CNY 400.00 overdue" in told.text
    assert bodies(world) == {"reminder-7": told.text, "invitation-60": None}


@pytest.mark.parametrize("before_the_claim", [True, False])
def test_a_message_that_goes_again_leaves_no_line_out(
    world: World, town: Town, customer: int, before_the_claim: bool
) -> None:
    """The reason of a merged line no longer holds. The message of the key includes it, so it waits for a person."""
    cut_off(world, town)
    again = StepwiseDispatcher(world.connection, THEN)
    if before_the_claim:
        sell_the_car(world, customer)
    again.claim(THEN)
    sell_the_car(world, customer)
    assert again.release(THEN).released == []
    assert again.record(THEN).unknown == 2
    assert states(world) == {"reminder-7": TouchState.UNKNOWN, "invitation-60": TouchState.UNKNOWN}


def test_it_goes_again_to_the_number_it_went_to(world: World, town: Town) -> None:
    """A gateway that knows the key sends to no other, whatever the customer has told us since."""
    customer = world.customer()
    world.handover(customer, "2026-03-09")
    world.plan(FOLLOWUP, TUESDAY)
    sent = die_before_sending(world)
    newer = {"customer_id": customer, "kind": ContactKind.PHONE, "value": "+8613900000001", "rank": 0}
    world.connection.execute(insert(ContactPoint).values(**newer))
    again = StepwiseDispatcher(world.connection, THEN)
    again.claim(THEN)
    (released,) = again.release(THEN).released
    assert released.message.to == sent.message.to


def test_what_may_have_gone_out_can_be_read(world: World, town: Town, customer: int) -> None:
    """A person who looks it up at the provider must know the text."""
    cut_off(world, town, idempotent=False)
    (told,) = town.deliveries
    assert bodies(world) == {"reminder-7": told.text, "invitation-60": None}


def test_a_message_that_goes_again_takes_no_new_line_along(world: World, town: Town) -> None:
    customer = world.customer()
    world.invoice(world.account(customer), "2026-03-03", "1000.00")
    world.plan(OVERDUE, TUESDAY)
    cut_off(world, town)
    world.warranty(customer, "2026-05-08")
    world.plan(WARRANTY, LATER)
    dispatch(world, town)
    assert states(world) == {"reminder-7": TouchState.SENT, "invitation-60": TouchState.PLANNED}
    dispatch(world, town, "2026-03-11 09:00")
    assert town.times_told(ids(world)["invitation-60"]) == 1


def test_a_line_does_not_go_by_itself_in_a_run_of_its_own_process(world: World, town: Town, customer: int) -> None:
    cut_off(world, town)
    dispatch(world, town, process=WARRANTY)
    assert len(town.deliveries) == 1
    assert states(world) == {"reminder-7": TouchState.SENT, "invitation-60": TouchState.SENT}


def test_what_may_have_gone_out_counts_against_the_cap(world: World, town: Town) -> None:
    customer = world.customer()
    world.handover(customer, "2026-03-09")
    world.plan(FOLLOWUP, TUESDAY)
    cut_off(world, town)
    world.invoice(world.account(customer), "2026-02-23", "1000.00")
    world.plan(OVERDUE, LATER)
    account = StepwiseDispatcher(world.connection, THEN).claim(THEN).account
    assert account.deferred == {"cap": 1}
    assert states(world) == {"thanks": TouchState.CLAIMED, "call-15": TouchState.PLANNED}


def test_it_goes_again_through_the_same_channel_only(world: World, town: Town) -> None:
    """Another gateway has never seen the key."""
    customer = world.customer(email="li.na@example.com")
    world.handover(customer, "2026-03-09")
    world.plan(FOLLOWUP, TUESDAY)
    cut_off(world, town)
    world.consent(customer, granted=False, given_at=at("2026-03-10 10:35"), channel="sms")  # type: ignore[arg-type]
    StepwiseDispatcher(world.connection, THEN).claim(THEN)
    assert states(world) == {"thanks": TouchState.UNKNOWN}


def test_without_a_key_it_waits_for_a_person(world: World, town: Town, customer: int) -> None:
    cut_off(world, town, idempotent=False)
    assert states(world) == {"reminder-7": TouchState.UNKNOWN, "invitation-60": TouchState.UNKNOWN}
    assert {touch.reason for touch in world.touches() if touch.state == TouchState.UNKNOWN} == {CUT_OFF}
    assert StepwiseDispatcher(world.connection, THEN).claim(THEN).judged == []


def test_a_channel_that_takes_no_keys_any_more_is_not_given_it_again(world: World, town: Town, customer: int) -> None:
    cut_off(world, town)
    second = StepwiseDispatcher(world.connection, THEN, idempotent=False)
    second.claim(THEN)
    assert second.release(THEN).released == []
    assert second.record(THEN).unknown == 2
    assert states(world) == {"reminder-7": TouchState.UNKNOWN, "invitation-60": TouchState.UNKNOWN}


def test_what_was_paid_meanwhile_is_unknown_not_cancelled(world: World, town: Town, customer: int) -> None:
    cut_off(world, town)
    (overdue,) = (touch for touch in world.touches(customer) if touch.step == "reminder-7")
    world.payment(overdue.subject_id, "2026-03-10", "1000.00")
    account = StepwiseDispatcher(world.connection, THEN).claim(THEN).account
    account.check()
    assert account.unknown == 2
    assert states(world) == {"reminder-7": TouchState.UNKNOWN, "invitation-60": TouchState.UNKNOWN}


def test_what_is_paid_between_the_second_claim_and_send_is_unknown(world: World, town: Town, customer: int) -> None:
    cut_off(world, town)
    second = StepwiseDispatcher(world.connection, THEN)
    second.claim(THEN)
    (overdue,) = (touch for touch in world.touches(customer) if touch.step == "reminder-7")
    world.payment(overdue.subject_id, "2026-03-10", "1000.00")
    assert second.release(THEN).released == []
    assert second.record(THEN).unknown == 2
    assert states(world) == {"reminder-7": TouchState.UNKNOWN, "invitation-60": TouchState.UNKNOWN}


def test_a_second_try_that_is_put_off_stays_what_it_was(world: World, town: Town, customer: int) -> None:
    cut_off(world, town)
    second = StepwiseDispatcher(world.connection, THEN)
    second.claim(THEN)
    second.release(THEN)
    second.record(THEN, lambda _: Transient("the gateway answered 503"))
    assert states(world) == {"reminder-7": TouchState.PLANNED, "invitation-60": TouchState.PLANNED}
    world.appointment(customer, "2026-03-12 14:00", booked_at=THEN)
    world.plan(APPOINTMENTS, "2026-03-10 10:45")
    dispatch(world, town, "2026-03-10 10:45")
    assert [len(delivery.touches) for delivery in town.deliveries] == [2, 1]
    assert {town.times_told(id_) for id_ in ids(world).values()} == {1}


def test_an_answer_that_comes_after_all_settles_it(world: World, town: Town, customer: int) -> None:
    """The database was away, so another dispatcher took over; then the first one's answer arrives."""
    first = cut_off(world, town)
    first.record(THEN, lambda _: Accepted("m-1"))
    assert states(world) == {"reminder-7": TouchState.SENT, "invitation-60": TouchState.SENT}
    assert StepwiseDispatcher(world.connection, THEN).claim(THEN).judged == []


def test_what_another_dispatcher_took_over_is_not_sent_by_the_first(world: World, town: Town, customer: int) -> None:
    first = StepwiseDispatcher(world.connection, NOW)
    first.claim(NOW)
    first.die()
    recover_abandoned(world.connection, THEN)
    second = dispatch(world, town)
    assert first.release(THEN).released == []
    assert first.record(THEN).deferred == {"retry": 2}
    assert second.batch is None
    assert len(town.deliveries) == 1
    assert states(world) == {"reminder-7": TouchState.SENT, "invitation-60": TouchState.SENT}


def test_what_was_only_claimed_is_planned_again_by_all_the_gates(world: World, town: Town, customer: int) -> None:
    first = StepwiseDispatcher(world.connection, NOW)
    first.claim(NOW)
    first.die()
    assert recover_abandoned(world.connection, THEN) == 2
    assert states(world) == {"reminder-7": TouchState.PLANNED, "invitation-60": TouchState.PLANNED}
    dispatch(world, town)
    assert [len(delivery.touches) for delivery in town.deliveries] == [2]


def test_nothing_is_taken_from_a_dispatcher_that_lives(world: World, town: Town, customer: int) -> None:
    first = StepwiseDispatcher(world.connection, NOW)
    first.claim(NOW)
    assert recover_abandoned(world.connection, THEN) == 0
    first.release(NOW)
    assert recover_abandoned(world.connection, THEN) == 0
    first.send(town, NOW)
    assert first.record(NOW).sent == 2
