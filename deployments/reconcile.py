"""Cleaning up in Prefect after a runner has died: none of its runs may still look alive.

A run left Running, Pending or Cancelling holds its deployment's only slot for ever, and each later run is cancelled.
Nothing is lost by setting it to Crashed: the work of a sweep is in the ledger, not in the run.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Cancelled, Crashed

PAGE = 200  # the page limit of Prefect's API
UNFINISHED = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]


async def crash_left_runs(client: PrefectClient, deployment_name: str) -> int:
    """Set every unfinished run of our deployments to Crashed. Returns how many. Call it while no runner lives."""
    found = await _find_deployments(client, deployment_name)
    crashed = 0
    while runs := await _find_runs(client, found, UNFINISHED):
        for run in runs:
            await client.set_flow_run_state(run.id, Crashed(message="Its runner had died."), force=True)
        crashed += len(runs)
    return crashed


async def drop_late_runs(client: PrefectClient, deployment_name: str, now: datetime) -> int:
    """Cancel the runs that should have started while no runner was there. Returns how many.

    One run at the start makes up for them all: each would look for the same due contacts.
    """
    found = await _find_deployments(client, deployment_name)
    dropped = 0
    while late := [run for run in await _find_runs(client, found, [StateType.SCHEDULED]) if _is_late(run, now)]:
        for run in late:
            await client.set_flow_run_state(run.id, Cancelled(message="Missed while no runner was there."), force=True)
        dropped += len(late)
    return dropped


def _is_late(run: FlowRun, now: datetime) -> bool:
    return run.auto_scheduled and run.expected_start_time is not None and run.expected_start_time < now


async def _find_deployments(client: PrefectClient, name: str) -> list[UUID]:
    deployments = await client.read_deployments(
        deployment_filter=DeploymentFilter(name=DeploymentFilterName(any_=[name])), limit=PAGE
    )
    return [deployment.id for deployment in deployments]


async def _find_runs(client: PrefectClient, deployments: list[UUID], states: list[StateType]) -> list[FlowRun]:
    if not deployments:
        return []
    return await client.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            deployment_id=FlowRunFilterDeploymentId(any_=deployments),
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=states)),
        ),
        sort=FlowRunSort.EXPECTED_START_TIME_ASC,
        limit=PAGE,
    )


async def schedules_without_runs(client: PrefectClient, deployments: Sequence[UUID], now: datetime) -> list[str]:
    """The active schedules without a coming run, as `flow schedule`."""
    bare = []
    for identity in deployments:
        deployment = await client.read_deployment(identity)
        flow = await client.read_flow(deployment.flow_id)
        runs = await _find_runs(client, [identity], [StateType.SCHEDULED])
        made_by = {run.created_by.id for run in runs if run.created_by and not _is_late(run, now)}
        waiting = [schedule for schedule in deployment.schedules if schedule.active and not deployment.paused]
        bare += [f"{flow.name} {schedule.slug}" for schedule in waiting if schedule.id not in made_by]
    return bare
