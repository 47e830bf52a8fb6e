"""Follow-up after a handover or a repair order (R2): what its procedure does beside planning and sending."""

from tasks.prefect.run import ProcessRun, add_coverage


async def conclude(run: ProcessRun) -> None:
    """How many of the visits were really followed up."""
    await add_coverage(run)
