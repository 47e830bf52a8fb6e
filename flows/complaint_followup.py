"""Complaint follow-up (R10): one more call to everyone whose complaint was closed."""

from datetime import datetime

from prefect import flow

from models.core.words import ProcessName
from tasks.prefect.run import ProcessRun, accounted_run, dispatch_touches, plan_touches, rehearse_touches


async def prepare(run: ProcessRun) -> None:
    """Everyone whose complaint was closed the day before."""
    await plan_touches(run)


@flow(name=ProcessName("complaint-followup"))
async def complaint_followup(as_of: datetime | None = None, dry_run: bool = False) -> ProcessRun:
    """Everyone whose complaint was closed the day before, and who has not complained again.

    As of a past moment, only facts dated up to it count. A dry run shows what would happen and does nothing.
    """
    async with accounted_run(ProcessName("complaint-followup"), as_of, dry_run=dry_run) as run:
        if dry_run:
            await rehearse_touches(run)
        elif run.enabled:
            await prepare(run)
            await dispatch_touches(run)
    return run
