"""The result of a campaign's dry run: who would get it, how and when, who would not and why, and the effort."""

from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from models.core.errors import AftercareError
from models.core.reasons import GivenReason
from models.core.words import ChannelName, Gate, ProcessName, Rehearsed, Role, Wave
from models.ledger.explanations import Moment


class RehearsedGroup(BaseModel):
    """The customers of one wave and variant with the same outcome."""

    wave: Wave
    variant: str | None
    """Null: the control group, and the rest of a trial."""
    outcome: Rehearsed
    channel: ChannelName | None
    gate: Gate
    reason: GivenReason | None
    on: date | None
    """The store-local day on which they get it, if they are contacted or held."""
    customers: int


class CallsForeseen(BaseModel):
    """The follow-up calls if nobody answers, and the staff available to make them."""

    role: Role
    calls: int
    staff: int
    """Active members of the role."""
    calls_a_day: int
    """Calls per member on a day with calls, over the last 30 days; 200 if nobody called."""
    days: int | None
    """Days needed for all calls, without any others; null: no staff."""


class Collision(BaseModel):
    """Customers whom a process also contacts in the days after the start."""

    process: ProcessName
    planned: int
    """Customers with an open touch in the ledger."""
    to_come: int
    """Customers for whom its sweeps would plan a touch by then."""


REACHED = (Rehearsed.TOLD, Rehearsed.HELD)
"""Who gets it, now or later."""


class CampaignRehearsal(BaseModel):
    """What a launch would do as the facts stand. Nothing is written."""

    as_of: Moment
    begins_at: Moment | None
    """Null: at each customer's local hour."""
    audience: int
    parts: list[RehearsedGroup]
    currency: str
    first_wave: int
    """Customers who are told in the first wave; 0: there is none, or none of it can be told."""
    cost: Decimal
    """Cost of the messages to customers who are contacted or held, in the currency's decimals."""
    most_cost_of_follow_up: Decimal
    """Cost of a follow-up by message if nobody answers."""
    budget: Decimal | None
    minutes_at_pace: int | None
    """Sending time at the plan's rate limit; null: no limit."""
    calls: CallsForeseen | None
    collisions: list[Collision]
    collision_days: int

    @property
    def is_beyond_budget(self) -> bool:
        """Whether it will stop early because the budget is used up."""
        return self.budget is not None and self.cost > self.budget

    def count(self, *outcomes: Rehearsed) -> int:
        """The number of customers with one of these outcomes."""
        return sum(part.customers for part in self.parts if part.outcome in outcomes)

    @property
    def reached(self) -> int:
        """The number of customers who get it, now or later: what is priced, paced, called, and shown to an approver."""
        return self.count(*REACHED)

    def by(self, name: str, *outcomes: Rehearsed) -> dict[Any, int]:
        """Customers per wave, variant, channel, reason, …, for some outcomes or all."""
        counts: dict[object, int] = {}
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
    """A dry run whose figures do not add up to the audience."""

    def __init__(self, audience: int, accounted: int) -> None:
        self.audience, self.accounted = audience, accounted
        super().__init__(f"The dry run does not balance: {audience} in the audience, but {accounted} accounted for.")


class RehearsedCustomer(BaseModel):
    """One customer of the audience and the outcome for them."""

    place: int
    """Position in the random order of the audience, from 1."""
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
    """A page of customers, and the cursor for the next page; null: last page."""

    rows: list[RehearsedCustomer]
    next: int | None
