"""Whether the flows run by their schedules, and whether Prefect answers: asked by pages, metrics and commands."""

import asyncio
import os
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from deployments.next_runs import next_run
from deployments.prefect_server import API_VARIABLE, answers
from deployments.schedules import Served, read_enabled, read_flows, read_zones
from models.core.settings import Settings
from models.ledger.attention import Matter
from models.ledger.watching import LastRun, Sweep, judge_sweep
from tasks.overview.attention import Outside, Reader, read_attention
from tasks.overview.health import read_beginning, read_last_runs

PATIENCE_SECONDS = 2.0
"""Timeout for an answer from Prefect."""
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


def look_for_attention(
    connection: Connection, now: datetime, settings: Settings, reader: Reader, prefect: bool | None
) -> list[Matter]:
    """What needs somebody, as far as the reader can act on it; `prefect` is what `ask_prefect` found."""
    outside = Outside(prefect, read_sweeps(connection, now, settings.zone), settings)
    return read_attention(connection, now, outside, reader)
