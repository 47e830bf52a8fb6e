"""`aftercare import`: import files of other systems into the shared database."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from console.cli.session import open_session, print_json
from models.core.reasons import READER
from tasks.intake.importing import check_file, load_file, read_kinds
from tasks.intake.kinds import KINDS
from tasks.intake.maps.column_map import NO_MAP, read_map
from tasks.intake.results import Check, ImportResult

NOTHING_ACCEPTED = 1
"""The exit status when no row went in."""
MOST_SHOWN = 50
"""How many rejects a check prints; --json has its first ones, an import writes them all to a file."""
COLUMNS = {
    "read": "read",
    "inserted": "new",
    "changed": "changed",
    "unchanged": "as before",
    "repeated": "repeated",
    "passed_over": "passed over",
    "rejected": "rejected",
    "warnings": "left out",
}


def import_files(
    kinds: Annotated[
        str,
        typer.Argument(
            metavar="KIND[,KIND…]", help=f"The kinds of the file's rows: {', '.join(KINDS)}.", show_default=False
        ),
    ],
    file: Annotated[Path, typer.Argument(help="CSV (any usual encoding and separator) or XLSX.", show_default=False)],
    map_: Annotated[
        Path | None,
        typer.Option("--map", metavar="MAP.toml", help="A map from the file's columns to ours."),
    ] = None,
    store: Annotated[str | None, typer.Option(metavar="CODE", help="The store of rows that name none.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for programs.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Say everything and change nothing; show the first rows as understood.")
    ] = False,
    accept: Annotated[
        bool, typer.Option("--accept", help="Load a file even where much of it is odd, as --check tells.")
    ] = False,
) -> None:
    """Import files. Importing is idempotent. Rejected rows are written to FILE.rejects.csv with the reason.

    Exits with 0 if any row was accepted, 1 if none, 2 if the file or the map cannot be used: then nothing has changed.
    """
    wanted = read_kinds(kinds)
    column_map = read_map(map_) if map_ else NO_MAP
    with open_session() as session:
        load = check_file if check else partial(load_file, accept=accept)
        result = load(
            session.connection,
            wanted,
            file,
            column_map=column_map,
            store=store,
            now=session.now,
            settings=session.settings,
        )
    if as_json:
        print_json(result.as_json())
    else:
        _show(result)
    if not result.accepted:
        raise typer.Exit(NOTHING_ACCEPTED)


def _show(result: ImportResult) -> None:
    """The result as a table, with the first rejects in words."""
    console = Console()
    title = f"{'Checked, and nothing changed:' if result.check else 'Imported from'} {result.path}"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("kind", no_wrap=True)
    for title in COLUMNS.values():
        table.add_column(title, justify="right")
    for kind, counts in result.counts.items():
        table.add_row(kind, *(f"{getattr(counts, name):,}" for name in COLUMNS))
    console.print(table)
    for notice in result.notices:
        console.print(notice.say(READER.get()), markup=False)
    if result.check:
        _show_understood(console, result.check)
        if result.doubts:
            console.print("An import would stop here, unless it is told to --accept this.", markup=False)
    for reject in result.check.rejects[:MOST_SHOWN] if result.check else result.first_rejects:
        told = f"Row {reject.row}, {reject.kind}, {reject.column or 'the whole row'}"
        value = f" '{reject.value}'" if reject.value else ""
        console.print(f"{told}{value}: {reject.sentence}", markup=False)
    if result.rejects_path:
        console.print(f"All errors are in {result.rejects_path}", markup=False, soft_wrap=True)


def _show_understood(console: Console, check: Check) -> None:
    """The first rows, each cell beside what was made of it, so that a wrong column is seen at once."""
    for row in check.understood:
        title = f"Row {row.row} as {row.kind}"
        table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
        for heading in ("column", "holds", "is our", "read as"):
            table.add_column(heading, overflow="fold")
        for cell in row.cells:
            table.add_row(*(escape(text) for text in (cell.column, cell.text, cell.ours, cell.value)))
        console.print(table)
