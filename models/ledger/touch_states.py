"""The life of a touch: which state may follow which."""

from models.core.words import TouchState as S

FOLLOWERS: dict[S, frozenset[S]] = {
    S.PLANNED: frozenset({S.AWAITING_APPROVAL, S.CLAIMED, S.READY, S.CANCELLED, S.SUPERSEDED, S.SKIPPED, S.UNKNOWN}),
    S.AWAITING_APPROVAL: frozenset({S.PLANNED, S.CANCELLED, S.SUPERSEDED, S.SKIPPED}),
    S.CLAIMED: frozenset({S.PLANNED, S.SENDING, S.CANCELLED, S.SUPERSEDED, S.FAILED, S.UNKNOWN}),
    S.SENDING: frozenset({S.SENT, S.PLANNED, S.FAILED, S.UNKNOWN}),
    S.READY: frozenset({S.READY, S.DONE, S.CANCELLED, S.SUPERSEDED, S.SKIPPED}),
    S.UNKNOWN: frozenset({S.SENT, S.FAILED, S.PLANNED}),
    S.FAILED: frozenset({S.PLANNED, S.SENT}),
    S.SENT: frozenset({S.FAILED}),
    S.DONE: frozenset(),
    S.CANCELLED: frozenset({S.PLANNED, S.AWAITING_APPROVAL}),
    S.SUPERSEDED: frozenset({S.PLANNED, S.AWAITING_APPROVAL}),
    S.SKIPPED: frozenset(),
}
"""A `failed` or `unknown` touch leaves its state only by a person's decision or a receipt. A cancelled or superseded
one is due again when its reason is back and nothing was said. What the channel had accepted fails when its gateway
reports it undelivered."""

OPEN = (S.PLANNED, S.AWAITING_APPROVAL, S.READY)
"""Nothing has left the house: a touch in these states ends when its reason goes."""

CONTACTED = (S.SENDING, S.SENT, S.READY, S.DONE, S.UNKNOWN)
"""The customer was, or may have been, contacted: what the cap counts."""


def may_follow(before: S, after: S) -> bool:
    """Whether a touch may go from `before` to `after`."""
    return after in FOLLOWERS[before]
