"""The times that customers may choose for a visit: within the opening hours, so far apart, so many at once."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.stores.contact_hours import holidays_of
from models.stores.working_hours import USUAL, WEEKDAYS

NOTICE = timedelta(hours=2)
"""A visit is chosen at least so long ahead, for the workshop to prepare."""
DAYS_AHEAD = 30
"""And at most so many days."""


@dataclass(frozen=True, slots=True)
class VisitRules:
    """When a store takes visits that customers choose themselves."""

    zone: ZoneInfo
    opening: Mapping[str, Sequence[str] | None]
    """By weekday, from when until when; None: closed. A day that is not named is open as usual."""
    holiday_country: str | None
    minutes: int
    """How far apart visits start, and how much of the opening hours each needs."""
    at_once: int
    """How many may start together."""

    @property
    def span(self) -> timedelta:
        """From one start to the next."""
        return timedelta(minutes=self.minutes)


def days_to_choose(rules: VisitRules, now: datetime) -> list[date]:
    """The store-local days on which a customer may look for a time, from today on."""
    today = now.astimezone(rules.zone).date()
    days = (today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD + 1))
    return [day for day in days if _opening(rules, day) is not None]


def starts_on(rules: VisitRules, day: date) -> list[datetime]:
    """When visits may start on a day, in UTC: from the opening on, the last in time to be over at the closing."""
    opening = _opening(rules, day)
    if opening is None:
        return []
    opens, closes = opening
    count = max(0, (closes - opens) // rules.span)
    return [opens + number * rules.span for number in range(count)]


def free_starts(rules: VisitRules, day: date, now: datetime, taken: Iterable[datetime]) -> list[datetime]:
    """The starts of a day that have a place left, given the starts of all other visits.

    A visit that starts between two of ours, as the store's own books may have it, takes a place of the earlier one.
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
    """From when until when the store is open on a day, in UTC; None: it is closed."""
    hours = rules.opening.get(WEEKDAYS[day.weekday()], USUAL)
    if hours is None or (rules.holiday_country is not None and holidays_of(rules.holiday_country)(day)):
        return None
    opens, closes = (datetime.combine(day, time.fromisoformat(clock), rules.zone).astimezone(UTC) for clock in hours)
    return (opens, closes) if opens < closes else None
