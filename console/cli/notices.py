"""`aftercare notices`: moved and cancelled appointments that departments must acknowledge.

`aftercare notices --json` prints a list of objects, the oldest first: `id`, `department`, `store`, `time_zone`,
`customer`, `appointment` (the source's key), `plate`, `model`, `change` (`moved` or `cancelled`), `from_starts_at`,
`to_starts_at`, `changed_at`, `told_at`, `acknowledged_at` (store-local, ISO 8601, or null), `acknowledged_by` (staff
code or null).
`aftercare notices sheets --json` prints the sheets of the coming day in the same way: `id`, `department`, `store`,
`time_zone`, `day`, `told_at`, `acknowledged_at`, `acknowledged_by`, and `visits`, a list of objects with `starts_at`,
`plate`, `model`, `work`, `work_kind`, `parts_state`, `status`, `moved`, `added`.
"""

from dataclasses import asdict
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from console.cli.session import Commands, check_store, open_session, print_json, print_table, to_json
from console.shared.moments import local
from models.core.words import ChangeKind
from tasks.access.reach import LARGEST_KEY
from tasks.stores.notices import Notice, acknowledge, list_notices
from tasks.stores.sheets import Sheet, SheetVisit, acknowledge_sheet, list_sheets

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


@app.command("sheets")
def sheets(
    store: Annotated[str | None, typer.Option(help="Only of the store with this code.")] = None,
    department: Annotated[str | None, typer.Option(help="Only for this department.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Acknowledged ones, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False,
) -> None:
    """List the sheets of the coming day that a department has not acknowledged yet."""
    with open_session() as session:
        check_store(session.connection, store)
        departments = None if department is None else [department]
        items = list_sheets(session.connection, store=store, departments=departments, everything=everything)
    if as_json:
        print_json([to_json(item) | {"visits": [_visit(visit, item) for visit in item.visits]} for item in items])
        return
    columns = ("id", "department", "store", "day", "told", "visits", "acknowledged")
    print_table("Sheets of the coming day", columns, [_sheet_row(item) for item in items])


def _visit(visit: SheetVisit, sheet: Sheet) -> dict[str, object]:
    return asdict(visit) | {"starts_at": visit.starts_at.astimezone(ZoneInfo(sheet.time_zone))}


def _sheet_row(item: Sheet) -> tuple[str, ...]:
    visits = "\n".join(
        f"{local(visit.starts_at, item.time_zone)[-5:]} {visit.plate or ''} {visit.model or ''} {visit.work or ''} "
        f"(parts {visit.parts_state})"
        for visit in item.visits
    )
    by = f"{local(item.acknowledged_at, item.time_zone)} by {item.acknowledged_by}" if item.acknowledged_by else ""
    told = local(item.told_at, item.time_zone)
    return (str(item.id), item.department, item.store, f"{item.day}", told, visits, by)


@app.command("acknowledge-sheet")
def acknowledge_one_sheet(
    sheet: Annotated[int, typer.Argument(metavar="ID", min=1, max=LARGEST_KEY, help="The sheet's number.")],
    by: Annotated[str, typer.Option(help="The staff code of whoever acknowledges it.")],
) -> None:
    """Acknowledge a sheet of the coming day for the department."""
    with open_session() as session:
        acknowledge_sheet(session.connection, sheet, session.now, by)
    typer.echo(f"Sheet {sheet} is acknowledged.")


@app.command("acknowledge")
def acknowledge_notice(
    notice: Annotated[int, typer.Argument(metavar="ID", min=1, max=LARGEST_KEY, help="The notice's number.")],
    by: Annotated[str, typer.Option(help="The staff code of whoever acknowledges it.")],
) -> None:
    """Acknowledge a change for the department."""
    with open_session() as session:
        acknowledge(session.connection, notice, session.now, by)
    typer.echo(f"Notice {notice} is acknowledged.")
