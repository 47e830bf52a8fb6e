"""What each date of each kind may be, reckoned from the present, and which days stand for none.

A day outside its window cannot be meant: it comes from a shifted column, a lost century, another calendar's zero.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from models.core.reasons import EITHER, KEY, NUMBER, TEXT, GivenReason, declare, give
from tasks.intake.values.cells import LeftOut, PlainNumber, RealDate, Unusable, narrow
from tasks.intake.values.date_forms import first_form, has_short_year
from tasks.intake.values.dates import NO_DAYS, SERIAL, SERIAL_AS_TEXT

FAVOURITE_SHARE = 0.05
FAVOURITE_LEAST = 5
MOST_REMEMBERED = 10_000
"""Of how many texts of a column it is remembered which day they name: the dates of a file repeat each other."""
LAST_DAY_OF_BOTH = 12
"""Up to here a day of the month can be taken for a month."""
TWO_CENTURIES = declare("year-of-two-centuries", days=EITHER)
NOT_MEANT = declare("day-not-meant", day=TEXT, earliest=TEXT, latest=TEXT)
NO_DATE_ONCE = declare("read-as-no-date", kind=KEY, column=TEXT, day=TEXT)
NO_DATE_OFTEN = declare("read-as-no-date-often", kind=KEY, column=TEXT, day=TEXT, count=NUMBER)
FAVOURITE_DAY = declare("favourite-day", kind=KEY, column=TEXT, day=TEXT, count=NUMBER, total=NUMBER)
COUNTED_FROM_1900 = declare("days-of-a-spreadsheet", kind=KEY, column=TEXT, text=TEXT, day=TEXT)
HALF_ARE_TEXT = declare("dates-beside-text", kind=KEY, column=TEXT, dates=NUMBER, texts=NUMBER)


@dataclass(frozen=True)
class Window:
    """The days that a column may hold, in years before and after the present."""

    before: int
    after: int
    left_out: bool = False
    """Whether a row goes in without a day that cannot be meant, where it can do without one."""
    born_at_zero: bool = False
    """Whether the zero of Unix is a day like others here, as it is among birthdays."""

    def days(self, now: datetime) -> tuple[date, date]:
        """The first and the last day."""
        today = now.date()
        return today - relativedelta(years=self.before), today + relativedelta(years=self.after, days=2)

    @property
    def of_events(self) -> bool:
        """Whether these are days on which something happened to a customer: neither a birthday nor an end to come."""
        return self.after <= 1 and not self.born_at_zero

    @property
    def no_days(self) -> frozenset[date]:
        """The days that stand for none."""
        return NO_DAYS - {UNIX_DAY} if self.born_at_zero else NO_DAYS

    @property
    def sentence(self) -> str:
        """The window in words, for the documentation."""
        after = f"{self.after} {'year' if self.after == 1 else 'years'} after" if self.after else "today"
        return f"{self.before} years before to {after}"


PAST, RECENT = Window(60, 1), Window(40, 1)
"""Of what happened, long ago at most, and at the latest with a clock that is wrong."""
UNIX_DAY = date(1970, 1, 1)
"""The zero of Unix, on which people were born, too."""


@dataclass(slots=True)
class _Read:
    """What a text was read as."""

    value: Any
    day: date
    again: int = 0
    """How often it stood in the column after the first time."""


@dataclass
class DateWatch:
    """Reads the dates of one column, and remembers what is odd about the column as a whole."""

    earliest: date
    latest: date
    left_out: bool
    forms: tuple[str, ...]
    no_days: frozenset[date] = NO_DAYS
    none: Counter[date] = field(default_factory=Counter)
    days: Counter[date] = field(default_factory=Counter)
    real: list[int] = field(default_factory=lambda: [0, 0])
    """How many cells were dates of the spreadsheet, and the latest day of a month among them."""
    text: list[int] = field(default_factory=lambda: [0, 31])
    """How many were text, and the earliest day of a month among them."""
    counted: tuple[str, date] | None = None
    """The first text that was taken for a spreadsheet's day number, and the day that was made of it."""
    _read: dict[ZoneInfo, dict[str, _Read]] = field(default_factory=dict)
    """By zone and text, what was made of it."""

    def newest(self, today: date) -> date | None:
        """The latest day up to `today` in the column."""
        return max((day for day in self.days if day <= today), default=None)

    def is_none(self, day: date) -> bool:
        """Whether a day stands for no date; it is counted."""
        if day not in self.no_days:
            return False
        self.none[day] += 1
        return True

    def guard(self, read: Callable[[str, ZoneInfo], Any]) -> Callable[[str, ZoneInfo], Any]:
        """The reader, for days that can be meant only."""
        short = any(has_short_year(form) for form in self.forms)
        earliest, latest = self.earliest, self.latest

        def checked(text: str, zone: ZoneInfo) -> Any:
            value = read(text, zone)
            if value is None:
                return None
            day = value.date() if isinstance(value, datetime) else value
            self._note(text, day)
            if not short and earliest <= day <= latest:
                return value
            return self._settle(value, day, text)

        def guarded(text: str, zone: ZoneInfo) -> object:
            if type(text) is not str:  # a number or a date of a spreadsheet, which may be written like a text
                return checked(text, zone)
            read_before = self._read.get(zone)
            if read_before is None:
                read_before = self._read[zone] = {}
            known = read_before.get(text)
            if known is not None:
                known.again += 1
                return known.value
            value = checked(text, zone)
            if value is not None and len(read_before) < MOST_REMEMBERED:
                read_before[text] = _Read(value, _day(value))
            return value

        return checked if short else guarded

    def _again(self) -> Iterator[_Read]:
        return (each for of_zone in self._read.values() for each in of_zone.values())

    def _note(self, text: str, day: date) -> None:
        self.days[day] += 1
        if type(text) is str and not self.counted and SERIAL not in self.forms and SERIAL_AS_TEXT.fullmatch(text):
            self.counted = (text, day)
        if isinstance(text, RealDate | PlainNumber):
            self.real = [self.real[0] + 1, max(self.real[1], day.day)]
        else:
            self.text[0] += 1
            self.text[1] = min(self.text[1], day.day)

    def _settle(self, value: object, day: date, text: str) -> object:
        """The value, in the one century that can be meant. Raises `Unusable`."""
        form = first_form(narrow(text), self.forms)
        shifts = (-100, 0, 100) if form and has_short_year(form) else (0,)
        moved = [value + relativedelta(years=shift) for shift in shifts if 0 < day.year + shift < 9999]
        meant = [each for each in moved if self.earliest <= _day(each) <= self.latest]
        if len(meant) == 1:
            return meant[0]
        if meant:
            reason = give(TWO_CENTURIES, days=[f"{_day(each)}" for each in meant])
        else:
            earliest, latest = self.earliest.isoformat(), self.latest.isoformat()
            reason = give(NOT_MEANT, day=day.isoformat(), earliest=earliest, latest=latest)
        raise (LeftOut if self.left_out else Unusable)(reason)

    def notices(self, kind: str, label: str) -> Iterator[GivenReason]:
        """What is odd about the column."""
        where = {"kind": kind, "column": label}
        for day, count in self.none.most_common():
            if count > 1:
                yield give(NO_DATE_OFTEN, **where, day=day.isoformat(), count=count)
            else:
                yield give(NO_DATE_ONCE, **where, day=day.isoformat())
        days = self.days.copy()
        for each in self._again():
            days[each.day] += each.again
        total = days.total()
        for day, count in days.most_common(1):
            edge = (day.month, day.day) in {(1, 1), (12, 31)}
            if edge and count >= max(FAVOURITE_LEAST, total * FAVOURITE_SHARE):
                yield give(FAVOURITE_DAY, **where, day=day.isoformat(), count=count, total=total)
        if self.counted:
            text, day = self.counted
            yield give(COUNTED_FROM_1900, **where, text=text, day=day.isoformat())
        if self.real[0] and self.text[0]:
            texts = self.text[0] + sum(each.again for each in self._again())
            yield give(HALF_ARE_TEXT, **where, dates=self.real[0], texts=texts)

    @property
    def half_converted(self) -> bool:
        """Whether only what could be read with days as months became a date of the spreadsheet."""
        both = self.real[0] > 0 and self.text[0] > 0
        return both and self.real[1] <= LAST_DAY_OF_BOTH < self.text[1]


def _day(value: Any) -> date:
    return value.date() if isinstance(value, datetime) else value
