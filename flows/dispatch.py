"""Dispatch: whatever is due of any process goes out, the most important first, merged and capped by customer."""

from datetime import datetime

from prefect import flow

from tasks.prefect.run import (
    ProcessRun,
    accounted_run,
    dispatch_touches,
    send_law_notices,
    settle_unknown,
    tell_of_deadlines,
    tell_staff,
)


@flow(name="dispatch")
async def dispatch(as_of: datetime | None = None, dry_run: bool = False) -> ProcessRun:
    """Ask what became of unknown messages, tell of the deadlines of cases, send the confirmations and questions of law
    packs, give staff word of what is theirs, and send what processes have planned and gates have deferred until now.
    A dry run does nothing."""
    async with accounted_run("dispatch", as_of, dry_run=dry_run) as run:
        if not dry_run:
            await settle_unknown(run)
            await tell_of_deadlines(run)
            await send_law_notices(run)
            try:
                await tell_staff(run)
            finally:  # customers do not wait for what is wrong with the channels to staff
                await dispatch_touches(run, everything=True)
    return run
