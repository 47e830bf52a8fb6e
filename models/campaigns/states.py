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
"""Changing a submitted or approved plan makes it a draft again. After the launch the plan is fixed."""

EDITABLE = (S.DRAFT, S.AWAITING_APPROVAL, S.APPROVED)
"""Nobody has been contacted yet."""
UNDER_WAY = (S.CANARY, S.TRIAL, S.REST)
OVER = (S.FINISHED, S.CANCELLED)
LIVE = (S.AWAITING_APPROVAL, S.APPROVED, *UNDER_WAY)
"""Work is still to be done, by people or by the system; a draft concerns only its author."""


def may_follow(before: S, after: S) -> bool:
    """Whether a campaign may go from `before` to `after`."""
    return after in FOLLOWERS[before]
