"""Overdue accounts (R4): what their procedure does beside planning and sending."""

from tasks.prefect.run import ProcessRun, open_broken_promises, plan_touches


async def prepare(run: ProcessRun) -> None:
    """Broken promises become cases; then every account is planned at the level of its oldest open invoice."""
    await open_broken_promises(run)
    await plan_touches(run)
