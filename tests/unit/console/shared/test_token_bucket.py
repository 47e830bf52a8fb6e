"""How often somebody may ask."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.shared.token_bucket import MOST, Allowance, Buckets

ALLOWANCE = Allowance(at_once=3, per_second=0.5)


def test_so_often_at_once_and_then_as_it_fills() -> None:
    buckets = Buckets(ALLOWANCE)
    assert [buckets.take("a", 0.0) for _ in range(4)] == [0.0, 0.0, 0.0, 2.0]
    assert buckets.take("a", 1.0) == pytest.approx(1.0)
    assert buckets.take("a", 2.0) == 0.0
    assert buckets.take("a", 2.0) > 0


def test_each_has_a_bucket_of_their_own() -> None:
    buckets = Buckets(ALLOWANCE)
    for _ in range(4):
        buckets.take("a", 0.0)
    assert buckets.take("b", 0.0) == 0.0


def test_looking_takes_nothing() -> None:
    buckets = Buckets(ALLOWANCE)
    assert [buckets.wait("a", 0.0) for _ in range(5)] == [0.0] * 5
    for _ in range(3):
        buckets.take("a", 0.0)
    assert buckets.wait("a", 0.0) == pytest.approx(2.0)
    assert buckets.wait("a", 2.0) == 0.0


@given(st.lists(st.floats(0, 10), min_size=1, max_size=60))
def test_nobody_is_let_through_more_often_than_allowed(pauses: list[float]) -> None:
    buckets, now, passed = Buckets(ALLOWANCE), 0.0, 0
    for pause in pauses:
        now += pause
        passed += buckets.take("a", now) == 0.0
        assert passed <= ALLOWANCE.at_once + now * ALLOWANCE.per_second + 1e-6


@given(st.floats(0, 10), st.integers(1, 10), st.floats(0.01, 100))
def test_whoever_waits_as_long_as_they_are_told_is_let_through(now: float, at_once: int, per_second: float) -> None:
    buckets = Buckets(Allowance(at_once, per_second))
    while not (wait := buckets.take("a", now)):
        pass
    assert buckets.take("a", now + wait + 1e-3) == 0.0


def test_a_crowd_does_not_fill_the_memory() -> None:
    buckets = Buckets(ALLOWANCE)
    for number in range(MOST + 50):
        buckets.take(number, 0.0)
    assert len(buckets._filled) == MOST
    buckets.take("late", 1000.0)
    assert len(buckets._filled) == 1
