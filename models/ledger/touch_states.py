"""The life of a touch: its allowed state transitions."""

from collections.abc import Iterable
from uuid import UUID

from models.core.errors import Conflict
from models.core.words import TouchState as S

FOLLOWERS: dict[S, frozenset[S]] = {
    S.PLANNED: frozenset(
        {
            S.CLAIMED, S.READY, S.CANCELLED, S.SUPERSEDED, S.SKIPPED, S.SENT, S.FAILED, S.UNKNOWN,
            S.AWAITING_APPROVAL,
        }
    ),
    S.AWAITING_APPROVAL: frozenset({S.PLANNED, S.CANCELLED, S.SUPERSEDED, S.SKIPPED}),
    S.CLAIMED: frozenset({S.PLANNED, S.SENDING, S.CANCELLED, S.SUPERSEDED, S.UNKNOWN}),
    S.SENDING: frozenset({S.SENT, S.PLANNED, S.CANCELLED, S.SUPERSEDED, S.FAILED, S.UNKNOWN}),
    S.READY: frozenset({S.DONE, S.CANCELLED, S.SUPERSEDED, S.MISSED}),
    S.UNKNOWN: frozenset({S.SENT, S.FAILED, S.PLANNED}),
    S.FAILED: frozenset({S.PLANNED, S.SENT}),
    S.SENT: frozenset({S.FAILED}),
    S.DONE: frozenset(),
    S.CANCELLED: frozenset({S.PLANNED, S.AWAITING_APPROVAL}),
    S.SUPERSEDED: frozenset({S.PLANNED, S.AWAITING_APPROVAL}),
    S.SKIPPED: frozenset(),
    S.MISSED: frozenset(),
}  # fmt: skip
"""A `failed` or `unknown` touch leaves its state only by a person's decision, a delivery receipt, or a late result. A
cancelled or superseded touch becomes due again if its reason holds again and nothing was sent. A touch that the channel
accepted becomes `failed` if its gateway reports it undelivered. A message that is planned for a retry takes the late
result of the first attempt. A `sending` touch may end without having been sent: if its dispatcher lost the
answer to its last look at the facts, it looks again. What was approved waits again if that is taken back in time."""

OPEN = (S.PLANNED, S.AWAITING_APPROVAL, S.READY)
"""Nothing has been sent: a touch in these states ends when its reason no longer holds."""


UNSETTLED = (*OPEN, S.CLAIMED, S.SENDING)
"""Something may still come of it without anybody deciding so."""

TOLD = (S.SENDING, S.SENT, S.UNKNOWN)
"""A message in these states was said to the customer, or may have been."""


class ForbiddenTransition(Conflict):
    """A touch may not go from its current state to the requested one."""

    def __init__(self, before: S, after: S, ids: Iterable[UUID] = ()) -> None:
        self.before, self.after, self.ids = before, after, tuple(ids)
        which = f": {', '.join(map(str, self.ids))}" if self.ids else ""
        super().__init__(f"A touch that is {before} cannot become {after}{which}.")


def may_follow(before: S, after: S) -> bool:
    """Whether a touch may go from `before` to `after`. Staying in a state is not a transition."""
    return after in FOLLOWERS[before]


def check_transitions(before: Iterable[S], after: S) -> None:
    """Check that a touch may go from each of these states to `after`, or is already in it.

    Raises `ForbiddenTransition`.
    """
    for state in before:
        if state is not after and not may_follow(state, after):
            raise ForbiddenTransition(state, after)
