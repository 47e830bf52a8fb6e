"""The runs as people look at them: a page of the list, one run whole, and what still waits because of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, case, func, select

from models.core.errors import NotFound
from models.core.masking import mask
from models.core.rows import AnyRow, AnySelect
from models.core.words import RunState, TouchState
from models.ledger.accounts_of_runs import RunAccount
from models.ledger.tables import Process, Run, Touch
from models.people.tables import Store
from tasks.database.paging import Cursor, Order, Page, read_page
from tasks.runs.recording import is_alive

PAGE = 25
LATEST = Order(Run.started_at, Run.id, latest_first=True)


class NoSuchRun(NotFound):
    """A run that there is not."""

    def __init__(self, run_id: object) -> None:
        self.run_id = run_id
        super().__init__(f"There is no run {run_id}.")


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs are listed; None: whatever it is."""

    process: str | None = None
    state: RunState | None = None
    dry_run: bool | None = None


@dataclass(frozen=True, slots=True)
class RunEntry:
    """A run as it is shown."""

    id: UUID
    process: str
    state: RunState
    dry_run: bool
    as_of: datetime
    started_at: datetime
    finished_at: datetime | None
    started_by: str
    prefect_run_id: UUID | None
    policy_versions: dict[str, int]
    account: RunAccount | None
    """None before there is one, and for someone who may see one of several stores only: it is that of all."""
    error: str | None
    alive: bool
    """Whether its process lives; of those that are over it does not matter."""


def list_runs(
    connection: Connection, wanted: RunFilter, store_id: int | None, after: Cursor | None = None
) -> Page[RunEntry]:
    """A page of runs, the latest first, as someone of a store (None: of all) sees them."""
    page = page_of_runs(connection, wanted, PAGE, after)
    own = own_store(connection, store_id)
    return Page([_entry(row, own) for row in page.rows], page.next)


def page_of_runs(connection: Connection, wanted: RunFilter, limit: int, after: Cursor | None) -> Page[AnyRow]:
    """The next runs after a place, the latest first, whole: for programs that follow along."""
    exact = ((Run.process, wanted.process), (Run.state, wanted.state), (Run.dry_run, wanted.dry_run))
    statement = _runs().where(*(known == value for known, value in exact if value is not None))
    return read_page(connection, statement, LATEST, limit, after)


def find_run(connection: Connection, run_id: UUID) -> AnyRow | None:
    """One run with its account; None: there is none of this id."""
    return connection.execute(_runs().where(Run.id == run_id)).one_or_none()


def read_run(connection: Connection, run_id: UUID, store_id: int | None) -> RunEntry:
    """One run. Raises `NoSuchRun`."""
    row = find_run(connection, run_id)
    if row is None:
        raise NoSuchRun(run_id)
    return _entry(row, own_store(connection, store_id))


def find_runs_of(connection: Connection, prefect_run_id: UUID) -> list[UUID]:
    """The runs of ours that a flow run of Prefect's is: none yet, one, or one a process."""
    return list(connection.scalars(select(Run.id).where(Run.prefect_run_id == prefect_run_id).order_by(Run.process)))


def count_waiting(connection: Connection, run_id: UUID, store_id: int | None) -> int:
    """The touches of a store (None: of all) that the run planned and that wait for somebody's approval."""
    waiting = select(func.count()).where(Touch.state == TouchState.AWAITING_APPROVAL, Touch.planned_by == run_id)
    return connection.scalar(waiting if store_id is None else waiting.where(Touch.store_id == store_id)) or 0


def own_store(connection: Connection, store_id: int | None) -> str | None:
    """The code of the one store that someone sees; None where that is everything."""
    if store_id is None or connection.execute(select(Store.id).where(Store.id != store_id).limit(1)).first() is None:
        return None
    code: str | None = connection.scalar(select(Store.code).where(Store.id == store_id))
    return code


def read_switches(connection: Connection) -> dict[str, bool]:
    """Whether each process is switched on; what is not there is."""
    return {row.name: row.enabled for row in connection.execute(select(Process.name, Process.enabled))}


def _runs() -> AnySelect:
    alive = case((Run.state == RunState.RUNNING, is_alive()), else_=False)
    return select(Run.__table__, alive.label("alive"))


def _entry(row: AnyRow, own: str | None) -> RunEntry:
    versions = row.policy_versions
    return RunEntry(
        id=row.id,
        process=row.process,
        state=row.state,
        dry_run=row.dry_run,
        as_of=row.as_of,
        started_at=row.started_at,
        finished_at=row.finished_at,
        started_by=row.started_by,
        prefect_run_id=row.prefect_run_id,
        policy_versions=versions if own is None else {code: versions[code] for code in ("*", own) if code in versions},
        account=RunAccount.model_validate(row.account) if row.account and own is None else None,
        error=mask(row.error) if row.error else None,
        alive=row.alive,
    )
