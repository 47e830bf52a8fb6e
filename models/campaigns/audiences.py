"""An audience as data: a tree of conditions on a customer, joined by all, any and not. It holds no text of a query.

Each condition is about one customer, as known at the moment that the audience is read for.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, TypeAdapter, ValidationError, model_validator

from models.core.errors import AftercareError
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
"""Compared without regard to case."""
Days = Annotated[int, Field(ge=0, le=36_500)]
Span = Annotated[int, Field(ge=1, le=36_500)]
"""Days, today being the last of them."""
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
    """Every one of its parts holds; of none, everybody."""

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
    """Its part does not hold."""

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
    """The customer is so many years old. Not those whose birthday is unknown."""

    kind: Literal["age"] = "age"
    least: Years | None = None
    most: Years | None = None

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        _check_some("age", self.least, self.most)
        _check_range("age", self.least, self.most)
        return self


class HasBirthday(Frozen):
    """The customer's birthday is today or within so many days. One of 29 February comes on the 28th elsewhen."""

    kind: Literal["birthday"] = "birthday"
    within_days: Annotated[int, Field(ge=0, le=366)] = 7


class LivesIn(Frozen):
    """The customer's home area (a district, a postcode) begins with one of these."""

    kind: Literal["area"] = "area"
    areas: SomeNames


class HasCar(Frozen):
    """The customer owns a car of which all of this holds."""

    kind: Literal["car"] = "car"
    makes: Names = ()
    models: Names = ()
    least_model_year: ModelYear | None = None
    most_model_year: ModelYear | None = None
    least_age: Years | None = None
    """The present year less the model year."""
    most_age: Years | None = None
    has_plate: bool | None = None
    has_vin: bool | None = None
    kept: Literal["yes", "no", "either"] = "yes"
    """Not sold on or scrapped."""
    least_warranty_days: Days | None = None
    """One of its warranties ends in so many days or more …"""
    most_warranty_days: Days | None = None
    """… and in so many or less: today is 0. By date, or by the estimate from its odometer."""
    least_kilometres: Kilometres | None = None
    most_kilometres: Kilometres | None = None
    """By its latest odometer reading. A car that was never read has none."""
    estimated: bool = False
    """As if it went on since that reading at the average between its first and its latest one."""

    @model_validator(mode="after")
    def _are_ranges(self) -> Self:
        _check_range("model year", self.least_model_year, self.most_model_year)
        _check_range("age of the car", self.least_age, self.most_age)
        _check_range("days to the end of the warranty", self.least_warranty_days, self.most_warranty_days)
        _check_range("kilometres", self.least_kilometres, self.most_kilometres)
        return self


class LastVisit(Frozen):
    """When the customer was last here: an appointment they came to, a repair order, or a handover."""

    kind: Literal["last-visit"] = "last-visit"
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
            _check_some("last visit", self.least_days, self.most_days, self.since, self.until)
        _check_days("last visit", self)
        return self


class Visited(Frozen):
    """How often the customer was here; what is on record of one day is one visit."""

    kind: Literal["visits"] = "visits"
    least: Many | None = None
    most: Many | None = None
    within_days: Span | None = None
    """Null: ever."""
    work_kinds: tuple[WorkKind, ...] = ()
    """Counts visits for this work only, and no handovers."""

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        _check_some("visits", self.least, self.most)
        _check_range("visits", self.least, self.most)
        return self


class HasBooked(Frozen):
    """Whether the customer has an appointment ahead, or has asked for one."""

    kind: Literal["booked"] = "booked"
    yes: bool = True
    within_days: Span | None = None
    """Null: whenever it is."""


class Bought(Frozen):
    """A car was handed over to the customer in this time."""

    kind: Literal["bought"] = "bought"
    least_days: Days | None = None
    """So many days ago or more."""
    most_days: Days | None = None
    since: date | None = None
    until: date | None = None

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        _check_days("bought", self)
        return self


class HasLead(Frozen):
    """The customer has a lead of which all of this holds."""

    kind: Literal["lead"] = "lead"
    urgencies: tuple[LeadUrgency, ...] = ()
    """None: any."""
    states: tuple[LeadState, ...] = (LeadState.OPEN,)
    """None: any."""
    models: Names = ()
    """What the customer wants."""
    uncontacted_days: Span | None = None
    """Not contacted about it for so many days, or never."""


class Spent(Frozen):
    """What the customer was invoiced, less credit notes. Who was never invoiced has spent 0."""

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
    """Whether the customer owes something that is overdue, beyond the tolerance."""

    kind: Literal["overdue"] = "overdue"
    yes: bool = True


class IsHeld(Frozen):
    """Whether an account of the customer is on hold."""

    kind: Literal["account-held"] = "account-held"
    yes: bool = True


class HasSaid(Frozen):
    """What the customer last said of a purpose and a channel: yes or no. Who said nothing has said neither."""

    kind: Literal["consent"] = "consent"
    purpose: Purpose
    channel: ChannelName
    granted: bool = True


class Reachable(Frozen):
    """The customer has a usable number or address for one of these channels, and the store uses it."""

    kind: Literal["reachable"] = "reachable"
    channels: Annotated[tuple[ChannelName, ...], Field(min_length=1)]


class HasComplaint(Frozen):
    """Whether a complaint of the customer is open."""

    kind: Literal["complaint"] = "complaint"
    yes: bool = True


class WasInCampaign(Frozen):
    """The customer had this part in an earlier campaign."""

    kind: Literal["campaign"] = "campaign"
    part: CampaignPart = CampaignPart.SENT
    campaign: Id | None = None
    """Null: any campaign."""
    within_days: Span | None = None
    """It began so many days ago at most."""


class OnList(Frozen):
    """The customer is on a list that came as a file."""

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
    """What a rule joins; a condition joins nothing."""
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
    """The rule, and every part of it at any depth."""
    return [rule, *(one for part in parts_of(rule) for one in whole_and_parts_of(part))]


def unmet(rule: AudienceRule, holds: Mapping[AudienceRule, bool]) -> list[AudienceRule]:
    """What keeps a customer out, by whether each part holds of them: of parts that must all hold, those that do not."""
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


class BadAudience(AftercareError):
    """An audience that is refused, with every place and reason."""

    def __init__(self, error: ValidationError) -> None:
        self.error = error
        self.problems = problems_by_place(error)
        super().__init__(f"The audience is refused. {all_of(self.problems)}")


def read_audience(data: dict[str, Any]) -> AudienceRule:
    """The rule that `data` describes. Raises `BadAudience`."""
    try:
        return RULES.validate_python(data)
    except ValidationError as error:
        raise BadAudience(error) from error
