"""One campaign (R13), from its submission on: its approval is waited for, then it is carried on."""

from datetime import datetime

from prefect import flow

from models.core.words import ProcessName
from tasks.prefect.campaigns import carry_on, wait_for_approval
from tasks.prefect.run import ProcessRun, accounted_run


@flow(name="campaign")
async def campaign(campaign_id: int, as_of: datetime | None = None) -> ProcessRun:
    """Wait for the approval, suspended; then launch it if it is its moment, and carry it on for about a minute.

    Whatever is left is done by the runs of `campaigns`, which come round every minute.
    """
    await wait_for_approval(campaign_id)
    async with accounted_run(ProcessName("campaigns"), as_of, dry_run=False) as run:
        if run.enabled:
            await carry_on(run, campaign_id)
    return run
