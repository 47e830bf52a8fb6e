"""Imports a sample's files into the shared database like any other files."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from models.core.settings import Settings
from tasks.intake.importing import load_file
from tasks.intake.results import ImportResult
from tasks.sample.dealership import SAMPLE_MOMENT, sample_files
from tasks.sample.inbox import fill_inbox


def load_sample(
    engine: Engine, folder: Path, settings: Settings, now: datetime = SAMPLE_MOMENT
) -> Iterator[ImportResult]:
    """Import the files in `folder`, each in its own transaction, in dependency order.

    They are imported as of the rehearsal moment, up to which they say everything. At the end, what customers say by
    themselves is recorded. Raises an `AftercareError` at the first file that cannot be read.
    """
    for kind, path in sample_files(folder).items():
        with engine.begin() as connection:
            result = load_file(connection, (kind,), path, now=now, settings=settings)
        yield result
    fill_inbox(engine, now)
