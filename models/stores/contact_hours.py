"""When a store may contact customers: quiet hours and public holidays, store-local, correct across DST changes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

CHINA = "CN"
FRIDAY, SATURDAY = 4, 5
DAYS_AHEAD = 60
"""No holiday lasts longer than that."""


@dataclass(frozen=True, slots=True)
class ContactHours:
    """The contact hours of a store. Outside `since`..`until`, store-local, are quiet hours."""

    zone: ZoneInfo
    since: time
    until: time
    country: str | None
    """ISO 3166 code of the country whose public holidays it observes; None: none."""


@cache
def holidays_of(country: str) -> Callable[[date], bool]:
    """Whether a day is a public holiday there. For an unknown country, raises what `holidays` raises."""
    calendar = holidays.country_holidays(country)
    if country == CHINA:
        return lambda day: day in calendar or _joins_a_holiday(day, calendar)
    return lambda day: day in calendar


def _joins_a_holiday(day: date, calendar: holidays.HolidayBase) -> bool:
    """Whether a weekend day belongs to an adjacent holiday.

    China's State Council defines holidays as runs of days that include the weekend, unless it is a declared workday.
    """
    if day.weekday() < SATURDAY:
        return False
    friday = day - timedelta(days=day.weekday() - FRIDAY)
    weekend = [friday + timedelta(days=1), friday + timedelta(days=2)]
    beside = any(near in calendar for near in (friday, *weekend, friday + timedelta(days=3)))
    return beside and day not in calendar.weekend_workdays


def knows_country(country: str) -> bool:
    """Whether public holidays are known for a country (ISO 3166, two capital letters)."""
    return country in holidays.list_supported_countries()


def is_open(hours: ContactHours, now: datetime, *, works_holidays: bool) -> bool:
    """Whether customers may be contacted at `now`."""
    local = now.astimezone(hours.zone)
    return hours.since <= local.time() < hours.until and _works(hours, local.date(), works_holidays=works_holidays)


def next_open(hours: ContactHours, now: datetime, *, works_holidays: bool) -> datetime:
    """The first moment from `now` on at which customers may be contacted."""
    if is_open(hours, now, works_holidays=works_holidays):
        return now
    local = now.astimezone(hours.zone)
    first = local.date() if local.time() < hours.since else local.date() + timedelta(days=1)
    return opening_from(hours, first, works_holidays=works_holidays)


def opening_from(hours: ContactHours, first: date, *, works_holidays: bool) -> datetime:
    """When contact hours begin on `first`, or on the next day that is not a holiday."""
    days = (first + timedelta(days=ahead) for ahead in range(DAYS_AHEAD))
    working = next((day for day in days if _works(hours, day, works_holidays=works_holidays)), first)
    return datetime.combine(working, hours.since, hours.zone)


def _works(hours: ContactHours, day: date, *, works_holidays: bool) -> bool:
    return works_holidays or hours.country is None or not holidays_of(hours.country)(day)
