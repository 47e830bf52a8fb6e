"""What a user of the console does about runs: rehearse, ask for a start, cancel. Each is kept with who did it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, select, update

from models.core.errors import Conflict, NotAllowed
from models.core.words import ProcessName, RunState
from models.ledger.accounts_of_runs import RunAccount
from models.ledger.tables import Run
from models.people.tables import Store
from tasks.access.sessions import SignedIn
from tasks.dispatch.rehearsing import WouldContact, rehearse
from tasks.ledger import audit
from tasks.policies.catalogue import install_if_empty
from tasks.runs.history import own_store, read_run
from tasks.runs.recording import close_run, is_alive, is_enabled, open_run
from tasks.runs.steering import switch_process


class OfAllStores(NotAllowed):
    """Someone of one store, about to do something that all the stores would feel."""

    def __init__(self, store: str) -> None:
        self.store = store
        super().__init__(f"A run is for all stores, and you work for {store} alone: ask somebody who sees them all.")


class AlreadyRunning(Conflict):
    """A process of which a run is under way; Prefect would cancel a second one."""

    def __init__(self, process: str, run_id: UUID) -> None:
        self.process, self.run_id = process, run_id
        super().__init__(f"A run of {process} is under way; wait until it has ended.")


class SwitchedOff(Conflict):
    """A process that is paused: a run of it would do nothing."""

    def __init__(self, process: str) -> None:
        self.process = process
        super().__init__(f"{process} is paused; resume it before you start a run.")


class RunIsOver(Conflict):
    """A run that was to be cancelled and has ended meanwhile."""

    def __init__(self, run_id: UUID, state: RunState) -> None:
        self.run_id, self.state = run_id, state
        super().__init__(f"The run has ended meanwhile: it is {state}.")


class NotWithPrefect(Conflict):
    """A run that Prefect does not know."""

    def __init__(self, run_id: UUID) -> None:
        self.run_id = run_id
        super().__init__("Prefect does not know this run, so it cannot be cancelled from here.")


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a run would do at a moment."""

    run_id: UUID
    account: RunAccount | None
    """None for someone of one of several stores: it is that of all."""
    contacts: list[WouldContact]
    """Of the stores that whoever asked may see."""
    zones: dict[str, str]
    """The time zone of each store, by its code."""


def rehearse_by_hand(
    connection: Connection, user: SignedIn, process: ProcessName, as_of: datetime, now: datetime
) -> Rehearsal:
    """A dry run, at once: nothing is planned or sent. It is in the list of runs as any other. Raises `BadPolicy`."""
    install_if_empty(connection, now)
    account, contacts = rehearse(connection, process, as_of)
    run_id = open_run(connection, process, as_of, now, dry_run=True, prefect_run_id=None, started_by=user.login)
    close_run(connection, run_id, account, now)
    audit.record(connection, now, user.login, "run.rehearsed", "run", run_id, None, {"process": process})
    own = own_store(connection, user.store_id)
    zones = {row.code: row.time_zone for row in connection.execute(select(Store.code, Store.time_zone))}
    if own is None:
        return Rehearsal(run_id, account, contacts, zones)
    return Rehearsal(run_id, None, [one for one in contacts if one.store == own], zones)


def ask_for_run(connection: Connection, user: SignedIn, process: str, now: datetime, key: str) -> None:
    """Keep that someone starts a run, before Prefect is asked to.

    Raises `OfAllStores`, `SwitchedOff`, `AlreadyRunning`.
    """
    _check_everywhere(connection, user)
    if not is_enabled(connection, process):
        raise SwitchedOff(process)
    running = select(Run.id).where(Run.state == RunState.RUNNING, Run.process == process, is_alive()).limit(1)
    run_id = connection.scalar(running)
    if run_id is not None:
        raise AlreadyRunning(process, run_id)
    audit.record(connection, now, user.login, "run.started", "process", process, None, {"key": key})


def ask_to_cancel(connection: Connection, user: SignedIn, run_id: UUID, now: datetime) -> UUID:
    """Keep that someone cancels a run, before Prefect is asked to; Prefect's id of it.

    Raises `OfAllStores`, `NoSuchRun`, `RunIsOver`, `NotWithPrefect`.
    """
    _check_everywhere(connection, user)
    run = read_run(connection, run_id, None)
    if run.state is not RunState.RUNNING:
        raise RunIsOver(run_id, run.state)
    if run.prefect_run_id is None:
        raise NotWithPrefect(run_id)
    audit.record(connection, now, user.login, "run.cancel-asked", "run", run_id)
    return run.prefect_run_id


def note_cancelled(connection: Connection, user: SignedIn, run_id: UUID, now: datetime) -> None:
    """Prefect has taken the cancelling on: the run will end with this as its reason."""
    reason = func.coalesce(Run.error, f"Cancelled by {user.login}.")
    connection.execute(update(Run).where(Run.id == run_id, Run.state == RunState.RUNNING).values(error=reason))
    audit.record(connection, now, user.login, "run.cancelled", "run", run_id)


def switch_by_hand(
    connection: Connection, user: SignedIn, process: ProcessName, now: datetime, *, enabled: bool
) -> bool:
    """Pause or resume a process; whether that changed anything. Raises `OfAllStores`."""
    _check_everywhere(connection, user)
    install_if_empty(connection, now)
    return switch_process(connection, now, process, enabled=enabled, actor=user.login)


def _check_everywhere(connection: Connection, user: SignedIn) -> None:
    own = own_store(connection, user.store_id)
    if own is not None:
        raise OfAllStores(own)
