"""`aftercare touches`: the ledger as a list, and touches that people must settle."""

from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from console.cli.session import Commands, check_store, open_session, print_json, print_table
from console.cli.settling import settle_touch, unsettled
from console.shared.moments import local
from console.shared.shapes import shape
from console.shared.spoken import spoken
from models.core.words import TouchState
from models.ledger.reports import TouchRow
from tasks.explaining.finding import find_customer
from tasks.overview.reporting import TouchFilter, list_touches
from tasks.policies.processes import find_process
from tasks.touches.picking import short

MOST = 100_000

app = typer.Typer(cls=Commands, invoke_without_command=True, help="The ledger: every due contact and what came of it.")
app.command("unsettled")(unsettled)
app.command("settle")(settle_touch)


@app.callback()
def touches(
    context: typer.Context,
    process: Annotated[str | None, typer.Option(help="Only of this process.")] = None,
    state: Annotated[TouchState | None, typer.Option(help="Only in this state.")] = None,
    step: Annotated[str | None, typer.Option(help="Only of this step.")] = None,
    store: Annotated[str | None, typer.Option(help="Only of the store with this code.")] = None,
    customer: Annotated[str | None, typer.Option(help="Only of this customer: key, phone, name, plate or VIN.")] = None,
    day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only touches due on this store-local day.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="At most this many.")] = 100,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show numbers and addresses in full.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False,
) -> None:
    """List touches by due time; recipients are masked."""
    if context.invoked_subcommand:
        return
    with open_session() as session:
        check_store(session.connection, store)
        customer_id = find_customer(session.connection, customer) if customer else None
        asked = find_process(session.connection, process, removed=True) if process else None
        wanted = TouchFilter(asked, state, step, store, customer_id, _day(day), limit)
        rows = list_touches(session.connection, wanted, reveal=reveal)
    if as_json:
        print_json([shape(row, ZoneInfo(row.time_zone)) for row in rows])
        return
    columns = ("id", "due", "store", "process and step", "customer", "state", "to", "why")
    print_table("Touches", columns, [_row(row) for row in rows])


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None


def _row(row: TouchRow) -> tuple[str, ...]:
    return (
        short(row.id),
        local(row.due_at, row.time_zone),
        row.store,
        f"{row.process}\n{row.step} ({row.kind})",
        f"{row.customer_key or ''} {row.customer}".strip(),
        row.outcome or row.state,
        f"{row.channel or ''} {row.recipient or ''}".strip(),
        spoken(row.reason, row.time_zone),
    )
