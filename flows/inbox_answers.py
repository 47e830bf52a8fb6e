"""What customers say by themselves (R16): what its procedure does beside planning and sending."""

from tasks.prefect.run import ProcessRun, look_after_inbox, plan_touches


async def prepare(run: ProcessRun) -> None:
    """What the facts have answered is closed, what is overdue goes to the manager; then answers are planned."""
    await look_after_inbox(run)
    await plan_touches(run)
