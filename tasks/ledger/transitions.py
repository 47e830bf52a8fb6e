"""The one door through which a touch changes its state: every statement that sets `Touch.state` is made here.

A statement says from which states it takes touches. Each step is asked of `models.ledger.touch_states` when the
statement is made, and the statement moves nothing that stands in another state, whatever has happened to a row
since it was read. The moment of the change is stamped here, too.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Update, Uuid, and_, case, false, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from models.core.base import enumeration
from models.core.cadence import Now, moment
from models.core.words import TouchState
from models.ledger.tables import Touch
from models.ledger.touch_states import ForbiddenTransition, check_transitions

Ways = Mapping[TouchState, Collection[TouchState]]
"""By the state that a touch goes to: the states that it may come from."""


def change(after: TouchState, before: Collection[TouchState], at: Now, *, restamp: bool = True) -> Update:
    """An `UPDATE` that moves touches to one state; the caller says which, and what else changes.

    It takes those only that stand in one of `before`. `restamp`: what is in the state already is stamped anew, too.
    Raises `ForbiddenTransition` for a step that the life of a touch does not know.
    """
    check_transitions(before, after)
    now = moment(at)
    stamp = now if restamp else case((Touch.state != after, now), else_=Touch.state_at)
    return update(Touch).where(stands_in(before)).values(state=after, state_at=stamp)


def change_each(after: ColumnElement[Any], ways: Ways, at: Now) -> Update:
    """The same, where the state that a touch goes to is computed row by row. `ways`: what may come of it.

    Raises `ForbiddenTransition` for a step that the life of a touch does not know.
    """
    for target, before in ways.items():
        check_transitions(before, target)
    return update(Touch).where(_on_its_way(after, ways)).values(state=after, state_at=moment(at))


def move(
    connection: Connection,
    ids: Sequence[UUID],
    after: TouchState,
    before: Collection[TouchState],
    at: Now,
    **values: Any,
) -> None:
    """Move touches that the caller holds locked to a state, with what else changes.

    Raises `ForbiddenTransition` where one of them stands in none of `before`.
    """
    if not ids:
        return
    statement = change(after, before, at).where(Touch.id == func.any(literal(list(ids), ARRAY(Uuid))))
    moved = connection.execute(statement.values(**values)).rowcount
    check_all_moved(connection, ids, after, moved)


def check_all_moved(connection: Connection, ids: Collection[UUID], after: TouchState, moved: int) -> None:
    """Check that a statement has moved all the touches that it was to move.

    Raises `ForbiddenTransition` with those that stand elsewhere.
    """
    if moved == len(ids):
        return
    left = select(Touch.id, Touch.state).where(
        Touch.id == func.any(literal(list(ids), ARRAY(Uuid))), Touch.state != after
    )
    rows = connection.execute(left.order_by(Touch.id)).all()
    if rows:
        before = rows[0].state
        raise ForbiddenTransition(before, after, (row.id for row in rows if row.state is before))


def stands_in(states: Collection[TouchState]) -> ColumnElement[bool]:
    """A touch is in one of some states; so worded that PostgreSQL does not look for its rows by it.

    The door only turns away. Who finds touches by their state says so beside it: PostgreSQL would else expect so few
    of them in a ledger with a past that it would join them row by row.
    """
    return func.coalesce(Touch.state.in_(sorted(states)), false())


def _on_its_way(after: ColumnElement[Any], ways: Ways) -> ColumnElement[bool]:
    """The state that a row is in leads to the one it is to get. Where all do, the latter is not computed again."""
    together: dict[frozenset[TouchState], list[TouchState]] = {}
    for target, before in ways.items():
        together.setdefault(frozenset(before), []).append(target)
    if len(together) == 1:
        return stands_in(next(iter(together)))
    states = enumeration(TouchState)
    return or_(
        *(
            and_(stands_in(before), after.in_([literal(target, states) for target in targets]))
            for before, targets in together.items()
        )
    )
