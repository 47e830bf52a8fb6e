"""What nobody needs any more is deleted, table by table, as old as each table declares, a batch at a time."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, Table, delete, select, text, tuple_

from models.core.cadence import moment
from models.core.retention import DaysKept, Purged, lifetime, purged_tables
from models.database.tables import metadata

AT_ONCE = 5_000
"""How many rows one transaction deletes at most, so that nobody waits for long for a lock that it holds."""
InTransaction = Callable[[Callable[[Connection], int]], int]
"""Runs a piece of work on a connection, and commits it."""


def purge(in_transaction: InTransaction, days: DaysKept, now: datetime, at_once: int = AT_ONCE) -> dict[str, int]:
    """Delete every row whose time is over at `now`, each batch in a transaction of its own; how many, by table."""
    return {
        table.name: _purge_table(in_transaction, table, purged, days, now, at_once)
        for table, purged in purged_tables(metadata)
    }


def _purge_table(
    in_transaction: InTransaction, table: Table, purged: Purged, days: DaysKept, now: datetime, at_once: int
) -> int:
    gone, last = 0, at_once
    while last == at_once:
        last = in_transaction(lambda connection: purge_batch(connection, table, purged, days, now, at_once))
        gone += last
    return gone


def purge_batch(
    connection: Connection, table: Table, purged: Purged, days: DaysKept, now: datetime, at_once: int = AT_ONCE
) -> int:
    """Delete the oldest rows of a table whose time is over, so many at most; how many. Locked ones stay for now."""
    keys = list(table.primary_key.columns)
    since = table.c[purged.since]
    old = select(*keys).where(since < moment(now - lifetime(purged, days))).order_by(since).limit(at_once)
    if purged.only is not None:
        old = old.where(text(purged.only))
    batch = old.with_for_update(skip_locked=True, of=table)
    return connection.execute(delete(table).where(tuple_(*keys).in_(batch))).rowcount
