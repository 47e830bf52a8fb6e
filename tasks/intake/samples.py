"""What a kind needs to have rows of its own in the sample dealership."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol, TypeVar

T = TypeVar("T")
Cells = dict[str, object]
Breakage = Callable[[Cells], Cells]
"""Breaks the cells of a row as real systems do."""


class SampleDice(Protocol):
    """A customer's own chance: the same for the same seed."""

    def chance(self, probability: float) -> bool:
        """True in that share of cases."""

    def below(self, limit: int) -> int:
        """A whole number from 0 to `limit`, which is excluded."""

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices, each as likely."""

    def weigh(self, choices: Sequence[tuple[T, int]]) -> T:
        """One of the choices, each as likely as its share in a hundred."""


class SampleStore(Protocol):
    """The store of a customer."""

    @property
    def code(self) -> str:
        """What other files call it."""

    @property
    def language(self) -> str:
        """`zh-CN` or `en`: what its staff write."""


class SampleCustomer(Protocol):
    """An ordinary customer of the sample dealership."""

    @property
    def store(self) -> SampleStore:
        """Whose customer it is."""

    @property
    def dice(self) -> SampleDice:
        """Their chance. What is drawn from it shifts what later kinds draw."""

    @property
    def key(self) -> str:
        """The store's own key of the customer."""

    @property
    def today(self) -> date:
        """The day that everything is arranged around; no fact is dated after it."""

    def key_of(self, letter: str, count: int) -> str:
        """The key of something of this customer's."""

    def a_model(self) -> str:
        """One of the models that the dealership sells."""


def with_cells(**wrong: object) -> Breakage:
    """The breakage that writes these cells wrong."""
    return lambda cells: cells | wrong


@dataclass(frozen=True, eq=False)
class Sample:
    """The rows that a kind has in the sample dealership."""

    row: type[NamedTuple]
    """A row. The names of its fields are columns of the kind."""
    rows: Callable[[SampleCustomer], Iterator[NamedTuple]]
    """The rows of one ordinary customer."""
    breakages: tuple[Breakage, ...] = ()
    """How rows break, in turns; rows that break are few, and come beside the good ones."""
