"""What is late, and what is well: the rules by which an installation is watched."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.core.words import RunState

SWEEP_GRACE = timedelta(minutes=10)
"""A sweep that has not begun so long after its moment did not happen on time."""
BACKLOG_GRACE = timedelta(hours=1)
"""What is due goes out within minutes; what is older waits for something that does not come."""
NEAR = timedelta(hours=4)
"""A case whose deadline is so near needs somebody now."""


class SweepState(StrEnum):
    """How a process stands against its schedule."""

    ON_TIME = "on-time"
    LATE = "late"
    FAILED = "last-failed"
    OFF = "switched-off"
    """Nobody wants it to run."""

    @property
    def well(self) -> bool:
        """Whether nobody needs to do anything about it."""
        return self in (SweepState.ON_TIME, SweepState.OFF)


@dataclass(frozen=True, slots=True)
class LastRun:
    """When a process last ran, and how that ended."""

    started_at: datetime
    state: RunState
    error: str | None


@dataclass(frozen=True, slots=True)
class Sweep:
    """A process against its schedule."""

    process: str
    last: LastRun | None
    """None: it has never run."""
    expected_at: datetime
    """When it should begin next, counted from the last time."""
    state: SweepState


def judge_sweep(*, enabled: bool, last: LastRun | None, expected_at: datetime, now: datetime) -> SweepState:
    """How a process stands. Late goes before failed: a process that does not even try is the worse news."""
    if not enabled:
        return SweepState.OFF
    if expected_at + SWEEP_GRACE < now:
        return SweepState.LATE
    if last is not None and last.state is RunState.FAILED:
        return SweepState.FAILED
    return SweepState.ON_TIME


def age_of(oldest: datetime | None, now: datetime) -> timedelta:
    """How long the oldest due contact has been waiting; nothing when none is due."""
    return max(now - oldest, timedelta()) if oldest is not None else timedelta()
