"""All processes in one go: everyone is planned first, so that what is due together goes out together."""

from contextlib import AsyncExitStack
from datetime import datetime

from prefect import flow

from flows.process import own_steps
from models.core.words import ProcessName
from tasks.prefect.run import (
    ProcessRun,
    accounted_run,
    dispatch_touches,
    find_processes_by_priority,
    rehearse_touches,
)


@flow(name="all-processes")
async def all_processes(as_of: datetime | None = None, dry_run: bool = False) -> list[ProcessRun]:
    """Each process with a run and an account of its own, the most important first.

    A dry run rehearses each by itself.
    """
    async with AsyncExitStack() as closing:
        runs = [
            await closing.enter_async_context(accounted_run(process, as_of, dry_run=dry_run))
            for process in await find_processes_by_priority()
        ]
        if dry_run:
            for run in runs:
                await rehearse_touches(run)
            return runs
        enabled = [(run, own_steps(ProcessName(run.process))) for run in runs if run.enabled]
        for run, steps in enabled:
            await steps.prepare(run)
        for run, steps in enabled:
            await dispatch_touches(run)
            await steps.conclude(run)
    return runs
