"""kill -9 during a batch, with a recording gateway: nothing is lost or duplicated."""

import asyncio
import fcntl
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, Popen
from uuid import UUID

import pytest
from sqlalchemy import Engine, func, select, text

from models.core.settings import Settings
from models.core.words import ProcessName, TouchState
from models.ledger.tables import Touch
from models.subjects.account import Account
from tasks.channels.apprise import THREADS
from tasks.dispatch.dispatchers import LOCK_CLASS
from tests.support.dispatcher import arguments, settings_for
from tests.support.office import Office
from tests.support.sink import Received, Sink
from tests.support.waiting import until
from tests.support.world import at

TUESDAY = "2026-03-10 10:30"
BATCH = 40
CUSTOMERS = 100
MERGED = 20
"""So many of them get one message with the line of a second touch in it."""


@pytest.fixture
def crowded(office: Office) -> Office:
    """Customers with a message due, some with a line of another process in it."""
    with office.open() as world:
        for number in range(CUSTOMERS):
            customer = world.customer()
            world.warranty(customer, "2026-05-08")
            if number < MERGED:
                world.invoice(world.account(customer), "2026-03-03", "1000.00")
        world.plan(ProcessName("warranty-expiry"), TUESDAY)
        world.plan(ProcessName("overdue-accounts"), TUESDAY)
    return office


def start(office: Office, channel: str) -> Popen[bytes]:
    database = office.engine.url.render_as_string(hide_password=False)
    return Popen(arguments(database, office.settings.home, at(TUESDAY), channel, BATCH), stdout=DEVNULL)


def wait_until_gone(office: Office, process: Popen[bytes]) -> None:
    """The process has ended, and the database has noticed."""
    process.wait(30)
    locks = text(
        "select count(*) from pg_locks where locktype = 'advisory' and classid = :class "
        "and database = (select oid from pg_database where datname = current_database())"
    )

    def nobody_holds_a_lease() -> bool:
        with office.engine.connect() as connection:
            return connection.scalar(locks, {"class": LOCK_CLASS}) == 0

    until(nobody_holds_a_lease)


def dispatch_again(office: Office, channel: str) -> None:
    """The next dispatch at the same moment; its account balances."""
    office.settings = settings_for(office.settings.home, channel, BATCH)
    office.dispatch(TUESDAY)


def touches(office: Office) -> dict[UUID, tuple[TouchState, UUID]]:
    """Each touch that was planned, with its state and the touch whose message it went in."""
    with office.engine.connect() as connection:
        rows = connection.execute(
            select(Touch.id, Touch.state, func.coalesce(Touch.merged_into, Touch.id).label("message")).where(
                Touch.state != TouchState.SKIPPED
            )
        )
        return {row.id: (row.state, row.message) for row in rows}


def pay_in_part(office: Office) -> None:
    """Everybody who owes something pays some of it: what is written from now on says another amount."""
    with office.open() as world:
        for account_id in world.connection.scalars(select(Account.id)).all():
            world.payment(account_id, "2026-03-10", "600.00")


def said(office: Office) -> set[tuple[str, str]]:
    """The message of each key, as the ledger has it."""
    with office.engine.connect() as connection:
        rows = connection.execute(select(Touch.id, Touch.body).where(Touch.body.is_not(None)))
        return {(str(row.id), row.body) for row in rows}


