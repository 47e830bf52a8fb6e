"""What customers write back, and what it leads to."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Row, select, update

from models.core.words import AppointmentStatus, ChannelName, ProcessName, Purpose, ReplyMeaning, TouchState
from models.inbound.tables import Inbound
from models.ledger.tables import Reply, Touch
from models.people.tables import Consent, Store
from models.subjects.appointment import Appointment
from tasks.customers.consent import read_switches
from tasks.self_service.replies import ReplyTaken, UnreadableSender, record_reply
from tests.support.desk import audited, dispatched, verdicts_of
from tests.support.world import World, at

NOW = at("2026-03-11 19:00")
NUMBER = "+8613800138000"
APPOINTMENTS = ProcessName("appointment-reminders")


def reply(world: World, text: str, sender: str = NUMBER, now: datetime = NOW, **values: Any) -> ReplyTaken:
    channel = values.pop("channel", ChannelName.SMS)
    return record_reply(world.connection, sender, text, channel, now, **values)


def reminded(world: World, customer: int, starts_at: str = "2026-03-12 14:00") -> int:
    """An appointment of tomorrow that the customer was reminded of at 18:00."""
    appointment = world.appointment(customer, starts_at, booked_at=at("2026-03-01 09:00"))
    world.plan(APPOINTMENTS, "2026-03-11 18:00")
    dispatched(world, "day-before", TouchState.SENT, at("2026-03-11 18:00"), channel=ChannelName.SMS)
    return appointment


def appointment_of(world: World, appointment: int) -> Row[Any]:
    return world.connection.execute(select(Appointment.__table__).where(Appointment.id == appointment)).one()


def test_one_confirms_the_appointment(world: World) -> None:
    customer = world.customer(phone=NUMBER)
    appointment = reminded(world, customer)
    taken = reply(world, "1")
    assert (taken.meaning, taken.appointment_id, taken.customers) == (ReplyMeaning.CONFIRM, appointment, (customer,))
    assert appointment_of(world, appointment).confirmed_at == NOW
    assert audited(world) == [(f"customer:{customer}", "appointment.replied", "appointment")]


def test_two_makes_the_advisors_call(world: World) -> None:
    appointment = reminded(world, world.customer(phone=NUMBER))
    reply(world, "２")
    assert appointment_of(world, appointment).other_time_asked_at == NOW
    world.plan(APPOINTMENTS, "2026-03-11 19:01")
    assert world.steps(state="planned") == ["other-time-call"]


def test_who_takes_it_back_is_reminded_again(world: World) -> None:
    appointment = reminded(world, world.customer(phone=NUMBER))
    reply(world, "2")
    reply(world, "1", now=at("2026-03-11 19:02"))
    stands = appointment_of(world, appointment)
    assert (stands.confirmed_at, stands.other_time_asked_at) == (at("2026-03-11 19:02"), None)


def test_a_reply_is_about_the_visit_last_messaged_about(world: World) -> None:
    customer = world.customer(phone=NUMBER)
    far = world.appointment(customer, "2026-03-30 09:00", booked_at=at("2026-03-01 09:00"))
    sooner = world.appointment(customer, "2026-03-12 09:00", booked_at=at("2026-03-11 18:30"))
    world.plan(APPOINTMENTS, "2026-03-11 18:30")
    dispatched(world, "confirmation", TouchState.SENT, at("2026-03-11 18:31"))
    assert reply(world, "1").appointment_id == sooner
    assert appointment_of(world, far).confirmed_at is None


@pytest.mark.parametrize(
    "status", [AppointmentStatus.CANCELLED, AppointmentStatus.ARRIVED, AppointmentStatus.REQUESTED]
)
def test_there_is_nothing_to_confirm_of_a_visit_that_does_not_wait(world: World, status: AppointmentStatus) -> None:
    appointment = world.appointment(world.customer(phone=NUMBER), "2026-03-12 14:00", status=status)
    taken = reply(world, "1")
    assert (taken.meaning, taken.appointment_id) == (ReplyMeaning.CONFIRM, None)
    assert appointment_of(world, appointment).confirmed_at is None


def test_a_missed_visit_can_still_be_given_another_time_but_not_be_confirmed(world: World) -> None:
    missed = world.appointment(world.customer(phone=NUMBER), "2026-03-11 14:00")
    assert reply(world, "1").appointment_id is None
    assert reply(world, "2").appointment_id == missed


@pytest.mark.parametrize("text", ["STOP", "退订", "td", " Ｔ "])
def test_an_opt_out_is_for_the_channel_and_everyone_of_the_number(world: World, text: str) -> None:
    wife, husband = world.customer(phone=NUMBER), world.customer(phone=NUMBER)
    other = world.customer()
    for customer in (wife, husband, other):
        world.handover(customer, "2026-03-10")
    world.plan(ProcessName("post-delivery-followup"), "2026-03-11 09:00")
    taken = reply(world, text)
    assert set(taken.customers) == {wife, husband}
    consents = world.connection.execute(select(Consent.__table__).order_by(Consent.customer_id)).all()
    assert [(row.customer_id, row.purpose, row.channel, row.granted) for row in consents] == [
        (wife, None, "sms", False),
        (husband, None, "sms", False),
    ]


def test_an_opt_out_cancels_what_has_no_other_channel(world: World) -> None:
    customer = world.customer(phone=NUMBER)
    for handed in ("2026-03-10", "2026-03-08"):
        world.handover(customer, handed)
    world.plan(ProcessName("post-delivery-followup"), "2026-03-11 10:00")
    world.connection.execute(update(Touch).where(Touch.step == "thanks").values(channels=["sms"]))
    taken = reply(world, "STOP")
    (ended,) = (touch for touch in world.touches() if touch.state == "cancelled")
    assert (taken.cancelled, ended.step, ended.gate) == (1, "thanks", "consent")
    assert verdicts_of(world, ended.id) == [("consent", "stop", "opted-out-of-channel")]
    assert world.steps(state="planned") == ["day-3-call"]


def test_what_nobody_can_read_is_kept_for_a_person(world: World) -> None:
    customer = world.customer(phone=NUMBER)
    reminded(world, customer)
    taken = reply(world, "please stop by tomorrow")
    assert (taken.meaning, taken.cancelled) == (ReplyMeaning.UNREADABLE, 0)
    kept = world.connection.execute(select(Reply.__table__)).one()
    assert (kept.customer_id, kept.text, kept.received_at) == (customer, "please stop by tomorrow", NOW)
    assert world.connection.execute(select(Consent.id)).all() == []


def test_one_message_is_taken_once(world: World) -> None:
    appointment = reminded(world, world.customer(phone=NUMBER))
    first = reply(world, "1", message_id="m1")
    second = reply(world, "1", now=at("2026-03-11 20:00"), message_id="m1")
    assert (first.again, second.again, second.id) == (False, True, first.id)
    assert appointment_of(world, appointment).confirmed_at == NOW
    assert len(world.connection.execute(select(Reply.id)).all()) == 1
    assert reply(world, "1", now=at("2026-03-11 20:00")).id != first.id


def test_an_unknown_sender_is_kept_without_a_customer(world: World) -> None:
    taken = reply(world, "STOP", sender="+8613911111111")
    kept = world.connection.execute(select(Reply.__table__)).one()
    assert (taken.customers, kept.customer_id, kept.sender) == ((), None, "+8613911111111")


@pytest.mark.parametrize("sender", ["13800138000", "8613800138000", "+86 138-0013-8000", "0086 138 0013 8000"])
def test_a_sender_is_found_however_the_gateway_writes_it(world: World, sender: str) -> None:
    customer = world.customer(phone=NUMBER)
    assert reply(world, "hello", sender=sender).customers == (customer,)


def test_a_mail_address_is_found_in_any_case(world: World) -> None:
    customer = world.customer(phone=None, email="li@example.com")
    taken = reply(world, "unsubscribe", sender="Li@Example.com", channel=ChannelName.EMAIL)
    assert taken.customers == (customer,)
    assert world.connection.execute(select(Consent.channel)).scalar_one() == "email"


def test_a_sender_that_is_no_number_is_refused(world: World) -> None:
    with pytest.raises(UnreadableSender, match="'ALERTS' is not a phone number"):
        reply(world, "1", sender="ALERTS")


def test_start_takes_back_an_opt_out_and_no_more_where_the_law_pack_knows_the_word(world: World) -> None:
    customer = world.customer(phone=NUMBER)
    other_way = world.consent(customer, granted=False, given_at=at("2026-03-01 09:00"), purpose=Purpose.SURVEY)
    reply(world, "STOP")
    assert reply(world, "Start!", now=at("2026-03-11 19:01")).meaning is ReplyMeaning.UNREADABLE  # the house's own
    world.connection.execute(update(Store).values(law="us"))
    assert reply(world, "START", now=at("2026-03-11 19:02")).meaning is ReplyMeaning.START
    allowed = read_switches(world.connection, None, customer, at("2026-03-11 19:02"))
    by_sms = {purpose for purpose in Purpose if allowed.of(purpose, ChannelName.SMS).allowed}
    assert by_sms == {Purpose.SERVICE, Purpose.FOLLOW_UP, Purpose.DUNNING}
    assert other_way
    assert reply(world, "start", now=at("2026-03-11 19:03")).meaning is ReplyMeaning.START  # nothing to take back


def test_help_goes_to_a_person(world: World) -> None:
    customer = world.customer(phone=NUMBER)
    world.connection.execute(update(Store).values(law="us"))
    assert reply(world, "help").meaning is ReplyMeaning.HELP
    assert world.connection.scalar(select(Inbound.customer_id)) == customer
