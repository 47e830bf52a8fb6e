"""`aftercare run`: run a process from the command line, and print its balanced account."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text
from sqlalchemy import URL, create_engine, pool, select

from console.cli.printing import printer
from console.cli.session import print_json
from console.shared.moments import house_zone, local
from console.shared.words import name_part
from deployments.database import open_database
from deployments.embedded import cluster_of
from deployments.launcher import open_launcher
from deployments.schedules import find_flow, read_flows, shipped_flows
from models.core.clock import read_clock, read_moment
from models.core.masking import mask_contact
from models.core.reasons import READER
from models.core.saying import say_code
from models.core.settings import Settings, read_settings
from models.ledger.accounts_of_runs import BY_REASON, RunAccount
from models.people.tables import Store
from tasks.dispatch.rehearsing import WouldContact
from tasks.subjects.registry import check_kits

ALL = "all"
ALL_PROCESSES = "all-processes"
MOST_SHOWN = 50
SIDE_BY_SIDE = 4
"""Accounts in one table: more of them would leave no room for their names."""


def run(
    process: Annotated[str, typer.Argument(help="A process, or all.")],
    as_of: Annotated[str | None, typer.Option(help="The moment to run as of, ISO 8601; by default now.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would happen, without doing it.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False,
) -> None:
    """Run a process now, or as of a moment, and print its balanced account."""
    check_kits()
    settings = read_settings()
    READER.set(settings.language)
    name = ALL_PROCESSES if process == ALL else _find(process, settings)
    if as_of is not None:
        read_moment(as_of, settings.zone)  # refused before anything is started
    with open_launcher(settings) as launcher:
        zone, zones = _zones(launcher.database, settings)
        now = read_moment(as_of, zone) if as_of is not None else read_clock(settings.now, zone)
        done = launcher.run(name, as_of=now if as_of is not None else None, dry_run=dry_run)
    runs = done if isinstance(done, list) else [done]
    if as_json:
        print_json(_shape(runs, now, zones, dry_run))
        return
    console = printer()
    console.print(account_tables({one.process: one.account for one in runs}, _title(now, dry_run)))
    if dry_run:
        console.print(_contacts(runs, zones))


def _find(process: str, settings: Settings) -> str:
    """The name, if it is served: looked up before Prefect is started. Raises `UnknownProcess`.

    Where there is no database yet, nothing can have been added, and none is made to learn that.
    """
    nothing_added = not settings.database_url and not cluster_of(settings.home).data.exists()
    if nothing_added or any(served.name == process for served in shipped_flows()):
        return find_flow(shipped_flows(), process).name
    with open_database(settings) as database:
        engine = create_engine(database, hide_parameters=True, poolclass=pool.NullPool)
        with engine.connect() as connection:
            return find_flow(read_flows(connection), process).name


def _zones(database: URL, settings: Settings) -> tuple[ZoneInfo, dict[str, ZoneInfo]]:
    """The zone of times without one, and that of each store by its code."""
    engine = create_engine(database, hide_parameters=True, poolclass=pool.NullPool)
    with engine.connect() as connection:
        stores = connection.execute(select(Store.code, Store.time_zone))
        return house_zone(connection, settings), {row.code: ZoneInfo(row.time_zone) for row in stores}


def _title(now: datetime, dry_run: bool) -> str:
    what = "Dry run: nothing was planned or sent" if dry_run else "The account"
    return f"{what}, as of {now:%Y-%m-%d %H:%M %Z}"


def account_tables(accounts: dict[str, RunAccount], title: str) -> Group:
    """The accounts of several processes, one column each, `SIDE_BY_SIDE` of them in a table."""
    shown = list(accounts.items())
    starts = range(0, max(len(shown), 1), SIDE_BY_SIDE)
    return Group(*(_account_table(dict(shown[at : at + SIDE_BY_SIDE]), "" if at else title) for at in starts))


def _account_table(accounts: dict[str, RunAccount], title: str) -> Table:
    table = Table("", title=title or None, title_justify="left")
    for process in accounts:
        table.add_column(process, justify="right")
    rows = {process: dict(_lines(account)) for process, account in accounts.items()}
    for line in _in_order([list(row) for row in rows.values()]):
        table.add_row(Text(line), *(rows[process].get(line, "") for process in accounts))
    return table


def _lines(account: RunAccount) -> Iterator[tuple[str, str]]:
    """Each figure by its name. A zero is shown only where the equations need it."""
    for name, value in account.model_dump().items():
        words = name.replace("_", " ")
        if isinstance(value, dict):
            yield words, f"{sum(value.values()):,}" if name != "figures" else ""
            yield from ((f"  {words}: {_part(name, part)}", _number(count)) for part, count in value.items())
        else:
            yield words, _number(value)


def _part(name: str, part: str) -> str:
    """What is counted: a reason by its sentence, a figure by its words, a gate by its name."""
    if name in BY_REASON:
        return say_code(READER.get(), part)
    return name_part(READER.get(), part) if name == "figures" else part


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"


def _in_order(columns: Sequence[Sequence[str]]) -> list[str]:
    """Every row of every column once: the reasons of one figure together, the figures in their order."""
    lines = dict.fromkeys(line for column in columns for line in column)
    heads = [line for line in lines if not line.startswith("  ")]
    parts = {head: sorted(line for line in lines if line.startswith(f"  {head}: ")) for head in heads}
    return [line for head in heads if head != "figures" or parts[head] for line in (head, *parts[head])]


def _contacts(runs: Sequence[Any], zones: Mapping[str, ZoneInfo]) -> Table:
    """Who would be contacted, with masked recipients and the times of each store."""
    columns = ("process", "step", "due", "store", "customer", "kind", "to")
    contacts = [contact for one in runs for contact in one.would_contact]
    table = Table(*columns, title=f"Would be contacted: {len(contacts):,}", title_justify="left")
    for contact in contacts[:MOST_SHOWN]:
        customer = f"{contact.customer_key} {contact.customer}"
        to = f"{contact.channel or ''} {mask_contact(contact.recipient) if contact.recipient else ''}".strip()
        cells = (
            contact.process,
            contact.step,
            local(contact.due_at, zones[contact.store].key),
            contact.store,
            customer,
        )
        table.add_row(*(Text(cell) for cell in (*cells, contact.kind, to)))
    if len(contacts) > MOST_SHOWN:
        table.caption = f"and {len(contacts) - MOST_SHOWN:,} more; --json lists them all"
    return table


def _shape(runs: Sequence[Any], now: datetime, zones: Mapping[str, ZoneInfo], dry_run: bool) -> dict[str, object]:
    return {
        "as_of": now,
        "dry_run": dry_run,
        "runs": [
            {
                "process": one.process,
                "run_id": one.id,
                "enabled": one.enabled,
                "account": one.account.model_dump(mode="json"),
                "would_contact": [_contact(contact, zones) for contact in one.would_contact],
            }
            for one in runs
        ],
    }


def _contact(contact: WouldContact, zones: Mapping[str, ZoneInfo]) -> dict[str, object]:
    recipient = mask_contact(contact.recipient) if contact.recipient else None
    return {
        "process": contact.process,
        "step": contact.step,
        "kind": contact.kind,
        "store": contact.store,
        "customer": contact.customer,
        "customer_key": contact.customer_key,
        "channel": contact.channel,
        "recipient": recipient,
        "due_at": contact.due_at.astimezone(zones[contact.store]),
    }
