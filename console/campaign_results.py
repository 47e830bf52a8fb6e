"""`aftercare campaign results|export`: what came of a campaign, as a table, for programs, and for a spreadsheet."""

import csv
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel, Field
from rich.text import Text

from console.campaign_reader import reader
from console.campaign_steering import Id
from console.paper import paper
from console.session import open_session, print_json, print_table
from models.campaigns.results import CampaignAccount, CampaignResults, Group
from models.core.errors import AftercareError
from models.core.words import CampaignAnswer, Wave
from tasks.campaigns.listing import read_campaign
from tasks.campaigns.outcome.exporting import export_recipients
from tasks.campaigns.outcome.results import read_results


class GroupOut(BaseModel):
    """What a part of the audience did within the measured days. Counts of customers."""

    recipients: int
    begun: int = Field(description="Those for whom it has begun: the whole that shares are of.")
    sent: int = Field(description="Accepted by a channel, or may have been.")
    delivered: int = Field(description="A delivery receipt said so.")
    failed: int
    answered: dict[CampaignAnswer, int]
    booked: int
    came: int
    opted_out: int
    complained: int
    spent: dict[str, Decimal] = Field(description="By currency: invoices less credit notes.")


class PlaceOut(GroupOut):
    """A wave and a variant of it."""

    wave: Wave
    variant: str | None = Field(description="Null: the control group, and the rest before a trial is decided.")


class DifferenceOut(BaseModel):
    """Those told against the control group, in percentage points, with the 95 % interval."""

    points: float
    low: float
    high: float


class ResultsOut(BaseModel):
    """What came of a campaign so far. The parts of the account come to its recipients."""

    account: CampaignAccount
    told: GroupOut
    control: GroupOut
    variants: dict[str, GroupOut]
    groups: list[PlaceOut]
    differences: dict[str, DifferenceOut]
    follow_ups: dict[str, int] = Field(description="By state: the follow-ups' touches.")
    measured_days: int
    spent_on_messages: Decimal
    currency: str


class UnwritableFile(AftercareError):
    """A file that cannot be written."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"The file {path} cannot be written: {reason}.")


def shape_results(read: CampaignResults, currency: str) -> ResultsOut:
    """The results as programs read them."""
    return ResultsOut(
        account=read.account,
        told=_group(read.told),
        control=_group(read.control),
        variants={variant: _group(read.of_variant(variant)) for variant in read.variants},
        groups=[
            PlaceOut(wave=wave, variant=variant, **_group(group).model_dump())
            for (wave, variant), group in read.groups.items()
        ],
        differences={name: DifferenceOut(**asdict(one)) for name, one in read.differences.items()},
        follow_ups=read.follow_ups,
        measured_days=read.measured_days,
        spent_on_messages=read.spent_on_messages,
        currency=currency,
    )


def _group(group: Group) -> GroupOut:
    return GroupOut(**{name: getattr(group, name) for name in GroupOut.model_fields})


def results(
    campaign: Id, as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False
) -> None:
    """Show what came of a campaign so far, against those held out."""
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
    columns = ("", "begun for", "sent", "delivered", "failed", "answered", "booked", "came", "opted out", "spent")
    title = f"Results of '{name}', {found.measured_days} days from its beginning for each"
    print_table(title, columns, [(title_of, *_cells(group)) for title_of, group in groups.items()], lines=False)
    console = paper()
    for what, apart in found.differences.items():
        clear = "" if apart.is_clear else "; chance may explain it"
        words = f"{apart.points:+.1f} points against the control group ({apart.low:+.1f} to {apart.high:+.1f}{clear})"
        console.print(Text(f"{what.replace('_', ' ')}: {words}"))
    for line, count in found.account.model_dump().items():
        parts = ", ".join(f"{part} {number:,}" for part, number in count.items()) if isinstance(count, dict) else ""
        whole = sum(count.values()) if isinstance(count, dict) else count
        if whole:
            console.print(Text(f"  {line.replace('_', ' ')}: {whole:,}{f' ({parts})' if parts else ''}"))
    console.print(Text(f"Its messages cost {currency} {found.spent_on_messages:,.2f}."))


def _cells(group: Group) -> tuple[str, ...]:
    answered = sum(group.answered.values())
    spent = " + ".join(f"{currency} {amount:,.2f}" for currency, amount in sorted(group.spent.items()))
    shares = (f"{count:,} ({group.share(count):.1f} %)" for count in (answered, group.booked, group.came))
    return (
        f"{group.begun:,}", f"{group.sent:,}", f"{group.delivered:,}", f"{group.failed:,}", *shares,
        f"{group.opted_out:,}", spent,
    )  # fmt: skip


def export(
    campaign: Id,
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="Where to; what is there is replaced.")],
    reveal: Annotated[bool, typer.Option("--reveal", help="Write names in full.")] = False,
) -> None:
    """Write every recipient to a CSV file: how the message stands, and what they did since."""
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
