"""The thin tasks over campaigns: waiting for an approval, and carrying campaigns on, a slice of time at a run."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from prefect import asuspend_flow_run
from prefect.client.orchestration import get_client
from prefect.runtime import deployment, flow_run
from sqlalchemy import Connection, select, update

from models.campaigns.tables import Campaign
from models.core.clock import read_clock
from models.core.settings import read_settings
from models.core.words import CAMPAIGNS, CampaignState
from models.ledger.accounts_of_runs import RunAccount
from tasks.campaigns.launch.advancing import Advance, advance, live_campaigns
from tasks.campaigns.launch.approving import give_up_approvals
from tasks.campaigns.launch.confining import batch_size, confine
from tasks.dispatch.dispatch import dispatch_due
from tasks.prefect.pace import limit_of_campaign, open_pace
from tasks.prefect.run import ProcessRun, clock_of, in_transaction, note_progress, read_engine, step
from tasks.prefect.waiting import wake

SLICE_SECONDS = 50
"""How long one run carries a campaign on; the next one goes on from there, and sees those launched meanwhile."""
LEAST_WAIT_SECONDS = 60
CAMPAIGNS_AT_ONCE = 3
"""So many have the connections to the database that their chunks need."""


async def wait_for_approval(campaign_id: int) -> None:
    """Suspend this flow run while the campaign waits for its approval: it holds no process, and survives restarts.

    The approval is in our own table, and the run follows it: resumed too soon, it is suspended again. An approval that
    does not come in time is given up there, with a notice; Prefect then lets the suspended run fail.
    """
    if not flow_run.id or not deployment.id:
        return  # started by hand, without a deployment that could take it up again
    ends_at = await _note_waiting(campaign_id, UUID(flow_run.id))
    if ends_at is not None:
        left = (ends_at - await asyncio.to_thread(_now)).total_seconds()
        await asuspend_flow_run(timeout=max(int(left), LEAST_WAIT_SECONDS))


@step("see whether campaign {campaign_id} waits")
async def _note_waiting(campaign_id: int, run_id: UUID) -> datetime | None:
    return await asyncio.to_thread(in_transaction, lambda connection: note_waiting(connection, campaign_id, run_id))


def note_waiting(connection: Connection, campaign_id: int, run_id: UUID) -> datetime | None:
    """Until when a campaign waits for its approval, and that this run waits with it; None: it does not."""
    waiting = (Campaign.id == campaign_id) & (Campaign.state == CampaignState.AWAITING_APPROVAL)
    return connection.scalar(
        update(Campaign).where(waiting).values(prefect_run_id=run_id).returning(Campaign.approval_ends_at)
    )


async def wake_waiting_runs() -> None:
    """Resume the flow runs whose campaign waits no longer, and give up the approvals that nobody gave in time.

    Whoever decides in the console wakes them at once; this is for those that it missed.
    """
    waiting = await _read_waiting()
    if waiting:
        async with get_client() as client:
            woken = [run_id for run_id in waiting if await wake(client, run_id)]
        await _forget(woken)


async def _read_waiting() -> list[UUID]:
    """No task: it is asked every minute, and mostly there is none."""
    now = await asyncio.to_thread(_now)
    return await asyncio.to_thread(in_transaction, lambda connection: read_waiting(connection, now))


def read_waiting(connection: Connection, now: datetime) -> list[UUID]:
    """The flow runs that waited with a campaign which no longer waits, and were not seen to go on."""
    give_up_approvals(connection, now)
    over = Campaign.prefect_run_id.is_not(None) & (Campaign.state != CampaignState.AWAITING_APPROVAL)
    return list(connection.scalars(select(Campaign.prefect_run_id).where(over).order_by(Campaign.id)))


@step("forget the runs that wait no longer")
async def _forget(run_ids: list[UUID]) -> None:
    forgotten = update(Campaign).where(Campaign.prefect_run_id.in_(run_ids)).values(prefect_run_id=None)
    await asyncio.to_thread(in_transaction, lambda connection: connection.execute(forgotten))


async def carry_on_all(run: ProcessRun) -> None:
    """Carry every live campaign on, side by side, for a slice of time: a slow one keeps no other waiting."""
    ids = await asyncio.to_thread(in_transaction, lambda connection: live_campaigns(connection, run.now))
    room = asyncio.Semaphore(CAMPAIGNS_AT_ONCE)

    async def in_turn(campaign_id: int) -> None:
        async with room:
            await carry_on(run, campaign_id)

    await asyncio.gather(*(in_turn(campaign_id) for campaign_id in ids))


async def carry_on(run: ProcessRun, campaign_id: int) -> None:
    """Do what is next of a campaign, and send what is due of it, until there is nothing to do or the slice is over."""
    over = _slice()
    while not over():
        done: Advance = await _advance(campaign_id, run.now, run.fixed, run.id)
        run.account += done.account
        sent = await _send(campaign_id, run, over)
        run.account += sent
        await note_progress(run)
        if not done.more and not sent.claimed:
            return


def _slice() -> Callable[[], bool]:
    loop = asyncio.get_running_loop()
    ends = loop.time() + SLICE_SECONDS
    return lambda: loop.time() >= ends


@step("carry on campaign {campaign_id}")
async def _advance(campaign_id: int, now: datetime, fixed: bool, run_id: UUID) -> Advance:
    at = clock_of(read_settings(), now, fixed=fixed)()
    return await asyncio.to_thread(in_transaction, lambda connection: advance(connection, campaign_id, at, run_id))


async def _send(campaign_id: int, run: ProcessRun, over: Callable[[], bool]) -> RunAccount:
    return await _send_campaign(campaign_id, run.now, run.fixed, run.id, over)


@step("send campaign {campaign_id}")
async def _send_campaign(
    campaign_id: int, now: datetime, fixed: bool, run_id: UUID, over: Callable[[], bool]
) -> RunAccount:
    settings = read_settings()
    clock = clock_of(settings, now, fixed=fixed)
    confined = await asyncio.to_thread(
        in_transaction, lambda connection: confine(connection, campaign_id, settings, clock, over)
    )
    if not confined.policies:
        return RunAccount()
    limit = limit_of_campaign(campaign_id, confined.per_minute, batch_size(confined.per_minute))
    return await dispatch_due(
        read_engine(),
        settings,
        clock,
        process=CAMPAIGNS,
        confined=confined,
        pace=await open_pace(settings, limit),
        run_id=run_id,
    )


def _now() -> datetime:
    settings = read_settings()
    return read_clock(settings.now, settings.zone)
