"""Purging inside the transaction of a test."""

from datetime import datetime

from sqlalchemy import Connection

from models.core.retention import DaysKept
from tasks.database.purging import AT_ONCE, purge


def purged(
    connection: Connection, now: datetime, days: DaysKept | None = None, at_once: int = AT_ONCE
) -> dict[str, int]:
    """Purge as housekeeping does, but commit nothing; how many rows went, by table."""
    return purge(lambda work: work(connection), days or DaysKept(), now, at_once)
