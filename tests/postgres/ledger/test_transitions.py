"""State transitions of touches: which are made, and the error for the others."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Row, case, literal, select, update

from models.core.base import enumeration
from models.core.words import ProcessName, StepKind, TouchState
from models.ledger.tables import Touch
from models.ledger.touch_states import OPEN, ForbiddenTransition
from tasks.ledger.transitions import change, change_each, move
from tests.support.world import World, at

PLANNED_AT = "2026-03-10 10:00"
NOW = at("2026-03-10 12:00")
FOLLOWUP = ProcessName("post-delivery-followup")


def put(world: World, step: str, state: TouchState, **values: Any) -> UUID:
    """The touch of a step, put into a state without asking."""
    moved = update(Touch).where(Touch.step == step).values(state=state, **values)
    return world.connection.execute(moved.returning(Touch.id)).scalar_one()


def of(world: World, touch_id: UUID) -> Row[Any]:
    return world.connection.execute(select(Touch.__table__).where(Touch.id == touch_id)).one()


@pytest.fixture
def call(world: World) -> UUID:
    """A call on the list about a handover of three days ago."""
    world.handover(world.customer(), "2026-03-07")
    world.plan(FOLLOWUP, PLANNED_AT)
    return put(world, "day-3-call", TouchState.READY)


def test_who_stands_where_it_must_is_moved_and_stamped(world: World, call: UUID) -> None:
    move(world.connection, [call], TouchState.DONE, (TouchState.READY,), NOW, reason="by hand")
    touch = of(world, call)
    assert (touch.state, touch.state_at, touch.reason) == (TouchState.DONE, NOW, "by hand")


def test_who_stands_elsewhere_is_left_and_told_of(world: World, call: UUID) -> None:
    put(world, "day-3-call", TouchState.CANCELLED)
    with pytest.raises(ForbiddenTransition) as refused:
        move(world.connection, [call], TouchState.DONE, (TouchState.READY,), NOW)
    assert (refused.value.before, refused.value.after, refused.value.ids) == (
        TouchState.CANCELLED, TouchState.DONE, (call,),
    )  # fmt: skip
    assert of(world, call).state is TouchState.CANCELLED


def test_a_statement_for_many_moves_only_those_who_may(world: World, call: UUID) -> None:
    put(world, "day-3-call", TouchState.DONE)
    found = world.connection.execute(change(TouchState.CANCELLED, OPEN, NOW).where(Touch.id == call)).rowcount
    assert (found, of(world, call).state) == (0, TouchState.DONE)


def test_each_row_goes_its_own_way_or_none(world: World, call: UUID) -> None:
    """A call that is ready may be missed; a thanks that is planned may not, though the statement would have it so."""
    world.handover(world.customer(), "2026-03-09")
    world.plan(FOLLOWUP, PLANNED_AT)
    states = enumeration(TouchState)
    after = case(
        (Touch.kind == StepKind.CALL, literal(TouchState.MISSED, states)), else_=literal(TouchState.MISSED, states)
    )
    ways = {TouchState.MISSED: (TouchState.READY,), TouchState.SKIPPED: (TouchState.PLANNED,)}
    moved = world.connection.scalars(change_each(after, ways, NOW).returning(Touch.id)).all()
    assert list(moved) == [call]


def test_what_stays_keeps_its_time_where_that_is_asked_for(world: World, call: UUID) -> None:
    before = of(world, call).state_at
    staying = (TouchState.READY,)
    world.connection.execute(change(TouchState.READY, staying, NOW, restamp=False).where(Touch.id == call))
    assert of(world, call).state_at == before != NOW
    world.connection.execute(change(TouchState.READY, staying, NOW).where(Touch.id == call))
    assert of(world, call).state_at == NOW
