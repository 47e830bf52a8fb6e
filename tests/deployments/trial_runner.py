"""The runner's program, with the trial flows instead of ours."""

import asyncio

from sqlalchemy import Connection

from deployments.runner import run
from deployments.schedules import BEAT, Served, Slot, read_flows, shipped_flows
from models.core.settings import read_settings

TRIALS = (
    Served("trial-beat", "trial_beat", (Slot(BEAT, "* * * * * */4", local=False),)),
    Served("trial-long", "trial_long", (Slot("morning", "30 8 * * *", local=True),)),
)


def read_trials(connection: Connection) -> tuple[Served, ...]:
    """The trial flows, and what was added to the installation while they ran."""
    shipped = {served.name for served in shipped_flows()}
    return (*TRIALS, *(served for served in read_flows(connection) if served.name not in shipped))


if __name__ == "__main__":
    asyncio.run(run(read_trials, read_settings()))
