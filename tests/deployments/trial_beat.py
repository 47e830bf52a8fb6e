"""A short flow that leaves a mark in a file for the test."""

import os
from datetime import datetime
from pathlib import Path

from prefect import flow


@flow(name="trial-beat")
async def trial_beat(as_of: datetime | None = None, dry_run: bool = False) -> None:
    """Leave a mark."""
    with (Path(os.environ["TRIAL_DIRECTORY"]) / "notes").open("a") as notes:
        notes.write("beat\n")
