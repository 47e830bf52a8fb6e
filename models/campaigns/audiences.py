"""An audience as data: a tree of conditions on a customer, joined by all, any and not. It contains no query text.

Each condition is about one customer, as known at the moment for which the audience is read.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, TypeAdapter, ValidationError, model_validator

from models.core.errors import InvalidInput
from models.core.frozen import Frozen
from models.core.reasons import NUMBER, TEXT, WORD, declare, give
from models.core.validation import all_of, problems_by_place, refuse, refused
from models.core.words import CampaignPart, ChannelName, LeadState, LeadUrgency, Purpose, WorkKind

MOST_DEPTH = 8
MOST_CONDITIONS = 100
LARGEST_KEY = 2**63 - 1
CONTROL_CHARACTERS = declare("control-characters")
NO_BOUND = declare("no-bound", name=WORD)
EMPTY_RANGE = declare("empty-range", name=WORD, least=TEXT, most=TEXT)
TOO_DEEP = declare("conditions-too-deep", most=NUMBER)
TOO_MANY_CONDITIONS = declare("too-many-conditions", most=NUMBER)


def _readable(text: str) -> str:
    if not text.isprintable():
        raise refused(give(CONTROL_CHARACTERS))
    return text


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(_readable)]
Names = Annotated[tuple[Name, ...], Field(max_length=500)]
SomeNames = Annotated[tuple[Name, ...], Field(min_length=1, max_length=500)]
"""Compared case-insensitively."""
Days = Annotated[int, Field(ge=0, le=36_500)]
Span = Annotated[int, Field(ge=1, le=36_500)]
"""A number of days ending today."""
Years = Annotated[int, Field(ge=0, le=150)]
ModelYear = Annotated[int, Field(ge=1900, le=2199)]
Many = Annotated[int, Field(ge=0, le=1_000_000)]
Kilometres = Annotated[int, Field(ge=0, le=10_000_000)]
Amount = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
"""ISO 4217."""
Id = Annotated[int, Field(ge=1, le=LARGEST_KEY)]


def _check_range(name: str, least: Any, most: Any) -> None:
    if least is not None and most is not None and least > most:
        refuse((), give(EMPTY_RANGE, name=name, least=str(least), most=str(most)))


def _check_some(name: str, *bounds: Any) -> None:
    if all(bound is None for bound in bounds):
        refuse((), give(NO_BOUND, name=name))


def _check_days(name: str, rule: "LastVisit | Bought") -> None:
    _check_range(f"{name}, days ago", rule.least_days, rule.most_days)
    _check_range(f"{name}, date", rule.since, rule.until)


class AllOf(Frozen):
    """All parts hold. With no parts, everybody matches."""

    kind: Literal["all"] = "all"
    of: tuple["AudienceRule", ...] = ()

    @model_validator(mode="after")
    def _is_small(self) -> Self:
        _check_size(self)
        return self


class AnyOf(Frozen):
    """At least one of its parts holds."""

    kind: Literal["any"] = "any"
    of: Annotated[tuple["AudienceRule", ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _is_small(self) -> Self:
        _check_size(self)
        return self


class Not(Frozen):
    """The part does not hold."""

    kind: Literal["not"] = "not"
    of: "AudienceRule"

    @model_validator(mode="after")
    def _is_small(self) -> Self:
        _check_size(self)
        return self


class OfLevel(Frozen):
    """The customer is of one of these levels."""

    kind: Literal["level"] = "level"
    levels: SomeNames


class Speaks(Frozen):
    """The customer is written to in this language: their own, or the store's."""

    kind: Literal["language"] = "language"
    language: Literal["zh-CN", "en"]


class OfStore(Frozen):
    """The customer belongs to one of these stores."""

    kind: Literal["store"] = "store"
    stores: SomeNames
    """Codes."""


class HasContract(Frozen):
    """Whether the customer is a contract customer."""

    kind: Literal["contract"] = "contract"
    yes: bool = True


class OfAge(Frozen):
    """The customer's age in years. Customers with an unknown birthday do not match."""

    kind: Literal["age"] = "age"
    least: Years | None = None
    most: Years | None = None

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        _check_some("age", self.least, self.most)
        _check_range("age", self.least, self.most)
        return self


