"""Randomness that depends only on the seed and the customer, not on the number of customers."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """One customer's random numbers.

    Everything comes from `Random.random`, whose sequence Python guarantees; `choice` and others may
    differ between versions of Python.
    """

    def __init__(self, seed: int, index: int) -> None:
        self._roll = Random(f"{seed}/{index}").random  # noqa: S311  random data for a sample, not a secret

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self._roll() < probability

    def below(self, limit: int) -> int:
        """An integer from 0 to `limit`, exclusive."""
        return int(self._roll() * limit)

    def between(self, low: int, high: int) -> int:
        """An integer from `low` to `high`, inclusive."""
        return low + int(self._roll() * (high - low + 1))

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices, all equally likely."""
        return choices[int(self._roll() * len(choices))]

    def weigh(self, choices: Sequence[tuple[T, int]]) -> T:
        """One of the choices, weighted by percentages that add up to 100."""
        left = self._roll() * 100
        for choice, share in choices:
            left -= share
            if left < 0:
                return choice
        return choices[-1][0]
