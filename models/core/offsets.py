"""Spans of time as people write them in a policy: `-1d`, `+30m`, `2h`."""

import re
from datetime import timedelta
from typing import Annotated, NamedTuple

from pydantic import BeforeValidator, PlainSerializer

from models.core.reasons import TEXT, declare, give
from models.core.validation import refused

NO_SPAN = declare("no-span-of-time", text=TEXT)
FORM = re.compile(r"(?P<sign>[+-]?)(?P<count>\d{1,4})(?P<unit>[dhm])")


class Offset(NamedTuple):
    """Calendar days (store-local, so that a day is a day across DST changes) or elapsed minutes."""

    days: int
    minutes: int

    @property
    def nominal(self) -> timedelta:
        """Its length with 24-hour days: for ordering steps, not for computing moments."""
        return timedelta(days=self.days, minutes=self.minutes)

    def __str__(self) -> str:
        if self.days:
            return f"{self.days:+d}d"
        return f"{self.minutes // 60:+d}h" if self.minutes % 60 == 0 else f"{self.minutes:+d}m"


def read_offset(text: object) -> Offset:
    """Parse an offset. Raises `PydanticCustomError`, a ValueError, that says what was expected."""
    if isinstance(text, Offset):
        return text
    found = FORM.fullmatch(str(text).strip())
    if not found:
        raise refused(give(NO_SPAN, text=str(text)))
    count = int(found["sign"] + found["count"])
    match found["unit"]:
        case "d":
            return Offset(count, 0)
        case "h":
            return Offset(0, count * 60)
        case _:
            return Offset(0, count)


OffsetField = Annotated[Offset, BeforeValidator(read_offset), PlainSerializer(str)]
