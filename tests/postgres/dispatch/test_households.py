"""Several customers behind one number: one is told of an occasion, the others wait or are spared, and it is said."""

from sqlalchemy import Engine, update

from models.core.words import ChannelName, ProcessName, TouchState
from models.ledger.tables import Dispatcher, Touch
from tasks.dispatch.claim import claim
from tasks.dispatch.rehearsing import rehearse
from tests.support.desk import said_of
from tests.support.office import Office
from tests.support.world import World, at

FOLLOWUP = ProcessName("post-delivery-followup")
APPOINTMENTS = ProcessName("appointment-reminders")
TUESDAY, WEDNESDAY = "2026-03-10 10:30", "2026-03-11 09:00"
NUMBER = "+8613800138000"
SAID = "another customer with the same number or address is told the same"


def handed_over(world: World, phone: str = NUMBER, **values: str) -> int:
    customer = world.customer(phone, **values)
    world.handover(customer, "2026-03-09")
    return customer


def test_a_number_is_told_the_same_once_a_day(office: Office) -> None:
    with office.open() as world:
        for _ in range(3):
            handed_over(world)
        handed_over(world, "+8613800138999")
        world.plan(FOLLOWUP, TUESDAY)
    account = office.dispatch(TUESDAY)
    assert (account.sent, account.deferred) == (2, {"household": 2})
    with office.open() as world:
        held = [touch for touch in world.touches() if touch.state == TouchState.PLANNED]
        assert {touch.not_before for touch in held} == {at(WEDNESDAY)}
        assert [said_of(world, touch.id) for touch in held] == [[SAID]] * 2
    account = office.dispatch(WEDNESDAY)
    assert (account.sent, account.deferred) == (1, {"household": 1})


def test_who_was_told_earlier_in_the_day_counts(office: Office) -> None:
    with office.open() as world:
        handed_over(world)
        world.plan(FOLLOWUP, TUESDAY)
    assert office.dispatch(TUESDAY).sent == 1
    with office.open() as world:
        handed_over(world)
        world.plan(FOLLOWUP, "2026-03-10 13:30")
    assert office.dispatch("2026-03-10 13:30").deferred == {"household": 1}


def test_a_message_that_failed_told_nobody(office: Office) -> None:
    with office.open() as world:
        handed_over(world)
        world.plan(FOLLOWUP, TUESDAY)
    office.dispatch(TUESDAY)
    with office.open() as world:
        world.connection.execute(update(Touch).values(state=TouchState.FAILED))
        handed_over(world)
        world.plan(FOLLOWUP, "2026-03-10 13:30")
    assert office.dispatch("2026-03-10 13:30").sent == 1


def test_an_obligation_is_to_each(office: Office) -> None:
    with office.open() as world:
        for _ in range(2):
            world.appointment(world.customer(NUMBER), "2026-03-10 12:00", booked_at=at("2026-03-01 10:00"))
        world.plan(APPOINTMENTS, TUESDAY)
    account = office.dispatch(TUESDAY)
    assert (account.deferred, account.cancelled) == ({}, {})
    assert [message["template"] for message in office.outbox()].count("appointment-two-hours-before") == 2


def test_two_cars_of_one_customer_stay_one_message(office: Office) -> None:
    with office.open() as world:
        customer = handed_over(world)
        world.handover(customer, "2026-03-09")
        world.plan(FOLLOWUP, TUESDAY)
    assert office.dispatch(TUESDAY).of_which_merged == 1


def test_another_way_to_another_address_is_not_the_same_number(office: Office) -> None:
    with office.open() as world:
        first, second = handed_over(world), handed_over(world, email="li.na@example.com")
        world.consent(second, granted=False, given_at=at("2026-03-10 08:00"), channel=ChannelName.SMS)
        world.plan(FOLLOWUP, TUESDAY)
        assert first != second
    assert office.dispatch(TUESDAY).sent == 2


def test_the_dry_run_shows_it(office: Office) -> None:
    with office.open() as world:
        for _ in range(3):
            handed_over(world)
        account, contacts = rehearse(world.connection, FOLLOWUP, at(TUESDAY))
    assert (account.sent, account.deferred, len(contacts)) == (1, {"household": 2}, 1)


def test_two_dispatchers_at_once_tell_a_number_once(office: Office, engine: Engine) -> None:
    """The second leaves the customers of that number to the first, and finds them told when it looks again."""
    with office.open() as world:
        customers = [handed_over(world), handed_over(world)]
        world.plan(FOLLOWUP, TUESDAY)
        ids = [world._add(Dispatcher, started_at=at(TUESDAY)) for _ in range(2)]
    with engine.connect() as one, engine.connect() as other:
        first = claim(one, at(TUESDAY), dispatcher_id=ids[0], limit=1)
        assert claim(other, at(TUESDAY), dispatcher_id=ids[1], limit=10) == []
        one.commit()
        other.rollback()
        second = claim(other, at(TUESDAY), dispatcher_id=ids[1], limit=10)
        other.commit()
    assert [touch.state for touch in first] == [TouchState.CLAIMED]
    assert [(touch.state, touch.gate) for touch in second] == [(TouchState.PLANNED, "household")]
    assert len(customers) == 2
