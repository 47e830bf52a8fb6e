"""Monthly statements (R4): what their procedure does beside planning and sending."""

from tasks.prefect.run import ProcessRun, make_statements, plan_touches


async def prepare(run: ProcessRun) -> None:
    """Early in a month its statements are made; then they are planned."""
    await make_statements(run)
    await plan_touches(run)
