"""The console with people at work in it: how long each page takes while all of them turn pages."""

import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from sqlalchemy import Engine, insert, select, text

from benchmarks.crowd import NOON, fill, run, settle
from benchmarks.results import Figure
from models.core.words import Role, TouchState
from models.ledger.tables import Dispatcher, Touch
from models.policies.shipped import shipped_processes
from tasks.access.users import NewUser, add_user
from tasks.dispatch.claim import claim
from tasks.planning.sweep import plan

AIM = 300.0
"""Milliseconds that 95 of 100 pages are answered in."""
PEOPLE = 20
VISITS = 28
"""Pages that each of them turns, after one look at each page that is not counted."""
THINKING = (2.0, 6.0)
"""Seconds between two pages of one person, who reads them: less than people take at their work."""
PASSWORD = "a password for measuring"
PAGES = (
    "/", "/calls", "/cases", "/customers", "/customers?q={phone}", "/customers?q=客户{number}", "/customers/{customer}",
    "/approvals", "/touches", "/touches?state=unknown", "/touches?process=overdue-accounts&state=sent", "/runs",
    "/policies", "/templates",
)  # fmt: skip
HISTORY = """
    insert into touches (
        process, subject_kind, subject_id, anchor_at, step, kind, purpose, priority, obligation, works_holidays,
        store_id, customer_id, policy_version_id, template_version_id, channels, conditions, approval,
        due_at, valid_until, not_before, state, state_at, figures, planned_at, contacted_at, channel
    )
    select (array['post-delivery-followup', 'warranty-expiry', 'overdue-accounts', 'appointment-reminders']
           )[1 + nth % 4],
           'handover', -n, due_at, 'history-' || nth, 'message', 'follow-up', 50, false, false, 1 + n % 2, n, 1, 1,
           '{{sms}}', '{{}}', '{{}}', due_at, due_at + interval '2 days', due_at,
           case when n % 1000 = 0 then 'unknown' when n % 10 = 0 then 'cancelled' else 'sent' end,
           due_at, '{{}}', due_at - interval '1 day', due_at, 'sms'
    from (select n, nth, timestamptz '2026-10-14 02:00Z' - (n * 7 + nth * 1009) % 730 * interval '1 day'
                 + n % 36000 * interval '1 second' as due_at
          from {numbers}, generate_series(1, 5) nth) history
"""
"""Five touches a customer, over two years."""


def furnish(engine: Engine, customers: int) -> None:
    """A large dealership with a past, calls that are ready, approvals that wait, and people who may sign in."""
    fill(engine, customers)
    with engine.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        run(connection, HISTORY, customers)
    settle(engine)
    with engine.begin() as connection:
        for process in shipped_processes():
            plan(connection, process, NOON, None)
        connection.execute(insert(Dispatcher).values(id=1, started_at=NOON))
        claim(connection, NOON, dispatcher_id=1, limit=5000)
        for number in range(PEOPLE):
            role = (Role.ADMIN, Role.MANAGER)[number % 2]
            store = "N" if role is Role.MANAGER else None
            add_user(connection, NewUser(f"person{number}", role, store, language="en"), PASSWORD, NOON, "benchmark")
    settle(engine)


@contextmanager
def console(engine: Engine, home: Path) -> Iterator[str]:
    """The console's program; its address."""
    url = engine.url.render_as_string(hide_password=False)
    variables = {"AFTERCARE_DATABASE_URL": url, "AFTERCARE_HOME": str(home), "AFTERCARE_NOW": NOON.isoformat()}
    process = subprocess.Popen(
        [sys.executable, "-m", "console.web"],
        env=os.environ | variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield next(news["console"] for news in map(json.loads, process.stdout) if "console" in news)
    finally:
        process.terminate()
        process.communicate()


@dataclass
class Measured:
    """How long each page took, in milliseconds."""

    by_page: dict[str, list[float]] = field(default_factory=dict)

    def note(self, page: str, milliseconds: float) -> None:
        """Keep one."""
        self.by_page.setdefault(page, []).append(milliseconds)


def measure(engine: Engine, home: Path, customers: int) -> list[Figure]:
    """The 95th percentile of each page, with so many people turning pages at once."""
    furnish(engine, customers)
    with engine.connect() as connection:
        known = select(Touch.customer_id).where(Touch.state == TouchState.UNKNOWN).limit(500)
        someone = list(connection.scalars(known))
    with console(engine, home) as address:
        measured = asyncio.run(_work(address, someone))
    figures = [
        Figure(f"console with {PEOPLE} people: {page}, 95th percentile", _slowest(times), "ms", AIM, "the aim")
        for page, times in measured.by_page.items()
    ]
    everything = [one for times in measured.by_page.values() for one in times]
    name = f"console with {PEOPLE} people, {customers:,} customers: all pages, 95th percentile"
    return [*figures, Figure(name, _slowest(everything), "ms", AIM, "the aim")]


def _slowest(times: list[float]) -> float:
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


async def _work(address: str, customers: list[int]) -> Measured:
    measured = Measured()
    await _person(0, address, customers, Measured(), visits=len(PAGES))
    await asyncio.gather(*(_person(number, address, customers, measured, visits=VISITS) for number in range(PEOPLE)))
    return measured


async def _person(number: int, address: str, customers: list[int], measured: Measured, *, visits: int) -> None:
    dice = random.Random(number)
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(address, cookie_jar=jar, headers={"Accept": "text/html"}) as session:
        form = {"login": f"person{number}", "password": PASSWORD, "next": "/password"}
        async with session.post("/sign-in", data=form) as answer:
            answer.raise_for_status()
        for turn in range(visits):
            await asyncio.sleep(dice.uniform(*THINKING))
            page = PAGES[(number + turn) % len(PAGES)]
            measured.note(page, await _turn(session, page, dice.choice(customers)))


async def _turn(session: aiohttp.ClientSession, page: str, customer: int) -> float:
    path = page.format(phone=f"13{customer:09d}", number=customer, customer=customer)
    begun = time.perf_counter()
    async with session.get(path) as answer:
        await answer.read()
        answer.raise_for_status()
    return (time.perf_counter() - begun) * 1000
