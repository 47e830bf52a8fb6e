"""`aftercare inspections`: what came of the invitations before warranties end.

`aftercare inspections results --json` prints a list of objects, one for each month and store: `month` (its first day),
`store`, `invited`, `reached`, `booked`, `came`, `with_faults`, and `claimed`, the amounts as texts by currency.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer

from console.cli.session import Commands, check_store, open_session, print_json, print_table
from models.messages.letters import write_money
from tasks.overview.inspection_results import read_results

app = typer.Typer(cls=Commands, no_args_is_help=True, help="Inspections before a warranty ends.")
MONTH = ["%Y-%m"]


@app.callback()
def inspections() -> None:
    """Inspections before a warranty ends."""


@app.command()
def results(
    since: Annotated[datetime | None, typer.Option(formats=MONTH, help="The first month; this month.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=MONTH, help="The last month; this month.")] = None,
    store: Annotated[str | None, typer.Option(help="Only of the store with this code.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False,
) -> None:
    """Of the customers first contacted in a month: invited, reached, booked, came, with faults, claimed."""
    with open_session() as session:
        check_store(session.connection, store)
        today = session.now.date()
        first, last = (since or today), (until or today)
        lines = read_results(
            session.connection, first.date() if isinstance(first, datetime) else first,
            last.date() if isinstance(last, datetime) else last, store,
        )  # fmt: skip
    if as_json:
        print_json([asdict(line) for line in lines])
        return
    columns = ("month", "store", "invited", "reached", "booked", "came", "with faults", "claimed")
    rows = [
        (
            f"{line.month:%Y-%m}", line.store, *(str(getattr(line, name)) for name in COUNTS),
            " + ".join(write_money(amount, currency) for currency, amount in sorted(line.claimed.items())),
        )
        for line in lines
    ]  # fmt: skip
    print_table("Invitations before warranties end", columns, rows)


COUNTS = ("invited", "reached", "booked", "came", "with_faults")
