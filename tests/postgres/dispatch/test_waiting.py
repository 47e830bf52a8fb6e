"""If nothing waits, no dispatch is needed; if something does, it is found."""

from itertools import product
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from models.core.words import ProcessName, TouchState
from models.ledger.tables import Dispatcher, Touch, Verdict
from tasks.dispatch.dispatchers import IN_FLIGHT
from tasks.dispatch.waiting import anything_waits
from tests.support.office import Office
from tests.support.world import at

TUESDAY = "2026-03-10 10:30"
EARLIER, LATER = "2026-03-10 10:00", "2026-03-10 10:31"
PROCESSES = (None, ProcessName("warranty-expiry"), ProcessName("overdue-accounts"))


@pytest.fixture
def planned(office: Office) -> Office:
    """One message, due on Tuesday at ten."""
    with office.open() as world:
        world.warranty(world.customer(), "2026-05-08")
        world.plan(ProcessName("warranty-expiry"), TUESDAY)
    return office


def put(office: Office, state: TouchState, not_before: str) -> None:
    """Set the only touch to a state, in the hands of a dead dispatcher where the state asks for one."""
    with office.open() as world:
        values: dict[str, Any] = {"state": state, "not_before": at(not_before), "claimed_by": None}
        if state in IN_FLIGHT:
            values["claimed_by"] = world._add(Dispatcher, started_at=at(EARLIER))
        world.connection.execute(update(Touch).values(values))


def seen(office: Office) -> list[Any]:
    with office.open() as world:
        return list(world.connection.execute(select(Touch.__table__)).all())


def test_a_dispatch_changes_nothing_where_nothing_waits(office: Office) -> None:
    with office.open() as world:
        world.warranty(world.customer(), "2026-05-08")
    for state, not_before, process in product(TouchState, (TUESDAY, LATER), PROCESSES):
        with office.open() as world:
            world.connection.execute(delete(Verdict))
            world.connection.execute(delete(Touch))
            world.plan(ProcessName("warranty-expiry"), TUESDAY)
        put(office, state, not_before)
        with office.open() as world:
            waits = anything_waits(world.connection, at(TUESDAY), process)
        before = seen(office)
        office.dispatch(TUESDAY, process)
        assert waits or seen(office) == before, (state, not_before, process)


def test_what_is_due_or_in_flight_waits_and_nothing_else(planned: Office) -> None:
    found = []
    for state in TouchState:
        for not_before in (TUESDAY, LATER):
            put(planned, state, not_before)
            with planned.open() as world:
                if anything_waits(world.connection, at(TUESDAY)):
                    found.append((state, not_before))
    assert sorted(found) == sorted(
        [(TouchState.PLANNED, TUESDAY), *((state, moment) for state in IN_FLIGHT for moment in (TUESDAY, LATER))]
    )


def test_campaigns_wait_for_their_own_dispatch(planned: Office) -> None:
    with planned.open() as world:
        world.connection.execute(update(Touch).values(process=ProcessName("campaigns")))
        assert not anything_waits(world.connection, at(TUESDAY))


def test_a_process_waits_for_its_own_touches(planned: Office) -> None:
    with planned.open() as world:
        waiting = [process for process in PROCESSES if anything_waits(world.connection, at(TUESDAY), process)]
    assert waiting == [None, ProcessName("warranty-expiry")]
