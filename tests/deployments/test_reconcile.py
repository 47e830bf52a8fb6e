"""Runs left in Prefect by a dead runner are reconciled, on a real server."""

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy, State
from prefect.schedules import Cron
from prefect.states import Cancelling, Completed, Paused, Pending, Running, Scheduled, Submitting

from deployments.reconcile import crash_left_runs, drop_late_runs, schedules_without_runs
from tests.deployments.trial_beat import trial_beat

DAY = 24 * 60 * 60
"""Seconds until a pause ends, long before its test runs."""
TOMORROW = datetime.now(UTC) + timedelta(days=1)
"""Scheduled runs soon become late."""


@pytest.fixture
async def client(prefect_api: str) -> AsyncIterator[PrefectClient]:
    async with get_client() as client:
        yield client


@pytest.fixture
async def name() -> str:
    """A unique deployment name."""
    return f"reconcile-{uuid.uuid4().hex[:8]}"


async def deploy(name: str, **options: Any) -> UUID:
    deployment = await trial_beat.ato_deployment(name=name, **options)
    identity: UUID = await deployment.aapply()
    return identity


async def name_of_state(client: PrefectClient, run: UUID) -> str | None:
    state = (await client.read_flow_run(run)).state
    return state.name if state else None


async def enter(client: PrefectClient, run: UUID, state: State[None]) -> str | None:
    """Request a state; returns the name of the state that Prefect sets."""
    given = (await client.set_flow_run_state(run, state)).state
    return given.name if given else None


async def leave_run(client: PrefectClient, deployment: UUID, state: State[None]) -> UUID:
    run = await client.create_flow_run_from_deployment(deployment)
    if state.is_cancelling():  # a run that never began is cancelled at once
        await client.set_flow_run_state(run.id, Running(), force=True)
    await client.set_flow_run_state(run.id, state, force=True)
    return run.id


@pytest.mark.parametrize("state", [Running(), Pending(), Submitting(), Cancelling()], ids=lambda state: state.name)
async def test_what_was_left_looking_alive_is_crashed(client: PrefectClient, name: str, state: State[None]) -> None:
    run = await leave_run(client, await deploy(name), state)
    assert await crash_left_runs(client, name) == 1
    assert await name_of_state(client, run) == "Crashed"
    assert await crash_left_runs(client, name) == 0


@pytest.mark.parametrize(
    "state",
    [Completed(), Scheduled(scheduled_time=TOMORROW), Paused(timeout_seconds=DAY)],
    ids=lambda state: state.name,
)
async def test_what_is_over_waits_or_is_anothers_is_left_alone(
    client: PrefectClient, name: str, state: State[None]
) -> None:
    mine = await leave_run(client, await deploy(name), state)
    anothers = await leave_run(client, await deploy(f"{name}-other"), Running())
    assert await crash_left_runs(client, name) == 0
    assert await name_of_state(client, mine) == state.name
    assert await name_of_state(client, anothers) == "Running"


async def test_the_only_slot_is_free_again(client: PrefectClient, name: str) -> None:
    limit = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
    deployment = await deploy(name, concurrency_limit=limit)
    left = await client.create_flow_run_from_deployment(deployment)
    await client.set_flow_run_state(left.id, Pending())
    await client.set_flow_run_state(left.id, Running())
    refused = await client.create_flow_run_from_deployment(deployment)
    assert await enter(client, refused.id, Pending()) == "Cancelled"

    await crash_left_runs(client, name)
    taken = await client.create_flow_run_from_deployment(deployment)
    assert await enter(client, taken.id, Pending()) == "Pending"


async def test_more_runs_than_a_page_are_crashed(
    client: PrefectClient, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deployments.reconcile.PAGE", 2)
    deployment = await deploy(name)
    for _ in range(5):
        await leave_run(client, deployment, Running())
    assert await crash_left_runs(client, name) == 5


async def test_slots_that_were_missed_are_dropped_and_coming_ones_kept(client: PrefectClient, name: str) -> None:
    deployment = await deploy(name, schedules=[Cron("0 * * * *", timezone="UTC", slug="hourly")])
    now = datetime.now(UTC)
    response = await client.request(
        "POST",
        "/deployments/{id}/schedule",
        path_params={"id": deployment},
        json={"end_time": str(now + timedelta(hours=5)), "min_runs": 5},
    )
    response.raise_for_status()
    assert await schedules_without_runs(client, [deployment], now) == []
    assert await drop_late_runs(client, name, now) == 0
    assert await drop_late_runs(client, name, now + timedelta(hours=2)) == 2
    assert await drop_late_runs(client, name, now + timedelta(hours=2)) == 0


async def test_a_schedule_that_nothing_comes_of_is_named(client: PrefectClient, name: str) -> None:
    never = Cron("0 0 1 1 *", timezone="UTC", slug="silent")
    bare = await deploy(name, schedules=[never])
    paused = await deploy(f"{name}-paused", schedules=[never], paused=True)
    long_after = datetime.now(UTC) + timedelta(days=36_500)
    assert await schedules_without_runs(client, [bare, paused], long_after) == ["trial-beat silent"]
