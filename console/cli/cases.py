"""`aftercare cases`: what a person must settle by a deadline.

`aftercare cases --json` prints a list of objects, the nearest deadline first: `id`, `kind`, `state`, `title`, `note`,
`cause`, `store`, `time_zone`, `customer_id`, `customer`, `owner` (staff code or null), `owner_name`, `opened_at`,
`answer_by`, `solve_by`, `answered_at`, `solved_at`, `closed_at` (store-local, ISO 8601, or null), `overdue`, `version`.
"""

from typing import Annotated

import typer

from console.cli.session import Commands, check_store, open_session, print_json, print_table, to_json
from console.shared.moments import local
from tasks.access.reach import LARGEST_KEY
from tasks.cases.board import CaseItem, list_cases
from tasks.cases.handling import answer_case, close_case, solve_case

app = typer.Typer(cls=Commands, invoke_without_command=True, help="What a person must settle by a deadline.")

Id = Annotated[int, typer.Argument(metavar="ID", min=1, max=LARGEST_KEY, help="The case's number.")]
By = Annotated[str, typer.Option(help="The staff code of whoever did it.")]
Note = Annotated[str | None, typer.Option(help="A note, added to the case's notes.")]


@app.callback()
def cases(
    context: typer.Context,
    store: Annotated[str | None, typer.Option(help="Only of the store with this code.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Closed ones, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False,
) -> None:
    """List the cases that are not closed, the nearest deadline first."""
    if context.invoked_subcommand:
        return
    with open_session() as session:
        check_store(session.connection, store)
        items = list_cases(session.connection, session.now, store=store, everything=everything)
    if as_json:
        print_json([to_json(item) for item in items])
        return
    columns = ("id", "state", "what", "customer", "store", "owner", "answer by", "solve by", "note")
    print_table("Cases", columns, [_row(item) for item in items])


def _row(item: CaseItem) -> tuple[str, ...]:
    state = f"{item.state}, overdue" if item.overdue else item.state
    deadlines = (local(item.answer_by, item.time_zone), local(item.solve_by, item.time_zone))
    return (str(item.id), state, item.title, item.customer, item.store, item.owner or "", *deadlines, item.note or "")


@app.command()
def answer(case: Id, by: By, note: Note = None) -> None:
    """Record the first answer to the customer."""
    with open_session() as session:
        answer_case(session.connection, case, session.now, by, note)
    typer.echo(f"Case {case} is answered.")


@app.command()
def solve(case: Id, by: By, note: Note = None) -> None:
    """Record that the problem is solved."""
    with open_session() as session:
        solve_case(session.connection, case, session.now, by, note)
    typer.echo(f"Case {case} is solved.")


@app.command()
def close(
    case: Id,
    by: By,
    note: Note = None,
    agrees: Annotated[bool, typer.Option("--customer-agrees", help="The customer agrees that it is settled.")] = False,
) -> None:
    """Close the case; a complaint only if the customer agrees."""
    with open_session() as session:
        close_case(session.connection, case, session.now, by, note, customer_agrees=agrees)
    typer.echo(f"Case {case} is closed.")
