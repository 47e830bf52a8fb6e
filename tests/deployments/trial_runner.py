"""The runner's program, with the trial flows instead of ours."""

import asyncio

from deployments.runner import run
from deployments.schedules import BEAT, Served, Slot
from models.core.settings import read_settings

TRIALS = (
    Served("trial-beat", "trial_beat", (Slot(BEAT, "* * * * * */4", local=False),)),
    Served("trial-long", "trial_long", (Slot("morning", "30 8 * * *", local=True),)),
)

if __name__ == "__main__":
    asyncio.run(run(TRIALS, read_settings()))
