"""When customers may be contacted: quiet hours and holidays, in the store's zone, on any day of the year."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.stores.contact_hours import ContactHours, holidays_of, is_open, next_open, opening_from

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai")
TICK = timedelta(minutes=5)
"""The hours below begin and end on whole ticks, so between two ticks nothing opens."""

minutes = st.integers(0, 4 * 365 * 24 * 60)
moments = minutes.map(lambda count: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=count, seconds=count % 60))
# No store's contact hours begin at night, when the clocks change.
opening_ticks = st.integers(4 * 12, 22 * 12)


@st.composite
def contact_hours(draw: st.DrawFn) -> ContactHours:
    since = draw(opening_ticks)
    until = draw(st.integers(since + 1, 24 * 12 - 1))
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    country = draw(st.sampled_from((None, "CN", "DE", "US")))
    return ContactHours(zone, _clock(since), _clock(until), country)


def _clock(ticks: int) -> time:
    return time(ticks // 12, ticks % 12 * 5)


@given(hours=contact_hours(), now=moments, works_holidays=st.booleans())
def test_the_next_opening_is_open_and_not_before_now_and_the_first(
    hours: ContactHours, now: datetime, works_holidays: bool
) -> None:
    opening = next_open(hours, now, works_holidays=works_holidays)
    assert opening >= now
    assert is_open(hours, opening, works_holidays=works_holidays)
    if opening == now:
        return
    assert not is_open(hours, now, works_holidays=works_holidays)
    tick = now.replace(minute=now.minute // 5 * 5, second=0, microsecond=0) + TICK
    while tick < opening.astimezone(UTC):
        assert not is_open(hours, tick, works_holidays=works_holidays)
        tick += TICK


@given(hours=contact_hours(), now=moments)
def test_who_works_on_holidays_never_waits_longer(hours: ContactHours, now: datetime) -> None:
    assert next_open(hours, now, works_holidays=True) <= next_open(hours, now, works_holidays=False)


@pytest.mark.parametrize(
    ("zone", "evening", "morning"),
    [
        ("Europe/Berlin", "2026-03-28T22:00:00+01:00", "2026-03-29T09:00:00+02:00"),
        ("Europe/Berlin", "2026-10-24T22:00:00+02:00", "2026-10-25T09:00:00+01:00"),
        ("America/New_York", "2026-11-01T01:30:00-04:00", "2026-11-01T09:00:00-05:00"),
        ("Australia/Lord_Howe", "2026-10-03T20:00:00+10:30", "2026-10-04T09:00:00+11:00"),
        ("Asia/Shanghai", "2026-03-10T03:00:00+08:00", "2026-03-10T09:00:00+08:00"),
    ],
)
def test_a_night_in_which_the_clock_changes_ends_at_nine_by_the_clock(zone: str, evening: str, morning: str) -> None:
    hours = ContactHours(ZoneInfo(zone), time(9), time(20), None)
    found = next_open(hours, datetime.fromisoformat(evening), works_holidays=False)
    assert found == datetime.fromisoformat(morning)


@pytest.mark.parametrize(
    ("first", "days"),
    [
        ("2026-01-01", 3),
        ("2026-02-15", 9),
        ("2026-04-04", 3),
        ("2026-05-01", 5),
        ("2026-06-19", 3),
        ("2026-09-25", 3),
        ("2026-10-01", 7),
    ],
)
def test_the_holidays_of_china_take_the_weekend_in_as_they_are_announced(first: str, days: int) -> None:
    is_holiday = holidays_of("CN")
    run = [date.fromisoformat(first) + timedelta(days=ahead) for ahead in range(-1, days + 1)]
    assert [is_holiday(day) for day in run] == [False, *[True] * days, False]


def test_elsewhere_a_saturday_between_holidays_is_a_saturday() -> None:
    assert [holidays_of("DE")(date(2026, 4, day)) for day in (3, 4, 6)] == [True, False, True]


def test_a_long_holiday_is_waited_out() -> None:
    golden_week = ContactHours(ZoneInfo("Asia/Shanghai"), time(9), time(20), "CN")
    found = next_open(golden_week, datetime(2026, 10, 1, 4, tzinfo=UTC), works_holidays=False)
    assert found.astimezone(golden_week.zone).date() > date(2026, 10, 3)
    assert is_open(golden_week, datetime(2026, 10, 1, 4, tzinfo=UTC), works_holidays=True)


def test_the_end_of_the_hours_is_closed_and_their_beginning_open() -> None:
    hours = ContactHours(ZoneInfo("Europe/Berlin"), time(9), time(20), None)
    first = opening_from(hours, date(2026, 7, 1), works_holidays=False)
    assert is_open(hours, first, works_holidays=False)
    assert not is_open(hours, first - timedelta(microseconds=1), works_holidays=False)
    assert not is_open(hours, first + timedelta(hours=11), works_holidays=False)
    assert is_open(hours, first + timedelta(hours=11, microseconds=-1), works_holidays=False)
