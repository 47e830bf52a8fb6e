"""Campaigns (R13): every one that is under way is carried on, wave by wave, side by side."""

from datetime import datetime

from prefect import flow

from models.core.words import ProcessName
from tasks.prefect.campaigns import carry_on_all, wake_waiting_runs
from tasks.prefect.run import ProcessRun, accounted_run


@flow(name=ProcessName("campaigns"))
async def campaigns(as_of: datetime | None = None, dry_run: bool = False) -> ProcessRun:
    """Launch what is due, plan and send the next of each campaign, and look at how its first wave fares.

    It works for about a minute; the next run goes on from there. A dry run does nothing: a campaign is rehearsed
    by itself, with its own audience.
    """
    async with accounted_run(ProcessName("campaigns"), as_of, dry_run=dry_run) as run:
        if not dry_run and run.enabled:
            await wake_waiting_runs()
            await carry_on_all(run)
    return run
