"""The health of the installation: runs, waiting touches, failures."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, literal, select, true, values
from sqlalchemy import column as named
from sqlalchemy.types import Text

from models.core.base import enumeration
from models.core.words import Gate, TouchState
from models.ledger.tables import PolicyVersion, Run, Touch
from models.ledger.watching import LastRun
from models.people.tables import Store
from tasks.overview.days import of_store
from tasks.overview.missed import read_missed

EXPIRED_SINCE = timedelta(days=7)
GIVEN_UP = (TouchState.UNKNOWN, TouchState.FAILED)
WAITING = (TouchState.PLANNED, TouchState.AWAITING_APPROVAL, TouchState.READY)
IN_FLIGHT = (TouchState.CLAIMED, TouchState.SENDING)
"""Queried separately, because each has its own index."""


@dataclass(frozen=True, slots=True)
class LedgerHealth:
    """Waiting and failed touches."""

    oldest_due: datetime | None
    """Since when the longest waiting touch could have been sent; None: nothing waits."""
    unknown: int
    failed: int
    expired: int
    """Found too late in the last week."""
    missed: int
    """Calls and tasks missed in the last week."""


def has_stores(connection: Connection) -> bool:
    """Whether any store exists yet."""
    return connection.scalar(select(Store.id).limit(1)) is not None


def read_last_runs(connection: Connection, names: Iterable[str]) -> dict[str, LastRun]:
    """The last run of each flow, without rehearsals. One index lookup per name."""
    wanted = values(named("name", Text), name="wanted").data([(name,) for name in names])
    last = (
        select(Run.started_at, Run.state, Run.error)
        .where(Run.process == wanted.c.name, Run.dry_run.is_(False))
        .order_by(Run.started_at.desc())
        .limit(1)
        .lateral("last")
    )
    rows = connection.execute(select(wanted.c.name, last).select_from(wanted).join(last, true()))
    return {row.name: LastRun(row.started_at, row.state, row.error) for row in rows}


def read_beginning(connection: Connection) -> datetime | None:
    """When this installation was created; None: not yet."""
    return connection.scalar(select(func.min(PolicyVersion.created_at)))


def read_ledger_health(connection: Connection, now: datetime, store_id: int | None) -> LedgerHealth:
    """Waiting and failed touches, of one store or all (None)."""
    counted = count_unsettled(connection, store_id)
    expired = select(func.count()).where(
        Touch.due_at > now - EXPIRED_SINCE, Touch.due_at <= now, Touch.state == TouchState.SKIPPED,
        Touch.gate == Gate.VALIDITY,
    )  # fmt: skip
    return LedgerHealth(
        oldest_due=read_oldest_due(connection, now, store_id),
        unknown=counted.get(TouchState.UNKNOWN, 0),
        failed=counted.get(TouchState.FAILED, 0),
        expired=connection.scalar(of_store(expired, Touch.store_id, store_id)) or 0,
        missed=read_missed(connection, now, store_id).count,
    )


def count_unsettled(connection: Connection, store_id: int | None) -> dict[TouchState, int]:
    """The number of touches that a person must settle, by state."""
    given_up = select(Touch.state, func.count()).where(Touch.state.in_(GIVEN_UP)).group_by(Touch.state)
    return dict(connection.execute(of_store(given_up, Touch.store_id, store_id)).tuples().all())


def read_oldest_due(connection: Connection, now: datetime, store_id: int | None) -> datetime | None:
    """Since when the longest waiting touch could have been sent: looks at the first of each priority only."""
    planned = Touch.state == literal(TouchState.PLANNED, enumeration(TouchState), literal_execute=True)
    priorities = select(func.max(Touch.priority).label("priority")).where(planned).cte("priorities", recursive=True)
    lower = select(func.max(Touch.priority)).where(planned, Touch.priority < priorities.c.priority).scalar_subquery()
    priorities = priorities.union_all(select(lower).where(priorities.c.priority.is_not(None)))
    first = of_store(
        select(Touch.not_before)
        .where(planned, Touch.priority == priorities.c.priority, Touch.not_before <= now)
        .order_by(Touch.not_before)
        .limit(1),
        Touch.store_id,
        store_id,
    ).lateral("first")
    oldest: datetime | None = connection.scalar(
        select(func.min(first.c.not_before)).select_from(priorities).join(first, true())
    )
    return oldest


def count_open(connection: Connection, store_id: int | None) -> dict[tuple[str, TouchState], int]:
    """The number of open touches per process and state."""
    counted = select(Touch.process, Touch.state, func.count()).group_by(Touch.process, Touch.state)
    found: dict[tuple[str, TouchState], int] = {}
    # Each of the two conditions matches a partial index: exactly the touches in flight have a dispatcher.
    for open_touches in (Touch.state.in_(WAITING), Touch.claimed_by.is_not(None)):
        rows = connection.execute(of_store(counted.where(open_touches), Touch.store_id, store_id))
        found |= {(process, state): count for process, state, count in rows}
    return found


def read_database_size(connection: Connection) -> int:
    """The size of the database in bytes."""
    return int(connection.scalar(select(func.pg_database_size(func.current_database()))) or 0)


def list_store_codes(connection: Connection) -> list[str]:
    """The codes of all stores."""
    return list(connection.scalars(select(Store.code).order_by(Store.code)))
