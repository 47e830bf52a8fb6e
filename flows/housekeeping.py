"""Housekeeping, every night: what was left behind is mended, and what nobody needs any more is deleted."""

from datetime import datetime

from prefect import flow

from tasks.prefect.run import ProcessRun, accounted_run, tidy_up


@flow(name="housekeeping")
async def housekeeping(as_of: datetime | None = None, dry_run: bool = False) -> ProcessRun:
    """Derived figures afresh, abandoned touches taken back, what lost its reason ended, what is old purged.

    A dry run does nothing.
    """
    async with accounted_run("housekeeping", as_of, dry_run=dry_run) as run:
        if not dry_run:
            await tidy_up(run)
    return run
