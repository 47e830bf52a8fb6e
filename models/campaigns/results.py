"""A campaign's results: its balanced account, what each group did, and statistical significance."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import reduce
from math import sqrt
from typing import TypeVar

from pydantic import BaseModel, Field

from models.campaigns.measures import GOOD_ANSWERS, PERCENT, percent_of
from models.core.words import CampaignAnswer, Wave
from models.ledger.accounts_of_runs import Counts, Unbalanced

Z = 1.959963984540054
"""Of a two-sided 95 % interval."""
COMPARED = ("booked", "came", "opted_out")
"""What is compared with the control group."""
NOTHING = Decimal(0)
Named = TypeVar("Named", bound=str)
Number = TypeVar("Number", int, Decimal)


class CampaignAccount(BaseModel):
    """A launched campaign's audience by the state of each message. Counts of customers."""

    recipients: int = 0
    control: int = 0
    """Control group: not contacted."""
    not_planned: int = 0
    """Their turn has not come."""
    passed_over: int = 0
    """Their turn came, but the planner had a reason not to plan a touch."""
    waiting: int = 0
    """For their moment."""
    held: Counts = Field(default_factory=dict)
    """By gate: until later."""
    on_its_way: int = 0
    sent: int = 0
    """Accepted by a channel."""
    handed_to_staff: int = 0
    """Found late and turned into a call."""
    missed: int = 0
    """Handed to staff, and nobody called in time."""
    failed: int = 0
    unknown: int = 0
    """Delivery unknown."""
    stopped: Counts = Field(default_factory=dict)
    """By reason: cancelled, skipped or superseded."""

    def check(self) -> None:
        """Raises `Unbalanced`."""
        parts = (
            self.control, self.not_planned, self.passed_over, self.waiting, sum(self.held.values()), self.on_its_way,
            self.sent, self.handed_to_staff, self.missed, self.failed, self.unknown, sum(self.stopped.values()),
        )  # fmt: skip
        if self.recipients != sum(parts):
            equation = "recipients = control + not planned + passed over + waiting + held + sent + … + stopped"
            raise Unbalanced(equation, self.recipients, sum(parts))


@dataclass(frozen=True, slots=True)
class Group:
    """What a group did within the measured days. Counts of customers."""

    recipients: int = 0
    begun: int = 0
    """Customers for whom it has begun."""
    sent: int = 0
    """Their message was accepted by a channel, or its delivery is unknown."""
    counted: int = 0
    """The base of all shares, and those whose actions are counted: who was sent it; of the control group, everybody."""
    delivered: int = 0
    """Confirmed by a delivery receipt."""
    failed: int = 0
    answered: Mapping[CampaignAnswer, int] = field(default_factory=dict)
    booked: int = 0
    came: int = 0
    opted_out: int = 0
    complained: int = 0
    spent: Mapping[str, Decimal] = field(default_factory=dict)
    """By currency: invoices minus credit notes."""
    as_assigned: Mapping[str, int] = field(default_factory=dict)
    """`booked`, `came` and `opted_out` of all for whom it has begun, sent or not: what is compared with the control
    group, which holds those, too, who could not have been reached."""
    requested: int = 0
    """They asked for a visit at a time, or for another time."""

    def __add__(self, other: "Group") -> "Group":
        """The sum of both. No customer is in both."""
        return Group(
            self.recipients + other.recipients,
            self.begun + other.begun,
            self.sent + other.sent,
            self.counted + other.counted,
            self.delivered + other.delivered,
            self.failed + other.failed,
            _added(self.answered, other.answered, 0),
            self.booked + other.booked,
            self.came + other.came,
            self.opted_out + other.opted_out,
            self.complained + other.complained,
            _added(self.spent, other.spent, NOTHING),
            _added(self.as_assigned, other.as_assigned, 0),
            self.requested + other.requested,
        )

    def number(self, name: str) -> int:
        """How many did something: `answered`, `interested`, `requested`, `booked`, `came`, `opted_out` and so on."""
        if name == "answered":
            return sum(self.answered.get(answer, 0) for answer in GOOD_ANSWERS)
        if name == "interested":
            return self.answered.get(CampaignAnswer.INTERESTED, 0)
        count: int = getattr(self, name)
        return count

    def share(self, count: int) -> float:
        """A count as a percentage of those counted."""
        return percent_of(count, self.counted)

    def spent_each(self, currency: str) -> Decimal:
        """Average spending."""
        return self.spent.get(currency, NOTHING) / self.counted if self.counted else NOTHING


