"""The inbox of a busy house: how long its pages take with very many open, while a day's inbound keeps coming in."""

import asyncio
import random
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
from sqlalchemy import Engine, text

from benchmarks.crowd import NOON, fill, settle
from benchmarks.results import Figure
from benchmarks.serving import AIM, PASSWORD, PEOPLE, console
from models.core.words import Role
from models.inbound.words import InboundKind, InboundWay
from tasks.access.users import NewUser, add_user
from tasks.inbound.recording import API, NewInbound, record_inbound

OPEN = 100_000
A_DAY = 5_000
"""Inbound of a day; they come in during the measurement as fast as in its busiest hour."""
BUSIEST_HOUR = A_DAY * 0.2
SECONDS_BETWEEN = 3600 / BUSIEST_HOUR
VISITS = 12
"""Pages that each person turns, after one look at each page that is not counted."""
THINKING = (2.0, 6.0)
"""Seconds between two pages of one person."""
STAFF = 40
PAGES = ("/inbox", "/inbox?view=mine", "/inbox?view=nobody", "/inbox?view=answered", "/inbox/{inbound}", "/inbox/new")
STAFF_OF_STORES = """
    insert into staff (store_id, code, name, role)
    select 1 + n % 2, 'C' || n, '员工' || n, 'agent' from generate_series(1, {staff}) n
"""
PAST = """
    insert into inbound (
        store_id, customer_id, way, channel, sender, kind, text, source, source_key, received_at, state, role,
        responsible_id, due_at, answered_at, answered_how, suggested
    )
    select 1 + n % 2, case when n % 20 > 0 then 1 + n % {customers} end, 'reply', 'sms',
           '+8613' || lpad((1 + n % {customers})::text, 9, '0'),
           (array['question', 'wish', 'complaint', 'interest', 'other'])[1 + n % 5], '车什么时候可以取？' || n,
           'busy', n::text, at, case when n <= {open} then 'open' else 'answered' end, 'agent',
           case when n % 50 > 0 then (select id from staff where store_id = 1 + n % 2 order by id
                                      offset n % ({staff} / 2) limit 1) end,
           at + interval '1 day', case when n > {open} then at + interval '2 hours' end,
           case when n > {open} then 'by-call' end, null
    from (select n, timestamptz '2026-10-15 04:00Z' - n * interval '30 seconds' as at
          from generate_series(1, {open} * 2) n) said
"""
"""Half of them open, half of them answered."""


def furnish(engine: Engine, customers: int) -> None:
    """A large dealership whose inbox is very full, and people who may sign in."""
    fill(engine, customers)
    with engine.begin() as connection:
        connection.execute(text(STAFF_OF_STORES.format(staff=STAFF)))
        connection.execute(text(PAST.format(customers=customers, open=OPEN, staff=STAFF)))
        for number in range(PEOPLE):
            role, store, staff = (
                (Role.MANAGER, "N", None) if number % 4 == 0 else (Role.AGENT, "N", f"C{2 + number * 2}")
            )
            known = staff if staff is not None and number * 2 + 2 <= STAFF else None
            new = NewUser(f"person{number}", role, store, known, language="en")
            add_user(connection, new, PASSWORD, NOON, "benchmark")
    settle(engine)


def measure(engine: Engine, home: Path, customers: int) -> list[Figure]:
    """The 95th percentile of each page, and of taking in what a customer said."""
    furnish(engine, customers)
    with engine.connect() as connection:
        of_store = "select id from inbound where store_id = 1 and state <> 'answered' order by due_at limit 500"
        someone = [row.id for row in connection.execute(text(of_store))]
    with console(engine, home) as address, _coming_in(engine, customers) as taken_in:
        measured = asyncio.run(_work(address, someone))
    name = f"inbox with {OPEN:,} open, {A_DAY:,} a day and {PEOPLE} people"
    figures = [
        Figure(f"{name}: {page}, 95th percentile", _slowest(times), "ms", AIM, "the aim")
        for page, times in measured.items()
    ]
    everything = [one for times in measured.values() for one in times]
    figures.append(Figure(f"{name}: all pages, 95th percentile", _slowest(everything), "ms", AIM, "the aim"))
    return [*figures, Figure(f"{name}: taking one in, 95th percentile", _slowest(taken_in), "ms", AIM, "the aim")]


@contextmanager
def _coming_in(engine: Engine, customers: int) -> Iterator[list[float]]:
    """What customers say meanwhile, one after another; how long each took to be recorded, in milliseconds."""
    times: list[float] = []
    over = threading.Event()

    def come() -> None:
        dice = random.Random(1)
        number = 0
        while not over.is_set():
            number += 1
            new = NewInbound(
                way=InboundWay.REPLY, text="几点开门？", received_at=NOON, source=API, source_key=f"crowd:{number}",
                kind=InboundKind.QUESTION, customer_id=1 + dice.randrange(customers),
            )  # fmt: skip
            begun = time.perf_counter()
            with engine.begin() as connection:
                record_inbound(connection, new, NOON)
            times.append((time.perf_counter() - begun) * 1000)
            over.wait(SECONDS_BETWEEN)

    coming = threading.Thread(target=come, daemon=True)
    coming.start()
    try:
        yield times
    finally:
        over.set()
        coming.join()


def _slowest(times: list[float]) -> float:
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


async def _work(address: str, inbound: list[int]) -> dict[str, list[float]]:
    measured: dict[str, list[float]] = {page: [] for page in PAGES}
    await _person(0, address, inbound, {page: [] for page in PAGES}, visits=len(PAGES))
    await asyncio.gather(*(_person(number, address, inbound, measured, visits=VISITS) for number in range(PEOPLE)))
    return measured


async def _person(
    number: int, address: str, inbound: list[int], measured: dict[str, list[float]], *, visits: int
) -> None:
    dice = random.Random(number)
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(address, cookie_jar=jar, headers={"Accept": "text/html"}) as session:
        form = {"login": f"person{number}", "password": PASSWORD, "next": "/password"}
        async with session.post("/sign-in", data=form) as answer:
            answer.raise_for_status()
        for turn in range(visits):
            await asyncio.sleep(dice.uniform(*THINKING))
            page = PAGES[(number + turn) % len(PAGES)]
            begun = time.perf_counter()
            async with session.get(page.format(inbound=dice.choice(inbound))) as answer:
                await answer.read()
                answer.raise_for_status()
            measured[page].append((time.perf_counter() - begun) * 1000)
