"""Approving a campaign: by someone other than its author, for exactly the submitted plan."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import Connection, select

from models.campaigns.plans import CampaignPlan, begins_at, read_plan
from models.campaigns.tables import Campaign
from models.core.errors import Conflict, InvalidInput, NotAllowed
from models.core.reasons import TEXT, as_written, declare, give
from models.core.rows import AnyRow
from models.core.settings import Settings
from models.core.words import CampaignState
from models.messages.letters import write_money, write_price
from models.people.permissions import Permission
from models.policies.policy import ContactRules
from tasks.campaigns.audiences.counting import count_audience
from tasks.campaigns.authors import Author, lock_campaign
from tasks.campaigns.changing import NO_NOTICE, change, check_state, move, noting
from tasks.campaigns.drafting import NOT_APPROVED
from tasks.campaigns.launch.launching import arm, check_begins_later
from tasks.campaigns.wording.messages import check_words, dearest_message
from tasks.policies.catalogue import contact_rules_in_force
from tasks.stores.laws.choosing import laws_in_use

WAITS_FOR = timedelta(days=3)
"""The maximum time to wait for an approval."""
NOT_IN_TIME = declare("not-approved-in-time")
REFUSED = declare("campaign-refused", login=TEXT, note=TEXT)


class EmptyAudience(InvalidInput):
    """A campaign without recipients."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"Nobody is in the audience of '{name}'; widen it, or see whether its list is empty.")


class BudgetTooSmall(InvalidInput):
    """A budget that does not cover the canary."""

    def __init__(self, budget: Decimal, needed: Decimal, currency: str) -> None:
        self.budget, self.needed = budget, needed
        super().__init__(
            f"The budget of {write_money(budget, currency)} is below what the first wave may cost, "
            f"{write_price(needed, currency)}; "
            "raise it, or contact fewer customers."
        )


class OwnCampaign(NotAllowed):
    """Authors cannot approve their own campaigns."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"You wrote '{name}' as it stands; another person has to approve it.")


class AnotherPlan(Conflict):
    """A decision on a plan other than the submitted one."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"'{name}' has changed since you read it; read it again before you decide.")


@dataclass(frozen=True, slots=True)
class Submitted:
    """The result of submitting a campaign."""

    state: CampaignState
    size: int
    """The size of its audience."""
    alone_up_to: int
    """The largest audience that needs no approval."""
    fingerprint: str
    ends_at: datetime | None
    """When the submission expires."""


def submit(
    connection: Connection,
    author: Author,
    campaign_id: int,
    settings: Settings,
    now: datetime,
    *,
    launch: bool,
) -> Submitted:
    """Submit a draft. With `launch`, it is launched in the author's name as soon as it is approved.

    A small one is approved at once. Raises `MayNot`, `NotYours`, `WrongCampaignState`, `BadPlan`, `BadAudience`,
    `BeginsInThePast`, `EmptyAudience`, `BudgetTooSmall`, and what `check_words` raises.
    """
    author.check(Permission.MAKE_CAMPAIGNS)
    campaign = lock_campaign(connection, author, campaign_id)
    check_state(campaign, (CampaignState.DRAFT,), "submitted")
    plan = read_plan(campaign.plan)
    size = _check_plan(connection, campaign, plan, settings, now)
    allowed = _rules(connection, campaign.store_id).campaign_size(author.role)
    values: dict[str, object] = {
        "approved_fingerprint": plan.fingerprint,
        "approved_size": size,
        "budget": plan.budget,
        "dearest_message": dearest_message(connection, campaign.name, plan, campaign.store_id, settings, now),
        "author": author.login,
        "launched_by": author.login if launch else None,
        **NO_NOTICE,
    }
    if size > allowed:
        ends_at = _ends_at(plan, now)
        move(
            connection, campaign, CampaignState.AWAITING_APPROVAL, now, author.login,
            approval_ends_at=ends_at, **values,
        )  # fmt: skip
        return Submitted(CampaignState.AWAITING_APPROVAL, size, allowed, plan.fingerprint, ends_at)
    values |= {"approver": author.login, "approved_at": now, "launches_at": arm(plan, now) if launch else None}
    move(connection, campaign, CampaignState.APPROVED, now, author.login, **values)
    return Submitted(CampaignState.APPROVED, size, allowed, plan.fingerprint, None)


