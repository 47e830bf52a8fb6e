"""All processes in one go: everyone is planned first, so that what is due together goes out together."""

from contextlib import AsyncExitStack
from datetime import datetime

from prefect import flow

from flows import (
    appointment_reminders,
    complaint_followup,
    overdue_accounts,
    post_delivery_followup,
    warranty_expiry,
)
from models.core.words import ProcessName
from tasks.prefect.run import ProcessRun, accounted_run, dispatch_touches, rehearse_touches

PREPARATIONS = {
    ProcessName("appointment-reminders"): appointment_reminders.prepare,
    ProcessName("complaint-followup"): complaint_followup.prepare,
    ProcessName("overdue-accounts"): overdue_accounts.prepare,
    ProcessName("post-delivery-followup"): post_delivery_followup.prepare,
    ProcessName("warranty-expiry"): warranty_expiry.prepare,
}
"""In the order of the shipped priorities."""


@flow(name="all-processes")
async def all_processes(as_of: datetime | None = None, dry_run: bool = False) -> list[ProcessRun]:
    """Each process with a run and an account of its own. A dry run rehearses each by itself."""
    async with AsyncExitStack() as closing:
        runs = [
            await closing.enter_async_context(accounted_run(process, as_of, dry_run=dry_run))
            for process in PREPARATIONS
        ]
        if dry_run:
            for run in runs:
                await rehearse_touches(run)
            return runs
        enabled = [run for run in runs if run.enabled]
        for run in enabled:
            await PREPARATIONS[ProcessName(run.process)](run)
        for run in enabled:
            await dispatch_touches(run)
            if run.process == ProcessName("post-delivery-followup"):
                await post_delivery_followup.conclude(run)
    return runs
