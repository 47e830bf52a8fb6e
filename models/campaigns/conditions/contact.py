"""Conditions on what was said between the customer and us."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from models.campaigns.conditions.contract import (
    Condition,
    Id,
    Said,
    Span,
)
from models.core.words import CampaignPart, ChannelName, Purpose

PLACE = 5
"""Among the groups that a form offers."""


class HasSaid(Condition):
    """What the customer last said of a purpose and a channel: yes or no. Who said nothing has said neither."""

    kind: Literal["consent"] = "consent"
    said: ClassVar[Said] = {"zh-CN": "最近一次表态", "en": "last said of"}
    purpose: Purpose
    channel: ChannelName
    granted: bool = True


class Reachable(Condition):
    """The customer has a usable number or address for one of these channels, and the store uses it."""

    kind: Literal["reachable"] = "reachable"
    said: ClassVar[Said] = {"zh-CN": "可联系渠道", "en": "can be reached by"}
    channels: Annotated[tuple[ChannelName, ...], Field(min_length=1)]


class HasComplaint(Condition):
    """Whether a complaint of the customer is open."""

    kind: Literal["complaint"] = "complaint"
    said: ClassVar[Said] = {"zh-CN": "有未结投诉", "en": "has an open complaint"}
    said_no: ClassVar[Said | None] = {"zh-CN": "没有未结投诉", "en": "has no open complaint"}
    yes: bool = True


class WasInCampaign(Condition):
    """The customer had this part in an earlier campaign."""

    kind: Literal["campaign"] = "campaign"
    said: ClassVar[Said] = {"zh-CN": "以往活动", "en": "in an earlier campaign"}
    part: CampaignPart = CampaignPart.SENT
    campaign: Id | None = None
    """Null: any campaign."""
    within_days: Span | None = None
    """It began so many days ago at most."""


class OnList(Condition):
    """The customer is on a list that came as a file."""

    kind: Literal["list"] = "list"
    said: ClassVar[Said] = {"zh-CN": "在名单上", "en": "is on the list"}
    list: Id


CONDITIONS = (
    HasSaid,
    Reachable,
    HasComplaint,
    WasInCampaign,
    OnList,
)
