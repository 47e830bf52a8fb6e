"""Shared by the health page, Today and the metrics: sweeps, Prefect, a short cache."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from deployments.next_runs import next_run
from deployments.prefect_server import API_VARIABLE, answers
from deployments.schedules import Served, read_enabled, read_flows, read_zones
from models.ledger.watching import LastRun, Sweep, judge_sweep
from tasks.overview.health import read_beginning, read_last_runs

T = TypeVar("T")

PATIENCE_SECONDS = 2.0
"""Timeout for an answer from Prefect."""
LONG_SECONDS = 0.05
"""Answers that took less than this are not served stale."""
MINUTE = timedelta(minutes=1)
_next_run = lru_cache(maxsize=1000)(next_run)
"""It checks a day minute by minute, and the result never changes."""


def read_sweeps(connection: Connection, now: datetime, home_zone: ZoneInfo) -> list[Sweep]:
    """Each flow that has a schedule, against it. One that has never run is expected since the installation began."""
    scheduled = [served for served in read_flows(connection) if served.slots]
    runs = read_last_runs(connection, [served.name for served in scheduled])
    enabled = read_enabled(connection, scheduled)
    zones = [ZoneInfo(zone) for zone in read_zones(connection)] or [home_zone]
    beginning = read_beginning(connection) or now
    return [_sweep(one, runs.get(one.name), beginning, zones, home_zone, enabled[one.name], now) for one in scheduled]


def _sweep(
    served: Served,
    last: LastRun | None,
    beginning: datetime,
    zones: list[ZoneInfo],
    home_zone: ZoneInfo,
    enabled: bool,
    now: datetime,
) -> Sweep:
    since = last.started_at + MINUTE if last else beginning
    expected_at = min(_next_run(served, since, zone, home_zone) for zone in zones)
    judged = judge_sweep(enabled=enabled, last=last, expected_at=expected_at, now=now)
    return Sweep(served.name, last, expected_at, judged)


async def ask_prefect() -> bool | None:
    """Whether Prefect's server answers within the timeout; None: the console has no Prefect."""
    api = os.environ.get(API_VARIABLE)
    if not api:
        return None
    try:
        return await asyncio.wait_for(asyncio.to_thread(answers, api, PATIENCE_SECONDS), PATIENCE_SECONDS)
    except TimeoutError:
        return False


@dataclass(frozen=True, slots=True)
class _Known(Generic[T]):
    answer: T
    asked_at: float
    took: float


class ShortMemory(Generic[T]):
    """Caches answers for some seconds, so that many simultaneous requests cost the database one query.

    An answer that took long is served stale for `bridged` seconds more while it is refreshed in the background: in a
    small installation every answer is fresh, and in a large one nobody waits. Keys must be few, such as the stores:
    none is ever evicted.
    """

    def __init__(self, seconds: float, *, bridged: float = 0.0) -> None:
        self._seconds, self._bridged = seconds, bridged
        self._known: dict[Hashable, _Known[T]] = {}
        self._asking: dict[Hashable, asyncio.Lock] = {}
        self._renewing: dict[Hashable, asyncio.Task[T]] = {}

    async def recall(self, key: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        """The cached answer for a key, or a new one from `ask()`."""
        known = self._known.get(key)
        if known is None or not self._holds(known, self._bridged if known.took > LONG_SECONDS else 0.0):
            return await self._ask(key, ask)
        if not self._holds(known) and key not in self._renewing:
            self._renewing[key] = asyncio.create_task(self._ask(key, ask))
            self._renewing[key].add_done_callback(partial(self._renewed, key))
        return known.answer

    def _holds(self, known: _Known[T], longer: float = 0.0) -> bool:
        return time.monotonic() - known.asked_at < self._seconds + longer

    async def _ask(self, key: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        async with self._asking.setdefault(key, asyncio.Lock()):
            known = self._known.get(key)
            if known is not None and self._holds(known):
                return known.answer
            begun = time.monotonic()
            answer = await ask()
            self._known[key] = _Known(answer, time.monotonic(), time.monotonic() - begun)
            return answer

    def _renewed(self, key: Hashable, renewal: asyncio.Task[T]) -> None:
        """Ignore the error of a failed refresh: the next caller who has to wait asks again, and gets it."""
        del self._renewing[key]
        if not renewal.cancelled():
            renewal.exception()
