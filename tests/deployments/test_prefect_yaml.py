"""The flows as deployed to a work pool: the same schedules as with `aftercare up`."""

import os
import subprocess
import sys
from datetime import time
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.schedules import CronSchedule
from prefect.events import EventTrigger
from prefect.exceptions import ObjectNotFound
from prefect.flows import load_flow_from_entrypoint

from deployments import prefect_yaml
from deployments.plan import Plan
from deployments.pool import DEPLOYMENT, bring_to_pool
from deployments.prefect_yaml import POOL, write_prefect_yaml
from deployments.schedules import ENGINE_FLOWS, schedules_of, serve_process, shipped_flows
from models.core.settings import Settings
from models.policies.schedule import ProcessSchedule
from tests.support.tyre_storage import TYRES

SHIPPED = Path(prefect_yaml.__file__).with_name("prefect.yaml")
DEAD_RUNS = SHIPPED.with_name("dead-runs.yaml")
ZONES = ["Asia/Shanghai", "Europe/Berlin"]
HOME_ZONE = "Asia/Shanghai"
pytestmark = pytest.mark.xdist_group("work-pool")
"""The tests make and delete the same work pool on one Prefect server."""


def prefect(*arguments: str, api: str) -> None:
    """Run Prefect's command on a server; fails with its output."""
    environment = os.environ | {"PREFECT_API_URL": api}
    command = [sys.executable, "-m", "prefect", "--no-prompt", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_file_that_is_shipped_says_what_the_schedules_say() -> None:
    shipped = SHIPPED.read_text(encoding="utf-8")
    home_zone = Settings.model_fields["time_zone"].default
    assert shipped == write_prefect_yaml(shipped_flows(), [], home_zone), (
        "python -m deployments.prefect_yaml writes it anew"
    )


async def test_prefect_deploys_each_flow_with_its_schedules_and_its_limit(prefect_api: str, tmp_path: Path) -> None:
    file = tmp_path / "prefect.yaml"
    file.write_text(write_prefect_yaml(shipped_flows(), ZONES, HOME_ZONE), encoding="utf-8")
    prefect("work-pool", "create", POOL, "--type", "process", api=prefect_api)
    prefect("deploy", "--all", "--prefect-file", str(file), api=prefect_api)
    async with get_client() as client:
        for served in shipped_flows():
            made = await client.read_deployment_by_name(f"{served.name}/{DEPLOYMENT}")
            wanted = {(one.slug, one.cron, one.zone) for one in schedules_of(served, ZONES, HOME_ZONE)}
            planned = [(one.slug, one.schedule) for one in made.schedules if isinstance(one.schedule, CronSchedule)]
            assert len(planned) == len(made.schedules)
            assert {(slug, cron.cron, cron.timezone) for slug, cron in planned} == wanted
            assert all(one.active for one in made.schedules)
            assert made.work_pool_name == POOL
            assert made.tags == list(served.tags)
            assert served.description in (made.description, None)
            limit = made.global_concurrency_limit
            assert (limit.limit if limit else None) == (1 if served.one_at_a_time else None)
            if served.one_at_a_time:
                assert made.concurrency_options is not None
                assert made.concurrency_options.collision_strategy == "CANCEL_NEW"
            await client.delete_deployment(made.id)
        await client.delete_work_pool(POOL)


async def test_a_process_that_is_added_or_removed_is_brought_to_the_pool_through_the_api(
    prefect_api: str, tmp_path: Path
) -> None:
    tyres = serve_process(TYRES, ProcessSchedule(at=(time(9),)), {"zh-CN": "换胎", "en": "Tyres"}, ("service",))
    plan = Plan((tyres, *ENGINE_FLOWS), (), ZONES, {})
    assert await bring_to_pool(plan, HOME_ZONE, prefect_api) is None  # nobody has deployed to a pool

    file = tmp_path / "prefect.yaml"
    file.write_text(write_prefect_yaml(ENGINE_FLOWS, ZONES, HOME_ZONE), encoding="utf-8")
    prefect("work-pool", "create", POOL, "--type", "process", api=prefect_api)
    prefect("deploy", "--all", "--prefect-file", str(file), api=prefect_api)
    for _ in range(2):
        assert await bring_to_pool(plan, HOME_ZONE, prefect_api) == POOL
    async with get_client() as client:
        made = await client.read_deployment_by_name(f"{TYRES}/{DEPLOYMENT}")
        pattern = await client.read_deployment_by_name(f"dispatch/{DEPLOYMENT}")
        assert (made.work_pool_name, made.pull_steps) == (POOL, pattern.pull_steps)
        assert (made.description, made.tags) == (tyres.description, ["process", "service"])
        assert {one.slug for one in made.schedules} == {"morning-asia-shanghai", "morning-europe-berlin"}
        assert (made.parameter_openapi_schema or {})["properties"].keys() == {"as_of", "dry_run"}
        assert made.global_concurrency_limit is not None
        assert made.global_concurrency_limit.limit == 1
        assert load_flow_from_entrypoint(made.entrypoint or "").name == TYRES

        assert await bring_to_pool(Plan(ENGINE_FLOWS, (TYRES,), ZONES, {}), HOME_ZONE, prefect_api) == POOL
        with pytest.raises(ObjectNotFound):
            await client.read_deployment_by_name(f"{TYRES}/{DEPLOYMENT}")
        for served in ENGINE_FLOWS:
            await client.delete_deployment((await client.read_deployment_by_name(f"{served.name}/{DEPLOYMENT}")).id)
        await client.delete_work_pool(POOL)


async def test_prefect_takes_the_automation_for_dead_runs(prefect_api: str) -> None:
    prefect("automation", "create", "--from-file", str(DEAD_RUNS), api=prefect_api)
    async with get_client() as client:
        (made,) = [one for one in await client.read_automations() if one.name == "Dead runs are crashed"]
        assert made.enabled
        assert isinstance(made.trigger, EventTrigger)
        assert made.trigger.posture == "Proactive"
        assert {"prefect.flow-run.Paused", "prefect.flow-run.Suspended"} <= made.trigger.expect
        await client.delete_automation(made.id)
