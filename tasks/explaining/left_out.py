"""Why a customer is not in a campaign's audience: the conditions that do not hold."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, exists, or_, select

from models.campaigns.audience_words import audience_phrase
from models.campaigns.audiences import AudienceRule, unmet, whole_and_parts_of
from models.campaigns.plans import read_plan
from models.campaigns.states import UNDER_WAY
from models.campaigns.tables import Campaign, CampaignRecipient
from models.core.cadence import moment
from models.core.reasons import MOMENT, PHRASE, TEXT, GivenReason, declare, give
from models.core.rows import AnyRow
from models.core.words import CampaignState, Language
from models.people.tables import Customer
from tasks.campaigns.audiences.choices import read_names
from tasks.campaigns.audiences.counting import truths_of

TOLD_OF = timedelta(days=30)
"""How long after its end a campaign is still explained."""
MOST = 10
LANGUAGES: tuple[Language, Language] = ("en", "zh-CN")
UNMET = declare("conditions-not-met", campaign=TEXT, conditions=PHRASE)
TOO_LATE = declare("conditions-met-too-late", campaign=TEXT, began=MOMENT)


def remarks_of_left_out(connection: Connection, customer_id: int, now: datetime) -> list[GivenReason]:
    """One remark per recent campaign without the customer, latest first."""
    return [_remark(connection, campaign, customer_id, now) for campaign in _without(connection, customer_id, now)]


def _without(connection: Connection, customer_id: int, now: datetime) -> list[AnyRow]:
    in_it = exists().where(CampaignRecipient.campaign_id == Campaign.id, CampaignRecipient.customer_id == customer_id)
    their_store = select(Customer.store_id).where(Customer.id == customer_id).scalar_subquery()
    of_late = (Campaign.state == CampaignState.FINISHED) & (Campaign.finished_at > moment(now - TOLD_OF))
    return list(
        connection.execute(
            select(Campaign.name, Campaign.plan, Campaign.frozen_at)
            .where(
                Campaign.frozen_at <= moment(now),
                Campaign.state.in_(UNDER_WAY) | of_late,
                or_(Campaign.store_id.is_(None), Campaign.store_id == their_store),
                ~in_it,
            )
            .order_by(Campaign.frozen_at.desc())
            .limit(MOST)
        )
    )


def _remark(connection: Connection, campaign: AnyRow, customer_id: int, now: datetime) -> GivenReason:
    rule: AudienceRule = read_plan(campaign.plan).audience
    missing = unmet(rule, truths_of(connection, customer_id, whole_and_parts_of(rule), now))
    if not missing:
        return give(TOO_LATE, campaign=campaign.name, began=campaign.frozen_at.isoformat())
    names = read_names(connection, rule)
    phrase = {said: "; ".join(audience_phrase(one, said, names) for one in missing) for said in LANGUAGES}
    return give(UNMET, campaign=campaign.name, conditions=phrase)
