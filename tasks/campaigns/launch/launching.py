"""Launching and steering campaigns by hand: idempotent launch, pause, resume, cancel."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from models.campaigns.plans import CampaignPlan, begins_at, read_plan
from models.campaigns.states import OVER, UNDER_WAY
from models.core.errors import Conflict, InvalidInput
from models.core.reasons import TEXT, declare, give
from models.core.rows import AnyRow
from models.core.words import CampaignState, LaunchKind
from models.people.permissions import Permission
from tasks.campaigns.audiences.counting import count_audience
from tasks.campaigns.authors import Author, lock_campaign
from tasks.campaigns.changing import WrongCampaignState, change, check_state, move, noting

CANCELLED_BY = declare("campaign-cancelled-by", login=TEXT, note=TEXT)
NOT_HELD: dict[str, object] = {"held_at": None, "held_reason": None, "held_figures": None}
EASTERNMOST = timezone(timedelta(hours=14))
"""The time zone that reaches each hour first."""
WESTERNMOST = timezone(timedelta(hours=-12))
"""The time zone that reaches each hour last."""


class BeginsInThePast(InvalidInput):
    """A campaign whose start is in the past."""

    def __init__(self, when: str) -> None:
        self.when = when
        super().__init__(f"The campaign would have begun at {when}, which has passed; give it another moment.")


class NotAsApproved(Conflict):
    """A plan other than the approved one."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"'{name}' is not as it was approved; submit it again.")


class BudgetUsedUp(Conflict):
    """A campaign that has used up its budget cannot be resumed without a larger one."""

    def __init__(self, name: str, budget: Decimal, needed: Decimal) -> None:
        self.name, self.budget, self.needed = name, budget, needed
        super().__init__(
            f"The budget of '{name}', {budget:,.2f}, is used up; one more message takes at least {needed:,.2f}. "
            "Raise it to go on."
        )


class NothingHeld(Conflict):
    """A campaign that is not waiting for a decision."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"'{name}' is not held, so there is nothing to release.")


def check_begins_later(plan: CampaignPlan, now: datetime) -> None:
    """Raises `BeginsInThePast`; for a local hour, by the westernmost time zone."""
    launch = plan.launch
    if launch.kind is LaunchKind.AT and launch.at is not None and launch.at <= now:
        raise BeginsInThePast(f"{launch.at:%Y-%m-%d %H:%M %Z}")
    if launch.day is not None and launch.hour is not None:
        last = datetime.combine(launch.day, launch.hour, WESTERNMOST)
        if last <= now:
            raise BeginsInThePast(f"{launch.day:%Y-%m-%d} {launch.hour:%H:%M}, customers' own time")


def arm(plan: CampaignPlan, now: datetime) -> datetime:
    """When its first customer is contacted."""
    begins = begins_at(plan.launch, now)
    if begins is not None:
        return begins
    assert plan.launch.day is not None and plan.launch.hour is not None  # noqa: PT018, S101  the launch says so
    return max(now, datetime.combine(plan.launch.day, plan.launch.hour, EASTERNMOST))


def launch(connection: Connection, author: Author, campaign_id: int, now: datetime) -> bool:
    """Launch an approved campaign; returns whether it was not launched before.

    Launching is idempotent. Raises `MayNot`, `NotYours`, `WrongCampaignState`,
    `BeginsInThePast`, `NotAsApproved`.
    """
    author.check(Permission.MAKE_CAMPAIGNS)
    campaign = lock_campaign(connection, author, campaign_id)
    if campaign.launches_at is not None and campaign.state is not CampaignState.CANCELLED:
        return False
    check_state(campaign, (CampaignState.APPROVED,), "launched")
    plan = read_plan(campaign.plan)
    if plan.fingerprint != campaign.approved_fingerprint:
        raise NotAsApproved(campaign.name)
    check_begins_later(plan, now)
    change(
        connection, campaign, now, author.login, "campaign.launched", launches_at=arm(plan, now),
        launched_by=author.login,
    )  # fmt: skip
    return True


def pause(connection: Connection, author: Author, campaign_id: int, now: datetime) -> bool:
    """Pause a campaign and release its claimed touches; returns whether it changed anything.

    Raises `MayNot`, `NotYours`, `WrongCampaignState`.
    """
    campaign = _steered(connection, author, campaign_id, "paused")
    if campaign.paused_at is not None:
        return False
    change(connection, campaign, now, author.login, "campaign.paused", paused_at=now, paused_by=author.login)
    return True


def resume(connection: Connection, author: Author, campaign_id: int, now: datetime) -> bool:
    """Resume a paused campaign; returns whether it changed anything. Raises what `pause` raises."""
    campaign = _steered(connection, author, campaign_id, "resumed")
    if campaign.paused_at is None:
        return False
    change(connection, campaign, now, author.login, "campaign.resumed", paused_at=None, paused_by=None)
    return True


def cancel(connection: Connection, author: Author, campaign_id: int, now: datetime, reason: str) -> bool:
    """Cancel a campaign: unclaimed touches are never sent. Returns whether it was not cancelled before.

    Raises `MayNot`, `NotYours`, `WrongCampaignState`.
    """
    author.check(Permission.MAKE_CAMPAIGNS)
    campaign = lock_campaign(connection, author, campaign_id)
    if campaign.state is CampaignState.CANCELLED:
        return False
    values = NOT_HELD | {"paused_at": None, "paused_by": None}
    values |= noting(give(CANCELLED_BY, login=author.login, note=reason))
    move(connection, campaign, CampaignState.CANCELLED, now, author.login, finished_at=now, **values)
    return True


def let_go(
    connection: Connection, author: Author, campaign_id: int, now: datetime, budget: Decimal | None = None
) -> None:
    """Release a campaign that was held automatically. Requires the permission to approve campaigns.

    This settles the cause: the current audience counts as approved, the canary as reviewed. A budget
    that is used up must be raised. Raises `MayNot`, `NotYours`, `NothingHeld`, `BudgetUsedUp`.
    """
    author.check(Permission.APPROVE_CAMPAIGNS)
    campaign = lock_campaign(connection, author, campaign_id)
    if campaign.held_at is None:
        raise NothingHeld(campaign.name)
    values = dict(NOT_HELD)
    if budget is not None:
        values["budget"] = budget
    _check_budget(campaign, budget)
    if campaign.state is CampaignState.APPROVED:
        plan = read_plan(campaign.plan)
        values["approved_size"] = count_audience(connection, plan.audience, now, campaign.store_id)
    elif budget is None:
        values["let_go_at"] = now  # the first wave was reviewed; raising the budget does not imply that
    change(connection, campaign, now, author.login, "campaign.let-go", **values)


def _check_budget(campaign: AnyRow, raised: Decimal | None) -> None:
    budget = raised if raised is not None else campaign.budget
    needed = campaign.spent + (campaign.dearest_message or 0)
    if budget is not None and budget < needed:
        raise BudgetUsedUp(campaign.name, budget, needed)


def _steered(connection: Connection, author: Author, campaign_id: int, wanted: str) -> Any:
    author.check(Permission.MAKE_CAMPAIGNS)
    campaign = lock_campaign(connection, author, campaign_id)
    if campaign.state in OVER:
        raise WrongCampaignState(campaign.name, campaign.state, wanted)
    check_state(campaign, (CampaignState.APPROVED, *UNDER_WAY), wanted)
    return campaign