class HasBirthday(Frozen):
    """The customer's birthday is today or within this many days. 29 February counts as the 28th in other years."""

    kind: Literal["birthday"] = "birthday"
    within_days: Annotated[int, Field(ge=0, le=366)] = 7


class LivesIn(Frozen):
    """The customer's home area (a district, a postcode) begins with one of these."""

    kind: Literal["area"] = "area"
    areas: SomeNames


class HasCar(Frozen):
    """The customer owns a car that meets all of these conditions."""

    kind: Literal["car"] = "car"
    makes: Names = ()
    models: Names = ()
    least_model_year: ModelYear | None = None
    most_model_year: ModelYear | None = None
    least_age: Years | None = None
    """The current year minus the model year."""
    most_age: Years | None = None
    has_plate: bool | None = None
    has_vin: bool | None = None
    kept: Literal["yes", "no", "either"] = "yes"
    """Not sold on or scrapped."""
    least_warranty_days: Days | None = None
    """One of its warranties ends in at least this many days …"""
    most_warranty_days: Days | None = None
    """… and in at most this many: today is 0. By date, or by the estimate from its odometer."""
    least_kilometres: Kilometres | None = None
    most_kilometres: Kilometres | None = None
    """By its latest odometer reading. A car without a reading has no mileage."""
    estimated: bool = False
    """Extrapolated from the latest reading at the average rate between the first and the latest one."""

    @model_validator(mode="after")
    def _are_ranges(self) -> Self:
        _check_range("model year", self.least_model_year, self.most_model_year)
        _check_range("age of the car", self.least_age, self.most_age)
        _check_range("days to the end of the warranty", self.least_warranty_days, self.most_warranty_days)
        _check_range("kilometres", self.least_kilometres, self.most_kilometres)
        return self


class LastVisit(Frozen):
    """When the customer last visited: an appointment they came to, a repair order, or a handover."""

    kind: Literal["last-visit"] = "last-visit"
    least_days: Days | None = None
    """At least this many days ago."""
    most_days: Days | None = None
    since: date | None = None
    until: date | None = None
    or_never: bool = False
    """Also customers who never visited; if nothing else is set, only those."""

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if not self.or_never:
            _check_some("last visit", self.least_days, self.most_days, self.since, self.until)
        _check_days("last visit", self)
        return self


class Visited(Frozen):
    """How often the customer visited. All records of one day count as one visit."""

    kind: Literal["visits"] = "visits"
    least: Many | None = None
    most: Many | None = None
    within_days: Span | None = None
    """Null: at any time."""
    work_kinds: tuple[WorkKind, ...] = ()
    """Counts only visits for this kind of work, and no handovers."""

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        _check_some("visits", self.least, self.most)
        _check_range("visits", self.least, self.most)
        return self


class HasBooked(Frozen):
    """Whether the customer has a future appointment, or has requested one."""

    kind: Literal["booked"] = "booked"
    yes: bool = True
    within_days: Span | None = None
    """Null: at any future time."""


class Bought(Frozen):
    """A car was handed over to the customer in this period."""

    kind: Literal["bought"] = "bought"
    least_days: Days | None = None
    """At least this many days ago."""
    most_days: Days | None = None
    since: date | None = None
    until: date | None = None

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        _check_days("bought", self)
        return self


class HasLead(Frozen):
    """The customer has a lead that meets all of these conditions."""

    kind: Literal["lead"] = "lead"
    urgencies: tuple[LeadUrgency, ...] = ()
    """None: any."""
    states: tuple[LeadState, ...] = (LeadState.OPEN,)
    """None: any."""
    models: Names = ()
    """What the customer wants."""
    uncontacted_days: Span | None = None
    """Not contacted about it for this many days, or never."""


class Spent(Frozen):
    """The amount invoiced to the customer, less credit notes. A customer who was never invoiced has spent 0."""

    kind: Literal["spent"] = "spent"
    currency: Currency
    least: Amount | None = None
    most: Amount | None = None
    within_days: Span | None = None
    since: date | None = None
    until: date | None = None

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        _check_some("spent", self.least, self.most)
        _check_range("spent", self.least, self.most)
        _check_range("date", self.since, self.until)
        return self


