"""`aftercare visits`: the visits that staff make to customers.

`aftercare visits list --json` prints a list of objects, in the order of calls: what `aftercare calls --json` prints of
each, and `planned_for` (a day, or null) and `address` (or null). `aftercare visits report --json` prints a list of
objects: `store`, `staff` (a code, or null for those that are nobody's yet), `name`, `planned`, `made`, `missed`,
`waiting`.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer

from console.cli.naming import find_staff, find_touch
from console.cli.session import Commands, check_store, open_session, print_json, print_table, to_json
from console.shared.moments import local
from tasks.calls.visit_plan import read_visit_plan
from tasks.calls.visit_reports import VisitReport
from tasks.calls.visits import finish_visit, list_visits, plan_visit
from tasks.touches.picking import short, zone_of

app = typer.Typer(cls=Commands, no_args_is_help=True, help="The visits that staff make to customers.")

Id = Annotated[str, typer.Argument(metavar="ID", help="The first characters of the visit's id.")]
By = Annotated[str, typer.Option(help="The staff code of who does it.")]
DAY = ["%Y-%m-%d"]
MONTH = ["%Y-%m"]


@app.command("list")
def list_them(
    store: Annotated[str | None, typer.Option(help="Only of the store with this code.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False,
) -> None:
    """List the visits that wait for somebody, those planned for a later day among them."""
    with open_session() as session:
        check_store(session.connection, store)
        visits = list_visits(session.connection, session.now, store)
    if as_json:
        print_json(
            [
                to_json(visit.item)
                | {
                    "planned_for": visit.planned_for.isoformat() if visit.planned_for else None,
                    "address": visit.address,
                }
                for visit in visits
            ]
        )
        return
    columns = ("id", "planned for", "until", "store", "who", "customer", "address", "phone", "what for")
    rows = [
        (
            short(visit.item.id),
            visit.planned_for.isoformat() if visit.planned_for else "",
            local(visit.item.valid_until, visit.item.time_zone),
            visit.item.store,
            visit.item.role or "",
            visit.item.customer,
            visit.address or "",
            visit.item.phone or "",
            visit.item.script,
        )
        for visit in visits
    ]
    print_table("Visits", columns, rows)


@app.command()
def plan(
    visit: Id,
    by: By,
    on: Annotated[datetime, typer.Option(formats=DAY, help="The day, within the validity of the visit.")],
) -> None:
    """Plan a visit for a day, or move it to another."""
    with open_session() as session:
        touch_id = find_touch(session.connection, visit)
        staff_id = find_staff(session.connection, by, touch_id)
        plan_visit(session.connection, touch_id, on.date(), session.now, staff_id)
    typer.echo(f"The visit {short(touch_id)} is planned for {on:%Y-%m-%d}.")


@app.command()
def done(
    visit: Id,
    by: By,
    on: Annotated[datetime | None, typer.Option(formats=DAY, help="The day it was made; today if not given.")] = None,
    result: Annotated[str | None, typer.Option(help="What came of it.")] = None,
    following: Annotated[str | None, typer.Option("--next", help="What was agreed on to come next.")] = None,
) -> None:
    """Record that a visit was made, and what came of it."""
    with open_session() as session:
        touch_id = find_touch(session.connection, visit)
        staff_id = find_staff(session.connection, by, touch_id)
        zone = zone_of(session.connection, touch_id)
        day = on.date() if on else session.now.astimezone(zone).date()
        report = VisitReport(day, result, following)
        finish_visit(session.connection, touch_id, report, session.now, staff_id)
    typer.echo(f"The visit {short(touch_id)} is done.")


@app.command()
def report(
    month: Annotated[datetime | None, typer.Option(formats=MONTH, help="The month; this one if not given.")] = None,
    store: Annotated[str | None, typer.Option(help="Only of the store with this code.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False,
) -> None:
    """Count the visits of a month by person: planned, made, missed, waiting."""
    with open_session() as session:
        check_store(session.connection, store)
        day = month.date() if month else session.now.astimezone(session.settings.zone).date()
        lines = read_visit_plan(session.connection, day, store)
    if as_json:
        print_json([asdict(line) for line in lines])
        return
    columns = ("store", "who", "planned", "made", "missed", "waiting")
    rows = [
        (line.store, line.name or "(nobody yet)", *(str(getattr(line, name)) for name in columns[2:])) for line in lines
    ]
    print_table(f"Visits of {day:%Y-%m}", columns, rows)
