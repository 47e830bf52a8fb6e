"""The call queue: whose calls someone makes, which key records which outcome, and the pace of work."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from models.calls.outcomes import all_outcomes, outcomes_of
from models.calls.surveys import DIMENSIONS, HIGHEST, LOWEST
from models.core.errors import InvalidInput
from models.core.words import OutcomeName, Purpose, Role, SubjectKind
from models.kits.registry import all_traits, traits_of

HELD_FOR = timedelta(minutes=5)
"""How long a caller keeps the call on their screen without any activity."""
PROLONGED_EVERY = timedelta(minutes=1)
HOUR = timedelta(hours=1)

ALL_ROLES: frozenset[Role | None] = frozenset({None, *Role})
ROLES_SERVED: Mapping[Role, frozenset[Role | None]] = {
    Role.AGENT: frozenset({None, Role.AGENT}),
    Role.ADVISOR: frozenset({Role.ADVISOR}),
    Role.FINANCE: frozenset({Role.FINANCE}),
    **{role: frozenset({role}) for role in (Role.SALES, Role.FRONT_DESK, Role.WORKSHOP, Role.PARTS, Role.MARKETING)},
    Role.MANAGER: ALL_ROLES,
    Role.GENERAL_MANAGER: ALL_ROLES,
    Role.ADMIN: ALL_ROLES,
}
"""The roles whose calls and tasks someone gets; None stands for work that is not assigned to a role."""
SERVING = tuple(role for role in Role if role in ROLES_SERVED and role is not Role.ADMIN)
"""Roles that have their own calls and tasks: a step or a plan may name them, and nobody else."""


class NotAMarkOfACall(InvalidInput):
    """Marks that cannot be recorded for a call."""

    def __init__(self, marks: Mapping[str, int]) -> None:
        self.marks = dict(marks)
        super().__init__(
            f"Marks are from {LOWEST} to {HIGHEST}, and come from a customer who was asked about a visit and reached."
        )


def roles_served(role: Role) -> frozenset[Role | None]:
    """The roles whose calls and desk tasks someone of this role gets."""
    return ROLES_SERVED.get(role, frozenset())


def keys_of(subject: SubjectKind) -> dict[str, OutcomeName]:
    """By key, the outcomes that a call about such a subject may have. A key means the same for every call."""
    return {one.key: name for name, one in outcomes_of(subject).items()}


def asks_marks(purpose: Purpose, subject: SubjectKind) -> bool:
    """Whether a call for this purpose asks the customer how the visit was."""
    return traits_of(subject).asks_marks(purpose)


def asked_for_marks() -> list[SubjectKind]:
    """The kinds of subject about which some call asks the customer how it was."""
    return [kind for kind, traits in all_traits().items() if any(map(traits.asks_marks, Purpose))]


def takes_marks(outcome: OutcomeName) -> bool:
    """Whether a customer may have given marks in a call with such an outcome."""
    return all_outcomes()[outcome].takes_marks


def check_marks(marks: Mapping[str, int], outcome: OutcomeName, purpose: Purpose, subject: SubjectKind) -> None:
    """Raises `NotAMarkOfACall`."""
    known = marks.keys() <= set(DIMENSIONS) and all(LOWEST <= mark <= HIGHEST for mark in marks.values())
    if marks and not (known and takes_marks(outcome) and asks_marks(purpose, subject)):
        raise NotAMarkOfACall(marks)


def per_hour(done: int, first_at: datetime | None, now: datetime) -> float:
    """Calls per hour; during the first hour, the number made so far."""
    if first_at is None:
        return 0.0
    return done / (max(now - first_at, HOUR) / HOUR)
