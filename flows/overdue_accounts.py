"""Overdue accounts (R4): what their procedure does beside planning and sending."""

from tasks.prefect.run import ProcessRun, open_broken_promises, plan_touches, release_accounts


async def prepare(run: ProcessRun) -> None:
    """Who has paid is served again; broken promises become cases; then every account is planned at the level of its
    oldest open invoice."""
    await release_accounts(run)
    await open_broken_promises(run)
    await plan_touches(run)
