"""How long the rows of each table are kept, and why, as the table declares it; what goes is declared with its age."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import MetaData, Table

RETENTION = "retention"
"""The key in a table's `info`."""
AtLeastADay = Annotated[int, Field(ge=1)]
AtLeastAWeek = Annotated[int, Field(ge=7)]
"""Longer than anything that is still at work can take."""


class DaysKept(BaseModel):
    """How many days rows are kept that nobody needs for ever. A misspelt name must not leave a default unseen."""

    model_config = ConfigDict(extra="forbid")

    dispatchers: AtLeastAWeek = 30
    idle_runs: AtLeastAWeek = 90
    receipts: AtLeastADay = 7
    channel_pauses: AtLeastADay = 365
    audience_lists: AtLeastADay = 90


@dataclass(frozen=True, slots=True)
class ForEver:
    """No row ever goes by its age."""

    grows: str
    """How fast: such as "one row per touch"."""
    because: str


@dataclass(frozen=True, slots=True)
class WithParent:
    """A row goes with the row of another table that it belongs to: the database deletes it then."""

    grows: str
    parent: str
    because: str


@dataclass(frozen=True, slots=True)
class Purged:
    """Housekeeping deletes a row some time after a moment that the row says."""

    grows: str
    since: str
    """The column with the moment. A row without it stays."""
    after: timedelta | str
    """How long after; or the name of the setting in `DaysKept` that says how many days."""
    because: str
    only: str | None = None
    """In SQL: which rows go at all; null: all that are old enough."""
    stays: str | None = None
    """The same in words: what stays for ever, whatever its age."""


Retention = ForEver | WithParent | Purged


def retention_of(table: Table) -> Retention | None:
    """What a table declares; None: nothing."""
    found: Retention | None = table.info.get(RETENTION)
    return found


def lifetime(purged: Purged, days: DaysKept) -> timedelta:
    """How long after its moment a row is kept in this installation."""
    if isinstance(purged.after, timedelta):
        return purged.after
    return timedelta(days=getattr(days, purged.after))


def purged_tables(metadata: MetaData) -> Iterator[tuple[Table, Purged]]:
    """The tables of which rows go, those first that point to others."""
    for table in reversed(metadata.sorted_tables):
        retention = retention_of(table)
        if isinstance(retention, Purged):
            yield table, retention


def retention_lines(metadata: MetaData) -> list[str]:
    """The rows of the table in docs/operating.md, with the defaults of the settings."""
    lines = ["| table | grows by | kept | why |", "|---|---|---|---|"]
    for table in sorted(metadata.tables.values(), key=lambda one: one.name):
        retention = retention_of(table)
        if retention is not None:
            lines.append(f"| `{table.name}` | {retention.grows} | {_kept(retention)} | {retention.because} |")
    return lines


def _kept(retention: Retention) -> str:
    match retention:
        case ForEver():
            return "for ever"
        case WithParent():
            return f"as long as its row in `{retention.parent}`"
        case Purged():
            stays = f"; for ever: {retention.stays}" if retention.stays else ""
            return (f"{_span(retention.after)} after" if retention.after else "until") + f" `{retention.since}`{stays}"


def _span(after: timedelta | str) -> str:
    if isinstance(after, str):
        days = DaysKept.model_fields[after].default
        return f"{days} days (`AFTERCARE_DAYS_KEPT__{after.upper()}`)"
    return f"{after // timedelta(minutes=1)} minutes"
