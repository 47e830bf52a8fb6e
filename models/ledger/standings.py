"""The results of a day's due contacts, in the few categories that a manager asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import assert_never

from models.core.words import ProcessName, TouchState

COVERAGE_GOAL = 100.0
"""Percent of customers reached (R2)."""
SATISFACTION_GOAL = 98.0
"""Percent of satisfied answers."""


class ContactStanding(StrEnum):
    """The result of a due contact. Each touch has exactly one, so that they add up to the number due."""

    SENT = "sent"
    CALLED = "called"
    """Called, or completed at a desk, with an outcome."""
    TO_DO = "to-do"
    """On a staff list."""
    WAITING = "waiting"
    """Waiting for its moment or an approval, or being sent."""
    DEFERRED = "deferred"
    """Held by a gate until later."""
    STOPPED = "stopped"
    """Its reason no longer holds, a gate stopped it, or it was found too late."""
    MISSED = "missed"
    """On a staff list, and nobody did it while it was valid."""
    FAILED = "failed"
    UNKNOWN = "unknown"


def standing_of(state: TouchState, *, held: bool) -> ContactStanding:
    """The standing of a touch in a state; `held`: a gate has held it."""
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
    """The contacts of a process due on a day, by standing."""

    process: ProcessName
    standings: Mapping[ContactStanding, int] = field(default_factory=dict)

    @property
    def due(self) -> int:
        """The number of contacts due."""
        return sum(self.standings.values())


@dataclass(frozen=True, slots=True)
class Share:
    """A share: how many of a number are good."""

    good: int
    of: int

    @property
    def percent(self) -> float | None:
        """The percentage, rounded down to a tenth so that a missed goal never looks reached; None if there are none."""
        return self.good * 1000 // self.of / 10 if self.of else None

    def reaches(self, goal: float) -> bool:
        """Whether the share reaches the goal. An empty share does."""
        return self.percent is None or self.percent >= goal

    def __add__(self, other: "Share") -> "Share":
        return Share(self.good + other.good, self.of + other.of)


NONE = Share(0, 0)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many were followed up how far. Each counts once, by the best that was done."""

    reached: int
    """Somebody spoke to them, or they answered a survey."""
    tried: int
    """They were called, and not reached: no answer, or a wrong number."""
    written_to: int
    """They got a message or a letter, and that is all."""
    nobody: int
    """Nobody did anything."""

    @property
    def of(self) -> int:
        """How many there are."""
        return self.reached + self.tried + self.written_to + self.nobody

    @property
    def share(self) -> Share:
        """Those who were reached: what the goal is about."""
        return Share(self.reached, self.of)

    def __add__(self, other: "Coverage") -> "Coverage":
        return Coverage(
            self.reached + other.reached,
            self.tried + other.tried,
            self.written_to + other.written_to,
            self.nobody + other.nobody,
        )


UNCOVERED = Coverage(0, 0, 0, 0)
