"""`aftercare forecast`: expected touches and calls for each day and step."""

from typing import Annotated

import typer
from rich.text import Text

from console.cli.printing import printer
from console.cli.session import check_store, open_session, print_json, print_table
from console.shared.moments import house_zone, moment_asked
from console.shared.shapes import shape
from console.shared.spoken import spoken
from models.core.words import StepKind
from models.ledger.forecasts import Forecast
from tasks.planning.forecasting import forecast as foresee
from tasks.policies.catalogue import install_if_empty

LONGEST_DAYS = 92


def forecast(
    days: Annotated[int, typer.Option(min=1, max=LONGEST_DAYS, help="How many days, today included.")] = 14,
    store: Annotated[str | None, typer.Option(help="Only of the store with this code.")] = None,
    as_of: Annotated[str | None, typer.Option(help="The moment to look from, ISO 8601; by default now.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False,
) -> None:
    """Show what is expected on each day, with the facts as they are. Changes nothing."""
    with open_session() as session:
        check_store(session.connection, store)
        now = moment_asked(session.connection, session.settings, as_of, session.now)
        zone = house_zone(session.connection, session.settings)
        install_if_empty(session.connection, session.now)
        told = foresee(session.connection, now, days, store)
    if as_json:
        print_json(shape(told, zone))
    else:
        _print(told)


def _print(told: Forecast) -> None:
    columns = ("day", "store", "process", "step", "kind", "planned", "to come")
    rows = [
        (
            f"{row.day:%a %Y-%m-%d}",
            row.store,
            row.process,
            row.step,
            row.kind,
            f"{row.planned:,}" if row.planned else "",
            f"{row.to_come:,}" if row.to_come else "",
        )
        for row in told.rows
    ]
    print_table(f"The next {told.days} days", columns, rows, lines=False)
    console = printer()
    for kind in StepKind:
        count = sum(row.planned + row.to_come for row in told.rows if row.kind is kind)
        console.print(Text(f"{kind.capitalize()}s: {count:,}"))
    for left in told.left_out:
        console.print(Text(f"Not forecast: {left.step} of {left.process}, because {spoken(left.reason)}."))
    console.print(Text("Before consent, quiet hours and caps, and with the facts as they are."))
