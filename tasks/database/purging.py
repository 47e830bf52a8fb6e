"""Purging: old rows are deleted table by table, as each table's retention declares, in batches."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, Table, delete, select, text, tuple_

from models.core.cadence import moment
from models.core.retention import DaysKept, Purged, lifetime, purged_tables
from models.database.tables import metadata

AT_ONCE = 5_000
"""The maximum number of rows deleted per transaction, so that locks are held only briefly."""
InTransaction = Callable[[Callable[[Connection], int]], int]
"""Runs work on a connection and commits it."""


def purge(in_transaction: InTransaction, days: DaysKept, now: datetime, at_once: int = AT_ONCE) -> dict[str, int]:
    """Delete all rows expired at `now`, each batch in its own transaction; returns how many, by table."""
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
    """Delete the oldest expired rows of a table, up to a limit; returns how many. Locked rows are skipped."""
    keys = list(table.primary_key.columns)
    since = table.c[purged.since]
    old = select(*keys).where(since < moment(now - lifetime(purged, days))).order_by(since).limit(at_once)
    if purged.only is not None:
        old = old.where(text(purged.only))
    batch = old.with_for_update(skip_locked=True, of=table)
    return connection.execute(delete(table).where(tuple_(*keys).in_(batch))).rowcount
