"""Whether the files of a source come as they used to."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.intake.freshness import (
    GRACE,
    MOST_LOADS,
    Load,
    add_load,
    is_behind,
    is_late,
    read_loads,
    usual_interval,
)

MONDAY = datetime(2026, 3, 2, 7, tzinfo=UTC)
DAY = timedelta(days=1)


def on_days(*days: int, lag: int | None = None) -> list[Load]:
    """Loads so many days after a Monday, whose newest row was so many days old."""
    loads: list[Load] = []
    for day in days:
        at = MONDAY + day * DAY
        loads = add_load(loads, Load(at, None if lag is None else at.date() - lag * DAY))
    return loads


@pytest.mark.parametrize(
    ("days", "expected", "interval"),
    [
        ((0, 1, 2, 3, 4), None, 1),
        ((0, 1, 2, 3, 4, 7, 8), None, 3),  # the weekend is usual
        ((0, 7, 14, 21), None, 7),
        ((0, 1, 2, 3, 23, 24, 25), None, 1),  # an outage is not
        ((0, 1, 2), None, None),
        ((0,), 7, 7),
        ((0, 1, 2, 3, 4), 30, 30),
    ],
)
def test_how_often_files_come_is_learnt_or_set(
    days: tuple[int, ...], expected: int | None, interval: int | None
) -> None:
    assert usual_interval(on_days(*days), expected) == (None if interval is None else interval * DAY)


def test_a_source_is_late_by_its_own_rhythm() -> None:
    daily, weekly = on_days(0, 1, 2, 3, 4), on_days(0, 7, 14, 21)
    assert is_late(daily, None, MONDAY + 7 * DAY)
    assert not is_late(weekly, None, MONDAY + 27 * DAY)
    assert is_late(weekly, None, MONDAY + 30 * DAY)
    assert not is_late(on_days(0), None, MONDAY + 90 * DAY)
    assert is_late(on_days(0), 7, MONDAY + 9 * DAY)


def test_a_file_that_comes_in_time_and_says_nothing_new_is_behind() -> None:
    usual = on_days(0, 1, 2, 3, lag=1)
    assert not is_behind(add_load(usual, Load(MONDAY + 4 * DAY, date(2026, 3, 1))))
    assert is_behind(add_load(usual, Load(MONDAY + 4 * DAY, date(2026, 2, 26))))
    assert not is_behind(on_days(0, 1, lag=400))
    assert not is_behind([])


@settings(max_examples=50)
@given(gaps=st.lists(st.integers(1, 40), min_size=1, max_size=30))
def test_a_file_that_came_just_now_is_never_late_and_what_is_kept_is_read_again(gaps: list[int]) -> None:
    loads = on_days(*(sum(gaps[:count]) for count in range(1, len(gaps) + 1)), lag=2)
    assert len(loads) <= MOST_LOADS
    assert not is_late(loads, None, loads[-1].at + GRACE)
    assert not is_behind(loads)
    assert read_loads([each.kept for each in loads]) == loads
