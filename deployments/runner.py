"""The program that runs flows when they are due: `python -m deployments.runner`, started by `aftercare up`.

It serves until SIGTERM, or until the pipe at its standard input closes because the program that started it has ended.
Then it drains: it starts no new run, and active ones may finish. It prints events on standard output, one JSON object
per line.
"""

import asyncio
import contextlib
import json
import os
import signal
from datetime import UTC, datetime
from importlib import import_module
from typing import Protocol
from uuid import UUID

import httpx
from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import PrefectHTTPStatusError
from prefect.runner import Runner
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType
from sqlalchemy.exc import OperationalError

from deployments.bare_schedules import SOON_SECONDS, BareSchedules
from deployments.database import read_url
from deployments.parts import DRAIN_SECONDS
from deployments.plan import Plan, ReadFlows, ServingRight
from deployments.pool import DEPLOYMENT, forget_deployment
from deployments.reconcile import crash_left_runs, drop_late_runs, schedules_without_runs
from deployments.schedules import Served, read_flows, schedules_of
from models.core.clock import read_clock
from models.core.errors import AftercareError
from models.core.settings import Settings, read_settings
from tasks.runs.recording import STARTED_BY

POLL_SECONDS = 2
LOOK_SECONDS = 10  # how soon a disabled process, or a store in a new time zone, takes effect
RUNS_AT_ONCE = 4
PREFECT_AWAY = (httpx.HTTPError, PrefectHTTPStatusError)
KILL_SECONDS = 5
ONE_AT_A_TIME = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
MADE_UP = [f"{STARTED_BY}runner"]
"""The tag of runs that the runner starts by itself, so that a run says by whom it was started."""


class NotAPart(AftercareError):
    """The program was started directly, without the installation that it belongs to."""

    def __init__(self) -> None:
        super().__init__(
            "The runner needs AFTERCARE_DATABASE_URL and PREFECT_API_URL; `aftercare up` starts it with them."
        )


class Announce(Protocol):
    """Reports events to the program that started this one."""

    def __call__(self, event: str, **facts: object) -> None: ...


class Ending:
    """Whether this program should end, and whether in a hurry."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.hurried = asyncio.Event()

    def ask(self) -> None:
        """Ask for the end; a second time, at once."""
        if self.asked.is_set():
            self.hurried.set()
        self.asked.set()

    async def within(self, seconds: float) -> bool:
        """Wait so many seconds for a request to end. Whether it came."""
        return await _happens(self.asked, seconds)


async def _happens(event: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True


class Serving:
    """The runner that is serving the flows of one installation."""

    def __init__(self, settings: Settings, ending: Ending, announce: Announce) -> None:
        self._settings = settings
        self._home_zone = settings.time_zone
        self._ending = ending
        self._announce = announce
        self._runner = Runner(name=DEPLOYMENT, query_seconds=POLL_SECONDS, limit=RUNS_AT_ONCE, pause_on_shutdown=False)
        self._deployments: dict[str, UUID] = {}

    async def serve(self, right: ServingRight) -> None:
        """Serve until the end is requested or the right to serve is lost, then drain."""
        plan = await self._take_over(right)
        if plan is None:
            return
        await self._register(plan)
        await self._make_up(plan)
        async with self._runner:
            self._announce("serving", flows=[served.name for served in plan.flows])
            async with asyncio.TaskGroup() as work:  # one that fails ends the program, and `up` starts it anew
                for job in (self._poll(), self._follow(right, plan), self._check()):
                    work.create_task(job)
            await self._drain()

    async def _take_over(self, right: ServingRight) -> Plan | None:
        """Wait for the right to serve, and clean up after the runner before. Returns the initial plan."""
        told = False
        while (plan := await _take(right)) is None:
            if not told:
                self._announce("standing-by", reason="another runner serves this installation")
                told = True
            if await self._ending.within(POLL_SECONDS):
                return None
        async with get_client() as client:
            crashed = await crash_left_runs(client, DEPLOYMENT)
            dropped = await drop_late_runs(client, DEPLOYMENT, datetime.now(UTC))
        await asyncio.to_thread(right.close_dead_runs, read_clock(self._settings.now, self._settings.zone))
        if crashed or dropped:
            self._announce("reconciled", crashed=crashed, late=dropped)
        return plan

    async def _register(self, plan: Plan) -> None:
        """Serve what the plan names, and let Prefect forget what was removed."""
        for served in plan.flows:
            deployment = await _describe(served, plan, self._home_zone)
            self._deployments[served.name] = await self._runner.aadd_deployment(deployment)
        async with get_client() as client:
            for name in plan.removed:
                await forget_deployment(client, name)
                self._unserve(name)

    def _unserve(self, name: str) -> None:
        """Ask Prefect no more for the runs of a process; one that is at work may finish."""
        deployment = self._deployments.pop(name, None)
        if deployment is not None:
            registry = self._runner._deployment_registry  # noqa: SLF001  Prefect's runner only ever adds
            registry._deployment_ids.discard(deployment)  # noqa: SLF001

    async def _make_up(self, plan: Plan) -> None:
        """Run rare flows once now: their last slot may have been missed, or their last run interrupted."""
        async with get_client() as client:
            for served in plan.flows:
                if served.rare and plan.enabled.get(served.name, True):
                    await client.create_flow_run_from_deployment(self._deployments[served.name], tags=MADE_UP)

    async def _poll(self) -> None:
        """Start due runs. Prefect's own loop gives up after a few seconds without a server, and kills what runs."""
        away = False
        while not await self._ending.within(POLL_SECONDS):
            try:
                await self._runner._scheduled_run_poller._get_and_submit_flow_runs()  # noqa: SLF001  `run_once` waits
            except PREFECT_AWAY:
                if not away:
                    self._announce("prefect-away")
                away = True
            else:
                away = False

    async def _follow(self, right: ServingRight, plan: Plan) -> None:
        """Follow changes of the plan. End if another runner took over while the database was unavailable."""
        while not await self._ending.within(LOOK_SECONDS):
            seen = await asyncio.to_thread(right.read_plan)
            if seen is None and await _is_lost(right):
                self._announce("replaced")
                self._ending.ask()
            elif seen is not None and seen != plan and await self._change(seen):
                plan = seen

    async def _change(self, plan: Plan) -> bool:
        try:
            await self._register(plan)
        except PREFECT_AWAY:
            return False
        disabled = [name for name, enabled in plan.enabled.items() if not enabled]
        self._announce("plan-changed", flows=[served.name for served in plan.flows], disabled=disabled)
        return True

    async def _check(self) -> None:
        """Check that Prefect's scheduler creates runs: nothing else reports it when it does not."""
        watch, pause = BareSchedules(), SOON_SECONDS
        while not await self._ending.within(pause):
            pause = SOON_SECONDS
            try:
                async with get_client() as client:
                    bare = await schedules_without_runs(client, list(self._deployments.values()), datetime.now(UTC))
            except PREFECT_AWAY:
                watch = BareSchedules(told=watch.told)  # a restarted server gets its time again
                continue
            if overdue := watch.look(bare, _clock()):
                self._announce("no-runs-made", schedules=overdue)
            elif watch.over():
                self._announce("runs-made")
            pause = watch.pause

    async def _drain(self) -> None:
        """Let active runs finish for a while; then end them, so that Prefect records them as crashed."""
        running = self._runner._scheduled_run_poller._submitting_flow_run_ids  # noqa: SLF001  there is no public drain
        if running:
            self._announce("draining", runs=len(running), seconds=DRAIN_SECONDS)
        if not await self._settles(running, DRAIN_SECONDS):
            processes = self._runner._process_manager  # noqa: SLF001  `cancel_all` would record them as cancelled, not crashed
            for run in processes.flow_run_ids():
                await processes.kill(run, force=True)
            await self._settles(running, KILL_SECONDS, patient=True)
        self._announce("drained")

    async def _settles(self, running: set[UUID], seconds: float, *, patient: bool = False) -> bool:
        deadline = asyncio.get_running_loop().time() + seconds
        while running and asyncio.get_running_loop().time() < deadline:
            if self._ending.hurried.is_set() and not patient:
                break
            await asyncio.sleep(0.1)
        return not running


