"""Where Prefect meets our plain functions: a run with its row and its account, and a thin task over each step.

Tasks take ids and moments, never customers or secrets; what they need they read inside. They retry what a moment
may mend, such as a database that is restarting.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import ParamSpec, TypeVar
from uuid import UUID

from prefect import task
from prefect.artifacts import acreate_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run
from prefect.tasks import exponential_backoff
from sqlalchemy import Connection, Engine, create_engine, make_url
from sqlalchemy.exc import InterfaceError, OperationalError

from models.core.clock import read_clock
from models.core.errors import Unavailable
from models.core.settings import Settings, read_settings
from models.core.words import ProcessName
from models.ledger.accounts_of_runs import RunAccount
from tasks.cases.escalating import escalate_cases, open_cases_for_ignored_notices, open_cases_for_missed_calls
from tasks.cases.handling import open_cases_for_broken_promises
from tasks.channels.opening import check_addresses
from tasks.customers.accounts.statements import make_statements as make_account_statements
from tasks.customers.accounts.statements import resume_settled
from tasks.database.leases import Lease
from tasks.database.purging import purge
from tasks.dispatch.asking import anything_to_ask, ask_about_unknown
from tasks.dispatch.dispatch import Report, dispatch_due
from tasks.dispatch.rehearsing import WouldContact, rehearse
from tasks.dispatch.waiting import anything_waits
from tasks.inbound.sweeping import look_after
from tasks.overview.coverage import measure_coverage
from tasks.planning.sweep import plan
from tasks.policies.catalogue import install_shipped
from tasks.policies.processes import find_process, processes_by_priority
from tasks.prefect.artifacts import account_rows, touch_rows
from tasks.prefect.pace import open_pace
from tasks.processes.words import learn_process_words
from tasks.runs.failures import describe_failure
from tasks.runs.housekeeping import keep_house
from tasks.runs.recording import (
    close_run,
    fail_dead_runs,
    fail_run,
    hold_run,
    is_enabled,
    note_account,
    open_run,
    who_started,
)
from tasks.staff.notifications.sending import tell_staff as send_word
from tasks.stores.laws.notices import any_notice_waits, send_notices
from tasks.stores.laws.placing import place_for_laws
from tasks.stores.notices import tell_departments
from tasks.subjects.account.releasing import release_paid
from tasks.subjects.lead.outcomes import close_won_leads as close_leads

Given = ParamSpec("Given")
Result = TypeVar("Result")


class NoDatabase(Unavailable):
    """A flow that was started without a database to work on."""

    def __init__(self) -> None:
        super().__init__(
            "AFTERCARE_DATABASE_URL is not set: flows run where `aftercare run` or `aftercare up` starts them."
        )


@dataclass
class ProcessRun:
    """A run of a process in progress."""

    id: UUID
    process: str
    now: datetime
    fixed: bool
    """Whether the clock stands still at `now`: a run as of a moment, or a moved clock."""
    dry_run: bool
    enabled: bool
    account: RunAccount = field(default_factory=RunAccount)
    would_contact: list[WouldContact] = field(default_factory=list)
    lease: Lease | None = field(default=None, repr=False, compare=False)
    """What tells others that this process lives."""


@cache
def read_engine() -> Engine:
    """The engine of this process, on the database that the settings name.

    Each run keeps a connection for its lease, and `all-processes` has as many runs at once as there are processes, so
    the number of connections has no limit of its own.
    """
    settings = read_settings()
    if settings.database_url is None:
        raise NoDatabase
    url = make_url(settings.database_url.get_secret_value()).set(drivername="postgresql+psycopg")
    return create_engine(url, hide_parameters=True, pool_pre_ping=True, max_overflow=-1)


def is_transient(_task: object, _run: object, state: object) -> bool:
    """Whether trying again may help: the database went away."""
    failure = getattr(state, "data", None)
    return isinstance(getattr(failure, "exception", failure), OperationalError | InterfaceError)


def step(name: str) -> Callable[[Callable[Given, Awaitable[Result]]], Callable[Given, Awaitable[Result]]]:
    """A step of a flow, and how it is tried again."""
    return task(
        task_run_name=name,
        retries=3,
        retry_delay_seconds=exponential_backoff(backoff_factor=2),
        retry_jitter_factor=0.5,
        retry_condition_fn=is_transient,
        cache_policy=NO_CACHE,
        persist_result=False,
    )


@asynccontextmanager
async def accounted_run(process: str, as_of: datetime | None, *, dry_run: bool) -> AsyncIterator[ProcessRun]:
    """A run with its row in our table: it ends with a balanced account, or as failed with the reason."""
    settings = read_settings()
    now = as_of or read_clock(settings.now, settings.zone)
    fixed = as_of is not None or settings.now is not None
    run = await asyncio.to_thread(_open, process, now, dry_run, fixed)
    try:
        yield run
        await publish_artifacts(run)
        await asyncio.to_thread(
            in_transaction, lambda connection: close_run(connection, run.id, run.account, _finished())
        )
    except BaseException as error:
        reason = describe_failure(error)
        await asyncio.to_thread(
            in_transaction, lambda connection: fail_run(connection, run.id, run.account, reason, _finished())
        )
        raise
    finally:
        if run.lease is not None:
            await asyncio.to_thread(run.lease.end)


def _open(process: str, now: datetime, dry_run: bool, fixed: bool) -> ProcessRun:
    settings, engine = read_settings(), read_engine()
    started_at = read_clock(settings.now, settings.zone)
    with engine.begin() as connection:
        install_shipped(connection, now)
        learn_process_words(connection)
        fail_dead_runs(connection, started_at)
        run_id = open_run(
            connection,
            process,
            now,
            started_at,
            dry_run=dry_run,
            prefect_run_id=UUID(flow_run.id) if flow_run.id else None,
            started_by=who_started(flow_run.tags),
        )
        lease = hold_run(engine, run_id, connection)
        return ProcessRun(run_id, process, now, fixed, dry_run, is_enabled(connection, process), lease=lease)


def _finished() -> datetime:
    settings = read_settings()
    return read_clock(settings.now, settings.zone)


async def note_progress(run: ProcessRun) -> None:
    """Keep how far the run is, for those who watch it."""
    await _note(run, run.account)


async def _note(run: ProcessRun, account: RunAccount) -> None:
    """Keep how far the run is, for those who watch it. A database that is away is no reason to stop."""
    with suppress(OperationalError, InterfaceError):
        await asyncio.to_thread(_keep_account, run, account)


def _keep_account(run: ProcessRun, account: RunAccount) -> None:
    if run.lease is not None:
        run.lease.renew()
    in_transaction(lambda connection: note_account(connection, run.id, account))


def in_transaction(work: Callable[[Connection], Result]) -> Result:
    """What `work` makes of a connection, committed at its end."""
    with read_engine().begin() as connection:
        return work(connection)


async def check_process(process: ProcessName) -> None:
    """Raises `UnknownProcess` for one that there is not, or is no more."""
    await asyncio.to_thread(in_transaction, lambda connection: find_process(connection, process))


async def find_processes_by_priority() -> list[ProcessName]:
    """The processes that run by a standing policy, the most important first."""
    return await asyncio.to_thread(in_transaction, processes_by_priority)


async def rehearse_touches(run: ProcessRun) -> None:
    """What the run would do, and whom it would contact; nothing is kept or sent."""
    run.account, run.would_contact = await _rehearse(run.process, run.now)


@step("rehearse {process}")
async def _rehearse(process: str, now: datetime) -> tuple[RunAccount, list[WouldContact]]:
    return await asyncio.to_thread(in_transaction, lambda connection: rehearse(connection, ProcessName(process), now))


async def plan_touches(run: ProcessRun) -> None:
    """Plan what is due for everyone, and end what has lost its reason.

    Raises `UnusableChannelAddress` before anything is planned that could then not be sent.
    """
    check_addresses(read_settings())
    run.account += await _plan(run.process, run.now, run.id)
    await _note(run, run.account)


@step("plan {process}")
async def _plan(process: str, now: datetime, run_id: UUID) -> RunAccount:
    def work(connection: Connection) -> RunAccount:
        account = plan(connection, ProcessName(process), now, run_id)
        if account.missed:
            open_cases_for_missed_calls(connection, now)
        return account

    return await asyncio.to_thread(in_transaction, work)


async def dispatch_touches(run: ProcessRun, *, everything: bool = False) -> None:
    """Send what is due of this process, or of all.

    Where nothing waits, no task is made of it: Prefect would keep a dozen rows of each, and it is asked every minute.
    Raises `UnusableChannelAddress` in either case.
    """
    settings, process = read_settings(), None if everything else run.process
    check_addresses(settings)
    if not await _anything_waits(process, clock_of(settings, run.now, fixed=run.fixed)()):
        return
    before = run.account

    async def report(so_far: RunAccount) -> None:
        run.account = before + so_far  # what a run that is cut off has done by then
        await _note(run, run.account)

    run.account = before + await _dispatch(process, run.now, run.fixed, run.id, report)


async def settle_unknown(run: ProcessRun) -> None:
    """Ask the providers that can be asked what became of messages whose delivery is unknown (invariant 2)."""
    settings = read_settings()
    now = clock_of(settings, run.now, fixed=run.fixed)()
    if await asyncio.to_thread(in_transaction, lambda connection: anything_to_ask(connection, settings, now)):
        await _ask(now)


@step("ask what became of messages")
async def _ask(now: datetime) -> dict[str, int]:
    return dict(await ask_about_unknown(read_engine(), read_settings(), now))


async def send_law_notices(run: ProcessRun) -> None:
    """Send the confirmations and questions of law packs."""
    settings = read_settings()
    if await asyncio.to_thread(in_transaction, any_notice_waits):
        await send_notices(read_engine(), settings, clock_of(settings, run.now, fixed=run.fixed))


async def _anything_waits(process: str | None, now: datetime) -> bool:
    name = ProcessName(process) if process else None
    return await asyncio.to_thread(in_transaction, lambda connection: anything_waits(connection, now, name))


@step("dispatch")
async def _dispatch(process: str | None, now: datetime, fixed: bool, run_id: UUID, report: Report) -> RunAccount:
    settings = read_settings()
    return await dispatch_due(
        read_engine(),
        settings,
        clock_of(settings, now, fixed=fixed),
        process=ProcessName(process) if process else None,
        pace=await open_pace(settings),
        run_id=run_id,
        report=report,
    )


def clock_of(settings: Settings, now: datetime, *, fixed: bool) -> Callable[[], datetime]:
    """The clock of a run: it stands still for a run as of a moment."""
    return (lambda: now) if fixed else (lambda: read_clock(settings.now, settings.zone))


async def tell_of_changes(run: ProcessRun) -> None:
    """Tell the departments concerned of moved and cancelled appointments (R1)."""
    await _tell_departments(run.now)


@step("tell departments")
async def _tell_departments(now: datetime) -> int:
    return await asyncio.to_thread(in_transaction, lambda connection: tell_departments(connection, now))


async def open_broken_promises(run: ProcessRun) -> None:
    """Open a case for every promise to pay that was broken (R4)."""
    await _open_broken_promises(run.now)


@step("open cases for broken promises")
async def _open_broken_promises(now: datetime) -> int:
    return await asyncio.to_thread(in_transaction, lambda connection: open_cases_for_broken_promises(connection, now))


async def close_won_leads(run: ProcessRun) -> None:
    """Close the ordered leads of customers who were handed their car (R8)."""
    await _close_won_leads(run.now)


@step("close won leads")
async def _close_won_leads(now: datetime) -> int:
    return await asyncio.to_thread(in_transaction, lambda connection: close_leads(connection, now))


async def look_after_inbox(run: ProcessRun) -> None:
    """Close what the facts have answered, and pass what is overdue to the manager (R16); both are counted."""
    run.account.figures |= await _look_after_inbox(run.now)


@step("look after the inbox")
async def _look_after_inbox(now: datetime) -> dict[str, float]:
    return await asyncio.to_thread(in_transaction, lambda connection: look_after(connection, now))


async def release_accounts(run: ProcessRun) -> None:
    """Take accounts off hold that owe no more than is tolerated, and have finance restore what was cut off (R4). Those
    whose statement differed are chased again once the difference is settled."""
    await _release_accounts(run.now)


@step("release accounts")
async def _release_accounts(now: datetime) -> int:
    def work(connection: Connection) -> int:
        resume_settled(connection, now)
        return release_paid(connection, now)

    return await asyncio.to_thread(in_transaction, work)


async def make_statements(run: ProcessRun) -> None:
    """Make this month's statements of the accounts of contract customers (R4); they are counted."""
    run.account.figures["statements_made"] = await _make_statements(run.now)


