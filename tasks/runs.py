"""Runs of processes: a row each, with the account that must balance."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, insert, select, update

from models.accounts_of_runs import RunAccount
from models.ledger import Process, Run
from models.words import RunState


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
    """A new run; its id."""
    return connection.execute(
        insert(Run)
        .values(
            process=process, as_of=as_of, dry_run=dry_run, state=RunState.RUNNING, started_at=started_at,
            prefect_run_id=prefect_run_id, started_by=started_by,
        )
        .returning(Run.id)
    ).scalar_one()  # fmt: skip


def close_run(connection: Connection, run_id: UUID, account: RunAccount, finished_at: datetime) -> None:
    """Finish a run with its account. Raises `Unbalanced`."""
    account.check()
    connection.execute(
        update(Run)
        .where(Run.id == run_id)
        .values(state=RunState.COMPLETED, account=account.model_dump(mode="json"), finished_at=finished_at)
    )


def fail_run(connection: Connection, run_id: UUID, account: RunAccount, error: str, finished_at: datetime) -> None:
    """Finish a run that did not come to its end, with what it had done by then."""
    connection.execute(
        update(Run)
        .where(Run.id == run_id)
        .values(state=RunState.FAILED, account=account.model_dump(mode="json"), error=error, finished_at=finished_at)
    )


def is_enabled(connection: Connection, process: str) -> bool:
    """Whether a process runs at all."""
    enabled = connection.scalar(select(Process.enabled).where(Process.name == process))
    return enabled is not False
