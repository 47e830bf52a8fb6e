"""State transitions of touches: every statement that sets `Touch.state` is made here.

Each statement names the states that it takes touches from. Every transition is checked with
`models.ledger.touch_states` when the statement is built. The statement changes no touch in another state, whatever
happened to the row since it was read. It also sets the moment of the change.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Update,
    Uuid,
    and_,
    any_,
    case,
    false,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from models.core.base import enumeration
from models.core.cadence import Now, moment
from models.core.words import TouchState
from models.ledger.tables import Touch
from models.ledger.touch_states import ForbiddenTransition, check_transitions

Ways = Mapping[TouchState, Collection[TouchState]]
"""For each new state, the states that a touch may come from."""


def change(after: TouchState, before: Collection[TouchState], at: Now, *, restamp: bool = True) -> Update:
    """An `UPDATE` that moves touches to one state. The caller adds the filter and other changes.

    It affects only touches in one of `before`. `restamp`: touches already in the state get a new moment too.
    Raises `ForbiddenTransition` for a transition that is not allowed.
    """
    check_transitions(before, after)
    now = moment(at)
    stamp = now if restamp else case((Touch.state != after, now), else_=Touch.state_at)
    return update(Touch).where(stands_in(before)).values(state=after, state_at=stamp)


def change_each(after: ColumnElement[Any], ways: Ways, at: Now) -> Update:
    """The same, if the new state is computed per row. `ways`: the possible transitions.

    Raises `ForbiddenTransition` for a transition that is not allowed.
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
    **values: object,
) -> None:
    """Move touches that the caller has locked to a state, with other changes.

    Raises `ForbiddenTransition` if one of them is in none of `before`.
    """
    if not ids:
        return
    statement = change(after, before, at).where(Touch.id == any_(literal(list(ids), ARRAY(Uuid))))
    moved = connection.execute(statement.values(**values)).rowcount
    check_all_moved(connection, ids, after, moved)


def check_all_moved(connection: Connection, ids: Collection[UUID], after: TouchState, moved: int) -> None:
    """Check that a statement has moved all requested touches.

    Raises `ForbiddenTransition` with those in other states.
    """
    if moved == len(ids):
        return
    left = select(Touch.id, Touch.state).where(Touch.id == any_(literal(list(ids), ARRAY(Uuid))), Touch.state != after)
    rows = connection.execute(left.order_by(Touch.id)).all()
    if rows:
        before = rows[0].state
        raise ForbiddenTransition(before, after, (row.id for row in rows if row.state is before))


def stands_in(states: Collection[TouchState]) -> ColumnElement[bool]:
    """Whether a touch is in one of some states, phrased so that PostgreSQL does not use it for its row estimate.

    This condition is only a safeguard. Callers that search by state add their own condition: otherwise PostgreSQL would
    estimate so few rows in a ledger with a long history that it uses nested loops.
    """
    return func.coalesce(Touch.state.in_(sorted(states)), false())


def _on_its_way(after: ColumnElement[Any], ways: Ways) -> ColumnElement[bool]:
    """Whether a row's state may change to its new one. If all may, the new state is not computed again."""
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
