"""The measures that steer a running campaign: the canary's and the trial variants' results."""

from datetime import datetime
from typing import assert_never

from sqlalchemy import ColumnElement, Connection, Select, func, literal, or_, select

from models.campaigns.measures import REACHED, TOLD, CanaryMeasure, VariantMeasure
from models.campaigns.tables import Campaign, CampaignRecipient, CampaignVariant
from models.core.base import WORD
from models.core.cadence import moment
from models.core.words import CAMPAIGNS, RECIPIENT, TouchState, Wave, WinnerBy
from models.ledger.tables import Touch
from tasks.campaigns.audiences.behaviour import answered_well, booked, complained, opted_out
from tasks.subjects.recipient.facts import FIRST_STEP

TO_COME = (TouchState.PLANNED, TouchState.AWAITING_APPROVAL, TouchState.CLAIMED, TouchState.SENDING)


def measure_steering(connection: Connection, campaign_id: int, now: datetime) -> CanaryMeasure:
    """What decides whether a campaign goes on: its first wave, and its trial once that has begun.

    What somebody reviewed and let go before the trial is not held against the trial. When the rest has begun, it is
    the measure by which that was decided.
    """
    campaign = connection.execute(
        select(Campaign.trial_at, Campaign.rest_at, Campaign.let_go_at).where(Campaign.id == campaign_id)
    ).one()
    until = min(now, campaign.rest_at) if campaign.rest_at is not None else now
    if campaign.trial_at is None:
        return measure_canary(connection, campaign_id, until)
    reviewed = campaign.let_go_at is not None and campaign.let_go_at < campaign.trial_at
    waves = (Wave.TRIAL,) if reviewed else (Wave.CANARY, Wave.TRIAL)
    return measure_canary(connection, campaign_id, until, waves)


def measure_canary(
    connection: Connection, campaign_id: int, now: datetime, waves: tuple[Wave, ...] = (Wave.CANARY,)
) -> CanaryMeasure:
    """The results of the first wave, or of some waves, by `now`."""
    told = Touch.state.in_(TOLD)
    reached = Touch.state.in_(REACHED)
    of_wave = _messages(campaign_id).where(CampaignRecipient.wave.in_(waves))
    row = connection.execute(
        of_wave.with_only_columns(
            func.count().filter(told).label("told"),
            func.count().filter(or_(_not_planned_yet(), Touch.state.in_(TO_COME))).label("open"),
            func.count().filter(Touch.state == TouchState.FAILED).label("failed"),
            func.max(Touch.contacted_at).filter(told).label("last_contact_at"),
        )
    ).one()
    until = moment(now)
    left = _count(connection, of_wave.where(reached, opted_out(Touch.purpose, Touch.contacted_at, until)))
    angry = _count(connection, of_wave.where(reached, complained(Touch.contacted_at, until)))
    return CanaryMeasure(row.told, row.open, row.failed, left, angry, row.last_contact_at)


def measure_trial(connection: Connection, campaign_id: int, by: WinnerBy, now: datetime) -> list[VariantMeasure]:
    """Each variant's results by `now` among the canary and the trial, which were assigned at random."""
    tried = CampaignRecipient.wave.in_((Wave.CANARY, Wave.TRIAL))
    told = _messages(campaign_id).where(tried, Touch.state.in_(TOLD))
    keys = connection.scalars(
        select(CampaignVariant.variant)
        .where(CampaignVariant.campaign_id == campaign_id)
        .order_by(CampaignVariant.variant)
    )
    everybody, good = _by_variant(connection, told), _by_variant(connection, told.where(_did_well(by, now)))
    return [VariantMeasure(key, everybody.get(key, 0), good.get(key, 0)) for key in keys]


def _did_well(by: WinnerBy, now: datetime) -> ColumnElement[bool]:
    """The measure of a variant, for one contacted recipient."""
    since, until = CampaignRecipient.anchor_at, moment(now)
    match by:
        case WinnerBy.ANSWERED:
            return answered_well(until)
        case WinnerBy.BOOKED:
            return booked(since, until)
        case WinnerBy.STAYED:
            return ~opted_out(Touch.purpose, since, until)
        case _:
            assert_never(by)


def _messages(campaign_id: int) -> Select[tuple[int]]:
    """The recipients of a campaign, with their planned messages."""
    return (
        select(CampaignRecipient.id)
        .join_from(CampaignRecipient, Campaign, Campaign.id == CampaignRecipient.campaign_id)
        .outerjoin(
            Touch,
            (Touch.subject_kind == literal(RECIPIENT, WORD))
            & (Touch.subject_id == CampaignRecipient.id)
            & (Touch.process == literal(CAMPAIGNS))
            & (Touch.step == literal(FIRST_STEP)),
        )
        .where(CampaignRecipient.campaign_id == campaign_id)
    )


def _not_planned_yet() -> ColumnElement[bool]:
    return Touch.id.is_(None) & (CampaignRecipient.id > Campaign.planned_up_to)


def _count(connection: Connection, rows: Select[tuple[int]]) -> int:
    return connection.execute(rows.with_only_columns(func.count())).scalar_one()


def _by_variant(connection: Connection, rows: Select[tuple[int]]) -> dict[str, int]:
    counted = rows.with_only_columns(CampaignRecipient.variant, func.count().label("customers"))
    return {row.variant: row.customers for row in connection.execute(counted.group_by(CampaignRecipient.variant))}
