"""The times that customers may choose, for any opening hours, any day and any bookings."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.stores.visit_slots import DAYS_AHEAD, NOTICE, VisitRules, days_to_choose, free_starts, starts_on
from models.stores.working_hours import WEEKDAYS

SHANGHAI = ZoneInfo("Asia/Shanghai")
RULES = VisitRules(SHANGHAI, {"sunday": None, "saturday": ["09:00", "11:40"]}, "CN", 30, 2)
TUESDAY, SATURDAY, SUNDAY, HOLIDAY = date(2026, 3, 10), date(2026, 3, 14), date(2026, 3, 15), date(2026, 5, 1)
NOON = datetime(2026, 3, 10, 12, 0, tzinfo=SHANGHAI)


def clocks(starts: list[datetime]) -> list[str]:
    return [f"{start.astimezone(SHANGHAI):%H:%M}" for start in starts]


def test_visits_start_from_the_opening_on_and_are_over_at_the_closing() -> None:
    assert clocks(starts_on(RULES, SATURDAY)) == ["09:00", "09:30", "10:00", "10:30", "11:00"]
    assert clocks(starts_on(RULES, TUESDAY))[::18] == ["08:30", "17:30"]


@pytest.mark.parametrize("day", [SUNDAY, HOLIDAY])
def test_nobody_comes_when_the_store_is_closed(day: date) -> None:
    assert starts_on(RULES, day) == []


def test_days_to_choose_begin_today_and_leave_closed_ones_out() -> None:
    days = days_to_choose(RULES, NOON)
    assert (days[0], days[-1]) == (TUESDAY, date(2026, 4, 9))
    assert SUNDAY not in days


def test_today_only_what_the_workshop_can_prepare_for() -> None:
    assert clocks(free_starts(RULES, TUESDAY, NOON, []))[0] == "14:00"


def test_a_day_beyond_the_last_cannot_be_asked_for() -> None:
    assert free_starts(RULES, date(2026, 4, 10), NOON, []) == []


def test_a_time_is_free_while_a_place_is_left() -> None:
    nine = datetime(2026, 3, 14, 9, 0, tzinfo=SHANGHAI)
    assert "09:00" in clocks(free_starts(RULES, SATURDAY, NOON, [nine]))
    assert "09:00" not in clocks(free_starts(RULES, SATURDAY, NOON, [nine, nine]))


def test_a_visit_between_two_starts_takes_a_place_of_the_earlier_one() -> None:
    others = [datetime(2026, 3, 14, 9, minute, tzinfo=SHANGHAI) for minute in (10, 29)]
    assert clocks(free_starts(RULES, SATURDAY, NOON, others))[:2] == ["09:30", "10:00"]


def test_a_store_that_takes_none_offers_none() -> None:
    assert free_starts(VisitRules(SHANGHAI, {}, None, 30, 0), SATURDAY, NOON, []) == []


hours = st.tuples(st.times(), st.times()).map(lambda pair: [f"{clock:%H:%M}" for clock in pair])
rules = st.builds(
    VisitRules,
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]).map(ZoneInfo),
    st.dictionaries(st.sampled_from(WEEKDAYS), st.none() | hours),
    st.sampled_from([None, "CN", "DE"]),
    st.integers(5, 480),
    st.integers(0, 5),
)
days = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@given(rules=rules, day=days)
def test_starts_keep_their_distance_within_the_day(rules: VisitRules, day: date) -> None:
    starts = starts_on(rules, day)
    assert all(later - earlier == rules.span for earlier, later in pairwise(starts))
    opening = rules.opening.get(WEEKDAYS[day.weekday()], ("08:30", "18:00"))
    if opening and starts:
        last = max(starts) + rules.span
        closes = datetime.combine(day, datetime.strptime(opening[1], "%H:%M").time(), rules.zone)  # noqa: DTZ007
        assert last <= closes.astimezone(UTC)
        assert min(starts).astimezone(rules.zone).date() == day


@given(rules=rules, minute=st.integers(0, 750_000), ahead=st.integers(-3, 40), data=st.data())
def test_what_is_free_has_a_place_left_and_is_neither_too_soon_nor_too_late(
    rules: VisitRules, minute: int, ahead: int, data: st.DataObject
) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    today = moment.astimezone(rules.zone).date()
    day = today + timedelta(days=ahead)
    starts = starts_on(rules, day)
    taken = data.draw(st.lists(st.sampled_from(starts), max_size=20)) if starts else []
    free = free_starts(rules, day, moment, taken)
    assert set(free) <= set(starts)
    for start in starts:
        fits = start >= moment + NOTICE and ahead <= DAYS_AHEAD and taken.count(start) < rules.at_once
        assert (start in free) == fits
