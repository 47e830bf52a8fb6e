"""PostgreSQL dies during a run and restarts: the dispatch continues, with no duplicates and everything recorded."""

import asyncio
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, func, select
from sqlalchemy.exc import OperationalError

from deployments.embedded import OUR_DATABASE, open_embedded, restart_if_dead
from deployments.postgres import Cluster, find_postmaster
from models.core.settings import Settings
from models.core.words import ProcessName, TouchState
from models.database.schema import upgrade
from models.ledger.tables import Touch
from tasks.channels.outbox import OutboxChannel
from tasks.dispatch import dispatch
from tasks.dispatch.claim import Judged, claim
from tasks.dispatch.release import Release, release
from tests.support.dispatcher import settings_for
from tests.support.office import Office
from tests.support.sink import Received, Sink
from tests.support.waiting import until

TUESDAY = "2026-03-10 10:30"
CUSTOMERS = 90
BATCH = 30


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A PostgreSQL that only these tests use."""
    with open_embedded(tmp_path_factory.mktemp("home")) as cluster:
        upgrade(cluster.url(OUR_DATABASE).render_as_string(hide_password=False))
        yield cluster


@pytest.fixture
def own_engine(cluster: Cluster) -> Iterator[Engine]:
    engine = create_engine(cluster.url(OUR_DATABASE))
    yield engine
    engine.dispose()


def crash(cluster: Cluster) -> None:
    """Immediate mode: every session is cut, nothing is tidied up; then it starts again."""
    postmaster = find_postmaster(cluster)
    assert postmaster is not None
    postmaster.send_signal(signal.SIGQUIT)
    until(lambda: find_postmaster(cluster) is None)
    assert restart_if_dead(cluster.directory.parent)


async def test_a_dispatch_outlives_its_database(cluster: Cluster, own_engine: Engine, tmp_path: Path) -> None:
    office = Office(own_engine, Settings(home=tmp_path))
    with office.open() as world:
        for _ in range(CUSTOMERS):
            world.warranty(world.customer(), "2026-05-08")
        world.plan(ProcessName("warranty-expiry"), TUESDAY)
    arrived, answer = asyncio.Event(), asyncio.Event()

    def note(_: Received) -> None:
        if len(sink.received) == CUSTOMERS // 2:
            arrived.set()

    async with Sink(record=note, hold=answer) as sink:
        answer.set()
        office.settings = settings_for(tmp_path, sink.url, BATCH)
        dispatching = asyncio.create_task(asyncio.to_thread(office.dispatch, TUESDAY))
        arriving = asyncio.create_task(arrived.wait())
        await asyncio.wait({dispatching, arriving}, return_when=asyncio.FIRST_COMPLETED)
        assert arrived.is_set(), await dispatching  # a dispatch that failed says why, and keeps nobody waiting
        answer.clear()
        await asyncio.to_thread(crash, cluster)
        answer.set()
        account = await dispatching
    assert (account.claimed, account.sent) == (CUSTOMERS, CUSTOMERS)
    with own_engine.connect() as connection:
        states = dict(connection.execute(select(Touch.state, func.count()).group_by(Touch.state)).tuples().all())
        ids = {str(touch_id) for touch_id in connection.scalars(select(Touch.id))}
    assert states == {TouchState.SENT: CUSTOMERS}
    assert {one.key for one in sink.received} == ids
    assert len(sink.received) == CUSTOMERS


def test_a_claim_whose_answer_was_lost_is_taken_back(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(engine, Settings(home=tmp_path, dispatch_batch=BATCH))
    with office.open() as world:
        for _ in range(CUSTOMERS):
            world.warranty(world.customer(), "2026-05-08")
        world.plan(ProcessName("warranty-expiry"), TUESDAY)
    lost = iter((True, True))

    def committed_but_unheard(connection: Connection, *arguments: Any, **named: Any) -> list[Judged]:
        if next(lost, False):
            with engine.begin() as other:
                claim(other, *arguments, **named)
            raise OperationalError("claim", {}, Exception("the server closed the connection"))
        return claim(connection, *arguments, **named)

    monkeypatch.setattr(dispatch, "claim", committed_but_unheard)
    account = office.dispatch(TUESDAY)
    assert (account.claimed, account.sent) == (CUSTOMERS, CUSTOMERS)
    assert len({message["id"] for message in office.outbox()}) == len(office.outbox()) == CUSTOMERS


@pytest.mark.parametrize("idempotent", [True, False])
def test_what_a_last_look_let_through_goes_out_though_its_answer_was_lost(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, idempotent: bool
) -> None:
    """Nothing of it has left the house, so there is nothing uncertain about it."""
    office = Office(engine, Settings(home=tmp_path))
    with office.open() as world:
        for _ in range(BATCH):
            world.warranty(world.customer(), "2026-05-08")
        world.plan(ProcessName("warranty-expiry"), TUESDAY)
    lost = iter((True, True))

    def committed_but_unheard(connection: Connection, *arguments: Any, **named: Any) -> Release:
        if next(lost, False):
            with engine.begin() as other:
                release(other, *arguments, **named)
            raise OperationalError("release", {}, Exception("the server closed the connection"))
        return release(connection, *arguments, **named)

    monkeypatch.setattr(dispatch, "release", committed_but_unheard)
    abilities = replace(OutboxChannel.abilities, takes_key=idempotent)
    monkeypatch.setattr(OutboxChannel, "abilities", abilities)
    account = office.dispatch(TUESDAY)
    assert (account.claimed, account.sent) == (BATCH, BATCH)
    assert len({message["id"] for message in office.outbox()}) == len(office.outbox()) == BATCH
