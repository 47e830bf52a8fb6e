"""The processes as deployments of a work pool, brought there through Prefect's API instead of a prefect.yaml.

Which pool, and how its workers come to the code, is read off the deployment of `dispatch`, which the first
`prefect deploy` has made. Where a runner serves the flows there is no pool, and nothing is done: it looks by itself.
"""

from importlib import import_module
from typing import TYPE_CHECKING
from uuid import UUID

import httpx

from deployments.schedules import ENGINE_FLOWS, Served, schedules_of

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.responses import DeploymentResponse

    from deployments.plan import Plan

DEPLOYMENT = "aftercare"
"""Each flow's deployment in Prefect is `<process>/aftercare`."""
PATTERN = f"dispatch/{DEPLOYMENT}"
"""The deployment whose pool the processes go to."""
PREFECT_AWAY = (httpx.HTTPError, TimeoutError)


async def bring_to_pool(plan: "Plan", home_zone: str, api: str) -> str | None:
    """Make the processes of a plan the deployments of the pool, and delete those of removed ones; the pool's name.

    None: no pool has our flows. Raises `PREFECT_AWAY` when Prefect does not answer.
    """
    from prefect.client.orchestration import get_client  # noqa: PLC0415  importing Prefect takes more than a second
    from prefect.exceptions import ObjectNotFound  # noqa: PLC0415
    from prefect.settings import PREFECT_API_URL, temporary_settings  # noqa: PLC0415

    with temporary_settings({PREFECT_API_URL: api}):
        async with get_client() as client:
            try:
                pattern = await client.read_deployment_by_name(PATTERN)
            except ObjectNotFound:
                return None
            if pattern.work_pool_name is None:
                return None
            for served in plan.flows:
                if served not in ENGINE_FLOWS:
                    await _deploy(client, served, plan, home_zone, pattern)
            for name in plan.removed:
                await forget_deployment(client, name)
            return pattern.work_pool_name


async def forget_deployment(client: "PrefectClient", process: str) -> None:
    """Delete the deployment of a process that was removed, with the runs that it has scheduled; its past runs stay."""
    from prefect.exceptions import ObjectNotFound  # noqa: PLC0415

    try:
        deployment = await client.read_deployment_by_name(f"{process}/{DEPLOYMENT}")
    except ObjectNotFound:
        return
    await client.delete_deployment(deployment.id)


async def _deploy(
    client: "PrefectClient", served: Served, plan: "Plan", home_zone: str, pattern: "DeploymentResponse"
) -> UUID:
    from prefect.client.schemas.actions import DeploymentScheduleCreate  # noqa: PLC0415
    from prefect.client.schemas.objects import ConcurrencyLimitStrategy, ConcurrencyOptions  # noqa: PLC0415
    from prefect.client.schemas.schedules import CronSchedule  # noqa: PLC0415

    flow = getattr(import_module(served.module), served.function)
    return await client.create_deployment(
        flow_id=await client.create_flow(flow),
        name=DEPLOYMENT,
        entrypoint=f"{served.module}.{served.function}",
        description=served.description,
        tags=list(served.tags),
        schedules=[
            DeploymentScheduleCreate(
                schedule=CronSchedule(cron=schedule.cron, timezone=schedule.zone), slug=schedule.slug, active=True
            )
            for schedule in schedules_of(served, plan.zones, home_zone)
        ],
        concurrency_limit=1,
        concurrency_options=ConcurrencyOptions(collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
        work_pool_name=pattern.work_pool_name,
        pull_steps=pattern.pull_steps,
        parameter_openapi_schema=flow.parameters.model_dump_for_openapi(),
        enforce_parameter_schema=True,
    )
