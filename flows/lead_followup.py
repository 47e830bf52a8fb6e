"""Leads (R8): what their procedure does beside planning and sending."""

from tasks.prefect.run import ProcessRun, close_won_leads, plan_touches


async def prepare(run: ProcessRun) -> None:
    """A handover closes an ordered lead as won; then every lead is planned by its class and its last contact."""
    await close_won_leads(run)
    await plan_touches(run)