Place = tuple[Wave, str | None]
"""A wave, and the variant in it; None: the control group, and the rest before a trial is decided."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The effect of the message: contacted customers minus control group, in percentage points."""

    points: float
    low: float
    high: float
    """The 95 % interval. If it contains 0, the difference is not significant."""

    @property
    def is_clear(self) -> bool:
        """The difference is significant."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class CampaignResults:
    """A campaign's results so far."""

    account: CampaignAccount
    groups: Mapping[Place, Group]
    follow_ups: Counts
    """The follow-ups' touches, by state."""
    measured_days: int
    spent_on_messages: Decimal
    """In the currency of the settings."""

    @property
    def told(self) -> Group:
        """Everybody except the control group."""
        return self._sum(lambda place: place[0] is not Wave.CONTROL)

    @property
    def control(self) -> Group:
        """The control group."""
        return self._sum(lambda place: place[0] is Wave.CONTROL)

    def of_wave(self, wave: Wave) -> Group:
        """One wave."""
        return self._sum(lambda place: place[0] is wave)

    def of_variant(self, variant: str) -> Group:
        """One variant, across all waves."""
        return self._sum(lambda place: place[1] == variant)

    @property
    def variants(self) -> tuple[str, ...]:
        """The variants in use."""
        return tuple(sorted({variant for _, variant in self.groups if variant is not None}))

    @property
    def differences(self) -> dict[str, Difference]:
        """`booked`, `came` and `opted_out`, compared with the control group; empty if either group is empty."""
        told, control = self.told, self.control
        if not told.begun or not control.begun:
            return {}
        return {
            name: difference(told.as_assigned.get(name, 0), told.begun, control.as_assigned.get(name, 0), control.begun)
            for name in COMPARED
        }

    def _sum(self, picks: Callable[[Place], bool]) -> Group:
        return add_up(group for place, group in self.groups.items() if picks(place))


def _added(left: Mapping[Named, Number], right: Mapping[Named, Number], nothing: Number) -> dict[Named, Number]:
    """Name by name."""
    return {name: left.get(name, nothing) + right.get(name, nothing) for name in {**left, **right}}


def add_up(groups: Iterable[Group]) -> Group:
    """The sum of several groups."""
    return reduce(Group.__add__, groups, Group())


def wilson(good: int, of: int) -> tuple[float, float]:
    """The 95 % score interval of a proportion (Wilson 1927). It holds for small samples and near 0 and 1."""
    share = good / of
    middle = share + Z**2 / (2 * of)
    width = Z * sqrt(share * (1 - share) / of + Z**2 / (4 * of**2))
    whole = 1 + Z**2 / of
    return max((middle - width) / whole, 0.0), min((middle + width) / whole, 1.0)


def difference(good: int, of: int, control_good: int, control_of: int) -> Difference:
    """The difference of two independent proportions, with its 95 % hybrid score interval (Newcombe 1998, method 10)."""
    share, control = good / of, control_good / control_of
    low, high = wilson(good, of)
    control_low, control_high = wilson(control_good, control_of)
    apart = share - control
    down = sqrt((share - low) ** 2 + (control_high - control) ** 2)
    up = sqrt((high - share) ** 2 + (control - control_low) ** 2)
    return Difference(PERCENT * apart, PERCENT * (apart - down), PERCENT * (apart + up))
