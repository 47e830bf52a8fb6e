"""Which sources stay away, or send files that say nothing new."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, or_, select

from models.core.reasons import GivenReason, give
from models.intake.files import FileSeen
from models.intake.freshness import Load, is_behind, is_late, read_loads, usual_interval
from models.ledger.attention import FACTS_BEHIND, FACTS_GRACE, FACTS_LATE, FACTS_OLD


@dataclass(frozen=True, slots=True)
class SourceSeen:
    """A source, and when its files came."""

    kinds: str
    store: str | None
    file_name: str
    seen_at: datetime
    loads: Sequence[Load]
    expected_days: int | None

    def was_replaced_by(self, other: "SourceSeen") -> bool:
        """Whether another map took its place: its first file came after the last one of this source."""
        alike = (self.kinds, self.store) == (other.kinds, other.store)
        return alike and bool(self.loads) and bool(other.loads) and other.loads[0].at > self.loads[-1].at


def tell_stale_facts(connection: Connection, now: datetime, store: str | None) -> list[GivenReason]:
    """The sources that are late or behind, of a store or all; where none has a rhythm yet, the newest file of all."""
    sources = _read_sources(connection, store)
    current = [one for one in sources if not any(one.was_replaced_by(other) for other in sources)]
    known = [one for one in current if usual_interval(one.loads, one.expected_days) is not None]
    if not known:
        newest = max((one.seen_at for one in sources), default=None)
        old = newest is not None and newest < now - FACTS_GRACE
        return [give(FACTS_OLD, at=newest.isoformat())] if newest is not None and old else []
    return [reason for one in known if (reason := _of_source(one, now)) is not None]


def _read_sources(connection: Connection, store: str | None) -> list[SourceSeen]:
    names = (
        FileSeen.source,
        FileSeen.store,
        FileSeen.file_name,
        FileSeen.seen_at,
        FileSeen.loads,
        FileSeen.expected_days,
    )
    statement = select(*names).order_by(FileSeen.source)
    if store is not None:
        statement = statement.where(or_(FileSeen.store.is_(None), FileSeen.store == store))
    return [
        SourceSeen(
            row.source.split(" ")[0], row.store, row.file_name or "", row.seen_at, read_loads(row.loads),
            row.expected_days,
        )
        for row in connection.execute(statement)
    ]  # fmt: skip


def _of_source(source: SourceSeen, now: datetime) -> GivenReason | None:
    told = {"kinds": source.kinds.split(","), "file": source.file_name}
    interval = usual_interval(source.loads, source.expected_days)
    if interval is not None and is_late(source.loads, source.expected_days, now):
        days = max(1, round(interval.total_seconds() / 86_400))
        return give(FACTS_LATE, **told, at=source.loads[-1].at.isoformat(), days=days)
    newest = source.loads[-1].newest_on if source.loads else None
    if newest is not None and is_behind(source.loads):
        return give(FACTS_BEHIND, **told, day=newest.isoformat())
    return None
