"""Service appointments (R1): confirmed, prepared, reminded, missed, booked again."""

from datetime import datetime

from prefect import flow

from models.core.words import ProcessName
from tasks.prefect.run import (
    ProcessRun,
    accounted_run,
    dispatch_touches,
    plan_touches,
    rehearse_touches,
    tell_of_changes,
)


async def prepare(run: ProcessRun) -> None:
    """Departments hear of changes before customers do; then everyone's steps are planned."""
    await tell_of_changes(run)
    await plan_touches(run)


@flow(name=ProcessName("appointment-reminders"))
async def appointment_reminders(as_of: datetime | None = None, dry_run: bool = False) -> ProcessRun:
    """Departments hear of changes first; then everyone's confirmations, reminders, calls and no-shows.

    As of a past moment, only facts dated up to it count. A dry run shows what would happen and does nothing.
    """
    async with accounted_run(ProcessName("appointment-reminders"), as_of, dry_run=dry_run) as run:
        if dry_run:
            await rehearse_touches(run)
        elif run.enabled:
            await prepare(run)
            await dispatch_touches(run)
    return run
