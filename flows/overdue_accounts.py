"""Overdue accounts (R4): reminded, called, formally reminded, handed to finance; the tone rises step by step."""

from datetime import datetime

from prefect import flow

from models.core.words import ProcessName
from tasks.prefect.run import (
    ProcessRun,
    accounted_run,
    dispatch_touches,
    open_broken_promises,
    plan_touches,
    rehearse_touches,
)


async def prepare(run: ProcessRun) -> None:
    """Broken promises become cases; then every account is planned at the level of its oldest open invoice."""
    await open_broken_promises(run)
    await plan_touches(run)


@flow(name=ProcessName("overdue-accounts"))
async def overdue_accounts(as_of: datetime | None = None, dry_run: bool = False) -> ProcessRun:
    """Broken promises become cases; then every account is chased at the level of its oldest open invoice.

    As of a past moment, only facts dated up to it count. A dry run shows what would happen and does nothing.
    """
    async with accounted_run(ProcessName("overdue-accounts"), as_of, dry_run=dry_run) as run:
        if dry_run:
            await rehearse_touches(run)
        elif run.enabled:
            await prepare(run)
            await dispatch_touches(run)
    return run
