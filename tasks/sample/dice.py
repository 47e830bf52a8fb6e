"""Chance that depends on the seed and the customer alone, so that no customer's facts depend on how many there are."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """One customer's chance.

    Everything comes from `Random.random`, whose sequence Python promises never to change; `choice` and the like may
    draw differently from one version of Python to the next.
    """

    def __init__(self, seed: int, index: int) -> None:
        self._roll = Random(f"{seed}/{index}").random  # noqa: S311  chance for a sample, not a secret

    def chance(self, probability: float) -> bool:
        """True in that share of cases."""
        return self._roll() < probability

    def below(self, limit: int) -> int:
        """A whole number from 0 to `limit`, which is excluded."""
        return int(self._roll() * limit)

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self._roll() * (high - low + 1))

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices, each as likely."""
        return choices[int(self._roll() * len(choices))]

    def weigh(self, choices: Sequence[tuple[T, int]]) -> T:
        """One of the choices, each as likely as its share in a hundred; the shares add up to 100."""
        left = self._roll() * 100
        for choice, share in choices:
            left -= share
            if left < 0:
                return choice
        return choices[-1][0]
