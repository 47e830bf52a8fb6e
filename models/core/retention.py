"""Retention: how long each table keeps its rows, and why, as the table declares."""

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
"""Longer than any running work can take."""


class DaysKept(BaseModel):
    """Days to keep rows that are not kept for ever. Unknown names are refused, so that a typo is noticed."""

    model_config = ConfigDict(extra="forbid")

    dispatchers: AtLeastAWeek = 30
    idle_runs: AtLeastAWeek = 90
    receipts: AtLeastADay = 7
    channel_pauses: AtLeastADay = 365
    audience_lists: AtLeastADay = 90
    staff_words: AtLeastAWeek = 90


@dataclass(frozen=True, slots=True)
class ForEver:
    """Rows are never deleted because of their age."""

    grows: str
    """How fast it grows, such as "one row per touch"."""
    because: str


@dataclass(frozen=True, slots=True)
class WithParent:
    """A row is deleted by the database together with its parent row."""

    grows: str
    parent: str
    because: str


@dataclass(frozen=True, slots=True)
class Purged:
    """Housekeeping deletes a row some time after a moment in one of its columns."""

    grows: str
    since: str
    """The column with the moment. Rows where it is null are kept."""
    after: timedelta | str
    """How long after, or the name of the setting in `DaysKept` with the number of days."""
    because: str
    only: str | None = None
    """SQL condition for the rows that may be deleted; null: all that are old enough."""
    stays: str | None = None
    """The same in words: which rows are kept for ever."""


Retention = ForEver | WithParent | Purged


def retention_of(table: Table) -> Retention | None:
    """A table's declaration; None if it has none."""
    found: Retention | None = table.info.get(RETENTION)
    return found


def lifetime(purged: Purged, days: DaysKept) -> timedelta:
    """How long this installation keeps a row after its moment."""
    if isinstance(purged.after, timedelta):
        return purged.after
    return timedelta(days=getattr(days, purged.after))


def purged_tables(metadata: MetaData) -> Iterator[tuple[Table, Purged]]:
    """The tables with purged rows, referencing tables first."""
    for table in reversed(metadata.sorted_tables):
        retention = retention_of(table)
        if isinstance(retention, Purged):
            yield table, retention


def retention_lines(metadata: MetaData) -> list[str]:
    """The lines of the table in docs/operating.md, with the default settings."""
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
