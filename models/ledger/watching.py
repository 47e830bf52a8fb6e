"""Monitoring rules: what is late and what is healthy."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.core.words import RunState

SWEEP_GRACE = timedelta(minutes=10)
"""A sweep that has not started this long after its scheduled time is late."""
BACKLOG_GRACE = timedelta(hours=1)
"""Due contacts are sent within minutes; older ones are stuck."""
NEAR = timedelta(hours=4)
"""A case with a deadline nearer than this needs attention now."""


class SweepState(StrEnum):
    """The status of a process against its schedule."""

    ON_TIME = "on-time"
    LATE = "late"
    FAILED = "last-failed"
    OFF = "switched-off"
    """It is not meant to run."""

    @property
    def well(self) -> bool:
        """Whether no action is needed."""
        return self in (SweepState.ON_TIME, SweepState.OFF)


@dataclass(frozen=True, slots=True)
class LastRun:
    """When a process last ran, and how the run ended."""

    started_at: datetime
    state: RunState
    error: str | None


@dataclass(frozen=True, slots=True)
class Sweep:
    """A process with its schedule and last run."""

    process: str
    last: LastRun | None
    """None: it has never run."""
    expected_at: datetime
    """When it should start next, counted from the last start."""
    state: SweepState


def judge_sweep(*, enabled: bool, last: LastRun | None, expected_at: datetime, now: datetime) -> SweepState:
    """The status of a process. Late takes precedence over failed: a process that does not even start is worse."""
    if not enabled:
        return SweepState.OFF
    if expected_at + SWEEP_GRACE < now:
        return SweepState.LATE
    if last is not None and last.state is RunState.FAILED:
        return SweepState.FAILED
    return SweepState.ON_TIME


def age_of(oldest: datetime | None, now: datetime) -> timedelta:
    """How long the oldest due contact has been waiting; zero if none is due."""
    return max(now - oldest, timedelta()) if oldest is not None else timedelta()
