"""What a day's due contacts have come to, in the few words that a manager asks in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import assert_never

from models.core.words import ProcessName, TouchState

COVERAGE_GOAL = 100.0
"""Percent of the customers a car was given to that are followed up (R2)."""
SATISFACTION_GOAL = 98.0
"""Percent of the answers that are satisfied."""


class ContactStanding(StrEnum):
    """What became of a contact that was due. Each touch has exactly one, so that they add up to what was due."""

    SENT = "sent"
    CALLED = "called"
    """Called, or done at a desk, with an outcome."""
    TO_DO = "to-do"
    """On the list of a member of staff."""
    WAITING = "waiting"
    """For its moment, for an approval, or on its way out."""
    DEFERRED = "deferred"
    """Held by a gate until later."""
    STOPPED = "stopped"
    """Its reason has gone, a gate stopped it, or it was found too late."""
    MISSED = "missed"
    """On the list of staff, and nobody did it while it was valid."""
    FAILED = "failed"
    UNKNOWN = "unknown"


def standing_of(state: TouchState, *, held: bool) -> ContactStanding:
    """The standing of a touch in a state; `held`: a gate has looked at it and held it."""
    match state:
        case TouchState.PLANNED:
            return ContactStanding.DEFERRED if held else ContactStanding.WAITING
        case TouchState.AWAITING_APPROVAL | TouchState.CLAIMED | TouchState.SENDING:
            return ContactStanding.WAITING
        case TouchState.SENT:
            return ContactStanding.SENT
        case TouchState.READY:
            return ContactStanding.TO_DO
        case TouchState.DONE:
            return ContactStanding.CALLED
        case TouchState.CANCELLED | TouchState.SUPERSEDED | TouchState.SKIPPED:
            return ContactStanding.STOPPED
        case TouchState.MISSED:
            return ContactStanding.MISSED
        case TouchState.FAILED:
            return ContactStanding.FAILED
        case TouchState.UNKNOWN:
            return ContactStanding.UNKNOWN
        case _:
            assert_never(state)


@dataclass(frozen=True, slots=True)
class ProcessDay:
    """What was due of a process on a day, and what has become of it."""

    process: ProcessName
    standings: Mapping[ContactStanding, int] = field(default_factory=dict)

    @property
    def due(self) -> int:
        """How many contacts were due."""
        return sum(self.standings.values())


@dataclass(frozen=True, slots=True)
class Share:
    """How many of some there were are as they should be."""

    good: int
    of: int

    @property
    def percent(self) -> float | None:
        """The share to a tenth, never rounded up to a goal that was missed; None of nothing."""
        return self.good * 1000 // self.of / 10 if self.of else None

    def reaches(self, goal: float) -> bool:
        """Whether the share is at the goal; nothing to be measured misses none."""
        return self.percent is None or self.percent >= goal

    def __add__(self, other: "Share") -> "Share":
        return Share(self.good + other.good, self.of + other.of)


NONE = Share(0, 0)
