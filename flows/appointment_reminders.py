"""Service appointments (R1): what their procedure does beside planning and sending."""

from tasks.prefect.run import ProcessRun, plan_touches, tell_of_changes


async def prepare(run: ProcessRun) -> None:
    """Departments hear of changes before customers do; then everyone's steps are planned."""
    await tell_of_changes(run)
    await plan_touches(run)
