"""Recently missed calls and tasks: reported to those who assign calls, and counted for monitoring."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, literal, select

from models.core.base import enumeration
from models.core.cadence import local_day, moment
from models.core.words import ProcessName, Role, StepKind, TouchState
from models.ledger.tables import Touch
from models.people.tables import Store
from tasks.overview.days import of_store

TOLD_FOR = timedelta(days=7)
"""How long a touch is reported after a sweep marked it as missed."""
LOOKED_BACK = timedelta(days=120)
"""Touches due longer ago are not searched."""


@dataclass(frozen=True, slots=True)
class MissedOfRole:
    """Calls or tasks of one process and one role."""

    process: ProcessName
    role: Role | None
    kind: StepKind
    touches: int
    first_due: date
    """Store-local days."""
    last_due: date


@dataclass(frozen=True, slots=True)
class Missed:
    """Missed in the last week, largest number first."""

    parts: Sequence[MissedOfRole]

    @property
    def count(self) -> int:
        """The total number."""
        return sum(part.touches for part in self.parts)

    @property
    def tasks(self) -> int:
        """The number of tasks for desks."""
        return sum(part.touches for part in self.parts if part.kind is not StepKind.CALL)

    @property
    def calls(self) -> int:
        """The number of calls to customers."""
        return self.count - self.tasks

    @property
    def since(self) -> date:
        """The first due day. Raises `ValueError` if empty."""
        return min(part.first_due for part in self.parts)

    @property
    def until(self) -> date:
        """The last due day. Raises `ValueError` if empty."""
        return max(part.last_due for part in self.parts)


def read_missed(connection: Connection, now: datetime, store_id: int | None) -> Missed:
    """The calls and tasks missed in the last week, of one store or all (None)."""
    due_on, count = local_day(Touch.due_at, Store.time_zone), func.count()
    parts = (Touch.process, Touch.role, Touch.kind)
    # The state is a literal, because PostgreSQL uses the partial index of missed touches only then.
    missed = Touch.state == literal(TouchState.MISSED, enumeration(TouchState), literal_execute=True)
    statement = (
        select(*parts, count.label("touches"), func.min(due_on).label("first"), func.max(due_on).label("last"))
        .join(Store, Store.id == Touch.store_id)
        .where(missed, Touch.due_at > moment(now - LOOKED_BACK), Touch.due_at <= moment(now))
        .where(Touch.state_at > moment(now - TOLD_FOR), Touch.state_at <= moment(now))
        .group_by(*parts)
        .order_by(count.desc(), *parts)
    )
    rows = connection.execute(of_store(statement, Touch.store_id, store_id))
    return Missed(
        [MissedOfRole(ProcessName(row.process), row.role, row.kind, row.touches, row.first, row.last) for row in rows]
    )
