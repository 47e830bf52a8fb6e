"""`aftercare letters`: letters that go by post, printed in batches.

`aftercare letters list --json` prints a list of objects, in the order of calls: what `aftercare calls --json` prints of
each, and `batch` (the number of the print that it is in, or null).
"""

import csv
from pathlib import Path
from typing import Annotated

import typer

from console.cli.session import Commands, check_store, open_session, print_json, print_table, to_json
from console.shared.moments import local
from models.core.errors import AftercareError
from models.core.spreadsheet_cells import defuse
from tasks.access.reach import LARGEST_KEY
from tasks.calls.posting import Print, list_letters, mark_posted, print_again, print_letters
from tasks.touches.picking import short

app = typer.Typer(cls=Commands, no_args_is_help=True, help="Letters that go by post, printed in batches.")

COLUMNS = ("batch", "id", "salutation", "name", "street", "postcode", "city", "country", "subject", "text")
By = Annotated[str, typer.Option(help="The staff code of who does it.")]
Batch = Annotated[int, typer.Argument(metavar="BATCH", min=1, max=LARGEST_KEY, help="The number of the batch.")]


class StoreOrBatch(AftercareError):
    """It is not said what is to be printed."""

    def __init__(self) -> None:
        super().__init__("Give --store and --by to print what waits there, or --batch to print a batch again.")


class Unwritable(AftercareError):
    """A file that cannot be written."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        super().__init__(f"{path} cannot be written: {reason}. Nothing was printed.")


@app.command("list")
def list_them(
    store: Annotated[str | None, typer.Option(help="Only of the store with this code.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False,
) -> None:
    """List the letters that wait to be posted."""
    with open_session() as session:
        check_store(session.connection, store)
        letters = list_letters(session.connection, session.now, store)
    if as_json:
        print_json([to_json(letter.item) | {"batch": letter.batch} for letter in letters])
        return
    columns = ("id", "batch", "until", "store", "who", "customer", "what it says")
    rows = [
        (
            short(letter.item.id),
            str(letter.batch or ""),
            local(letter.item.valid_until, letter.item.time_zone),
            letter.item.store,
            letter.item.role or "",
            letter.item.customer,
            letter.item.script,
        )
        for letter in letters
    ]
    print_table("Letters", columns, rows)


@app.command("print")
def print_them(
    out: Annotated[Path, typer.Option(metavar="FILE", help="The print file: CSV, one letter a line.")],
    store: Annotated[str | None, typer.Option(help="The store whose letters are printed.")] = None,
    by: Annotated[str | None, typer.Option(help="The staff code of who prints.")] = None,
    batch: Annotated[
        int | None, typer.Option(min=1, max=LARGEST_KEY, help="Print what is left of this batch again instead.")
    ] = None,
) -> None:
    """Print all letters of a store that wait and were not printed yet, with their addresses, as a batch."""
    with open_session() as session:
        if batch is not None:
            printed = print_again(session.connection, batch, session.now)
        elif store is None or by is None:
            raise StoreOrBatch
        else:
            check_store(session.connection, store)
            printed = print_letters(session.connection, store, session.now, by)
        if printed.batch is not None:
            _write(printed, out)  # before the batch is committed: what cannot be written was not printed
    if printed.batch is None:
        typer.echo("There is nothing to print.")
    else:
        typer.echo(f"Batch {printed.batch}: {len(printed.letters)} letters in {out}.")


def _write(printed: Print, out: Path) -> None:
    try:
        with out.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for letter in printed.letters:
                address = (letter.street, letter.postcode, letter.city, letter.country)
                said = (letter.salutation, letter.name, *address, letter.subject, letter.text)
                writer.writerow((printed.batch, short(letter.touch_id), *(defuse(part or "") for part in said)))
    except OSError as error:
        raise Unwritable(out, (error.strerror or str(error)).lower()) from error


@app.command()
def posted(batch: Batch, by: By) -> None:
    """The letters of a batch went to the post."""
    with open_session() as session:
        found = mark_posted(session.connection, batch, session.now, by)
    ended = f" {found.ended_before} of it had lost their reason: take them out." if found.ended_before else ""
    typer.echo(f"Batch {batch}: {found.posted} letters are posted.{ended}")
