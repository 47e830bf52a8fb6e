"""The measures that steer a running campaign: the canary's results and the best variant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple


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