def _clock() -> float:
    """A monotonic clock in seconds."""
    return asyncio.get_running_loop().time()


async def _take(right: ServingRight) -> Plan | None:
    try:
        return await asyncio.to_thread(lambda: right.read_plan() if right.take() else None)
    except OperationalError:
        return None


async def _is_lost(right: ServingRight) -> bool:
    """Whether another runner holds the right now. If the database is unavailable, this is not known: False."""
    try:
        return not await asyncio.to_thread(right.take)
    except OperationalError:
        return False


async def _describe(served: Served, plan: Plan, home_zone: str) -> RunnerDeployment:
    flow: Flow[..., object] = getattr(import_module(served.module), served.function)
    return await flow.ato_deployment(
        name=DEPLOYMENT,
        schedules=[
            Cron(schedule.cron, timezone=schedule.zone, slug=schedule.slug)
            for schedule in schedules_of(served, plan.zones, home_zone)
        ],
        paused=not plan.enabled.get(served.name, True),
        description=served.description,
        tags=list(served.tags),
        concurrency_limit=ONE_AT_A_TIME if served.one_at_a_time else None,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


def _take_announcements() -> Announce:
    """Reserve standard output for announcements. Whatever else prints goes to standard error, which is the log."""
    channel = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)

    def announce(event: str, **facts: object) -> None:
        with contextlib.suppress(BrokenPipeError):  # the program that started us is gone; the end has been requested
            channel.write(json.dumps({"event": event, **facts}) + "\n")

    return announce


async def run(flows: ReadFlows, settings: Settings) -> None:
    """Serve the flows of the installation that `settings` describes, as one part of it."""
    if settings.database_url is None:
        raise NotAPart
    announce = _take_announcements()
    ending = Ending()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, ending.ask)
    loop.add_signal_handler(signal.SIGINT, ending.ask)
    loop.add_reader(0, _watch_starter, loop, ending)
    url = read_url(settings.database_url, "AFTERCARE_DATABASE_URL").render_as_string(hide_password=False)
    right = ServingRight(url, flows)
    try:
        await Serving(settings, ending, announce).serve(right)
    finally:
        right.leave()


def _watch_starter(loop: asyncio.AbstractEventLoop, ending: Ending) -> None:
    if not os.read(0, 4096):
        loop.remove_reader(0)
        ending.ask()


if __name__ == "__main__":
    asyncio.run(run(read_flows, read_settings()))
