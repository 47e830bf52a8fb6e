"""What every command needs: the shared database, the clock, and errors as sentences."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import typer
from rich.table import Table
from rich.text import Text
from sqlalchemy import Connection, create_engine, pool, select
from typer.core import TyperGroup

from console.cli.command import MISTAKE
from console.cli.printing import printer
from console.shared.moments import local
from deployments.database import open_database
from models.core.clock import read_clock
from models.core.errors import AftercareError, InvalidInput
from models.core.reasons import READER, GivenReason
from models.core.settings import Settings, read_settings
from models.people.tables import Store
from tasks.processes.words import learn_process_words


class Commands(TyperGroup):
    """A group of commands that prints the user's errors as sentences and exits with 2."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except AftercareError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(MISTAKE) from error


class UnknownStore(InvalidInput):
    """The store code is unknown."""

    def __init__(self, code: str, known: Sequence[str]) -> None:
        self.code, self.known = code, known
        super().__init__(f"There is no store '{code}'; the stores are {', '.join(known) or 'none yet'}.")


@dataclass(frozen=True, slots=True)
class Session:
    """One transaction on the shared database, as of one moment."""

    connection: Connection
    settings: Settings
    now: datetime


@contextmanager
def open_session() -> Iterator[Session]:
    """The shared database in one transaction, committed if the block succeeds, and the clock.

    Raises what `read_settings`, `open_database` and `read_clock` raise.
    """
    settings = read_settings()
    READER.set(settings.language)
    now = read_clock(settings.now, settings.zone)
    with open_database(settings) as url:
        engine = create_engine(url, hide_parameters=True, poolclass=pool.NullPool)
        with engine.begin() as connection:
            learn_process_words(connection)
            yield Session(connection, settings, now)


def check_store(connection: Connection, code: str | None) -> None:
    """Raises `UnknownStore` for an unknown code; None is every store."""
    known = connection.scalars(select(Store.code).order_by(Store.code)).all()
    if code is not None and code not in known:
        raise UnknownStore(code, known)


def local_named(moment: datetime | None, time_zone: str) -> str:
    """The same with the zone's name, for output without a heading that names it."""
    return f"{local(moment, time_zone)} ({time_zone})" if moment else ""


def to_json(item: Any) -> dict[str, object]:
    """The fields of a listed item (a dataclass with a `time_zone`), with moments on the store's clock."""
    zone = ZoneInfo(item.time_zone)
    return {name: _of_store(value, zone) for name, value in asdict(item).items()}


def _of_store(value: object, zone: ZoneInfo) -> object:
    match value:
        case datetime():
            return value.astimezone(zone)
        case GivenReason():
            return value.model_dump(context={"zone": zone})
        case _:
            return value


def print_json(rows: Any) -> None:
    """Print JSON for scripts: ISO 8601 moments with their offset, everything else as text or number."""
    typer.echo(json.dumps(rows, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: object) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], *, lines: bool = True) -> None:
    """Print a table, with lines between the rows if cells are long; or that there is nothing to show."""
    console = printer()
    if not rows:
        console.print(f"{title}: none.", markup=False)
        return
    table = Table(*columns, title=title, title_justify="left", show_lines=lines)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))  # what customers and staff wrote is never parsed as markup
    console.print(table)
