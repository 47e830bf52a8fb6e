"""When a step is due and how long it is valid: rules over a subject's columns, correct across DST changes.

They are SQL expressions, because planning never loops over customers. Each is a pure function of its arguments.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    Date,
    Integer,
    Interval,
    SQLColumnExpression,
    Time,
    and_,
    bindparam,
    case,
    cast,
    extract,
    func,
    literal,
    type_coerce,
)
from sqlalchemy.types import TIMESTAMP

from models.core.offsets import Offset
from models.core.recurrence import Recurrence
from models.core.words import MissingDay

ZONED = TIMESTAMP(timezone=True)
LOCAL = TIMESTAMP(timezone=False)
Column = SQLColumnExpression[Any]
Zone = SQLColumnExpression[str]


Now = datetime | ColumnElement[datetime]
"""The moment of a statement, or the bind parameter for it."""
NOW: BindParameter[datetime] = bindparam("now", type_=ZONED)
"""The bind parameter, for statements that are built once and run many times."""


def moment(value: Now) -> ColumnElement[datetime]:
    """A timezone-aware moment as a bound value."""
    return value if isinstance(value, ColumnElement) else literal(value, ZONED)


def local_time(at: Column, zone: Zone) -> ColumnElement[datetime]:
    """The store's local time at a moment."""
    return type_coerce(func.timezone(zone, at), LOCAL)


def local_day(at: Column, zone: Zone) -> ColumnElement[date]:
    """The store-local day of a moment."""
    return cast(local_time(at, zone), Date)


def at_local(day: Column, hour: time, zone: Zone) -> ColumnElement[datetime]:
    """The moment of local time `hour` on `day`; in a DST gap, later by the length of the gap."""
    return type_coerce(func.timezone(zone, day + literal(hour, Time)), ZONED)


def midnight(day: Column, zone: Zone) -> ColumnElement[datetime]:
    """The moment at which a store-local day begins."""
    return at_local(day, time(0), zone)


def day_ends(at: Column, zone: Zone) -> ColumnElement[datetime]:
    """The moment at which the store-local day of a moment is over: exclusive, whatever the clocks do on that day."""
    return midnight(local_day(at, zone) + literal(1), zone)


def shift(
    base: Column, zone: Zone, offset: Offset, at: time | None = None, day: Column | None = None
) -> ColumnElement[datetime]:
    """`base` moved by `offset`: days are calendar days of the store, hours and minutes are elapsed time.

    `day` is the store-local day of `base`, if a column holds it.
    """
    if at is not None:
        return at_local((local_day(base, zone) if day is None else day) + literal(offset.days), at, zone)
    if offset.days:
        days = literal(timedelta(days=offset.days), Interval)
        return type_coerce(func.timezone(zone, local_time(base, zone) + days), ZONED)
    if offset.minutes:
        return type_coerce(base + literal(timedelta(minutes=offset.minutes), Interval), ZONED)
    return type_coerce(base, ZONED)


def later(at: Column, offset: Offset) -> ColumnElement[datetime]:
    """`offset` after a moment, as elapsed time: how long a step stays valid."""
    return type_coerce(at + literal(offset.nominal, Interval), ZONED)


@dataclass(frozen=True, slots=True)
class Series:
    """The occurrences of a step that recurs: number 0 is the moment it counts from, and each next one is so many
    months or days later on the store's calendar."""

    months: ColumnElement[int]
    days: ColumnElement[int]
    """0 where it recurs by months."""
    next_day: ColumnElement[bool]
    """What stands for a day that a month does not have: the first of the month after; else the last of that month."""

    @classmethod
    def of(cls, every: Recurrence, missing_day: MissingDay) -> "Series":
        """That of a step."""
        return cls(
            literal(every.months, Integer),
            literal(every.days, Integer),
            literal(missing_day is MissingDay.NEXT_DAY, Boolean),
        )

    @classmethod
    def kept(cls, column: ColumnElement[Any]) -> "Series":
        """That which a touch keeps as JSON: `as_kept`."""
        return cls(
            cast(column["months"].astext, Integer),
            cast(column["days"].astext, Integer),
            cast(column["next_day"].astext, Boolean),
        )

    def occurrence(self, base: Column, zone: Zone, number: ColumnElement[int]) -> ColumnElement[datetime]:
        """The moment of one occurrence."""
        local = local_time(base, zone)
        moved = local + func.make_interval(0, number * self.months, 0, number * self.days)
        cut = and_(self.next_day, self.months > 0, extract("day", moved) < extract("day", local))
        put = moved + case((cut, literal(timedelta(days=1), Interval)), else_=literal(timedelta(0), Interval))
        return type_coerce(case((number == 0, base), else_=func.timezone(zone, put)), ZONED)

    def number_at(self, at: Column, base: Column, zone: Zone) -> ColumnElement[int]:
        """The only number that an occurrence at `at` can have. Whether there is one is another question."""
        then, began = local_time(at, zone), local_time(base, zone)
        early = and_(self.next_day, extract("day", then) < extract("day", began))
        months = _months_between(began, then) - case((early, 1), else_=0)
        return self._number(months, _days_between(began, then))

    def numbers_within(
        self, since: datetime, until: datetime, base: Column, zone: Zone
    ) -> tuple[ColumnElement[int], ColumnElement[int]]:
        """The first and the last number that an occurrence from `since` to `until` can have; never below 0."""
        began, first, last = local_time(base, zone), *(local_time(moment(at), zone) for at in (since, until))
        lowest = self._number(_months_between(began, first) - 1, _days_between(began, first))
        highest = self._number(_months_between(began, last), _days_between(began, last))
        return func.greatest(lowest, 0), func.greatest(highest, 0)

    def has(self, at: Column, base: Column, zone: Zone) -> ColumnElement[bool]:
        """Whether `at` is one of its occurrences."""
        number = self.number_at(at, base, zone)
        return and_(number >= 0, self.occurrence(base, zone, number) == at)

    def _number(self, months: ColumnElement[int], days: ColumnElement[int]) -> ColumnElement[int]:
        by_months = months.op("/", precedence=8, return_type=Integer())(func.nullif(self.months, 0))
        by_days = days.op("/", precedence=8, return_type=Integer())(func.nullif(self.days, 0))
        return func.coalesce(by_months, by_days)


def as_kept(every: Recurrence, missing_day: MissingDay) -> Mapping[str, object]:
    """A series as a touch keeps it."""
    return {"months": every.months, "days": every.days, "next_day": missing_day is MissingDay.NEXT_DAY}


def _months_between(since: ColumnElement[datetime], until: ColumnElement[datetime]) -> ColumnElement[int]:
    """From the month of one moment to that of another, whatever their days."""
    years = extract("year", until) - extract("year", since)
    return cast(years * 12 + extract("month", until) - extract("month", since), Integer)


def _days_between(since: ColumnElement[datetime], until: ColumnElement[datetime]) -> ColumnElement[int]:
    """From the day of one moment to that of another."""
    return type_coerce(cast(until, Date) - cast(since, Date), Integer)
