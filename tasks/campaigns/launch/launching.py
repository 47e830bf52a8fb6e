"""A campaign launched and steered by hand: begun once, however often it is asked for; paused, resumed, cancelled."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row

from models.campaigns.plans import CampaignPlan, begins_at, read_plan
from models.campaigns.states import OVER, UNDER_WAY
from models.core.errors import AftercareError
from models.core.reasons import TEXT, declare, give
from models.core.words import CampaignState, LaunchKind
from models.people.permissions import Permission
from tasks.campaigns.audiences.counting import count_audience
from tasks.campaigns.authors import Author, lock_campaign
from tasks.campaigns.changing import WrongCampaignState, change, check_state, move, noting

CANCELLED_BY = declare("campaign-cancelled-by", login=TEXT, note=TEXT)
NOT_HELD: dict[str, Any] = {"held_at": None, "held_reason": None, "held_figures": None}
EASTERNMOST = timezone(timedelta(hours=14))
"""The clock that shows each hour first."""
WESTERNMOST = timezone(timedelta(hours=-12))
"""The clock that shows each hour last."""


class BeginsInThePast(AftercareError):
    """A campaign whose moment has gone by."""

    def __init__(self, when: str) -> None:
        self.when = when
        super().__init__(f"The campaign would have begun at {when}, which has passed; give it another moment.")


class NotAsApproved(AftercareError):
    """A plan that is not the one that was approved."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"'{name}' is not as it was approved; submit it again.")


class BudgetUsedUp(AftercareError):
    """A campaign that has spent its budget, and is to go on without a larger one."""

    def __init__(self, name: str, budget: Decimal, needed: Decimal) -> None:
        self.name, self.budget, self.needed = name, budget, needed
        super().__init__(
            f"The budget of '{name}', {budget:,.2f}, is used up; one more message takes at least {needed:,.2f}. "
            "Raise it to go on."
        )


class NothingHeld(AftercareError):
    """A campaign that holds nothing back and asks nothing."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"'{name}' is not held, so there is nothing to let go.")


def check_begins_later(plan: CampaignPlan, now: datetime) -> None:
    """Raises `BeginsInThePast`: by the westernmost clock, where each customer's own hour counts."""
    launch = plan.launch
    if launch.kind is LaunchKind.AT and launch.at is not None and launch.at <= now:
        raise BeginsInThePast(f"{launch.at:%Y-%m-%d %H:%M %Z}")
    if launch.day is not None and launch.hour is not None:
        last = datetime.combine(launch.day, launch.hour, WESTERNMOST)
        if last <= now:
            raise BeginsInThePast(f"{launch.day:%Y-%m-%d} {launch.hour:%H:%M}, customers' own time")


def arm(plan: CampaignPlan, now: datetime) -> datetime:
    """When the first of its customers is told."""
    begins = begins_at(plan.launch, now)
    if begins is not None:
        return begins
    assert plan.launch.day is not None and plan.launch.hour is not None  # noqa: PT018, S101  the launch says so
    return max(now, datetime.combine(plan.launch.day, plan.launch.hour, EASTERNMOST))


def launch(connection: Connection, author: Author, campaign_id: int, now: datetime) -> bool:
    """Begin an approved campaign at its moment; whether that was still to be done.

    Launched twice, or by two people, it is one campaign. Raises `MayNot`, `NotYours`, `WrongCampaignState`,
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
    """Send nothing more of it until it is resumed; what a dispatcher has claimed is put back. Whether it changed
    anything. Raises `MayNot`, `NotYours`, `WrongCampaignState`."""
    campaign = _steered(connection, author, campaign_id, "paused")
    if campaign.paused_at is not None:
        return False
    change(connection, campaign, now, author.login, "campaign.paused", paused_at=now, paused_by=author.login)
    return True


def resume(connection: Connection, author: Author, campaign_id: int, now: datetime) -> bool:
    """Go on with a paused campaign; whether it changed anything. Raises what `pause` raises."""
    campaign = _steered(connection, author, campaign_id, "resumed")
    if campaign.paused_at is None:
        return False
    change(connection, campaign, now, author.login, "campaign.resumed", paused_at=None, paused_by=None)
    return True


def cancel(connection: Connection, author: Author, campaign_id: int, now: datetime, reason: str) -> bool:
    """End it: what is not claimed is never sent. Whether it was not cancelled before.

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
    """Go on with a campaign that stopped by itself, having seen why; it takes someone who may approve campaigns.

    What it was held for is settled by that: the audience as it is now counts as approved, the canary as seen. A budget
    that is used up has to be raised. Raises `MayNot`, `NotYours`, `NothingHeld`, `BudgetUsedUp`.
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
        values["let_go_at"] = now  # the first wave has been looked at; a larger budget says nothing of that
    change(connection, campaign, now, author.login, "campaign.let-go", **values)


def _check_budget(campaign: Row[Any], raised: Decimal | None) -> None:
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
