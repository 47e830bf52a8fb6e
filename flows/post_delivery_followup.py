"""Follow-up after a handover or a repair order (R2): thanks, calls, and how many were really followed up."""

from datetime import datetime

from prefect import flow

from models.core.words import ProcessName
from tasks.prefect.run import (
    ProcessRun,
    accounted_run,
    add_coverage,
    dispatch_touches,
    plan_touches,
    rehearse_touches,
)


async def prepare(run: ProcessRun) -> None:
    """Everyone who was given a car, or one back from the workshop, so many days ago."""
    await plan_touches(run)


async def conclude(run: ProcessRun) -> None:
    """How many of the visits were really followed up."""
    await add_coverage(run)


@flow(name=ProcessName("post-delivery-followup"))
async def post_delivery_followup(as_of: datetime | None = None, dry_run: bool = False) -> ProcessRun:
    """Everyone who was given a car on day 1, 3, 7, 30, 90 before, or one from the workshop on day 3.

    As of a past moment, only facts dated up to it count. A dry run shows what would happen and does nothing.
    """
    async with accounted_run(ProcessName("post-delivery-followup"), as_of, dry_run=dry_run) as run:
        if dry_run:
            await rehearse_touches(run)
        elif run.enabled:
            await prepare(run)
            await dispatch_touches(run)
            await conclude(run)
    return run
