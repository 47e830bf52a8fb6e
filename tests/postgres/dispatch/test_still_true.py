"""What changes between the claim and the send: paid, promised, moved, called off, refused. It does not go out."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from models.core.words import CAMPAIGNS, AppointmentStatus, ChannelName, ProcessName, ReplyMeaning, TouchState
from models.ledger.tables import Touch
from models.people.tables import ContactPoint
from models.policies.shipped import shipped_processes
from models.subjects.appointment import Appointment
from models.subjects.vehicle import Vehicle
from tasks.channels import contract
from tasks.channels.contract import CHUNKS_IN_FLIGHT
from tasks.self_service.replies import record_reply
from tests.support.desk import verdicts_of
from tests.support.dispatcher import settings_for
from tests.support.office import Office
from tests.support.sink import Received, Sink
from tests.support.stepwise import StepwiseDispatcher
from tests.support.world import World, at, day

TUESDAY = "2026-03-10 10:30"
NOW = at(TUESDAY)
Fact = Callable[[World, int], None]


def owes(world: World, customer: int) -> None:
    world.invoice(world.account(customer), "2026-03-03", "1000.00")


def visits(world: World, customer: int) -> None:
    world.appointment(customer, "2026-03-10 12:00", booked_at=at("2026-03-01 10:00"))


def has_a_warranty(world: World, customer: int) -> None:
    world.warranty(customer, "2026-05-08")


def pays(world: World, customer: int) -> None:
    world.payment(_subject(world, customer), "2026-03-10", "1000.00")


def promises(world: World, customer: int) -> None:
    world.promise(_subject(world, customer), "2026-03-10", "2026-03-20")


def says_stop(world: World, customer: int) -> None:
    own = ContactPoint.customer_id == customer
    number = world.connection.execute(select(ContactPoint.value).where(own)).scalar_one()
    assert record_reply(world.connection, number, " stop ", ChannelName.SMS, NOW).meaning is ReplyMeaning.STOP


def asks_for_another_time(world: World, customer: int) -> None:
    own = ContactPoint.customer_id == customer
    number = world.connection.execute(select(ContactPoint.value).where(own)).scalar_one()
    assert record_reply(world.connection, number, "2", ChannelName.SMS, NOW).meaning is ReplyMeaning.OTHER_TIME


def moves(world: World, customer: int) -> None:
    world.move(_subject(world, customer), "2026-03-12 15:00", "2026-03-10 10:29")


def calls_off(world: World, customer: int) -> None:
    own = Appointment.customer_id == customer
    world.connection.execute(update(Appointment).where(own).values(status=AppointmentStatus.CANCELLED))


def sells_the_car(world: World, customer: int) -> None:
    own = Vehicle.customer_id == customer
    world.connection.execute(update(Vehicle).where(own).values(disposed_on=day("2026-03-09")))


def _subject(world: World, customer: int) -> int:
    (touch,) = (touch for touch in world.touches(customer) if touch.state == TouchState.CLAIMED)
    return int(touch.subject_id)


@pytest.mark.parametrize(
    ("fact", "change", "state", "reason"),
    [
        (owes, pays, TouchState.CANCELLED, "nothing-owed"),
        (owes, promises, TouchState.CANCELLED, "promise-running"),
        (owes, says_stop, TouchState.CANCELLED, "no-consent"),
        (visits, calls_off, TouchState.CANCELLED, "appointment-cancelled"),
        (visits, moves, TouchState.SUPERSEDED, "date-moved"),
        (visits, asks_for_another_time, TouchState.CANCELLED, "other-time-asked"),
        (visits, says_stop, TouchState.CANCELLED, "no-consent"),
        (has_a_warranty, sells_the_car, TouchState.CANCELLED, "vehicle-sold"),
    ],
)
def test_what_comes_between_claim_and_send_stops_it(
    world: World, fact: Fact, change: Fact, state: TouchState, reason: str
) -> None:
    customer = world.customer()
    fact(world, customer)
    for process in (*shipped_processes(), CAMPAIGNS):
        world.plan(process, TUESDAY)
    dispatcher = StepwiseDispatcher(world.connection, NOW)
    (judged,) = (one for one in dispatcher.claim(NOW).judged if one.state is TouchState.CLAIMED)
    change(world, customer)
    assert dispatcher.release(NOW).released == []
    account = dispatcher.record(NOW)
    assert (account.sent, account.cancelled) == (0, {reason: 1})
    (touch,) = (touch for touch in world.touches(customer) if touch.id == judged.id)
    assert (touch.state, touch.reason, touch.contacted_at, touch.claimed_by) == (state, reason, None, None)
    assert verdicts_of(world, judged.id)[-1][1:] == ("stop", reason)


def test_a_part_payment_between_claim_and_send_changes_what_is_said(world: World) -> None:
    customer = world.customer()
    owes(world, customer)
    world.plan(ProcessName("overdue-accounts"), TUESDAY)
    dispatcher = StepwiseDispatcher(world.connection, NOW)
    dispatcher.claim(NOW)
    world.payment(_subject(world, customer), "2026-03-10", "400.00")
    (released,) = dispatcher.release(NOW).released
    assert "CNY 600.00" in released.message.text


def test_when_the_message_falls_away_its_line_is_sent_by_itself(world: World) -> None:
    customer = world.customer()
    owes(world, customer)
    has_a_warranty(world, customer)
    for process in (*shipped_processes(), CAMPAIGNS):
        world.plan(process, TUESDAY)
    dispatcher = StepwiseDispatcher(world.connection, NOW)
    dispatcher.claim(NOW)
    (head,) = (one for one in world.touches(customer) if one.step == "reminder-7" and one.state == TouchState.CLAIMED)
    world.payment(head.subject_id, "2026-03-10", "1000.00")
    assert dispatcher.release(NOW).released == []
    dispatcher.record(NOW)
    dispatcher.claim(NOW)
    (released,) = dispatcher.release(NOW).released
    assert dispatcher.record(NOW).sent == 1
    assert (released.message.template, released.carried) == ("warranty-invitation", ())


async def test_payments_that_come_in_while_the_first_messages_go_out_stop_the_rest(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gateway keeps the first chunks waiting; nobody of the later ones owes anything any more."""
    monkeypatch.setattr(contract, "KEYED_CHUNK", 2)
    in_flight, customers = 2 * CHUNKS_IN_FLIGHT, 14
    with office.open() as world:
        for _ in range(customers):
            owes(world, world.customer())
        world.plan(ProcessName("overdue-accounts"), TUESDAY)
    full, answer = asyncio.Event(), asyncio.Event()

    def note(_: Received) -> None:
        if len(sink.received) == in_flight:
            full.set()

    def pay_what_is_not_on_its_way() -> None:
        with office.open() as world:
            for touch in world.touches():
                if touch.state == TouchState.CLAIMED:
                    world.payment(touch.subject_id, "2026-03-10", "1000.00")

    async with Sink(record=note, hold=answer) as sink:
        office.settings = settings_for(tmp_path, sink.url, 100)
        dispatching = asyncio.create_task(asyncio.to_thread(office.dispatch, TUESDAY))
        await full.wait()
        await asyncio.to_thread(pay_what_is_not_on_its_way)
        answer.set()
        account = await dispatching
    assert (account.sent, account.cancelled) == (in_flight, {"nothing-owed": customers - in_flight})
    assert len(sink.received) == in_flight
    with office.engine.connect() as connection:
        paid_and_told = select(func.count()).where(Touch.state == TouchState.SENT)
        assert connection.scalar(paid_and_told) == in_flight
