"""Warranty expiry (R3): invited to a free inspection while faults are still repaired under the warranty."""

from datetime import datetime

from prefect import flow

from models.core.words import ProcessName
from tasks.prefect.run import ProcessRun, accounted_run, dispatch_touches, plan_touches, rehearse_touches


async def prepare(run: ProcessRun) -> None:
    """Everyone whose warranty ends soon, by date or by mileage, and who has no inspection booked."""
    await plan_touches(run)


@flow(name=ProcessName("warranty-expiry"))
async def warranty_expiry(as_of: datetime | None = None, dry_run: bool = False) -> ProcessRun:
    """Everyone whose warranty ends, by date or by mileage, in 60, 45, 30 or 7 days, and who has no inspection booked.

    As of a past moment, only facts dated up to it count. A dry run shows what would happen and does nothing.
    """
    async with accounted_run(ProcessName("warranty-expiry"), as_of, dry_run=dry_run) as run:
        if dry_run:
            await rehearse_touches(run)
        elif run.enabled:
            await prepare(run)
            await dispatch_touches(run)
    return run
