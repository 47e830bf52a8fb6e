"""Dispatch through a gateway, against a bare client on the same sink, and against one Prefect task per message.

Once through a gateway that answers at once, and once through one that takes its time for each answer.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
from pydantic import SecretStr
from sqlalchemy import Engine, text

from benchmarks.crowd import NOON, run, settle
from benchmarks.results import Figure
from deployments.launcher import flush_to_prefect
from deployments.prefect_server import open_prefect
from models.core.settings import ChannelAddresses, Settings
from models.core.words import ProcessName
from tasks.dispatch.dispatch import dispatch_due
from tasks.planning.sweep import plan
from tasks.policies.catalogue import install_shipped

AT_ONCE = 64
"""Requests of the bare client that are under way beside each other."""
SLOW_ANSWER = 0.2
"""Seconds that the slow gateway takes for each answer."""
SLOW_WAYS = ("connections=1000", "connections=50&batch=20")
"""How the address of a slow gateway may be set: so many requests at once, or arrays."""
AS_IT_COMES = 10
"""One message in so many goes through a slow gateway whose address says nothing: enough to know its pace."""
TASK_RUNS = 300
"""Messages sent the other way, by a task run each: enough to know its pace."""
AGAIN = """
    update touches set state = 'planned', contacted_at = null, channel = null, contact_point_id = null, attempts = 0,
        message_id = null, body = null
    where id in (select id from touches where state = 'sent' order by id limit :messages)
"""
RECIPIENTS = (
    "insert into stores (code, name, time_zone, language, phone) "
    "values ('N', 'North Motors', 'Asia/Shanghai', 'en', '+861055550100')",
    "insert into customers (store_id, name, created_at) "
    "select 1, 'Customer ' || n, timestamptz '2015-01-01 00:00Z' from {numbers}",
    "insert into contact_points (customer_id, kind, value) select n, 'phone', '+8613' || 100000000 + n from {numbers}",
    "insert into handovers (store_id, key, customer_id, handed_over_on) "
    "select 1, 'H' || n, n, date '2026-10-14' from {numbers}",
)


@contextmanager
def sink(folder: Path, delay: float = 0) -> Iterator[str]:
    """The address of a recording sink in a process of its own. `delay`: seconds for each answer."""
    record = folder / f"{uuid4()}.jsonl"
    command = [sys.executable, "-m", "tests.support.sink", "--record", str(record), "--delay", str(delay)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"127.0.0.1:{int(process.stdout.readline())}/send"
        process.terminate()


def measure(engine: Engine, settings: Settings, messages: int) -> list[Figure]:
    """Messages a second: ours, the bare client's, and those of a task run each."""
    with engine.begin() as connection:
        install_shipped(connection, NOON)
        for statement in RECIPIENTS:
            run(connection, statement, messages)
        plan(connection, ProcessName("post-delivery-followup"), NOON, None)
    settle(engine)
    with sink(settings.home) as address:
        ours = _dispatch(engine, settings, address, messages)
    bodies = _bodies(engine)
    plain = _dispatch_slowly(engine, settings, "", messages // AS_IT_COMES)
    slow = {query: _dispatch_slowly(engine, settings, f"?{query}", messages) for query in SLOW_WAYS}
    with sink(settings.home) as address:
        bare = asyncio.run(_bare(f"http://{address}", bodies))
    with sink(settings.home) as address, open_prefect(settings) as api:
        tasks = _by_task_runs(api, f"http://{address}", bodies[:TASK_RUNS])
    name = f"dispatch of {messages:,} messages"
    return [
        Figure(name, ours, "messages/s", bare, "bare aiohttp client, the same sink"),
        Figure(name, ours, "messages/s", tasks, "one Prefect task run a message"),
        *(
            _slow_figure(f"{name}, answers after {SLOW_ANSWER * 1000:.0f} ms", slow[query], query, plain)
            for query in slow
        ),
    ]


def _slow_figure(name: str, pace: float, query: str, plain: float) -> Figure:
    answers = f"answers after {SLOW_ANSWER * 1000:.0f} ms"
    return Figure(f"{name}, {answers}, {query}", pace, "messages/s", plain, "the same with 50 connections, as it comes")


def _dispatch_slowly(engine: Engine, settings: Settings, query: str, messages: int) -> float:
    """The pace through a gateway that takes its time, of messages that are due once more."""
    with engine.begin() as connection:
        connection.execute(text(AGAIN), {"messages": messages})
    settle(engine)
    with sink(settings.home, SLOW_ANSWER) as address:
        return _dispatch(engine, settings, f"{address}{query}", messages)


def _dispatch(engine: Engine, settings: Settings, address: str, messages: int) -> float:
    """Our pace, everything included: claim, gates, last look, letters, sending, recording."""
    channels = ChannelAddresses(sms=SecretStr(f"gateway://{address}"))
    ours = settings.model_copy(update={"channels": channels})
    begun = time.perf_counter()
    account = asyncio.run(dispatch_due(engine, ours, lambda: NOON))
    elapsed = time.perf_counter() - begun
    assert account.sent == messages, account
    return messages / elapsed


def _bodies(engine: Engine) -> list[dict[str, Any]]:
    """The very messages that went out."""
    statement = """
        select touches.id::text as id, contact_points.value as "to", touches.body as "text",
               'handover-thanks' as template, touches.purpose as purpose
        from touches join contact_points on contact_points.id = touches.contact_point_id
    """
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(text(statement)).mappings()]


async def _bare(url: str, bodies: Sequence[dict[str, Any]]) -> float:
    """The pace of a client that does nothing but post."""
    waiting = iter(bodies)

    async def work(session: aiohttp.ClientSession) -> None:
        for body in waiting:
            async with session.post(url, json=body, headers={"Idempotency-Key": body["id"]}) as response:
                await response.read()

    begun = time.perf_counter()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as session:
        await asyncio.gather(*(work(session) for _ in range(AT_ONCE)))
    return len(bodies) / (time.perf_counter() - begun)


def _by_task_runs(api: str, url: str, bodies: Sequence[dict[str, Any]]) -> float:
    """The pace of the way it is usually built: a task run for each message."""
    os.environ["PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"] = "CRITICAL"  # printing is not what is measured
    from prefect import flow, task  # noqa: PLC0415  importing Prefect takes more than a second
    from prefect.settings import PREFECT_API_URL, temporary_settings  # noqa: PLC0415

    @task
    async def send_one(session: aiohttp.ClientSession, body: dict[str, Any]) -> None:
        async with session.post(url, json=body, headers={"Idempotency-Key": body["id"]}) as response:
            await response.read()

    @flow
    async def send_each() -> float:
        begun = time.perf_counter()
        async with aiohttp.ClientSession() as session:
            await asyncio.gather(*(send_one(session, body) for body in bodies))
        return time.perf_counter() - begun

    async def whole() -> float:
        try:
            return await send_each()
        finally:
            await flush_to_prefect()

    with temporary_settings({PREFECT_API_URL: api}):
        return len(bodies) / asyncio.run(whole())
