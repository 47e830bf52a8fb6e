"""Nobody is contacted outside the hours of the store's law pack at any of the places where they may be."""

from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select, update

from models.core.words import ProcessName, Purpose, TouchState
from models.ledger.tables import Dispatcher, Touch
from models.people.tables import Customer, Store
from models.stores.laws.pack import pack_of
from tasks.dispatch.claim import claim
from tests.support.oracles import law_allows
from tests.support.world import World

FOLLOWUP = ProcessName("post-delivery-followup")
HERE = "America/New_York"
PHONES = {
    "+12125550101": ["America/New_York US-NY"],
    "+12135550101": ["America/Los_Angeles US-CA"],
    "+19155550101": ["America/Denver US-TX"],
    "+18005551234": [],
    "+33612345678": ["Europe/Paris FR"],
}
ZONES: dict[str | None, list[str]] = {None: [], "Pacific/Honolulu": ["Pacific/Honolulu"], HERE: [HERE]}
AREAS: dict[str | None, list[str]] = {None: [], "tx": ["America/Chicago US-TX", "America/Denver US-TX"], "Mars": []}
CHANGES = (datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC))
"""When clocks change in America, and a day without."""
MOMENTS = st.builds(
    lambda at, minutes: at + timedelta(minutes=minutes), st.sampled_from(CHANGES), st.integers(-2000, 2000)
)
ROUNDS = 12


class Person(NamedTuple):
    """A customer by what is known of them."""

    phone: str
    zone: str | None
    area: str | None
    purpose: Purpose

    @property
    def places(self) -> list[str]:
        return [*PHONES[self.phone], *ZONES[self.zone], *AREAS[self.area]] or [HERE]


PEOPLE = st.lists(
    st.builds(
        Person,
        st.sampled_from(sorted(PHONES)),
        st.sampled_from(list(ZONES)),
        st.sampled_from(list(AREAS)),
        st.sampled_from([Purpose.FOLLOW_UP, Purpose.MARKETING, Purpose.DUNNING]),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda person: person.phone,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PEOPLE, MOMENTS)
def test_messages_go_as_soon_as_every_place_is_open_and_not_before(
    connection: Connection, people: list[Person], now: datetime
) -> None:
    with connection.begin_nested() as savepoint:
        waiting = _wait(connection, people, now)
        for _ in range(ROUNDS):
            _look(connection, waiting, now)
            left = select(Touch.not_before).where(Touch.state == TouchState.PLANNED).order_by(Touch.not_before)
            soonest = connection.scalar(left.limit(1))
            if soonest is None:
                break
            assert soonest > now
            now = soonest
        else:
            never = [person for person in waiting.values() if _opens(person, now)]
            assert not never
        savepoint.rollback()


def _wait(connection: Connection, people: list[Person], now: datetime) -> dict[int, Person]:
    """Each has a message that is due now."""
    world = World(connection, zone=HERE)
    connection.execute(update(Store).values(law="us", contact_from=time(0), contact_until=time(23, 59, 59)))
    waiting = {}
    yesterday = (now.astimezone(ZoneInfo(HERE)) - timedelta(days=1)).date()
    for person in people:
        customer = world.customer(person.phone, time_zone=person.zone, area=person.area)
        world.consent(customer, granted=True, given_at=now - timedelta(days=9))
        world.handover(customer, f"{yesterday}")
        waiting[customer] = person
    world.plan(FOLLOWUP, f"{yesterday + timedelta(days=1)} 12:00")
    for customer, person in waiting.items():
        lasting = {"valid_until": now + timedelta(days=30), "not_before": now, "due_at": now}
        connection.execute(update(Touch).where(Touch.customer_id == customer).values(purpose=person.purpose, **lasting))
    return waiting


def _look(connection: Connection, waiting: dict[int, Person], now: datetime) -> None:
    """Claim what is due, and hold each verdict against the oracle."""
    due = {row.id: row.customer_id for row in connection.execute(
        select(Touch.id, Touch.customer_id).where(Touch.state == TouchState.PLANNED, Touch.not_before <= now)
    )}  # fmt: skip
    dispatcher = connection.execute(insert(Dispatcher).values(started_at=now).returning(Dispatcher.id)).scalar_one()
    judged = claim(connection, now, dispatcher_id=dispatcher, limit=100)
    assert {one.id for one in judged} == set(due)
    for one in judged:
        person = waiting[due[one.id]]
        open_now = law_allows(pack_of("us"), person.places, person.purpose, "message", now)
        if one.gate == "quiet-hours":
            continue
        assert (one.state, one.gate) == (("claimed", "none") if open_now else ("planned", "law")), (person, now)


def _opens(person: Person, now: datetime) -> bool:
    """Whether there is a moment in the next week at which every place is open."""
    moments = (now + timedelta(minutes=30 * number) for number in range(7 * 48))
    return any(law_allows(pack_of("us"), person.places, person.purpose, "message", at) for at in moments)


def test_a_number_is_placed_once_and_a_changed_address_counts_at_once(connection: Connection) -> None:
    now = datetime(2026, 6, 1, 12, 30, tzinfo=UTC)  # 08:30 in New York, 07:30 in Chicago
    waiting = _wait(connection, [Person("+12125550101", None, None, Purpose.DUNNING)], now)
    connection.execute(update(Customer).values(area="Texas"))
    dispatcher = connection.execute(insert(Dispatcher).values(started_at=now).returning(Dispatcher.id)).scalar_one()
    (judged,) = claim(connection, now, dispatcher_id=dispatcher, limit=100)
    assert (judged.gate, judged.reason) == ("law", "hours-of-law")
    held = connection.execute(select(Touch.reason_figures, Touch.not_before).where(Touch.id == judged.id)).one()
    assert held.reason_figures["rule"] == "us-debt-hours"
    assert held.not_before == datetime(2026, 6, 1, 14, tzinfo=UTC)  # 08:00 in Denver: Texas reaches that far
    assert len(waiting) == 1
