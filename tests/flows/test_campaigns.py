"""A campaign under Prefect: suspended while it waits for its approval, taken up again, and carried on by the beat."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from prefect.client.orchestration import PrefectClient, get_client
from prefect.types.entrypoint import EntrypointType
from sqlalchemy import select

from flows.campaign import campaign
from flows.campaigns import campaigns
from models.core.words import CampaignState, RunState
from models.ledger.tables import Run
from tasks.campaigns.drafting import create_campaign
from tasks.campaigns.launch.approving import approve, submit
from tasks.prefect.pace import Limit, open_pace
from tests.support.campaigning import LI, MEI, NOON, CampaignOffice, plan
from tests.support.office import Office

pytestmark = pytest.mark.xdist_group("prefect")


@pytest.fixture
def marketing(office: Office) -> CampaignOffice:
    """The same store as a campaign office: its flows find its database by the settings."""
    return CampaignOffice(office.engine, office.settings.home, office.numbers)


@pytest.fixture
async def client(prefect_api: str) -> AsyncIterator[PrefectClient]:
    async with get_client() as client:
        yield client


async def run_once(run_id: UUID) -> None:
    """Let a process of its own execute a flow run, as a worker does."""
    command = [sys.executable, "-m", "prefect", "flow-run", "execute", str(run_id)]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    told, _ = await process.communicate()
    assert process.returncode == 0, told.decode()


async def test_a_run_waits_suspended_and_goes_on_when_it_is_approved(
    marketing: CampaignOffice, client: PrefectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    marketing.customers(3)
    with marketing.engine.begin() as connection:
        campaign_id = create_campaign(connection, MEI, "Spring", plan(), NOON)
        submitted = submit(connection, MEI, campaign_id, marketing.settings, NOON, launch=True)
    monkeypatch.setenv("AFTERCARE_NOW", NOON.isoformat())
    monkeypatch.setenv("PREFECT_API_URL", str(client.api_url))
    monkeypatch.setenv("PYTHONPATH", os.getcwd())  # noqa: PTH109  a path of the environment, as text
    deployed = await campaign.ato_deployment(name="trial", entrypoint_type=EntrypointType.MODULE_PATH)
    deployment_id = await deployed.aapply()
    run = await client.create_flow_run_from_deployment(deployment_id, parameters={"campaign_id": campaign_id})

    await run_once(run.id)
    suspended = (await client.read_flow_run(run.id)).state
    assert suspended is not None
    assert suspended.name == "Suspended", suspended.message
    assert marketing.read(campaign_id).prefect_run_id == run.id

    with marketing.engine.begin() as connection:
        approve(connection, LI, campaign_id, submitted.fingerprint, NOON)
    await campaigns(as_of=NOON)
    assert marketing.read(campaign_id).prefect_run_id is None
    await run_once(run.id)
    over = (await client.read_flow_run(run.id)).state
    assert over is not None
    assert over.is_completed()
    assert len(marketing.outbox()) == 3
    await client.delete_deployment(deployment_id)


async def test_the_beat_carries_every_campaign_on(marketing: CampaignOffice, prefect_api: str) -> None:
    marketing.customers(3)
    first, second = marketing.launched(plan(), NOON, "First"), marketing.launched(plan(valid_for="5d"), NOON, "Second")
    run = await campaigns(as_of=NOON)
    assert run.account.planned == 6
    again = await campaigns(as_of=NOON)  # what one of the two was weighing, the other left alone
    account = run.account + again.account
    assert (account.sent, account.deferred) == (3, {"cap": 3})
    assert len({line["to"] for line in marketing.outbox()}) == 3
    assert CampaignState.REST in (marketing.read(first).state, marketing.read(second).state)
    with marketing.engine.connect() as connection:
        row = connection.execute(select(Run.__table__).where(Run.id == run.id)).one()
    assert (row.process, row.state) == ("campaigns", RunState.COMPLETED)


async def test_a_pace_is_a_limit_in_prefect_that_all_workers_share(
    marketing: CampaignOffice, client: PrefectClient
) -> None:
    marketing.customers(3)
    pace = await open_pace(marketing.settings, Limit("aftercare-campaign-trial", 2, 100.0))
    assert pace is not None
    await open_pace(marketing.settings, Limit("aftercare-campaign-trial", 3, 100.0))
    limit = await client.read_global_concurrency_limit_by_name("aftercare-campaign-trial")
    assert (limit.limit, limit.slot_decay_per_second) == (3, 100.0)
    assert await open_pace(marketing.settings) is None
    campaign_id = marketing.launched(plan(per_minute=6000), NOON)
    run = await campaigns(as_of=NOON)
    assert run.account.sent == 3
    made = await client.read_global_concurrency_limit_by_name(f"aftercare-campaign-{campaign_id}")
    assert (made.limit, made.slot_decay_per_second) == (600, 100.0)
