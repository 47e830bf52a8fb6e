"""What a campaign does next: a pure rule of its state, its plan and the time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from models.campaigns.measures import LIMITS, CanaryMeasure
from models.campaigns.plans import Canary
from models.core.reasons import MONEY, NUMBER, GivenReason, declare, give
from models.core.words import CampaignState

ROUND_EVERY = timedelta(hours=1)
"""How often recipients who have not answered are looked for."""
NOBODY_REACHED = declare("nobody-reached")
AUDIENCE_DRIFTED = declare("audience-drifted", size=NUMBER, approved=NUMBER)
BUDGET_USED_UP = declare("budget-used-up", budget=MONEY, spent=MONEY, dearest=MONEY)
TOO_MANY = {
    "failed": declare("too-many-failed", percent=NUMBER, limit=NUMBER),
    "opted_out": declare("too-many-opted-out", percent=NUMBER, limit=NUMBER),
    "complained": declare("too-many-complained", percent=NUMBER, limit=NUMBER),
}


class Act(StrEnum):
    """One action on a campaign, in its own transaction."""

    WAIT = "wait"
    BEGIN = "begin"
    """Store its recipients."""
    PLAN = "plan"
    """Plan the touches of the next recipients."""
    FOLLOW_UP = "follow-up"
    """Check the next recipients for missing answers."""
    LOOK_AT_CANARY = "look-at-canary"
    LOOK_AT_TRIAL = "look-at-trial"
    LOOK_FOR_END = "look-for-end"
    CLEAR = "clear"
    """End the touches of a cancelled campaign."""


@dataclass(frozen=True, slots=True)
class Course:
    """The progress of a campaign."""

    state: CampaignState
    stopped: bool
    """Paused by a person, or stopped automatically."""
    launches_at: datetime | None
    planned_up_to: int
    canary_to: int
    trial_to: int
    rest_to: int
    follow_up_after: timedelta | None
    """How long after its start recipients who did not answer are contacted again; None: never."""
    followed_up_to: int | None
    followed_up_at: datetime | None
    cleared: bool


def next_act(course: Course, now: datetime) -> Act:
    """The next action."""
    match course.state:
        case CampaignState.DRAFT | CampaignState.AWAITING_APPROVAL | CampaignState.FINISHED:
            return Act.WAIT
        case CampaignState.CANCELLED:
            return Act.WAIT if course.cleared else Act.CLEAR
        case CampaignState.APPROVED:
            begins = course.launches_at is not None and course.launches_at <= now and not course.stopped
            return Act.BEGIN if begins else Act.WAIT
        case CampaignState.CANARY:
            return _under_way(course, course.canary_to, Act.LOOK_AT_CANARY, now)
        case CampaignState.TRIAL:
            return _under_way(course, course.trial_to, Act.LOOK_AT_TRIAL, now)
        case CampaignState.REST:
            return _under_way(course, course.rest_to, Act.LOOK_FOR_END, now)
        case _:
            assert_never(course.state)


def _under_way(course: Course, wave_to: int, look: Act, now: datetime) -> Act:
    if course.stopped:
        return Act.WAIT
    if course.planned_up_to < wave_to:
        return Act.PLAN
    return Act.FOLLOW_UP if _round_is_due(course, now) else look


def _round_is_due(course: Course, now: datetime) -> bool:
    if course.follow_up_after is None or course.launches_at is None:
        return False
    if course.followed_up_to is not None:
        return True
    last = course.followed_up_at
    return now >= course.launches_at + course.follow_up_after and (last is None or now >= last + ROUND_EVERY)


def wave_after(state: CampaignState, course: Course) -> CampaignState:
    """The wave after `state`: the next one that is not empty, and finally the rest."""
    if state is CampaignState.APPROVED and course.canary_to > course.planned_up_to:
        return CampaignState.CANARY
    if state in (CampaignState.APPROVED, CampaignState.CANARY) and course.trial_to > course.canary_to:
        return CampaignState.TRIAL
    return CampaignState.REST


def objection_to(canary: Canary, seen: CanaryMeasure) -> GivenReason | None:
    """Why the rest must not follow; None: no objection so far."""
    if seen.told == 0:
        return give(NOBODY_REACHED) if seen.open == 0 else None
    return limit_passed(canary, seen)


def limit_passed(canary: Canary, seen: CanaryMeasure) -> GivenReason | None:
    """The first limit that is exceeded; None: none so far."""
    for name, percent in seen.exceeds(canary).items():
        return give(TOO_MANY[name], percent=round(percent, 1), limit=getattr(canary, LIMITS[name]))
    return None


def first_wave_lacks(canary: Canary, seen: CanaryMeasure, in_wave: int, left: int) -> int:
    """How many more of the `left` recipients the first wave takes, because too few of those in it could be told.

    `at_least` is of customers told. By the share that could be told so far, so many more are needed.
    """
    if seen.open or not seen.told or seen.told >= canary.at_least:
        return 0
    return min(left, -(-(canary.at_least - seen.told) * in_wave // seen.told))


def is_seen(after: timedelta, open_touches: int, last_contact_at: datetime | None, now: datetime) -> bool:
    """Whether everybody in a wave was contacted and has had time to react."""
    return open_touches == 0 and (last_contact_at is None or now >= last_contact_at + after)


def has_drifted(approved: int, size: int, most_percent: int) -> bool:
    """Whether the audience size has changed by more than allowed since the approval."""
    return size == 0 or abs(size - approved) * 100 > approved * most_percent
