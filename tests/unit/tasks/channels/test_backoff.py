"""Retry delays grow, stay within bounds, come to an end, and are deterministic."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.channels.backoff import JITTER, LONGEST_DELAY, MOST_ATTEMPTS, next_attempt

NOW = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  made aware
failed_attempts = st.integers(1, MOST_ATTEMPTS - 1)


def _delay(attempts: int, seed: UUID, now: datetime = NOW) -> timedelta:
    moment = next_attempt(attempts, now, seed)
    assert moment is not None
    return moment - now


@given(failed_attempts, st.uuids())
def test_the_delay_doubles_from_a_minute_and_gains_a_quarter_at_most(attempts: int, seed: UUID) -> None:
    plain = timedelta(minutes=2 ** (attempts - 1))
    assert plain <= _delay(attempts, seed) <= plain * (1 + JITTER)
    assert _delay(attempts, seed) <= LONGEST_DELAY * (1 + JITTER)


@given(st.integers(1, MOST_ATTEMPTS - 2), st.uuids())
def test_each_delay_is_longer_than_the_one_before(attempts: int, seed: UUID) -> None:
    assert _delay(attempts + 1, seed) > _delay(attempts, seed)


@given(failed_attempts, moments, st.uuids())
def test_the_delay_depends_on_the_touch_and_not_on_the_moment(attempts: int, now: datetime, seed: UUID) -> None:
    assert _delay(attempts, seed, now) == _delay(attempts, seed)


@given(st.integers(MOST_ATTEMPTS, 1000), moments, st.uuids())
def test_attempts_are_used_up(attempts: int, now: datetime, seed: UUID) -> None:
    assert next_attempt(attempts, now, seed) is None


def test_what_failed_together_does_not_come_back_together() -> None:
    assert len({_delay(1, UUID(int=number)) for number in range(100)}) > 90


def test_no_delay_exceeds_an_hour_and_its_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.channels.backoff.MOST_ATTEMPTS", 20)
    assert LONGEST_DELAY <= _delay(19, UUID(int=1)) <= LONGEST_DELAY * (1 + JITTER)
