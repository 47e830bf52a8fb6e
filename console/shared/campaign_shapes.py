"""Campaigns as JSON: the same fields from `aftercare campaign … --json` and from the API."""

from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from models.campaigns.plans import CampaignPlan
from models.core.reasons import GivenReason
from models.core.words import CampaignState, Wave
from tasks.campaigns.listing import CampaignRead, CampaignRow


class CampaignOut(BaseModel):
    """A campaign and its state. Times are those of the first store by code."""

    id: int
    name: str
    store: str | None = Field(description="The code of the store whose customers it is for; null: all stores.")
    recipe: str | None = Field(description="The shipped recipe that it was made from.")
    state: CampaignState
    state_at: datetime
    author: str = Field(description="The login of the plan's last author, or `key:` and a key's name.")
    created_at: datetime
    launches_at: datetime | None = Field(description="When it begins; null until it is launched.")
    paused_at: datetime | None
    held_reason: GivenReason | None = Field(description="Why it stopped by itself and needs a person.")
    notice: GivenReason | None = Field(description="A message to its makers, such as why it was refused.")
    approval_ends_at: datetime | None = Field(description="When its request for approval expires.")
    spent: Decimal = Field(description="What its messages have cost so far.")
    budget: Decimal | None
    version: int = Field(description="Counts the changes of the plan. A change names the version that it is based on.")


class CampaignWhole(CampaignOut):
    """A campaign with its plan."""

    plan: CampaignPlan
    fingerprint: str = Field(description="The digest of the current plan. An approval is bound to it.")
    approver: str | None
    approved_at: datetime | None
    approved_size: int | None = Field(description="The size of its audience when it was submitted.")
    launched_by: str | None
    paused_by: str | None
    held_at: datetime | None
    winner: str | None = Field(description="The variant that won the trial.")
    frozen_at: datetime | None = Field(description="When its recipients were stored.")
    finished_at: datetime | None
    waves: dict[Wave, int] = Field(description="The number of recipients of each wave, once it has begun.")
    planned: int = Field(description="The number of recipients that the planner has processed.")


OF_WHOLE = [name for name in CampaignWhole.model_fields if name not in CampaignOut.model_fields]


def shape_row(row: CampaignRow, zone: ZoneInfo) -> CampaignOut:
    """A campaign in a list."""
    return CampaignOut(**_local({one.name: getattr(row, one.name) for one in fields(row)}, zone))


def shape_whole(read: CampaignRead, zone: ZoneInfo) -> CampaignWhole:
    """A campaign with its plan."""
    said = {one.name: getattr(read.row, one.name) for one in fields(read.row)}
    return CampaignWhole(**_local(said | {name: getattr(read, name) for name in OF_WHOLE}, zone))


def _local(said: dict[str, object], zone: ZoneInfo) -> dict[str, object]:
    return {name: value.astimezone(zone) if isinstance(value, datetime) else value for name, value in said.items()}
