"""What staff let pass undone of late: told to whoever gives out the calls, and counted for whoever watches."""

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
"""So long after a sweep has found that its time had passed."""
LOOKED_BACK = timedelta(days=120)
"""What was due longer ago is not looked through."""


@dataclass(frozen=True, slots=True)
class MissedOfRole:
    """Calls or tasks of one process and one role."""

    process: ProcessName
    role: Role | None
    kind: StepKind
    touches: int
    first_due: date
    """On the calendars of the stores."""
    last_due: date


@dataclass(frozen=True, slots=True)
class Missed:
    """What was let pass in the last week, the most first."""

    parts: Sequence[MissedOfRole]

    @property
    def count(self) -> int:
        """All of it."""
        return sum(part.touches for part in self.parts)

    @property
    def tasks(self) -> int:
        """Of it what was for a desk, to be visited or to be posted."""
        return sum(part.touches for part in self.parts if part.kind is not StepKind.CALL)

    @property
    def calls(self) -> int:
        """Of it the calls to customers."""
        return self.count - self.tasks

    @property
    def since(self) -> date:
        """The first day on which any of it was due. Raises `ValueError` of nothing."""
        return min(part.first_due for part in self.parts)

    @property
    def until(self) -> date:
        """The last such day. Raises `ValueError` of nothing."""
        return max(part.last_due for part in self.parts)


def read_missed(connection: Connection, now: datetime, store_id: int | None) -> Missed:
    """The calls and tasks that passed undone in the last week, of one store or of all (None)."""
    due_on, count = local_day(Touch.due_at, Store.time_zone), func.count()
    parts = (Touch.process, Touch.role, Touch.kind)
    # The state is said in the text, for PostgreSQL takes the index of what was missed only where it sees it.
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
