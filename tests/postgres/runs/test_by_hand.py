"""What users do about runs: rehearse, start, cancel, pause; within their stores, and kept with who did it."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select

from models.core.words import ProcessName, Role, RunState
from models.ledger.tables import AuditEntry, Run
from tasks.access.sessions import SignedIn
from tasks.database.leases import Lease
from tasks.runs.by_hand import (
    AlreadyRunning,
    NotWithPrefect,
    OfAllStores,
    RunIsOver,
    SwitchedOff,
    ask_for_run,
    ask_to_cancel,
    note_cancelled,
    rehearse_by_hand,
    switch_by_hand,
)
from tasks.runs.history import read_run
from tasks.runs.recording import fail_dead_runs, hold_run
from tests.support.office import Office
from tests.support.world import World, at

NOW = at("2026-03-10 10:30")
WARRANTY = ProcessName("warranty-expiry")


def user(store_id: int | None = None, store: str | None = None) -> SignedIn:
    return SignedIn(1, "mei", "Mei", Role.MANAGER, store_id, store, None, "en", False, "")


def run_of(world: World, state: RunState = RunState.RUNNING, prefect_run_id: UUID | None = None) -> UUID:
    values = {"process": WARRANTY, "as_of": NOW, "dry_run": False, "started_at": NOW, "started_by": "schedule"}
    made: UUID = world.connection.execute(
        insert(Run).values(state=state, prefect_run_id=prefect_run_id, **values).returning(Run.id)
    ).scalar_one()
    return made


def audited(world: World) -> list[tuple[datetime, str, str, str]]:
    rows = select(AuditEntry.at, AuditEntry.actor, AuditEntry.action, AuditEntry.entity_id).order_by(AuditEntry.id)
    return [tuple(row) for row in world.connection.execute(rows)]


def test_a_dry_run_tells_who_would_be_contacted_keeps_its_account_and_nothing_else(world: World) -> None:
    world.warranty(world.customer(name="Li Na"), "2026-05-08")
    found = rehearse_by_hand(world.connection, user(), WARRANTY, NOW, NOW)
    assert [one.customer for one in found.contacts] == ["Li Na"]
    assert found.account is not None
    assert (found.account.planned, found.account.sent) == (1, 1)
    assert world.touches() == []
    kept = read_run(world.connection, found.run_id, None)
    assert (kept.dry_run, kept.state, kept.started_by, kept.account) == (True, RunState.COMPLETED, "mei", found.account)
    assert audited(world) == [(NOW, "mei", "run.rehearsed", str(found.run_id))]


def test_someone_of_one_store_rehearses_for_that_store_alone(world: World) -> None:
    world.warranty(world.customer(name="Li Na"), "2026-05-08")
    other = world.store(code="OTHER")
    found = rehearse_by_hand(world.connection, user(other, "OTHER"), WARRANTY, NOW, NOW)
    assert (found.contacts, found.account) == ([], None)


def test_someone_of_one_of_several_stores_steers_nothing(world: World) -> None:
    other = user(world.store(code="OTHER"), "OTHER")
    with pytest.raises(OfAllStores, match="you work for OTHER alone"):
        ask_for_run(world.connection, other, WARRANTY, NOW, "key")
    with pytest.raises(OfAllStores):
        ask_to_cancel(world.connection, other, run_of(world, prefect_run_id=uuid4()), NOW)
    with pytest.raises(OfAllStores):
        switch_by_hand(world.connection, other, WARRANTY, NOW, enabled=False)
    assert audited(world) == []


def test_someone_of_the_only_store_steers(world: World) -> None:
    ask_for_run(world.connection, user(world.store_id, "K1"), WARRANTY, NOW, "key")
    assert audited(world) == [(NOW, "mei", "run.started", WARRANTY)]


def test_a_paused_process_is_not_started(world: World) -> None:
    assert switch_by_hand(world.connection, user(), WARRANTY, NOW, enabled=False)
    with pytest.raises(SwitchedOff):
        ask_for_run(world.connection, user(), WARRANTY, NOW, "key")
    assert switch_by_hand(world.connection, user(), WARRANTY, NOW, enabled=True)
    ask_for_run(world.connection, user(), WARRANTY, NOW, "key")
    assert [action for _, _, action, _ in audited(world)] == ["process.disabled", "process.enabled", "run.started"]


@pytest.fixture
def living(office: Office) -> Iterator[UUID]:
    """A run whose process lives."""
    with office.open() as world:
        run_id = run_of(world)
        lease: Lease = hold_run(office.engine, run_id, world.connection)
    yield run_id
    lease.end()


def test_what_runs_is_not_started_a_second_time_but_what_has_died_is(office: Office, living: UUID) -> None:
    with office.open() as world, pytest.raises(AlreadyRunning) as refusal:
        ask_for_run(world.connection, user(), WARRANTY, NOW, "key")
    assert refusal.value.run_id == living
    with office.open() as world:
        run_of(world)
        ask_for_run(world.connection, user(), ProcessName("overdue-accounts"), NOW, "key")


def test_a_cancelled_run_ends_with_who_cancelled_it(world: World) -> None:
    flow_run_id = uuid4()
    run_id = run_of(world, prefect_run_id=flow_run_id)
    assert ask_to_cancel(world.connection, user(), run_id, NOW) == flow_run_id
    note_cancelled(world.connection, user(), run_id, NOW)
    fail_dead_runs(world.connection, NOW)
    assert read_run(world.connection, run_id, None).error == "Cancelled by mei."
    assert [action for _, _, action, _ in audited(world)] == ["run.cancel-asked", "run.cancelled"]


def test_what_is_over_or_unknown_to_prefect_is_not_cancelled(world: World) -> None:
    with pytest.raises(RunIsOver, match="it is completed"):
        ask_to_cancel(world.connection, user(), run_of(world, RunState.COMPLETED), NOW)
    with pytest.raises(NotWithPrefect):
        ask_to_cancel(world.connection, user(), run_of(world), NOW)
