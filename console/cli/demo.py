"""`aftercare demo`: the sample dealership, its processes as of a fixed moment, and the result."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text
from sqlalchemy import Engine, create_engine

from console.cli.printing import printer
from console.cli.running import ALL_PROCESSES, account_tables
from console.shared.moments import local
from deployments.launcher import open_launcher
from models.core.masking import mask_contact
from models.core.settings import Settings, read_settings
from tasks.calls import CallItem, list_calls
from tasks.inbound.listing import InboundItem, Standing, Wanted, page_of_inbound, read_standing
from tasks.sample.dealership import SAMPLE_MOMENT, write_sample
from tasks.sample.demonstration import SentMessage, check_only_sample, first_messages
from tasks.sample.loading import load_sample
from tasks.sample.stores import STORES
from tasks.touches.picking import short

CUSTOMERS, SEED = 2000, 1
MESSAGES_OF_A_STEP = 1
CALLS_SHOWN = 8
INBOX_SHOWN = 5
NEXT = """\
What next:
  aftercare why C0000001                  what one customer was told, what not, and why
  aftercare calls                         what staff must call today
  aftercare inbox list                    what customers said, and who answers it by when
  aftercare approvals                     what waits for a named person
  aftercare forecast --days 14            what would come
  aftercare run all --as-of 2026-03-11    the next day
  make up                                 schedules, workers and Prefect's pages, left running
The sample lives around 10 March 2026: set AFTERCARE_NOW=2026-03-10T10:00+08:00 for the commands that show a day."""


def demo() -> None:
    """Load the sample dealership, run the processes, and show the result."""
    settings = read_settings()
    console = printer()
    with open_launcher(settings) as launcher:
        engine = create_engine(launcher.database, hide_parameters=True)
        try:
            _load(engine, settings, console)
            console.print(f"Running the processes as of {SAMPLE_MOMENT:%Y-%m-%d %H:%M %Z}…")
            runs = launcher.run(ALL_PROCESSES, as_of=SAMPLE_MOMENT)
            _show(engine, runs, console)
        finally:
            engine.dispose()
    console.print(NEXT, markup=False, highlight=False)


def _load(engine: Engine, settings: Settings, console: Console) -> None:
    """Write the sample's files and import them like any other files."""
    with engine.connect() as connection:
        check_only_sample(connection, [store.code for store in STORES])
    console.print(f"Importing the sample dealership: {CUSTOMERS:,} customers of two stores…")
    table = Table("file", title="Imported", title_justify="left")
    for column in ("rows", "new", "unchanged", "rejected"):
        table.add_column(column, justify="right")
    with TemporaryDirectory(prefix="aftercare-demo-") as folder:
        write_sample(Path(folder), CUSTOMERS, SEED)
        for result in load_sample(engine, Path(folder), settings):
            for kind, counts in result.counts.items():
                figures = (counts.read, counts.inserted, counts.unchanged, counts.rejected)
                table.add_row(f"{kind}.csv", *(f"{figure:,}" for figure in figures))
    console.print(table)


def _show(engine: Engine, runs: list[Any], console: Console) -> None:
    """The accounts, the first messages, the first calls."""
    title = "The processes: each accounts for everyone it looked at"
    console.print(account_tables({run.process: run.account for run in runs}, title))
    with engine.connect() as connection:
        messages = first_messages(connection, MESSAGES_OF_A_STEP)
        calls = list_calls(connection, SAMPLE_MOMENT)
        inbox = page_of_inbound(connection, Wanted(), SAMPLE_MOMENT, INBOX_SHOWN).rows
        waiting = read_standing(connection, None, None, SAMPLE_MOMENT)
    console.print(_messages(messages))
    console.print(_calls(calls))
    console.print(_inbox(inbox, waiting))
    sweeps = sum(run.account.planned for run in runs)
    if not sweeps:
        console.print("Everything was planned and sent by an earlier demonstration: nothing went out twice.")


def _messages(messages: list[SentMessage]) -> Table:
    table = Table(
        "process and step", "to", "sent", "text", title="The first message of each step", title_justify="left"
    )
    for message in messages:
        to = f"{message.channel} {mask_contact(message.recipient)}"
        cells = (f"{message.process}\n{message.step}", to, local(message.sent_at, message.time_zone), message.text)
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _inbox(inbox: Sequence[InboundItem], waiting: Standing) -> Table:
    table = Table("id", "who answers", "by", "customer", "what was said", title_justify="left")
    table.title = f"In the inbox: {waiting.open} open, {waiting.overdue} of them overdue; the first {len(inbox)}"
    for item in inbox:
        due = local(item.due_at, item.time_zone)
        cells = (
            str(item.id),
            item.owner or item.role,
            due,
            item.customer or mask_contact(item.sender or ""),
            item.text,
        )
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _calls(calls: list[CallItem]) -> Table:
    columns = ("id", "who calls", "step", "customer", Column("script", overflow="fold"))
    table = Table(*columns, title_justify="left")
    table.title = f"On the lists of staff: {len(calls)}, of which the first {min(len(calls), CALLS_SHOWN)}"
    for call in calls[:CALLS_SHOWN]:
        table.add_row(
            *(Text(cell) for cell in (short(call.id), call.role or "", call.step, call.customer, call.script))
        )
    return table
