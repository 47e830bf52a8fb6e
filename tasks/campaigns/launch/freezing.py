"""Freezing a campaign's recipients when it begins."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, Connection, Date, Time, case, func, literal, null, select, update
from sqlalchemy.dialects.postgresql import insert

from models.campaigns.plans import CampaignPlan, Launch, read_plan
from models.campaigns.tables import Campaign, CampaignRecipient
from models.core.base import enumeration
from models.core.cadence import ZONED, at_local, local_day, moment
from models.core.rows import AnyRow
from models.core.words import CampaignState, Wave
from models.people.tables import Customer, Store
from tasks.campaigns.audiences.counting import audience_of
from tasks.campaigns.launch.random_assignment import assign
from tasks.database.statistics import analyze_recipients

FREEZE_LOCK = 727_010
IN_ORDER = (Wave.CANARY, Wave.TRIAL, Wave.REST, Wave.CONTROL)


@dataclass(frozen=True, slots=True)
class Places:
    """The ranges of recipient ids of a campaign's waves."""

    after: int
    canary_to: int
    trial_to: int
    rest_to: int
    control_to: int

    def columns(self) -> dict[str, int]:
        """The columns of the campaign's row; nobody is planned yet."""
        return {
            "recipients_after": self.after,
            "planned_up_to": self.after,
            "canary_to": self.canary_to,
            "trial_to": self.trial_to,
            "rest_to": self.rest_to,
            "control_to": self.control_to,
        }


def freeze_recipients(connection: Connection, campaign: AnyRow, plan: CampaignPlan, now: datetime) -> int:
    """Store the current audience, in random order within its waves; returns its size.

    One campaign at a time, so that the ids of each are consecutive.
    """
    connection.execute(select(func.pg_advisory_xact_lock(FREEZE_LOCK)))
    assigned = assign(audience_of(plan.audience, now, campaign.store_id), plan, campaign.id).subquery("assigned")
    order = case({wave.value: place for place, wave in enumerate(IN_ORDER)}, value=assigned.c.wave)
    connection.execute(
        insert(CampaignRecipient).from_select(
            ["campaign_id", "customer_id", "wave", "variant", "anchor_at"],
            select(
                literal(campaign.id, BigInteger),
                assigned.c.customer_id,
                assigned.c.wave,
                assigned.c.variant,
                begins_for_each(plan.launch, campaign.launches_at),
            )
            .join_from(assigned, Customer, Customer.id == assigned.c.customer_id)
            .join(Store, Store.id == Customer.store_id)
            .order_by(order, assigned.c.place),
        )
    )
    analyze_recipients(connection)
    written = select(func.count()).where(CampaignRecipient.campaign_id == campaign.id)
    return connection.execute(written).scalar_one()


def begins_for_each(launch: Launch, launches_at: datetime) -> ColumnElement[datetime]:
    """When a campaign begins for a customer: at its moment, or at the customer's local hour."""
    if launch.day is None or launch.hour is None:
        return moment(launches_at)
    return at_local(literal(launch.day, Date), launch.hour, _clock())


def _clock() -> ColumnElement[str]:
    """The customer's time zone, if known."""
    return func.coalesce(Customer.time_zone, Store.time_zone)


def find_places(connection: Connection, campaign_id: int) -> Places:
    """The wave ranges of a campaign with frozen recipients."""
    ids = {
        row.wave: (row.first, row.last)
        for row in connection.execute(
            select(
                CampaignRecipient.wave,
                func.min(CampaignRecipient.id).label("first"),
                func.max(CampaignRecipient.id).label("last"),
            )
            .where(CampaignRecipient.campaign_id == campaign_id)
            .group_by(CampaignRecipient.wave)
        )
    }
    after = min(first for first, _ in ids.values()) - 1
    ends = [after]
    for wave in IN_ORDER:
        ends.append(ids[wave][1] if wave in ids else ends[-1])
    return Places(after, *ends[1:])


def let_begin(connection: Connection, campaign: AnyRow, up_to: int) -> None:
    """Set the start of the next recipients of a wave that was released later, and for the rest the winning variant."""
    let_go_at = {CampaignState.TRIAL: campaign.trial_at, CampaignState.REST: campaign.rest_at}.get(campaign.state)
    if let_go_at is not None:
        _begin_anew(connection, campaign, let_go_at, up_to)


def widen_first_wave(connection: Connection, campaign: AnyRow, more: int, now: datetime) -> None:
    """Move the next recipients, whose order is random, into the first wave, from `now` on."""
    up_to = campaign.canary_to + more
    _begin_anew(connection, campaign, now, up_to)
    connection.execute(
        update(CampaignRecipient)
        .where(
            CampaignRecipient.campaign_id == campaign.id,
            CampaignRecipient.id > campaign.canary_to,
            CampaignRecipient.id <= up_to,
        )
        .values(wave=literal(Wave.CANARY, enumeration(Wave)))
    )
    ends = {"canary_to": up_to, "trial_to": max(campaign.trial_to, up_to)}
    connection.execute(update(Campaign).where(Campaign.id == campaign.id).values(**ends))


def _begin_anew(connection: Connection, campaign: AnyRow, let_go_at: datetime, up_to: int) -> None:
    launch = read_plan(campaign.plan).launch
    begins: ColumnElement[datetime] = func.greatest(CampaignRecipient.anchor_at, moment(let_go_at), type_=ZONED)
    if launch.hour is not None:
        begins = _next_hour(begins, literal(launch.hour, Time))
    late = (CampaignRecipient.anchor_at < moment(let_go_at)) | CampaignRecipient.variant.is_(None)
    connection.execute(
        update(CampaignRecipient)
        .where(
            CampaignRecipient.campaign_id == campaign.id,
            CampaignRecipient.id > campaign.planned_up_to,
            CampaignRecipient.id <= up_to,
            CampaignRecipient.wave != literal(Wave.CONTROL, enumeration(Wave)),
            Customer.id == CampaignRecipient.customer_id,
            Store.id == Customer.store_id,
            late,
        )
        .values(
            anchor_at=begins,
            variant=func.coalesce(CampaignRecipient.variant, literal(campaign.winner) if campaign.winner else null()),
        )
    )


def _next_hour(since: ColumnElement[datetime], hour: object) -> ColumnElement[datetime]:
    """The first moment from `since` on with this local hour for the customer."""
    today = local_day(since, _clock())
    first = func.timezone(_clock(), today + hour, type_=ZONED)
    return case((first >= since, first), else_=func.timezone(_clock(), today + literal(1) + hour, type_=ZONED))