@pytest.mark.parametrize("killed_at", [1, 33, 70, 99])
async def test_through_a_gateway_each_message_arrives_under_one_key(crowded: Office, killed_at: int) -> None:
    process: list[Popen[bytes]] = []

    def kill(_: Received) -> None:
        if len(sink.received) == killed_at:
            process[0].kill()

    async with Sink(record=kill) as sink:
        process.append(start(crowded, sink.url))
        await asyncio.to_thread(wait_until_gone, crowded, process[0])
        assert process[0].returncode == -9
        sink.record = None
        pay_in_part(crowded)
        await asyncio.to_thread(dispatch_again, crowded, sink.url)
    ledger = touches(crowded)
    assert len(ledger) == CUSTOMERS + MERGED
    assert Counter(state for state, _ in ledger.values()) == {TouchState.SENT: CUSTOMERS + MERGED}
    assert {one.key for one in sink.received} == {str(message) for _, message in ledger.values()}
    keys_of_number: dict[str, set[str | None]] = {}
    for one in sink.received:
        keys_of_number.setdefault(one.body["to"], set()).add(one.key)
    assert {len(keys) for keys in keys_of_number.values()} == {1}
    assert len(keys_of_number) == CUSTOMERS
    assert {(one.key, one.body["text"]) for one in sink.received} == said(crowded)


@pytest.mark.parametrize("killed_at", [1, 60])
async def test_what_takes_no_key_is_never_sent_twice(crowded: Office, killed_at: int) -> None:
    """Apprise posts to the path that names the recipient."""
    process: list[Popen[bytes]] = []

    def kill(_: Received) -> None:
        if len(sink.received) == killed_at:
            process[0].kill()

    async with Sink(record=kill) as sink:
        channel = f"json://127.0.0.1:{sink.port}/{{to}}"
        process.append(start(crowded, channel))
        await asyncio.to_thread(wait_until_gone, crowded, process[0])
        sink.record = None
        await asyncio.to_thread(dispatch_again, crowded, channel)
    ledger = touches(crowded)
    states = Counter(state for state, _ in ledger.values())
    assert states.keys() == {TouchState.SENT, TouchState.UNKNOWN}
    assert states.total() == CUSTOMERS + MERGED
    received = Counter(one.path for one in sink.received)
    assert set(received.values()) == {1}
    sent = {message for state, message in ledger.values() if state is TouchState.SENT}
    unknown = {message for state, message in ledger.values() if state is TouchState.UNKNOWN}
    assert sent.isdisjoint(unknown)
    assert len(sent) <= len(received) <= len(sent) + len(unknown)
    assert len(sent) + len(unknown) == CUSTOMERS
    assert len(unknown) <= THREADS + 1  # nothing is called unknown that was waiting for its turn


def test_the_outbox_holds_each_message_once_when_killed_before_writing(crowded: Office) -> None:
    with locked(crowded.settings) as outbox:
        process = start(crowded, "outbox://")
        until(lambda: count(crowded.engine, TouchState.SENDING) > 0)
        process.kill()
        wait_until_gone(crowded, process)
        assert outbox.read_text() == ""
    dispatch_again(crowded, "outbox://")
    check_outbox(crowded)


def test_the_outbox_holds_each_message_once_when_killed_before_recording(crowded: Office) -> None:
    with crowded.engine.connect() as holding:
        with locked(crowded.settings) as outbox:
            process = start(crowded, "outbox://")
            until(lambda: count(crowded.engine, TouchState.SENDING) > 0)
            holding.execute(select(Touch.id).where(Touch.state == TouchState.SENDING).with_for_update())
        until(lambda: outbox.read_text().endswith("\n"))
        process.kill()
        wait_until_gone(crowded, process)
        holding.rollback()
    written = len(outbox.read_text().splitlines())
    assert written > 0
    assert count(crowded.engine, TouchState.SENT) == 0
    dispatch_again(crowded, "outbox://")
    check_outbox(crowded)


@contextmanager
def locked(settings: Settings) -> Iterator[Path]:
    """The outbox, which nobody else can write to meanwhile."""
    path = settings.outbox
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield path


def count(engine: Engine, state: TouchState) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).where(Touch.state == state)) or 0


def check_outbox(office: Office) -> None:
    """One line a message, and every touch in one."""
    ledger = touches(office)
    assert {state for state, _ in ledger.values()} == {TouchState.SENT}
    lines = [json.loads(line)["id"] for line in office.settings.outbox.read_text().splitlines()]
    assert sorted(lines) == sorted({str(message) for _, message in ledger.values()})
    assert len(lines) == CUSTOMERS
