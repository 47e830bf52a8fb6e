"""Listing and reading campaigns: the state of each, and what it waits for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Connection, literal, select, tuple_

from models.campaigns.plans import CampaignPlan, read_plan
from models.campaigns.states import OVER
from models.campaigns.tables import Campaign
from models.core.cadence import moment
from models.core.reasons import GivenReason, kept
from models.core.rows import AnyRow
from models.core.words import CampaignState, Wave
from models.ledger.tables import AuditEntry
from models.people.permissions import Permission
from tasks.access.reach import LARGEST_KEY, NotYours
from tasks.campaigns.authors import Author, reached_campaigns
from tasks.stores.actors import actor_name


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """One campaign of a list."""

    id: int
    name: str
    store: str | None
    """The store's code; None: all stores."""
    recipe: str | None
    state: CampaignState
    state_at: datetime
    author: str
    created_at: datetime
    launches_at: datetime | None
    paused_at: datetime | None
    held_reason: GivenReason | None
    notice: GivenReason | None
    approval_ends_at: datetime | None
    spent: Decimal
    budget: Decimal | None
    version: int


@dataclass(frozen=True, slots=True)
class CampaignRead:
    """One campaign with its plan."""

    row: CampaignRow
    plan: CampaignPlan
    fingerprint: str
    """The fingerprint of this plan, which an approval is bound to."""
    store_id: int | None
    approver: str | None
    approved_at: datetime | None
    approved_size: int | None
    launched_by: str | None
    paused_by: str | None
    held_at: datetime | None
    winner: str | None
    frozen_at: datetime | None
    finished_at: datetime | None
    waves: dict[Wave, int]
    """Recipients per wave, once it has begun."""
    planned: int
    """The number of recipients already planned."""
    prefect_run_id: UUID | None
    """The suspended flow run that waits for the approval."""


@dataclass(frozen=True, slots=True)
class CampaignPage:
    """One page of a list of campaigns."""

    items: list[CampaignRow]
    following: tuple[datetime, int] | None
    """The cursor for the next page; None: last page."""


@dataclass(frozen=True, slots=True)
class CampaignEvent:
    """One entry of a campaign's history."""

    at: datetime
    actor: str
    action: str
    before: dict[str, object] | None
    after: dict[str, object] | None


def list_campaigns(
    connection: Connection,
    author: Author,
    *,
    states: Sequence[CampaignState] = (),
    needing: bool = False,
    limit: int = 50,
    after: tuple[datetime, int] | None = None,
) -> CampaignPage:
    """The campaigns that someone can access, newest first, in some states or all. Raises `MayNot`.

    `needing`: only those that wait for a person, held automatically or not approved yet.
    """
    author.check(Permission.SEE_CAMPAIGNS)
    statement = reached_campaigns(author).order_by(Campaign.created_at.desc(), Campaign.id.desc()).limit(limit + 1)
    if states:
        statement = statement.where(Campaign.state.in_(states))
    if needing:
        held = Campaign.held_at.is_not(None) & Campaign.state.not_in(OVER)
        statement = statement.where(held | (Campaign.state == CampaignState.AWAITING_APPROVAL))
    if after is not None:
        statement = statement.where(
            tuple_(Campaign.created_at, Campaign.id) < tuple_(moment(after[0]), literal(after[1]))
        )
    rows = [_row(row) for row in connection.execute(statement)]
    last = rows[limit - 1] if len(rows) > limit else None
    return CampaignPage(rows[:limit], (last.created_at, last.id) if last else None)


def read_campaign(connection: Connection, author: Author, campaign_id: int) -> CampaignRead:
    """A campaign with its plan. Raises `MayNot`, `NotYours`."""
    author.check(Permission.SEE_CAMPAIGNS)
    if abs(campaign_id) > LARGEST_KEY:
        raise NotYours("campaign", campaign_id)
    found = connection.execute(reached_campaigns(author).where(Campaign.id == campaign_id)).one_or_none()
    if found is None:
        raise NotYours("campaign", campaign_id)
    plan = read_plan(found.plan)
    return CampaignRead(
        row=_row(found),
        plan=plan,
        fingerprint=plan.fingerprint,
        store_id=found.store_id,
        approver=found.approver,
        approved_at=found.approved_at,
        approved_size=found.approved_size,
        launched_by=found.launched_by,
        paused_by=found.paused_by,
        held_at=found.held_at,
        winner=found.winner,
        frozen_at=found.frozen_at,
        finished_at=found.finished_at,
        waves=_waves(found),
        planned=max(found.planned_up_to - found.recipients_after, 0),
        prefect_run_id=found.prefect_run_id,
    )


def list_events(connection: Connection, author: Author, campaign_id: int) -> list[CampaignEvent]:
    """The history of a campaign, latest first. Raises `MayNot`, `NotYours`."""
    read_campaign(connection, author, campaign_id)
    rows = connection.execute(
        select(AuditEntry.at, actor_name(AuditEntry.actor), AuditEntry.action, AuditEntry.before, AuditEntry.after)
        .where(AuditEntry.entity == "campaign", AuditEntry.entity_id == str(campaign_id))
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    )
    return [CampaignEvent(*row) for row in rows]


def _waves(row: AnyRow) -> dict[Wave, int]:
    """Recipients per wave, from the consecutive ids."""
    if row.frozen_at is None:
        return {}
    ends = {
        Wave.CANARY: (row.recipients_after, row.canary_to),
        Wave.TRIAL: (row.canary_to, row.trial_to),
        Wave.REST: (row.trial_to, row.rest_to),
        Wave.CONTROL: (row.rest_to, row.control_to),
    }
    return {wave: last - before for wave, (before, last) in ends.items() if last > before}


def _row(row: AnyRow) -> CampaignRow:
    said = {"held_reason": kept(row.held_reason, row.held_figures), "notice": kept(row.notice, row.notice_figures)}
    return CampaignRow(**({name: getattr(row, name) for name in CampaignRow.__slots__} | said))
