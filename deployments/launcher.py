"""Running a process by hand: its Prefect flow, in this process, with the installation's database and Prefect API."""

import asyncio
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from getpass import getuser
from importlib import import_module
from inspect import isawaitable
from threading import Event, Thread
from typing import Any

from sqlalchemy import URL, create_engine, pool

from deployments.database import open_database
from deployments.embedded import restart_if_dead
from deployments.environment import environment_of
from deployments.prefect_server import API_VARIABLE, open_prefect, restart_server_if_dead, server_of
from deployments.schedules import find_flow, read_flows
from models.core.errors import AftercareError
from models.core.settings import Settings, read_settings
from tasks.runs.recording import STARTED_BY

DRAIN_SECONDS = 10
LOOK_SECONDS = 1
QUIET = {"PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL"}
"""A person waits for a table: Prefect's logs go to its API only."""


class Launcher:
    """Runs processes one after the other on an open installation."""

    def __init__(self, database: URL) -> None:
        self.database = database

    def run(self, process: str, *, as_of: datetime | None = None, dry_run: bool = False) -> Any:
        """Run the flow of a process; what it returns. Raises `UnknownProcess`, and what the flow raises."""
        engine = create_engine(self.database, hide_parameters=True, poolclass=pool.NullPool)
        with engine.connect() as connection:
            served = find_flow(read_flows(connection), process)
        flow = getattr(import_module(served.module), served.function)
        return asyncio.run(_run_to_the_end(flow, as_of, dry_run))


async def _run_to_the_end(flow: Any, as_of: datetime | None, dry_run: bool) -> object:
    from prefect import tags  # noqa: PLC0415  importing Prefect takes more than a second

    try:
        with tags(f"{STARTED_BY}{getuser()}"):
            return await flow(as_of=as_of, dry_run=dry_run)
    finally:
        await flush_to_prefect()


async def flush_to_prefect() -> None:
    """Send the last log lines and events before the server may be stopped."""
    from prefect.events.worker import EventsWorker  # noqa: PLC0415  importing Prefect takes more than a second
    from prefect.logging.handlers import APILogHandler  # noqa: PLC0415

    await APILogHandler.aflush()
    drained = EventsWorker.drain_all(timeout=DRAIN_SECONDS)
    if isawaitable(drained):
        await drained


@contextmanager
def open_launcher(settings: Settings) -> Iterator[Launcher]:
    """The installation's database and Prefect API, started if necessary, with this process configured for them."""
    own_server = API_VARIABLE not in os.environ
    with (
        open_database(settings) as database,
        open_prefect(settings) as api,
        _kept_up(settings, api if own_server else None),
    ):
        environment = environment_of(settings, database, api) | QUIET
        with _told(environment), told_of_prefect(api):
            yield Launcher(database)


@contextmanager
def _kept_up(settings: Settings, own_api: str | None) -> Iterator[None]:
    """Restart the servers that we started if they die during the block, as `aftercare up` does.

    Otherwise a dispatch would wait for a database that nobody restarts.
    """
    own_database = not settings.database_url or bool(own_api and not settings.prefect_database_url)
    over = Event()

    def look() -> None:
        while not over.wait(LOOK_SECONDS):
            with suppress(AftercareError):  # what cannot be restarted is reported by whatever needs it
                if own_database:
                    restart_if_dead(settings.home)
                if own_api:
                    restart_server_if_dead(server_of(settings), own_api)

    watching = Thread(target=look, name="keeping-up", daemon=True)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()


@contextmanager
def _told(environment: Mapping[str, str]) -> Iterator[None]:
    """Set this process' environment and settings for the length of the block."""
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    read_settings.cache_clear()
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        read_settings.cache_clear()


@contextmanager
def told_of_prefect(api: str) -> Iterator[None]:
    """Apply Prefect's settings for the length of the block, even if it was imported and has read them before."""
    from prefect.settings import PREFECT_API_URL, temporary_settings  # noqa: PLC0415

    with temporary_settings({PREFECT_API_URL: api}):
        yield
