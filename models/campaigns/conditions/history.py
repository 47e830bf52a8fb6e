"""Conditions on visits, purchases and leads."""

from datetime import date
from typing import ClassVar, Literal, Self

from pydantic import model_validator

from models.campaigns.conditions.contract import (
    Condition,
    Days,
    Many,
    Names,
    Said,
    Span,
    check_range,
    check_some,
)
from models.core.words import LeadState, LeadUrgency, WorkKind

PLACE = 3
"""Among the groups that a form offers."""


def check_days(name: str, rule: "LastVisit | Bought") -> None:
    check_range(f"{name}, days ago", rule.least_days, rule.most_days)
    check_range(f"{name}, date", rule.since, rule.until)


class LastVisit(Condition):
    """When the customer was last here: an appointment they came to, a repair order, or a handover."""

    kind: Literal["last-visit"] = "last-visit"
    said: ClassVar[Said] = {"zh-CN": "上次到店", "en": "was last here"}
    least_days: Days | None = None
    """So many days ago or more."""
    most_days: Days | None = None
    since: date | None = None
    until: date | None = None
    or_never: bool = False
    """Also those who never were; without anything else, only those."""

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if not self.or_never:
            check_some("last visit", self.least_days, self.most_days, self.since, self.until)
        check_days("last visit", self)
        return self


class Visited(Condition):
    """How often the customer was here; what is on record of one day is one visit."""

    kind: Literal["visits"] = "visits"
    said: ClassVar[Said] = {"zh-CN": "到店次数", "en": "was here this many times:"}
    least: Many | None = None
    most: Many | None = None
    within_days: Span | None = None
    """Null: ever."""
    work_kinds: tuple[WorkKind, ...] = ()
    """Counts visits for this work only, with what is part of it (first service of maintenance), and no handovers."""

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        check_some("visits", self.least, self.most)
        check_range("visits", self.least, self.most)
        return self


class HasBooked(Condition):
    """Whether the customer has an appointment ahead, or has asked for one."""

    kind: Literal["booked"] = "booked"
    said: ClassVar[Said] = {"zh-CN": "有未来预约", "en": "has an appointment ahead"}
    said_no: ClassVar[Said | None] = {"zh-CN": "没有未来预约", "en": "has no appointment ahead"}
    yes: bool = True
    within_days: Span | None = None
    """Null: whenever it is."""


class Bought(Condition):
    """A car was handed over to the customer in this time."""

    kind: Literal["bought"] = "bought"
    said: ClassVar[Said] = {"zh-CN": "购车交付", "en": "got a car"}
    least_days: Days | None = None
    """So many days ago or more."""
    most_days: Days | None = None
    since: date | None = None
    until: date | None = None

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        check_days("bought", self)
        return self


class HasLead(Condition):
    """The customer has a lead of which all of this holds."""

    kind: Literal["lead"] = "lead"
    said: ClassVar[Said] = {"zh-CN": "有购车线索", "en": "has a lead"}
    urgencies: tuple[LeadUrgency, ...] = ()
    """None: any."""
    states: tuple[LeadState, ...] = (LeadState.OPEN,)
    """None: any."""
    models: Names = ()
    """What the customer wants."""
    uncontacted_days: Span | None = None
    """Not contacted about it for so many days, or never."""


CONDITIONS = (
    LastVisit,
    Visited,
    HasBooked,
    Bought,
    HasLead,
)
