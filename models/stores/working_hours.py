"""When a store's staff call: while it is open and its customers may be contacted, right across DST changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from models.stores.contact_hours import DAYS_AHEAD, ContactHours, next_open, opening_from

USUAL = ("08:30", "18:00")
"""The opening hours of a weekday that a store does not name."""
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """The contact hours of a store and, by weekday, its opening hours; None on a day when it is closed."""

    contact: ContactHours
    opening: Mapping[str, Sequence[str] | None]


def working_span(hours: WorkingHours, day: date, *, works_holidays: bool) -> tuple[datetime, datetime] | None:
    """From when until when (exclusive) staff call on a day, in UTC; None when nobody does."""
    opening = hours.opening.get(WEEKDAYS[day.weekday()], USUAL)
    if opening is None or _is_holiday(hours.contact, day, works_holidays=works_holidays):
        return None
    opens, closes = (time.fromisoformat(clock) for clock in opening)
    since, until = max(opens, hours.contact.since), min(closes, hours.contact.until)
    start, end = (datetime.combine(day, clock, hours.contact.zone).astimezone(UTC) for clock in (since, until))
    return (start, end) if start < end else None


def next_working_moment(hours: WorkingHours, since: datetime, *, works_holidays: bool) -> datetime:
    """The first moment from `since` on at which staff call.

    A store that says it is never open is asked for its contact hours alone.
    """
    first = since.astimezone(hours.contact.zone).date()
    for ahead in range(DAYS_AHEAD):
        span = working_span(hours, first + timedelta(days=ahead), works_holidays=works_holidays)
        if span and since < span[1]:
            return max(since, span[0])
    return next_open(hours.contact, since, works_holidays=works_holidays)


def next_working_day(hours: WorkingHours, now: datetime, *, works_holidays: bool) -> datetime:
    """When staff begin to call on the next day, after the store-local day of `now`, that the store is open."""
    tomorrow = now.astimezone(hours.contact.zone).date() + timedelta(days=1)
    begins = datetime.combine(tomorrow, time(0), hours.contact.zone)
    return next_working_moment(hours, begins, works_holidays=works_holidays)


def after_working(hours: WorkingHours, since: datetime, duration: timedelta) -> datetime:
    """The moment at which staff have had `duration` of working time from `since` on, public holidays not counted.

    For a store that never works, time runs around the clock.
    """
    since, left, idle = since.astimezone(UTC), duration, 0  # in UTC, an hour is an hour even when the clocks change
    day = since.astimezone(hours.contact.zone).date()
    while idle < DAYS_AHEAD:
        span = working_span(hours, day, works_holidays=False)
        worked = _rest_of(span, since) if span else timedelta(0)
        if span and worked >= left:
            return max(span[0], since) + left
        left, idle, day = left - worked, 0 if worked else idle + 1, day + timedelta(days=1)
    return since + duration


def _rest_of(span: tuple[datetime, datetime], since: datetime) -> timedelta:
    return max(span[1] - max(span[0], since), timedelta(0))


def _is_holiday(contact: ContactHours, day: date, *, works_holidays: bool) -> bool:
    return opening_from(contact, day, works_holidays=works_holidays).date() != day
