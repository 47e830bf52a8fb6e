"""The shared database for the console: off the event loop, one transaction for each job, with the clock."""

import asyncio
import math
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine

from models.core.clock import read_clock
from models.core.settings import Settings
from tasks.processes.words import learn_process_words

P = ParamSpec("P")
T = TypeVar("T")

POOL = 12
"""Connections: with 20 people at work each waits a few milliseconds for one at most."""
WORDS_SECONDS = 1.0


class Database:
    """The shared database, and the installation's clock."""

    def __init__(self, url: URL, settings: Settings) -> None:
        self.settings = settings
        self.engine: Engine = create_engine(
            url, hide_parameters=True, pool_size=POOL, max_overflow=4, pool_pre_ping=True
        )
        self._learnt_at = -math.inf

    @property
    def now(self) -> datetime:
        """The current time, or the value of `AFTERCARE_NOW`."""
        return read_clock(self.settings.now, self.settings.zone)

    async def work(self, job: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `job(connection, …)` in one transaction on a thread; committed if it succeeds."""
        return await asyncio.to_thread(partial(self.work_here, job, *args, **kwargs))

    def work_here(self, job: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same, on this thread."""
        self._learn_words()
        with self.engine.begin() as connection:
            return job(connection, *args, **kwargs)

    def _learn_words(self) -> None:
        """Every second, whether a process was added elsewhere, whose words are to be said here, too."""
        if time.monotonic() - self._learnt_at >= WORDS_SECONDS:
            with self.engine.connect() as connection:
                learn_process_words(connection)
            self._learnt_at = time.monotonic()

    def close(self) -> None:
        """Close its connections."""
        self.engine.dispose()
