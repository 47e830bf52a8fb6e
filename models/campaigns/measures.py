"""What a campaign is decided by while it is under way: how the first few fared, and which variant did best."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class CanaryMeasure:
    """How the canary stands. Counts of customers."""

    told: int
    """Their message went out, may have, or failed."""
    open: int
    """Their message is still to go out, or on its way."""
    failed: int
    opted_out: int
    """Of those told, since."""
    complained: int
    """Of those told, since."""
    last_contact_at: datetime | None
    """When the last of them was told."""


class VariantMeasure(NamedTuple):
    """How a variant does in a trial. Counts of customers."""

    variant: str
    told: int
    good: int
    """Of those told, who did what decides."""


def winner_of(measures: Sequence[VariantMeasure]) -> str:
    """The variant with the largest share of those told who did what decides.

    Of equals the first key; where nobody was told, too.
    """
    return min(measures, key=lambda one: (-Fraction(one.good, one.told) if one.told else 1, one.variant)).variant
