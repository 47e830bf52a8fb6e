"""The figures of a campaign, each defined once: whom it reached, its shares, its limits, and the best variant.

The dry run, the approval, the watch over a running campaign and its results all go by these.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

from models.campaigns.plans import Canary
from models.core.words import CampaignAnswer, TouchState

PERCENT = 100
REACHED = (TouchState.SENT, TouchState.UNKNOWN)
"""Who was sent it: a channel accepted the message, or may have. They are what shares are of, and what is charged."""
TOLD = (*REACHED, TouchState.FAILED)
"""The same, and those whose message failed: the result is known, as far as it ever will be by itself."""
GOOD_ANSWERS = (CampaignAnswer.INTERESTED, CampaignAnswer.REPLIED)
"""The answers that count as *answered*: not those who declined."""
LIMITS = MappingProxyType({"failed": "most_failed", "opted_out": "most_opted_out", "complained": "most_complained"})
"""What is counted of the first wave, and the field of the plan that limits it."""


def percent_of(count: int, of: int) -> float:
    """A count as a percentage; 0 of nobody."""
    return PERCENT * count / of if of else 0.0


@dataclass(frozen=True, slots=True)
class CanaryMeasure:
    """The canary's figures. Counts of customers."""

    told: int
    """Their message was sent, failed, or its delivery is unknown."""
    open: int
    """Their message is not sent yet, or is being sent."""
    failed: int
    opted_out: int
    """Of those told, since."""
    complained: int
    """Of those told, since."""
    last_contact_at: datetime | None
    """When the last of them was contacted."""

    @property
    def sent(self) -> int:
        """Who was sent it."""
        return self.told - self.failed

    def percent(self, name: str) -> float:
        """The share of one of `LIMITS`: failures of those told, everything else of those who were sent it."""
        return percent_of(getattr(self, name), self.told if name == "failed" else self.sent)

    def exceeds(self, canary: Canary) -> dict[str, float]:
        """The shares above their limits, once enough were told, or everybody was: these stop a campaign."""
        if self.open and self.told < canary.at_least:
            return {}
        return {name: self.percent(name) for name, most in LIMITS.items() if self.percent(name) > getattr(canary, most)}


class VariantMeasure(NamedTuple):
    """A variant's figures in a trial. Counts of customers."""

    variant: str
    told: int
    good: int
    """Of those contacted, how many did what the trial measures."""


def winner_of(measures: Sequence[VariantMeasure]) -> str:
    """The variant with the highest share of contacted customers who did what the trial measures.

    On a tie, or if nobody was contacted, the first key.
    """
    return min(measures, key=lambda one: (-Fraction(one.good, one.told) if one.told else 1, one.variant)).variant
