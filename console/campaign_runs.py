"""Having a Prefect that runs already wait with a campaign for its approval, and carry it on, at once."""

import asyncio
import os
from datetime import datetime

from deployments.launcher import told_of_prefect
from deployments.prefect_server import API_VARIABLE, find_server, server_of
from deployments.steering_runs import NotDeployed, PrefectSilent, Steering
from models.settings import Settings
from tasks.campaigns.listing import CampaignRow


def ask_for_run(settings: Settings, row: CampaignRow, login: str, why: str) -> None:
    """Start the flow of a campaign, once for each time that it came to where it stands.

    Where no Prefect runs, nothing is lost: `aftercare run campaigns`, or the timetable's run of every minute, carries
    it on.
    """
    api = os.environ.get(API_VARIABLE) or _own_api(settings)
    if api is None:
        return
    with told_of_prefect(api):
        asyncio.run(_start(api, row.id, login, run_key(row.id, why, row.version, row.state_at)))


def run_key(campaign_id: int, why: str, version: int, state_at: datetime) -> str:
    """The same for everybody who asks for the same run."""
    return f"campaign-{campaign_id}-{why}-{version}-{int(state_at.timestamp())}"


def _own_api(settings: Settings) -> str | None:
    found = find_server(server_of(settings))
    return found[1] if found else None


async def _start(api: str, campaign_id: int, login: str, key: str) -> None:
    steering = Steering(api)
    try:
        await steering.carry_on(campaign_id, login=login, key=key)
    except (NotDeployed, PrefectSilent):
        return  # the campaign waits in our own tables: whoever comes round next finds it there
    finally:
        await steering.close()
