"""The shape of a campaign's dry run: who would get it, how and when, who would not and why, and what it would take."""

from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from models.core.errors import AftercareError
from models.core.reasons import GivenReason
from models.core.words import ChannelName, Gate, ProcessName, Rehearsed, Role, Wave
from models.ledger.explanations import Moment


class RehearsedGroup(BaseModel):
    """So many customers of one wave and variant, with what becomes of them."""

    wave: Wave
    variant: str | None
    """Null: the control group, and the rest of a trial."""
    outcome: Rehearsed
    channel: ChannelName | None
    gate: Gate
    reason: GivenReason | None
    on: date | None
    """The day in their store on which those who are told or held get it."""
    customers: int


class CallsForeseen(BaseModel):
    """The calls to those who do not answer, if nobody does, and who is there to make them."""

    role: Role
    calls: int
    staff: int
    """Active members of the role."""
    calls_a_day: int
    """What one of them made on a day that they called, over the last 30 days; 200 where nobody called."""
    days: int | None
    """How long all of them take, if they make no other calls; null: there is nobody."""


class Collision(BaseModel):
    """Customers who are also contacted by a process in the days from the beginning on."""

    process: ProcessName
    planned: int
    """Customers with an open touch in the ledger."""
    to_come: int
    """Customers for whom its sweeps would plan one by then."""


class CampaignRehearsal(BaseModel):
    """What a launch would do, as the facts stand. Nothing was written for it."""

    as_of: Moment
    begins_at: Moment | None
    """Null: for each customer at their own hour."""
    audience: int
    parts: list[RehearsedGroup]
    currency: str
    cost: Decimal
    """What the messages to those who are told or held come to."""
    most_cost_of_follow_up: Decimal
    """The same of a follow-up by message, if nobody answers."""
    budget: Decimal | None
    minutes_at_pace: int | None
    """How long the messages take at the plan's pace; null: it has none."""
    calls: CallsForeseen | None
    collisions: list[Collision]
    collision_days: int

    @property
    def is_beyond_budget(self) -> bool:
        """Whether it will stop on the way, its budget used up."""
        return self.budget is not None and self.cost > self.budget

    def count(self, *outcomes: Rehearsed) -> int:
        """How many of some outcomes there are."""
        return sum(part.customers for part in self.parts if part.outcome in outcomes)

    def by(self, name: str, *outcomes: Rehearsed) -> dict[Any, int]:
        """How many there are of each wave, variant, channel, reason, …, among some outcomes or all."""
        counts: dict[Any, int] = {}
        for part in self.parts:
            if not outcomes or part.outcome in outcomes:
                value = getattr(part, name)
                counts[value] = counts.get(value, 0) + part.customers
        return counts

    def check(self) -> None:
        """Raises `RehearsalUnbalanced`."""
        accounted = sum(part.customers for part in self.parts)
        if accounted != self.audience:
            raise RehearsalUnbalanced(self.audience, accounted)


class RehearsalUnbalanced(AftercareError):
    """A dry run that does not account for everybody in the audience."""

    def __init__(self, audience: int, accounted: int) -> None:
        self.audience, self.accounted = audience, accounted
        super().__init__(f"The dry run does not balance: {audience} in the audience, but {accounted} accounted for.")


class RehearsedCustomer(BaseModel):
    """One customer of the audience, with what would become of them."""

    place: int
    """In the random order of the audience, from 1 on."""
    customer_id: int
    key: str | None
    name: str
    store: str
    wave: Wave
    variant: str | None
    outcome: Rehearsed
    channel: ChannelName | None
    recipient: str | None
    """Masked."""
    at: Moment | None
    """When they get it."""
    gate: Gate
    reason: GivenReason | None


class RehearsedPage(BaseModel):
    """Some of the customers, and the place to go on after; null: there are no more."""

    rows: list[RehearsedCustomer]
    next: int | None