def _check_plan(connection: Connection, campaign: AnyRow, plan: CampaignPlan, settings: Settings, now: datetime) -> int:
    """Check a plan for submission and return the size of its audience."""
    check_begins_later(plan, now)
    check_words(plan, settings, laws_in_use(connection, campaign.store_id))
    size = count_audience(connection, plan.audience, now, campaign.store_id)
    if size == 0:
        raise EmptyAudience(campaign.name)
    if plan.budget is not None:
        dearest = dearest_message(connection, campaign.name, plan, campaign.store_id, settings, now)
        first = max(plan.first_wave(size), 1)
        if plan.budget < dearest * first:
            raise BudgetTooSmall(plan.budget, dearest * first, settings.price_currency)
    return size


def _rules(connection: Connection, store_id: int | None) -> ContactRules:
    """The rules of a campaign's store; for all stores, the strictest."""
    rules = contact_rules_in_force(connection)
    if store_id is not None:
        return rules[store_id]
    sizes = ("campaign_by_marketing", "campaign_by_manager", "campaign_by_admin")
    least = {name: min((getattr(one, name) for one in rules.values()), default=0) for name in sizes}
    return ContactRules().model_copy(update=least)


def _ends_at(plan: CampaignPlan, now: datetime) -> datetime:
    """An approval after the campaign's moment would be too late."""
    begins = begins_at(plan.launch, now + WAITS_FOR)
    return min(now + WAITS_FOR, begins) if begins is not None else now + WAITS_FOR


def approve(
    connection: Connection, approver: Author, campaign_id: int, fingerprint: str, now: datetime, note: str | None = None
) -> None:
    """Approve a submitted campaign with the plan `fingerprint`.

    Raises `MayNot`, `NotYours`, `WrongCampaignState`, `OwnCampaign`, `AnotherPlan`.
    """
    campaign = _decide(connection, approver, campaign_id, fingerprint, "approved")
    plan = read_plan(campaign.plan)
    move(
        connection, campaign, CampaignState.APPROVED, now, approver.login,
        approver=approver.login, approved_at=now, approval_ends_at=None, **noting(as_written(note) if note else None),
        launches_at=arm(plan, now) if campaign.launched_by else None,
    )  # fmt: skip


def refuse(
    connection: Connection, approver: Author, campaign_id: int, fingerprint: str, reason: str, now: datetime
) -> None:
    """Reject a submitted campaign with a reason. Raises what `approve` raises."""
    campaign = _decide(connection, approver, campaign_id, fingerprint, "refused")
    values = NOT_APPROVED | noting(give(REFUSED, login=approver.login, note=reason))
    move(connection, campaign, CampaignState.DRAFT, now, approver.login, **values)


def _decide(connection: Connection, approver: Author, campaign_id: int, fingerprint: str, wanted: str) -> AnyRow:
    approver.check(Permission.APPROVE_CAMPAIGNS)
    campaign = lock_campaign(connection, approver, campaign_id)
    check_state(campaign, (CampaignState.AWAITING_APPROVAL,), wanted)
    if campaign.author == approver.login:
        raise OwnCampaign(campaign.name)
    if fingerprint != campaign.approved_fingerprint:
        raise AnotherPlan(campaign.name)
    return campaign


def withdraw(connection: Connection, author: Author, campaign_id: int, now: datetime) -> None:
    """Withdraw a submitted or approved campaign before anybody is contacted. Raises `MayNot`, `NotYours`,
    `WrongCampaignState`."""
    author.check(Permission.MAKE_CAMPAIGNS)
    campaign = lock_campaign(connection, author, campaign_id)
    check_state(campaign, (CampaignState.AWAITING_APPROVAL, CampaignState.APPROVED), "taken back")
    move(connection, campaign, CampaignState.DRAFT, now, author.login, **NOT_APPROVED)


def give_up_approvals(connection: Connection, now: datetime) -> list[int]:
    """Return expired submissions to draft; returns their ids."""
    late = connection.execute(
        select(Campaign.__table__)
        .where(Campaign.state == CampaignState.AWAITING_APPROVAL, Campaign.approval_ends_at <= now)
        .with_for_update(skip_locked=True)
    ).all()
    for campaign in late:
        change(
            connection, campaign, now, "aftercare", "campaign.not-approved",
            state=CampaignState.DRAFT, state_at=now, **NOT_APPROVED | noting(give(NOT_IN_TIME)),
        )  # fmt: skip
    return [campaign.id for campaign in late]
