"""Who claims touches, whether they are still alive, and what becomes of what the dead ones held.

A dispatcher holds a PostgreSQL advisory lock for as long as it lives. The lock ends with its connection: at once
when it is killed, on whatever machine, and whatever the clock says. That is the lease.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    case,
    column,
    func,
    insert,
    literal,
    null,
    select,
    table,
    text,
    update,
)
from sqlalchemy.exc import OperationalError

from models.base import enumeration
from models.cadence import moment
from models.ledger import Dispatcher, Touch
from models.words import TouchState

LOCK_CLASS = 727_002
"""The first key of the advisory locks of dispatchers; the second is the dispatcher's id."""
IN_FLIGHT = (TouchState.CLAIMED, TouchState.SENDING)
CUT_OFF = "the dispatcher was cut off while it was sending"


class Lease:
    """The advisory lock of one dispatcher, on a connection of its own."""

    def __init__(self, engine: Engine, dispatcher_id: int) -> None:
        self.engine, self.dispatcher_id = engine, dispatcher_id
        self._connection = self._hold()

    def _hold(self) -> Connection:
        connection = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            connection.execute(select(func.pg_advisory_lock(LOCK_CLASS, self.dispatcher_id)))
        except OperationalError:
            connection.close()
            raise
        return connection

    def renew(self) -> None:
        """Take the lock again when the database was restarted under it. Raises while the database is away."""
        if not self._connection.closed:
            try:
                self._connection.execute(text("select 1"))
            except OperationalError:
                self._connection.close()
        if self._connection.closed:
            self._connection = self._hold()

    def end(self) -> None:
        """Give the lock up with its connection."""
        if not self._connection.closed:
            self._connection.invalidate()
            self._connection.close()


@contextmanager
def dispatcher(engine: Engine, now: datetime, run_id: UUID | None) -> Iterator[Lease]:
    """A new dispatcher and its lease, for the length of a dispatch."""
    with engine.begin() as connection:
        dispatcher_id = connection.execute(
            insert(Dispatcher).values(started_at=now, run_id=run_id).returning(Dispatcher.id)
        ).scalar_one()
    lease = Lease(engine, dispatcher_id)
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
    unsent = (Touch.state == TouchState.CLAIMED) & ~Touch.resendable
    again = (Touch.state == TouchState.CLAIMED) | Touch.resendable
    states = enumeration(TouchState)
    returned = connection.execute(
        update(Touch)
        .where(Touch.state.in_(IN_FLIGHT), ~_alive())
        .values(
            state=case((again, literal(TouchState.PLANNED, states)), else_=literal(TouchState.UNKNOWN, states)),
            state_at=moment(now),
            reason=case((again, null()), else_=literal(CUT_OFF)),
            contacted_at=case((unsent, null()), else_=Touch.contacted_at),
            merged_into=case((unsent, null()), else_=Touch.merged_into),
            claimed_by=null(),
        )
    )
    return returned.rowcount


def _alive() -> ColumnElement[bool]:
    locks = table("pg_locks", *(column(name) for name in ("locktype", "classid", "objid", "objsubid", "database")))
    here = select(text("oid")).select_from(text("pg_database")).where(text("datname = current_database()"))
    return (
        select(literal(1))
        .select_from(locks)
        .where(
            locks.c.locktype == "advisory",
            locks.c.classid == LOCK_CLASS,
            locks.c.objsubid == 2,  # two keys of four bytes
            locks.c.objid == Touch.claimed_by,
            locks.c.database == here.scalar_subquery(),
        )
        .exists()
    )
