"""When a store's staff call: during opening and contact hours, correct across DST changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from models.stores.contact_hours import DAYS_AHEAD, ContactHours, next_open, opening_from

USUAL = ("08:30", "18:00")
"""The default opening hours of a weekday."""
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """The contact hours of a store and its opening hours by weekday; None: closed."""

    contact: ContactHours
    opening: Mapping[str, Sequence[str] | None]


def working_span(hours: WorkingHours, day: date, *, works_holidays: bool) -> tuple[datetime, datetime] | None:
    """The start and end (exclusive) of calling hours on a day, in UTC; None if there are none."""
    opening = hours.opening.get(WEEKDAYS[day.weekday()], USUAL)
    if opening is None or _is_holiday(hours.contact, day, works_holidays=works_holidays):
        return None
    opens, closes = (time.fromisoformat(clock) for clock in opening)
    since, until = max(opens, hours.contact.since), min(closes, hours.contact.until)
    start, end = (datetime.combine(day, clock, hours.contact.zone).astimezone(UTC) for clock in (since, until))
    return (start, end) if start < end else None


def next_working_moment(hours: WorkingHours, since: datetime, *, works_holidays: bool) -> datetime:
    """The first moment in calling hours, from `since` on.

    For a store that is never open, only its contact hours count.
    """
    first = since.astimezone(hours.contact.zone).date()
    for ahead in range(DAYS_AHEAD):
        span = working_span(hours, first + timedelta(days=ahead), works_holidays=works_holidays)
        if span and since < span[1]:
            return max(since, span[0])
    return next_open(hours.contact, since, works_holidays=works_holidays)


def next_working_day(hours: WorkingHours, now: datetime, *, works_holidays: bool) -> datetime:
    """The start of calling hours on the next open day after the store-local day of `now`."""
    tomorrow = now.astimezone(hours.contact.zone).date() + timedelta(days=1)
    begins = datetime.combine(tomorrow, time(0), hours.contact.zone)
    return next_working_moment(hours, begins, works_holidays=works_holidays)


def after_working(hours: WorkingHours, since: datetime, duration: timedelta) -> datetime:
    """The end of `duration` of working time that starts at `since`, not counting public holidays.

    For a store without working hours, time counts around the clock.
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
