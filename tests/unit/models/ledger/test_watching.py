"""What is late and what is well, and what a day's contacts have come to."""

from datetime import datetime, timedelta

import pytest

from models.core.words import RunState, TouchState
from models.ledger.standings import NONE, ContactStanding, Share, standing_of
from models.ledger.watching import SWEEP_GRACE, LastRun, SweepState, age_of, judge_sweep
from tests.support.world import at

EXPECTED = at("2026-03-10 08:30")


def last(state: RunState = RunState.COMPLETED) -> LastRun:
    return LastRun(at("2026-03-09 13:30"), state, None)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (EXPECTED, SweepState.ON_TIME),
        (EXPECTED + SWEEP_GRACE, SweepState.ON_TIME),
        (EXPECTED + SWEEP_GRACE + timedelta(seconds=1), SweepState.LATE),
    ],
)
def test_a_sweep_is_late_when_its_moment_and_some_minutes_have_passed(now: datetime, state: SweepState) -> None:
    assert judge_sweep(enabled=True, last=last(), expected_at=EXPECTED, now=now) is state


def test_one_that_never_ran_is_late_just_the_same() -> None:
    assert judge_sweep(enabled=True, last=None, expected_at=EXPECTED, now=EXPECTED + timedelta(hours=1)) is (
        SweepState.LATE
    )


def test_a_failed_run_is_not_well_until_the_next_one() -> None:
    state = judge_sweep(enabled=True, last=last(RunState.FAILED), expected_at=EXPECTED, now=EXPECTED)
    assert (state, state.well) == (SweepState.FAILED, False)


def test_a_process_that_is_switched_off_is_expected_of_nobody() -> None:
    state = judge_sweep(enabled=False, last=last(), expected_at=EXPECTED, now=EXPECTED + timedelta(days=9))
    assert (state, state.well) == (SweepState.OFF, True)


def test_the_backlog_has_no_age_when_nothing_waits() -> None:
    assert age_of(None, EXPECTED) == timedelta()
    assert age_of(EXPECTED - timedelta(hours=2), EXPECTED) == timedelta(hours=2)


@pytest.mark.parametrize("state", TouchState)
def test_each_state_has_a_standing_and_only_what_is_planned_can_be_deferred(state: TouchState) -> None:
    loose, held = standing_of(state, held=False), standing_of(state, held=True)
    assert (loose is held) == (state is not TouchState.PLANNED)
    assert (held is ContactStanding.DEFERRED) == (state is TouchState.PLANNED)


@pytest.mark.parametrize(
    ("share", "percent", "reaches"),
    [
        (Share(98, 100), 98.0, True),
        (Share(9799, 10_000), 97.9, False),
        (Share(1999, 2000), 99.9, True),
        (NONE, None, True),
    ],
)
def test_a_share_is_not_rounded_up_to_a_goal(share: Share, percent: float | None, reaches: bool) -> None:
    assert share.percent == percent
    assert share.reaches(98.0) is reaches
