"""`aftercare status` and `aftercare stores`: the state of the installation."""

import asyncio
from collections.abc import Iterator
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.text import Text

from console.cli.campaigns.lists import print_campaigns
from console.cli.campaigns.reader import reader
from console.cli.printing import printer, warn
from console.cli.session import open_session, print_json, print_table
from console.shared.campaign_shapes import shape_row
from console.shared.moments import house_zone
from console.shared.shapes import shape
from console.shared.spoken import spoken
from console.shared.watching import ask_prefect, look_for_attention
from models.campaigns.states import LIVE
from models.core.shown import show_moment
from models.ledger.reports import ProcessStatus, RunSeen, Status
from tasks.campaigns.listing import list_campaigns
from tasks.channels.opening import find_unused
from tasks.overview.attention import Reader
from tasks.overview.health import list_store_codes
from tasks.overview.reporting import list_stores, read_status
from tasks.runs.failures import read_failure

MOST_CAMPAIGNS = 1000
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]


def status(as_json: Json = False) -> None:
    """Show each process and campaign: the last run, what is open, what comes next, what is paused."""
    with open_session() as session:
        report = read_status(session.connection, session.now)
        zone = house_zone(session.connection, session.settings)
        unused = find_unused(session.settings, list_store_codes(session.connection))
        everyone = Reader(reader())
        prefect = asyncio.run(ask_prefect())
        matters = look_for_attention(session.connection, session.now, session.settings, everyone, prefect)
        campaigns = list_campaigns(session.connection, reader(), states=LIVE, limit=MOST_CAMPAIGNS).items
    if as_json:
        rows = [shape_row(row, zone).model_dump(context={"zone": zone}) for row in campaigns]
        print_json(
            shape(report, zone)
            | {"campaigns": rows, "unused_settings": [one.model_dump() for one in unused]}
            | {"needs_attention": [matter.reason.model_dump(context={"zone": zone}) for matter in matters]}
        )
        return
    _print(report, zone)
    if campaigns:
        print_campaigns(campaigns, zone)
    warn(spoken(matter.reason, zone.key) for matter in matters)
    if not matters:
        printer().print("Nothing needs attention right now.")


def _print(report: Status, zone: ZoneInfo) -> None:
    console = printer()
    schema = report.schema_version or "none"
    now = f"{show_moment(report.as_of, zone)} ({zone.key})"
    console.print(Text(f"Database {report.database}, schema {schema}; {report.stores} stores; {now}"))
    columns = ("process", "enabled", "last run", "its account", "open", "next due")
    print_table("Processes", columns, [_process(process, zone) for process in report.processes])
    for run in report.other_runs:
        console.print(Text(f"{run.process}: {_run(run, zone)}"))


def _process(process: ProcessStatus, zone: ZoneInfo) -> tuple[str, ...]:
    return (
        process.process,
        "yes" if process.enabled else "no",
        _run(process.last_run, zone) if process.last_run else "never",
        "\n".join(_account(process.last_run)) if process.last_run else "",
        "\n".join(f"{state} {count:,}" for state, count in process.touches.items()),
        show_moment(process.next_due, zone) if process.next_due else "",
    )


def _run(run: RunSeen, zone: ZoneInfo) -> str:
    error = f": {spoken(read_failure(run.error).reason)}" if run.error else ""
    return f"{run.state} as of {show_moment(run.as_of, zone)}{error}"


def _account(run: RunSeen) -> Iterator[str]:
    account = run.account or {}
    for name in ("planned", "claimed", "sent", "failed", "unknown", "missed"):
        if account.get(name):
            yield f"{name} {account[name]:,}"
    for name in ("deferred", "cancelled", "ended"):
        if account.get(name):
            yield f"{name} {sum(account[name].values()):,}"


def stores(as_json: Json = False) -> None:
    """List the stores."""
    with open_session() as session:
        rows = list_stores(session.connection)
    if as_json:
        print_json([row.model_dump() for row in rows])
        return
    columns = ("code", "name", "time zone", "language", "contact hours", "holidays", "channels", "customers")
    print_table(
        "Stores",
        columns,
        [
            (
                row.code,
                row.name,
                row.time_zone,
                row.language,
                f"{row.contact_from}-{row.contact_until}",
                row.holiday_country or "none",
                ", ".join(row.channels),
                f"{row.customers:,}",
            )
            for row in rows
        ],
    )
