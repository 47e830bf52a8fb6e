"""Who claims touches, whether they are still alive, and what becomes of what the dead ones held.

A dispatcher holds a PostgreSQL advisory lock for as long as it lives. The lock ends with its connection: at once
when it is killed, on whatever machine, and whatever the clock says. That is the lease.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Engine, Uuid, and_, case, func, insert, literal, null
from sqlalchemy.dialects.postgresql import ARRAY

from models.core.base import enumeration
from models.core.reasons import declare
from models.core.words import TouchState
from models.ledger.tables import Dispatcher, Touch
from tasks.database.leases import Lease, is_held
from tasks.ledger.transitions import change, change_each

LOCK_CLASS = 727_002
"""The first key of the advisory locks of dispatchers; the second is the dispatcher's id."""
IN_FLIGHT = (TouchState.CLAIMED, TouchState.SENDING)
CUT_OFF = declare("dispatcher-cut-off")


@contextmanager
def dispatcher(engine: Engine, now: datetime, run_id: UUID | None) -> Iterator[Lease]:
    """A new dispatcher and its lease, for the length of a dispatch."""
    with engine.begin() as connection:
        dispatcher_id = connection.execute(
            insert(Dispatcher).values(started_at=now, run_id=run_id).returning(Dispatcher.id)
        ).scalar_one()
    lease = Lease(engine, LOCK_CLASS, dispatcher_id)
    try:
        yield lease
    finally:
        lease.end()


def recover_abandoned(connection: Connection, now: datetime) -> int:
    """Take back what dead dispatchers held; how many touches.

    What was only claimed is planned again: nothing had left the house. What was being sent is planned again where the
    channel takes the touch's id as an idempotency key, and else becomes unknown (invariant 2). It may have gone out, so
    it still counts as a contact, and goes again with the same lines in it or not at all.
    """
    unsent = _unsent()
    again = (Touch.state == TouchState.CLAIMED) | Touch.resendable
    states = enumeration(TouchState)
    after = case((again, literal(TouchState.PLANNED, states)), else_=literal(TouchState.UNKNOWN, states))
    ways = dict.fromkeys((TouchState.PLANNED, TouchState.UNKNOWN), IN_FLIGHT)
    returned = connection.execute(
        change_each(after, ways, now)
        .where(Touch.claimed_by.is_not(None), ~is_held(LOCK_CLASS, Touch.claimed_by))
        .values(
            reason=case((again, null()), else_=literal(CUT_OFF)),
            reason_figures=null(),
            contacted_at=case((unsent, null()), else_=Touch.contacted_at),
            merged_into=case((unsent, null()), else_=Touch.merged_into),
            claimed_by=null(),
        )
    )
    return returned.rowcount


def recover_unanswered(connection: Connection, dispatcher_id: int, in_hand: Sequence[UUID], now: datetime) -> None:
    """Plan again what a dispatcher's own claim took, when its answer was lost with the connection to the database.

    `in_hand` is what the dispatcher knows that it holds.
    """
    connection.execute(
        change(TouchState.PLANNED, (TouchState.CLAIMED,), now)
        .where(
            Touch.claimed_by == dispatcher_id,
            Touch.state == TouchState.CLAIMED,
            Touch.id != func.all(literal(list(in_hand), ARRAY(Uuid))),
        )
        .values(
            contacted_at=case((_unsent(), null()), else_=Touch.contacted_at),
            merged_into=case((_unsent(), null()), else_=Touch.merged_into),
            claimed_by=null(),
        )
    )


def _unsent() -> ColumnElement[bool]:
    """Nothing of it had left the house, this time or before."""
    return and_(Touch.state == TouchState.CLAIMED, ~Touch.resendable)
