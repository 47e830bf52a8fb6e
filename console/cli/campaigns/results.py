"""`aftercare campaign results|export`: what came of a campaign, as a table, as JSON, or as a spreadsheet."""

import csv
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from console.cli.campaigns.reader import reader
from console.cli.campaigns.steering import Id
from console.cli.printing import printer
from console.cli.session import open_session, print_json, print_table
from console.shared.campaign_results import shape_results
from console.shared.lists_as_tables import UnwritableFile
from models.campaigns.results import CampaignResults, Group
from models.messages.letters import write_money
from tasks.campaigns.listing import read_campaign
from tasks.campaigns.outcome.exporting import export_recipients
from tasks.campaigns.outcome.results import read_results


def results(
    campaign: Id, as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False
) -> None:
    """Show the results so far, compared with the control group."""
    with open_session() as session:
        name = read_campaign(session.connection, reader(), campaign).row.name
        found = read_results(session.connection, campaign, session.now)
        currency = session.settings.price_currency
    if as_json:
        print_json(shape_results(found, currency).model_dump())
        return
    _print(name, found, currency)


def _print(name: str, found: CampaignResults, currency: str) -> None:
    groups = {"told": found.told, "control": found.control}
    groups |= {f"variant {key}": found.of_variant(key) for key in found.variants} if len(found.variants) > 1 else {}
    columns = (
        "",
        "begun for",
        "sent",
        "delivered",
        "failed",
        "answered",
        "interested",
        "asked for a time",
        "booked",
        "came",
        "opted out",
        "spent",
    )
    title = f"Results of '{name}', {found.measured_days} days from its beginning for each"
    print_table(title, columns, [(title_of, *_cells(group)) for title_of, group in groups.items()], lines=False)
    console = printer()
    for what, apart in found.differences.items():
        clear = "" if apart.is_clear else "; chance may explain it"
        words = f"{apart.points:+.1f} points against the control group ({apart.low:+.1f} to {apart.high:+.1f}{clear})"
        console.print(Text(f"{what.replace('_', ' ')}: {words}"))
    for line, count in found.account.model_dump().items():
        parts = ", ".join(f"{part} {number:,}" for part, number in count.items()) if isinstance(count, dict) else ""
        whole = sum(count.values()) if isinstance(count, dict) else count
        if whole:
            console.print(Text(f"  {line.replace('_', ' ')}: {whole:,}{f' ({parts})' if parts else ''}"))
    console.print(Text(f"Its messages cost {write_money(found.spent_on_messages, currency)}."))


def _cells(group: Group) -> tuple[str, ...]:
    did = [group.number(name) for name in ("answered", "interested", "requested", "booked", "came")]
    spent = " + ".join(write_money(amount, currency) for currency, amount in sorted(group.spent.items()))
    shares = (f"{count:,} ({group.share(count):.1f} %)" for count in did)
    return (
        f"{group.begun:,}", f"{group.sent:,}", f"{group.delivered:,}", f"{group.failed:,}", *shares,
        f"{group.opted_out:,}", spent,
    )  # fmt: skip


def export(
    campaign: Id,
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="The file to write; an existing one is replaced.")],
    reveal: Annotated[bool, typer.Option("--reveal", help="Write names in full.")] = False,
) -> None:
    """Write every recipient to a CSV file: the state of the message, and what they did since."""
    unfinished = file.parent / f"{file.name}.part"
    with open_session() as session:
        read_campaign(session.connection, reader(), campaign)
        rows = export_recipients(session.connection, campaign, session.now, with_names=reveal)
        try:
            with unfinished.open("w", encoding="utf-8-sig", newline="") as stream:
                writer = csv.writer(stream)
                count = sum(1 for row in rows if writer.writerow(row)) - 1
            unfinished.replace(file)
        except OSError as error:
            raise UnwritableFile(file, (error.strerror or str(error)).lower()) from error
    typer.echo(f"{count:,} recipients are in {file}.")
