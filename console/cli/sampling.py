"""`aftercare sample`: write the sample dealership, and import it if asked."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine

from deployments.database import open_database
from models.core.settings import read_settings
from tasks.intake.results import ImportResult
from tasks.sample.dealership import MOST_CUSTOMERS, SAMPLE_MOMENT, SampleSummary, moment_of, write_sample
from tasks.sample.loading import load_sample

USUAL_DAY = SAMPLE_MOMENT.replace(hour=0, tzinfo=None)
DEFAULT_FOLDER = Path("demo-data")


def sample(
    customers: Annotated[int, typer.Option(min=1, max=MOST_CUSTOMERS, help="How many customers it has.")] = 2000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same files, byte for byte.")] = 1,
    out: Annotated[Path | None, typer.Option(help="The folder to write to; by default demo-data.")] = None,
    around: Annotated[
        datetime,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="The day around which its facts are arranged."),
    ] = USUAL_DAY,
    load: Annotated[bool, typer.Option("--load", help="Also import the files into the shared database.")] = False,
) -> None:
    """Write a fictional dealership as files for `import`, one for each kind."""
    folder = out or DEFAULT_FOLDER
    console, moment = Console(), moment_of(around.date())
    console.print(_written(write_sample(folder, customers, seed, around.date()), folder))
    if load:
        console.print(_imported(_load(folder, moment)))
    console.print(f"All facts are arranged around {moment:%Y-%m-%dT%H:%M%z}: run the processes as of then.")


def _load(folder: Path, moment: datetime) -> list[ImportResult]:
    """Import the files into the shared database."""
    settings = read_settings()
    with open_database(settings) as url:
        engine = create_engine(url, hide_parameters=True)
        try:
            return list(load_sample(engine, folder, settings, moment))
        finally:
            engine.dispose()


def _written(summary: SampleSummary, folder: Path) -> Table:
    """What was written, as a table."""
    table = Table("file", title=f"The sample dealership in {folder}")
    table.add_column("rows", justify="right")
    table.add_column("broken on purpose", justify="right")
    for kind, good in summary.good.items():
        table.add_row(f"{kind}.csv", f"{good:,}", f"{summary.broken[kind]:,}" if summary.broken[kind] else "")
    return table


def _imported(results: Iterable[ImportResult]) -> Table:
    """What went in, as a table."""
    columns = ("read", "inserted", "changed", "unchanged", "rejected", "warnings")
    table = Table("kind", title="Imported into the shared database")
    for column in columns:
        table.add_column(column, justify="right")
    for result in results:
        for kind, counts in result.counts.items():
            table.add_row(kind, *(f"{getattr(counts, column):,}" for column in columns))
    return table
