"""Results of a campaign as JSON, the same for `aftercare campaign results --json` and the API."""

from dataclasses import asdict
from decimal import Decimal

from pydantic import BaseModel, Field

from models.campaigns.results import CampaignAccount, CampaignResults, Group
from models.core.words import CampaignAnswer, Wave


class GroupOut(BaseModel):
    """What a group of the audience did within the measured days. Counts of customers."""

    recipients: int
    begun: int = Field(description="Those whose contact has begun: the whole of the comparison with the control group.")
    sent: int = Field(description="Accepted by a channel, or perhaps (delivery unknown).")
    counted: int = Field(
        description="Those whose actions are counted, and the whole of all shares: who was sent it; of the control "
        "group, everybody."
    )
    delivered: int = Field(description="A delivery receipt confirmed it.")
    failed: int
    answered: dict[CampaignAnswer, int]
    requested: int = Field(description="They asked for a visit at a time, or for another time.")
    booked: int
    came: int
    opted_out: int
    complained: int
    spent: dict[str, Decimal] = Field(description="By currency: invoices less credit notes.")
    as_assigned: dict[str, int] = Field(
        description="booked, came and opted_out of all whose contact has begun, sent or not: what differences compare."
    )


class PlaceOut(GroupOut):
    """A wave and a variant of it."""

    wave: Wave
    variant: str | None = Field(description="Null: the control group, and the rest before a trial is decided.")


class DifferenceOut(BaseModel):
    """Recipients compared with the control group, in percentage points, with the 95 % interval."""

    points: float
    low: float
    high: float


class ResultsOut(BaseModel):
    """Results so far. The parts of the account add up to the recipients."""

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


def shape_results(read: CampaignResults, currency: str) -> ResultsOut:
    """The results as JSON."""
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
