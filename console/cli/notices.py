"""`aftercare notices`: moved and cancelled appointments that departments must acknowledge.

`aftercare notices --json` prints a list of objects, the oldest first: `id`, `department`, `store`, `time_zone`,
`customer`, `appointment` (the source's key), `change` (`moved` or `cancelled`), `from_starts_at`, `to_starts_at`,
`changed_at`, `told_at`, `acknowledged_at` (store-local, ISO 8601, or null), `acknowledged_by` (staff code or null).
"""

from typing import Annotated

import typer

from console.cli.session import Commands, check_store, open_session, print_json, print_table, to_json
from console.shared.moments import local
from models.core.words import ChangeKind
from tasks.access.reach import LARGEST_KEY
from tasks.stores.notices import Notice, acknowledge, list_notices

app = typer.Typer(cls=Commands, invoke_without_command=True, help="Departments informed of changed appointments.")


@app.callback()
def notices(
    context: typer.Context,
    store: Annotated[str | None, typer.Option(help="Only of the store with this code.")] = None,
    department: Annotated[str | None, typer.Option(help="Only for this department.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Acknowledged ones, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False,
) -> None:
    """List the changes that a department has not acknowledged yet."""
    if context.invoked_subcommand:
        return
    with open_session() as session:
        check_store(session.connection, store)
        items = list_notices(session.connection, store=store, department=department, everything=everything)
    if as_json:
        print_json([to_json(item) for item in items])
        return
    columns = ("id", "department", "store", "customer", "appointment", "change", "told", "acknowledged")
    print_table("Changed appointments", columns, [_row(item) for item in items])


def _row(item: Notice) -> tuple[str, ...]:
    start, moved_to, told, acknowledged = (
        local(moment, item.time_zone)
        for moment in (item.from_starts_at, item.to_starts_at, item.told_at, item.acknowledged_at)
    )
    change = f"{start} moved to {moved_to}" if item.change is ChangeKind.MOVED else f"{start} cancelled"
    by = f"{acknowledged} by {item.acknowledged_by}" if item.acknowledged_by else ""
    return (str(item.id), item.department, item.store, item.customer, item.appointment, change, told, by)


@app.command("acknowledge")
def acknowledge_notice(
    notice: Annotated[int, typer.Argument(metavar="ID", min=1, max=LARGEST_KEY, help="The notice's number.")],
    by: Annotated[str, typer.Option(help="The staff code of whoever acknowledges it.")],
) -> None:
    """Acknowledge a change for the department."""
    with open_session() as session:
        acknowledge(session.connection, notice, session.now, by)
    typer.echo(f"Notice {notice} is acknowledged.")
