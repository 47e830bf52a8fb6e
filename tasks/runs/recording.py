"""Runs of processes: a row each, with the account that must balance, and a lock that says that its process lives."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Engine, func, insert, select, update
from sqlalchemy.types import Text

from models.core.words import RunState
from models.ledger.accounts_of_runs import RunAccount
from models.ledger.tables import Process, Run
from tasks.database.leases import Lease, is_held
from tasks.policies.catalogue import active_versions
from tasks.runs.failures import DIED, sentence

RUN_LOCK = 727_004
"""The first key of the advisory locks of runs; the second is made of the run's id."""
STARTED_BY = "started-by:"
"""What the tag of a flow run begins with that names who started it."""
AUTO_SCHEDULED = "auto-scheduled"
"""How Prefect tags what a schedule started."""


def who_started(tags: Iterable[str]) -> str:
    """Who or what started a flow run, by its tags."""
    named = next((tag.removeprefix(STARTED_BY) for tag in tags if tag.startswith(STARTED_BY)), None)
    if named:
        return named
    return "schedule" if AUTO_SCHEDULED in tags else "hand"


def open_run(
    connection: Connection,
    process: str,
    as_of: datetime,
    started_at: datetime,
    *,
    dry_run: bool,
    prefect_run_id: UUID | None,
    started_by: str,
) -> UUID:
    """A new run, with the versions of the policy that it goes by; its id."""
    return connection.execute(
        insert(Run)
        .values(
            process=process, as_of=as_of, dry_run=dry_run, state=RunState.RUNNING, started_at=started_at,
            prefect_run_id=prefect_run_id, started_by=started_by, policy_versions=active_versions(connection, process),
        )
        .returning(Run.id)
    ).scalar_one()  # fmt: skip


def hold_run(engine: Engine, run_id: UUID, connection: Connection) -> Lease:
    """The lock that a run's process holds while it lives. Take it before the run's row is committed."""
    key: int = connection.execute(select(_key()).where(Run.id == run_id)).scalar_one()
    return Lease(engine, RUN_LOCK, key)


def is_alive() -> ColumnElement[bool]:
    """Whether the process of a run lives."""
    return is_held(RUN_LOCK, _key())


def _key() -> ColumnElement[int]:
    return func.hashtext(Run.id.cast(Text)).op("&")(2**31 - 1)


def note_account(connection: Connection, run_id: UUID, account: RunAccount) -> None:
    """How far a run is: its account so far, which does not balance yet."""
    connection.execute(
        update(Run)
        .where(Run.id == run_id, Run.state == RunState.RUNNING)
        .values(account=account.model_dump(mode="json"))
    )


def close_run(connection: Connection, run_id: UUID, account: RunAccount, finished_at: datetime) -> None:
    """Finish a run with its account. Raises `Unbalanced`."""
    account.check()
    connection.execute(
        update(Run)
        .where(Run.id == run_id)
        .values(state=RunState.COMPLETED, account=account.model_dump(mode="json"), error=None, finished_at=finished_at)
    )


def fail_run(connection: Connection, run_id: UUID, account: RunAccount, error: str, finished_at: datetime) -> None:
    """Finish a run that did not come to its end, with what it had done by then.

    A reason that was given before, by whoever cancelled it, says more than what the cancelling then broke.
    """
    connection.execute(
        update(Run)
        .where(Run.id == run_id)
        .values(
            state=RunState.FAILED,
            account=account.model_dump(mode="json"),
            error=func.coalesce(Run.error, error),
            finished_at=finished_at,
        )
    )


def fail_dead_runs(connection: Connection, now: datetime) -> int:
    """Close the runs whose process was killed and could not do it itself; how many."""
    closed = (
        update(Run)
        .where(Run.state == RunState.RUNNING, ~is_alive())
        .values(state=RunState.FAILED, error=func.coalesce(Run.error, sentence(DIED)), finished_at=now)
    )
    return connection.execute(closed).rowcount


def is_enabled(connection: Connection, process: str) -> bool:
    """Whether a process runs at all: it is switched on and was not removed."""
    row = connection.execute(select(Process.enabled, Process.removed_at).where(Process.name == process)).one_or_none()
    return row is None or (row.enabled and row.removed_at is None)
