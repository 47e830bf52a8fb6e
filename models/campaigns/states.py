"""The life of a campaign: which state may follow which."""

from models.core.words import CampaignState as S

FOLLOWERS: dict[S, frozenset[S]] = {
    S.DRAFT: frozenset({S.AWAITING_APPROVAL, S.APPROVED, S.CANCELLED}),
    S.AWAITING_APPROVAL: frozenset({S.DRAFT, S.APPROVED, S.CANCELLED}),
    S.APPROVED: frozenset({S.DRAFT, S.CANARY, S.TRIAL, S.REST, S.CANCELLED}),
    S.CANARY: frozenset({S.TRIAL, S.REST, S.FINISHED, S.CANCELLED}),
    S.TRIAL: frozenset({S.REST, S.FINISHED, S.CANCELLED}),
    S.REST: frozenset({S.FINISHED, S.CANCELLED}),
    S.FINISHED: frozenset(),
    S.CANCELLED: frozenset(),
}
"""A change of its plan makes a draft again of what was submitted or approved. After the launch it stays as it is."""

EDITABLE = (S.DRAFT, S.AWAITING_APPROVAL, S.APPROVED)
"""Nobody has been told anything yet."""
UNDER_WAY = (S.CANARY, S.TRIAL, S.REST)
OVER = (S.FINISHED, S.CANCELLED)
LIVE = (S.AWAITING_APPROVAL, S.APPROVED, *UNDER_WAY)
"""Somebody or something has still to do something about it; a draft is its author's alone."""


def may_follow(before: S, after: S) -> bool:
    """Whether a campaign may go from `before` to `after`."""
    return after in FOLLOWERS[before]