@step("make statements")
async def _make_statements(now: datetime) -> int:
    return await asyncio.to_thread(in_transaction, lambda connection: make_account_statements(connection, now))


async def tell_of_deadlines(run: ProcessRun) -> None:
    """Tell managers of notices that nobody acknowledged, and owners and managers of deadlines (R1, R10)."""

    def work(connection: Connection) -> None:
        open_cases_for_ignored_notices(connection, run.now)
        escalate_cases(connection, run.now)

    await asyncio.to_thread(in_transaction, work)


async def tell_staff(run: ProcessRun) -> None:
    """Tell staff of what they are responsible for, each by their own channel, and departments of the coming day.

    A dispatch every minute finds nothing most of the time, so no task is made of it.
    """
    settings = read_settings()
    clock = clock_of(settings, run.now, fixed=run.fixed)
    run.account.figures |= await send_word(read_engine(), settings, clock, run.id)


async def add_coverage(run: ProcessRun) -> None:
    """Measure how many of the visits were followed up (R2)."""
    run.account.figures |= await _measure_coverage(run.now)


@step("measure coverage")
async def _measure_coverage(now: datetime) -> dict[str, float]:
    return await asyncio.to_thread(in_transaction, lambda connection: measure_coverage(connection, now))


async def tidy_up(run: ProcessRun) -> None:
    """Take back what dead dispatchers held, derive afresh what is derived, end what has lost its reason, and delete
    what nobody needs any more."""
    run.account += await _keep_house(run.now, run.id)
    run.account.figures["numbers_placed"] = await _place_numbers()
    purged = await _purge(run.now)
    run.account.figures |= {f"purged_{table}": count for table, count in purged.items()}


@step("keep house")
async def _keep_house(now: datetime, run_id: UUID) -> RunAccount:
    days_kept = read_settings().days_kept
    return await asyncio.to_thread(in_transaction, lambda connection: keep_house(connection, now, run_id, days_kept))


@step("place numbers")
async def _place_numbers() -> int:
    return await asyncio.to_thread(place_for_laws, in_transaction)


@step("purge")
async def _purge(now: datetime) -> dict[str, int]:
    return await asyncio.to_thread(purge, in_transaction, read_settings().days_kept, now)


async def publish_artifacts(run: ProcessRun) -> None:
    """The run's account, and the touches it dealt with, masked, as table artifacts in Prefect.

    A run that found nothing leaves none: an artifact is three rows and two events, and most runs find nothing.
    """
    if run.account == RunAccount() and not run.dry_run:
        return
    await acreate_table_artifact(
        table=account_rows(run.account),
        key=f"{run.process}-account",
        description=f"{run.process} as of {run.now:%F %T%z}",
    )
    rows = await asyncio.to_thread(in_transaction, lambda connection: touch_rows(connection, run.id, run.would_contact))
    if rows:
        await acreate_table_artifact(table=rows, key=f"{run.process}-touches", description="Recipients are masked.")
