"""A flow that runs as long as the test wants."""

import asyncio
import os
from datetime import datetime
from pathlib import Path

from prefect import flow


@flow(name="trial-long")
async def trial_long(as_of: datetime | None = None, dry_run: bool = False) -> None:
    """Run until the test's file `go` exists."""
    directory = Path(os.environ["TRIAL_DIRECTORY"])
    (directory / "begun").touch()
    while not (directory / "go").exists():  # noqa: ASYNC110  another process makes the file
        await asyncio.sleep(0.1)
    (directory / "ended").touch()