class OwesOverdue(Frozen):
    """Whether the customer's overdue balance exceeds the tolerance."""

    kind: Literal["overdue"] = "overdue"
    yes: bool = True


class IsHeld(Frozen):
    """Whether one of the customer's accounts is on hold."""

    kind: Literal["account-held"] = "account-held"
    yes: bool = True


class HasSaid(Frozen):
    """The customer's latest consent for a purpose and a channel: yes or no. Without an entry, neither matches."""

    kind: Literal["consent"] = "consent"
    purpose: Purpose
    channel: ChannelName
    granted: bool = True


class Reachable(Frozen):
    """The customer has a usable number or address for one of these channels, and the store uses it."""

    kind: Literal["reachable"] = "reachable"
    channels: Annotated[tuple[ChannelName, ...], Field(min_length=1)]


class HasComplaint(Frozen):
    """Whether the customer has an open complaint."""

    kind: Literal["complaint"] = "complaint"
    yes: bool = True


class WasInCampaign(Frozen):
    """The customer had this role in an earlier campaign."""

    kind: Literal["campaign"] = "campaign"
    part: CampaignPart = CampaignPart.SENT
    campaign: Id | None = None
    """Null: any campaign."""
    within_days: Span | None = None
    """It began at most this many days ago."""


class OnList(Frozen):
    """The customer is on a list that was imported from a file."""

    kind: Literal["list"] = "list"
    list: Id


Joint = AllOf | AnyOf | Not
OfCustomer = OfLevel | Speaks | OfStore | HasContract | OfAge | HasBirthday | LivesIn
OfHistory = LastVisit | Visited | HasBooked | Bought | HasLead
OfMoney = Spent | OwesOverdue | IsHeld
OfContact = HasSaid | Reachable | HasComplaint | WasInCampaign | OnList
Condition = OfCustomer | HasCar | OfHistory | OfMoney | OfContact
AudienceRule = Annotated[Joint | Condition, Field(discriminator="kind")]

for _joint in (AllOf, AnyOf, Not):
    _joint.model_rebuild()
RULES: TypeAdapter[AudienceRule] = TypeAdapter(AudienceRule)


def parts_of(rule: AudienceRule) -> tuple[AudienceRule, ...]:
    """The parts that a rule joins; a condition has none."""
    match rule:
        case AllOf() | AnyOf():
            return rule.of
        case Not():
            return (rule.of,)
        case _:
            return ()


def conditions_of(rule: AudienceRule) -> list[Condition]:
    """The conditions of a rule, from left to right."""
    if isinstance(rule, AllOf | AnyOf | Not):
        return [condition for part in parts_of(rule) for condition in conditions_of(part)]
    return [rule]


def whole_and_parts_of(rule: AudienceRule) -> list[AudienceRule]:
    """The rule and all of its parts, at any depth."""
    return [rule, *(one for part in parts_of(rule) for one in whole_and_parts_of(part))]


def unmet(rule: AudienceRule, holds: Mapping[AudienceRule, bool]) -> list[AudienceRule]:
    """The parts that exclude a customer, given whether each part holds: of parts joined by all, those that fail."""
    if holds[rule]:
        return []
    if isinstance(rule, AllOf):
        return [one for part in rule.of for one in unmet(part, holds)]
    return [rule]


def _depth(rule: AudienceRule) -> int:
    return 1 + max((_depth(part) for part in parts_of(rule)), default=0)


def _check_size(rule: Joint) -> None:
    if _depth(rule) > MOST_DEPTH:
        refuse((), give(TOO_DEEP, most=MOST_DEPTH))
    if len(conditions_of(rule)) > MOST_CONDITIONS:
        refuse((), give(TOO_MANY_CONDITIONS, most=MOST_CONDITIONS))


class BadAudience(InvalidInput):
    """An invalid audience, with the place and reason of every validation error."""

    def __init__(self, error: ValidationError) -> None:
        self.error = error
        self.problems = problems_by_place(error)
        super().__init__(f"The audience is refused. {all_of(self.problems)}")


def read_audience(data: dict[str, Any]) -> AudienceRule:
    """Parse the rule in `data`. Raises `BadAudience`."""
    try:
        return RULES.validate_python(data)
    except ValidationError as error:
        raise BadAudience(error) from error
