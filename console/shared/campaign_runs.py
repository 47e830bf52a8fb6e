"""Starting and resuming the Prefect runs of campaigns. Prefect need not be available."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import datetime

from deployments.launcher import told_of_prefect
from deployments.prefect_server import API_VARIABLE, find_server, server_of
from deployments.steering_runs import NotDeployed, PrefectSilent, Steering
from models.core.settings import Settings
from models.core.words import CampaignState
from tasks.campaigns.listing import CampaignRead, CampaignRow


def ask_for_run(settings: Settings, row: CampaignRow, login: str, why: str) -> None:
    """Start the flow of a campaign, once for each time that it reached its current state.

    Without Prefect nothing is lost: `aftercare run campaigns`, or the scheduled run of every minute, continues it.
    """
    key = run_key(row.id, why, row.version, row.state_at)
    _steer(settings, lambda steering: steering.carry_on(row.id, login=login, key=key))


def wake_run(settings: Settings, read: CampaignRead, login: str) -> None:
    """Resume the flow run that is suspended for a campaign's approval; without one, start one."""
    run_id = read.prefect_run_id
    if run_id is not None:
        _steer(settings, lambda steering: steering.wake(run_id))
    elif read.row.state is CampaignState.APPROVED and read.row.launches_at is not None:
        ask_for_run(settings, read.row, login, "approved")


def run_key(campaign_id: int, why: str, version: int, state_at: datetime) -> str:
    """The idempotency key: everyone who asks for the same run gets the same key."""
    return f"campaign-{campaign_id}-{why}-{version}-{int(state_at.timestamp())}"


def _own_api(settings: Settings) -> str | None:
    found = find_server(server_of(settings))
    return found[1] if found else None


def _steer(settings: Settings, wanted: Callable[[Steering], Awaitable[object]]) -> None:
    api = os.environ.get(API_VARIABLE) or _own_api(settings)
    if api is not None:
        with told_of_prefect(api):
            asyncio.run(_do(api, wanted))


async def _do(api: str, wanted: Callable[[Steering], Awaitable[object]]) -> None:
    steering = Steering(api)
    try:
        await wanted(steering)
    except (NotDeployed, PrefectSilent):
        return  # the campaign's state is in our own tables: the next scheduled run finds it there
    finally:
        await steering.close()
