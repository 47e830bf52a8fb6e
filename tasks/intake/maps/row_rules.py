"""What the checks of a kind work on: a row on its way in, and what the map says of its whole file."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from models.core.reasons import GivenReason

Values = dict[str, Any]


@dataclass
class Checked:
    """A row on its way in: the values read from it, and what was found wrong with them."""

    values: Values
    problems: list[tuple[str, str, GivenReason, bool]] = field(default_factory=list)
    """Our column, the value, what is wrong as a clause, and whether the whole row stays out for it."""
    place: Decimal | None = None
    """Where the row stands among those that state the same fact, where the map says so."""

    def refuse(self, column: str, reason: GivenReason, value: object = "") -> None:
        """Keep the row out."""
        self.problems.append((column, str(value), reason, True))

    def leave_out(self, column: str, reason: GivenReason, value: object) -> None:
        """Take the row in without this value."""
        self.problems.append((column, str(value), reason, False))

    @property
    def refused(self) -> bool:
        """Whether the row stays out."""
        return any(whole for _, _, _, whole in self.problems)


@dataclass(frozen=True)
class House:
    """What the map says about the whole file that rules of rows need."""

    country: str
    negative_amounts: Literal["reject", "credit-notes"]
    currency_assumed: bool = False
    """Whether the currency is the map's constant alone, which a sign beside an amount goes before."""
