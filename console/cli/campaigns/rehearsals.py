"""`aftercare campaign dry-run`: who would get it, how and when; who would not, and why; and what it would cost."""

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.text import Text

from console.cli.campaigns.reader import reader
from console.cli.campaigns.steering import Id
from console.cli.printing import printer
from console.cli.session import local_named, open_session, print_json, print_table
from console.shared.moments import house_zone, local
from console.shared.shapes import shape
from console.shared.spoken import spoken
from models.campaigns.rehearsals import CampaignRehearsal, RehearsedGroup, RehearsedPage
from models.core.clock import read_moment
from models.messages.letters import write_money
from tasks.campaigns.listing import read_campaign
from tasks.campaigns.rehearsal.rehearsing import list_rehearsed, rehearse_campaign, rehearsing_of


def rehearse(
    campaign: Id,
    at: Annotated[
        str | None, typer.Option(help="As if it were launched at this time, ISO 8601; by default at its own moment.")
    ] = None,
    customers: Annotated[
        int, typer.Option(min=0, max=10_000, help="Show this many of its customers, each with the result.")
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False,
) -> None:
    """Show what a launch would do with the gates as they are. Nothing is sent or stored."""
    with open_session() as session:
        zone = house_zone(session.connection, session.settings)
        read = read_campaign(session.connection, reader(), campaign)
        rehearsing = rehearsing_of(read, read_moment(at, zone) if at else None, session.now)
        done = rehearse_campaign(session.connection, read.row.name, rehearsing, session.settings)
        page = RehearsedPage(rows=[], next=None)
        if customers:
            page = list_rehearsed(session.connection, rehearsing, limit=customers)
    if as_json:
        print_json(shape(done, zone) | {"customers": shape(page, zone)["rows"]})
        return
    _print(read.row.name, done, page, zone.key)


def _print(name: str, done: CampaignRehearsal, page: RehearsedPage, zone: str) -> None:
    title = f"Dry run of '{name}': {done.audience:,} in its audience, nothing was sent"
    columns = ("customers", "wave", "variant", "what becomes of them", "by", "on", "why")
    print_table(title, columns, [_row(part) for part in done.parts], lines=False)
    console = printer()
    for line in _figures(done, zone):
        console.print(Text(line))
    if page.rows:
        rows = [
            (
                f"{one.key or ''} {one.name}".strip(),
                one.store,
                one.outcome,
                f"{one.channel or ''} {one.recipient or ''}".strip(),
                local(one.at, zone),
                spoken(one.reason, zone),
            )
            for one in page.rows
        ]
        print_table(
            f"Some of them, by the clock of {zone}",
            ("customer", "store", "outcome", "to", "at", "why"),
            rows,
            lines=False,
        )


def _row(part: RehearsedGroup) -> tuple[str, ...]:
    on = part.on.isoformat() if part.on else ""
    return (
        f"{part.customers:,}", part.wave, part.variant or "", part.outcome, part.channel or "", on,
        spoken(part.reason),
    )  # fmt: skip


def _figures(done: CampaignRehearsal, zone: str) -> Iterator[str]:
    begins = local_named(done.begins_at, zone) if done.begins_at else "each customer's own hour"
    yield f"It begins at {begins}; the messages cost {write_money(done.cost, done.currency)}."
    if done.first_wave:
        yield f"{done.first_wave:,} of them are told in the first wave."
    if done.budget is not None and done.is_beyond_budget:
        yield f"That exceeds the budget of {write_money(done.budget, done.currency)}: it will stop on the way and ask."
    if done.most_cost_of_follow_up:
        yield f"The follow-up costs up to {write_money(done.most_cost_of_follow_up, done.currency)}, if nobody answers."
    if done.minutes_at_pace is not None:
        yield f"At its pace it takes {done.minutes_at_pace:,} minutes."
    if done.calls is not None:
        days = f"{done.calls.days:,} days" if done.calls.days is not None else "never done: there is nobody"
        yield (
            f"Up to {done.calls.calls:,} calls for {done.calls.staff} of {done.calls.role}, "
            f"at {done.calls.calls_a_day:,} a day each: {days}."
        )
    for one in done.collisions:
        yield (
            f"Also contacted by {one.process} within {done.collision_days} days: {one.planned:,} planned, "
            f"{one.to_come:,} to come."
        )
