"""The queue of calls: whose calls someone makes, which key records which outcome, and how fast the work goes."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from models.calls.surveys import DIMENSIONS, HIGHEST, LOWEST
from models.core.errors import AftercareError
from models.core.words import CallOutcome, Purpose, Role, SubjectKind
from models.kits.registry import traits_of

HELD_FOR = timedelta(minutes=5)
"""Who has a call on the screen keeps it for so long without a sign of life."""
PROLONGED_EVERY = timedelta(minutes=1)
HOUR = timedelta(hours=1)

KEYS: dict[str, CallOutcome] = {
    "1": CallOutcome.REACHED_SATISFIED,
    "2": CallOutcome.REACHED_NOT_SATISFIED,
    "3": CallOutcome.REACHED,
    "4": CallOutcome.PROMISED,
    "5": CallOutcome.NO_ANSWER,
    "6": CallOutcome.WRONG_NUMBER,
    "7": CallOutcome.REFUSES_CONTACT,
    "8": CallOutcome.CALLBACK,
}
"""A key means the same for every call, whichever outcomes fit it."""
OFFERED_BY_KITS = frozenset({CallOutcome.PROMISED})
"""The outcomes that only calls about some subjects may have."""
SPOKEN_TO = frozenset({CallOutcome.REACHED_SATISFIED, CallOutcome.REACHED_NOT_SATISFIED, CallOutcome.REACHED})
"""The outcomes of calls in which a customer may have given marks."""
ALL_ROLES: frozenset[Role | None] = frozenset({None, *Role})
ROLES_SERVED: Mapping[Role, frozenset[Role | None]] = {
    Role.AGENT: frozenset({None, Role.AGENT}),
    Role.ADVISOR: frozenset({Role.ADVISOR}),
    Role.FINANCE: frozenset({Role.FINANCE}),
    Role.PARTS: frozenset({Role.PARTS}),
    Role.MANAGER: ALL_ROLES,
    Role.ADMIN: ALL_ROLES,
}
"""For which roles' calls and tasks somebody is given; None: what is for no role in particular."""
SERVING = (Role.AGENT, Role.ADVISOR, Role.FINANCE, Role.PARTS, Role.MANAGER)
"""The roles that have calls and tasks of their own."""


class NotAMarkOfACall(AftercareError):
    """Marks that cannot be kept of a call."""

    def __init__(self, marks: Mapping[str, int]) -> None:
        self.marks = dict(marks)
        super().__init__(
            f"Marks are from {LOWEST} to {HIGHEST}, and come from a customer who was asked about a visit and reached."
        )


def roles_served(role: Role) -> frozenset[Role | None]:
    """The roles whose calls and desk tasks someone of this role is given."""
    return ROLES_SERVED.get(role, frozenset())


def outcomes_of(subject: SubjectKind) -> dict[str, CallOutcome]:
    """By key, the outcomes that a call about such a subject may have: those of every call, and its own."""
    own = traits_of(subject).outcomes
    return {key: outcome for key, outcome in KEYS.items() if outcome in own or outcome not in OFFERED_BY_KITS}


def asks_marks(purpose: Purpose, subject: SubjectKind) -> bool:
    """Whether a call for that purpose asks the customer how it was."""
    return traits_of(subject).asks_marks(purpose)


def check_marks(marks: Mapping[str, int], outcome: CallOutcome, purpose: Purpose, subject: SubjectKind) -> None:
    """Raises `NotAMarkOfACall`."""
    known = marks.keys() <= set(DIMENSIONS) and all(LOWEST <= mark <= HIGHEST for mark in marks.values())
    if marks and not (known and outcome in SPOKEN_TO and asks_marks(purpose, subject)):
        raise NotAMarkOfACall(marks)


def per_hour(done: int, first_at: datetime | None, now: datetime) -> float:
    """How many are done in an hour; within the first hour, what was done so far."""
    if first_at is None:
        return 0.0
    return done / (max(now - first_at, HOUR) / HOUR)
