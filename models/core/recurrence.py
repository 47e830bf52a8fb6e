"""How often a step comes again, as people write it in a policy: `2d`, `2w`, `1mo`, `1y`."""

import re
from datetime import timedelta
from typing import Annotated, NamedTuple

from pydantic import BeforeValidator, PlainSerializer

from models.core.reasons import TEXT, declare, give
from models.core.validation import refused

NO_RECURRENCE = declare("no-recurrence", text=TEXT)
FORM = re.compile(r"\+?(?P<count>[1-9]\d{0,2})(?P<unit>d|w|mo|m|y)")
WEEK, YEAR = 7, 12


class Recurrence(NamedTuple):
    """Calendar months, or calendar days, of the store: one of them is 0."""

    months: int
    days: int

    @property
    def shortest(self) -> timedelta:
        """The least time between two occurrences, where a day has 24 hours."""
        years, months = divmod(self.months, YEAR)
        return timedelta(days=365 * years + 28 * months + self.days)

    @property
    def longest(self) -> timedelta:
        """The most time between two occurrences, where a day has 24 hours."""
        years, months = divmod(self.months, YEAR)
        return timedelta(days=366 * years + 31 * months + self.days)

    def __str__(self) -> str:
        if self.months:
            return f"{self.months // YEAR}y" if self.months % YEAR == 0 else f"{self.months}mo"
        return f"{self.days // WEEK}w" if self.days % WEEK == 0 else f"{self.days}d"


def read_recurrence(text: object) -> Recurrence:
    """The recurrence that `text` names. Raises `PydanticCustomError`, a ValueError, with what was expected."""
    if isinstance(text, Recurrence):
        return text
    found = FORM.fullmatch(str(text).strip())
    if not found:
        raise refused(give(NO_RECURRENCE, text=str(text)))
    count = int(found["count"])
    match found["unit"]:
        case "d":
            return Recurrence(0, count)
        case "w":
            return Recurrence(0, count * WEEK)
        case "y":
            return Recurrence(count * YEAR, 0)
        case _:
            return Recurrence(count, 0)


EveryField = Annotated[Recurrence, BeforeValidator(read_recurrence), PlainSerializer(str)]
