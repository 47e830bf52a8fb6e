"""The life of a touch: which state may follow which."""

from collections.abc import Iterable
from uuid import UUID

from models.core.errors import AftercareError
from models.core.words import TouchState as S

FOLLOWERS: dict[S, frozenset[S]] = {
    S.PLANNED: frozenset(
        {
            S.CLAIMED, S.READY, S.CANCELLED, S.SUPERSEDED, S.SKIPPED, S.SENT, S.FAILED, S.UNKNOWN,
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
"""A `failed` or `unknown` touch leaves its state only by a person's decision, by a receipt, or by a result that comes
after all. A cancelled or superseded one is due again when its reason is back and nothing was said. What the channel
had accepted fails when its gateway reports it undelivered. A message that is planned for another try takes the result
of the first one where that comes late. What is `sending` ends without having gone out when its dispatcher lost the
answer to its own last look, and looks again."""

OPEN = (S.PLANNED, S.AWAITING_APPROVAL, S.READY)
"""Nothing has left the house: a touch in these states ends when its reason goes."""

TOLD = (S.SENDING, S.SENT, S.UNKNOWN)
"""A message in these states was said to the customer, or may have been."""


class ForbiddenTransition(AftercareError):
    """A touch cannot go from the state it is in to the one it was to get."""

    def __init__(self, before: S, after: S, ids: Iterable[UUID] = ()) -> None:
        self.before, self.after, self.ids = before, after, tuple(ids)
        which = f": {', '.join(map(str, self.ids))}" if self.ids else ""
        super().__init__(f"A touch that is {before} cannot become {after}{which}.")


def may_follow(before: S, after: S) -> bool:
    """Whether a touch may go from `before` to `after`. To stay in a state is no step."""
    return after in FOLLOWERS[before]


def check_transitions(before: Iterable[S], after: S) -> None:
    """Check that a touch may go from each of some states to `after`, or is there already.

    Raises `ForbiddenTransition`.
    """
    for state in before:
        if state is not after and not may_follow(state, after):
            raise ForbiddenTransition(state, after)
