"""Runs started and cancelled from outside, against a real Prefect server."""

import uuid
from collections.abc import AsyncIterator

import pytest
from prefect.client.orchestration import PrefectClient, get_client
from prefect.states import Completed, Running, Suspended

from deployments.steering_runs import (
    DEPLOYMENT,
    NoPrefect,
    NotCancellable,
    NotDeployed,
    PrefectSilent,
    Steering,
    UnknownFlowRun,
)
from flows.campaign import campaign
from tests.deployments.trial_beat import trial_beat
from tests.support.ports import free_port

pytestmark = pytest.mark.xdist_group("prefect")
PROCESS = "trial-beat"


@pytest.fixture
async def client(prefect_api: str) -> AsyncIterator[PrefectClient]:
    async with get_client() as client:
        yield client


@pytest.fixture
async def steering(prefect_api: str) -> AsyncIterator[Steering]:
    """Prefect, with the trial flow served as ours are."""
    await (await trial_beat.ato_deployment(name=DEPLOYMENT)).aapply()
    made = Steering(prefect_api)
    yield made
    await made.close()


async def test_a_double_click_starts_one_run_in_the_name_of_whoever_clicked(
    steering: Steering, client: PrefectClient
) -> None:
    key = str(uuid.uuid4())
    started = await steering.start(PROCESS, as_of=None, dry_run=False, login="mei", key=key)
    assert await steering.start(PROCESS, as_of=None, dry_run=False, login="mei", key=key) == started
    assert await steering.start(PROCESS, as_of=None, dry_run=False, login="mei", key=str(uuid.uuid4())) != started
    run = await client.read_flow_run(started)
    assert "started-by:mei" in run.tags
    assert run.parameters == {"as_of": None, "dry_run": False}
    assert (await steering.look(started)).state == "Scheduled"


async def test_a_campaign_is_carried_on_once_for_each_time_that_it_is_asked_for(
    steering: Steering, client: PrefectClient
) -> None:
    await (await campaign.ato_deployment(name=DEPLOYMENT)).aapply()
    key = str(uuid.uuid4())
    started = [await steering.carry_on(7, login="mei", key=key) for _ in range(2)]
    assert started[0] == started[1]
    run = await client.read_flow_run(started[0])
    assert "started-by:mei" in run.tags
    assert run.parameters["campaign_id"] == 7


async def test_what_waits_is_cancelled_at_once_and_what_runs_by_its_runner(
    steering: Steering, client: PrefectClient
) -> None:
    waiting, running = [
        await steering.start(PROCESS, as_of=None, dry_run=False, login="mei", key=str(uuid.uuid4())) for _ in range(2)
    ]
    await client.set_flow_run_state(running, Running(), force=True)
    await steering.cancel(waiting)
    await steering.cancel(running)
    assert [(await steering.look(one)).state for one in (waiting, running)] == ["Cancelled", "Cancelling"]
    with pytest.raises(NotCancellable, match="it is over"):
        await steering.cancel(waiting)


async def test_what_is_over_is_not_cancelled(steering: Steering, client: PrefectClient) -> None:
    done = await steering.start(PROCESS, as_of=None, dry_run=False, login="mei", key=str(uuid.uuid4()))
    await client.set_flow_run_state(done, Completed(), force=True)
    with pytest.raises(NotCancellable, match="Completed"):
        await steering.cancel(done)
    assert (await steering.look(done)).over


async def test_what_is_suspended_is_woken_and_nothing_else(steering: Steering, client: PrefectClient) -> None:
    suspended, running, over = [
        await steering.start(PROCESS, as_of=None, dry_run=False, login="mei", key=str(uuid.uuid4())) for _ in range(3)
    ]
    await client.set_flow_run_state(suspended, Suspended(timeout_seconds=3600), force=True)
    await client.set_flow_run_state(running, Running(), force=True)
    await client.set_flow_run_state(over, Completed(), force=True)
    for one in (suspended, suspended, running, over, uuid.uuid4()):
        await steering.wake(one)
    assert [(await steering.look(one)).state for one in (suspended, running, over)] == [
        "Resuming", "Running", "Completed",
    ]  # fmt: skip


async def test_what_prefect_does_not_know_is_told(steering: Steering) -> None:
    with pytest.raises(NotDeployed):
        await steering.start("no-such-process", as_of=None, dry_run=False, login="mei", key="key")
    with pytest.raises(UnknownFlowRun):
        await steering.cancel(uuid.uuid4())
    with pytest.raises(UnknownFlowRun):
        await steering.look(uuid.uuid4())


async def test_without_a_prefect_it_says_so() -> None:
    alone = Steering(None)
    assert not alone.there
    assert alone.link(uuid.uuid4()) is None
    with pytest.raises(NoPrefect):
        await alone.look(uuid.uuid4())


async def test_a_prefect_that_is_gone_is_told_in_a_sentence() -> None:
    from prefect.settings import PREFECT_API_URL, temporary_settings

    gone = f"http://127.0.0.1:{free_port()}/api"
    steering = Steering(gone)
    with temporary_settings({PREFECT_API_URL: gone}), pytest.raises(PrefectSilent, match="does not answer"):
        await steering.look(uuid.uuid4())
    await steering.close()


def test_a_run_is_linked_to_the_pages_of_prefect() -> None:
    run_id = uuid.uuid4()
    assert Steering("http://127.0.0.1:4200/api").link(run_id) == f"http://127.0.0.1:4200/runs/flow-run/{run_id}"
