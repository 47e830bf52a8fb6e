"""Visit times that customers may choose: within opening hours, at an interval, with a capacity."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.stores.contact_hours import holidays_of
from models.stores.working_hours import USUAL, WEEKDAYS

NOTICE = timedelta(hours=2)
"""The minimum notice for a visit, so that the workshop can prepare."""
DAYS_AHEAD = 30
"""The maximum number of days ahead."""


@dataclass(frozen=True, slots=True)
class VisitRules:
    """When a store accepts visits booked by customers."""

    zone: ZoneInfo
    opening: Mapping[str, Sequence[str] | None]
    """By weekday, the opening and closing time; None: closed. A missing day has the usual hours."""
    holiday_country: str | None
    minutes: int
    """The interval between starts, which is also the duration of a visit."""
    at_once: int
    """How many visits may start together."""

    @property
    def span(self) -> timedelta:
        """The interval as a time span."""
        return timedelta(minutes=self.minutes)


def days_to_choose(rules: VisitRules, now: datetime) -> list[date]:
    """The store-local days that a customer may choose from, starting today."""
    today = now.astimezone(rules.zone).date()
    days = (today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD + 1))
    return [day for day in days if _opening(rules, day) is not None]


def starts_on(rules: VisitRules, day: date) -> list[datetime]:
    """The possible starts on a day, in UTC: from opening time; the last one ends by closing time."""
    opening = _opening(rules, day)
    if opening is None:
        return []
    opens, closes = opening
    count = max(0, (closes - opens) // rules.span)
    return [opens + number * rules.span for number in range(count)]


def free_starts(rules: VisitRules, day: date, now: datetime, taken: Iterable[datetime]) -> list[datetime]:
    """The starts of a day with free capacity, given the starts of all other visits.

    A visit that starts between two of ours, booked by the store itself, uses capacity of the earlier one.
    """
    if day > now.astimezone(rules.zone).date() + timedelta(days=DAYS_AHEAD):
        return []
    others = sorted(taken)
    return [
        start
        for start in starts_on(rules, day)
        if start >= now + NOTICE
        and bisect_left(others, start + rules.span) - bisect_left(others, start) < rules.at_once
    ]


def _opening(rules: VisitRules, day: date) -> tuple[datetime, datetime] | None:
    """Opening and closing time of the store on a day, in UTC; None if closed."""
    hours = rules.opening.get(WEEKDAYS[day.weekday()], USUAL)
    if hours is None or (rules.holiday_country is not None and holidays_of(rules.holiday_country)(day)):
        return None
    opens, closes = (datetime.combine(day, time.fromisoformat(clock), rules.zone).astimezone(UTC) for clock in hours)
    return (opens, closes) if opens < closes else None
