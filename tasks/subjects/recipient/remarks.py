"""What there is to say of a customer in the audience of a campaign, beside the touches."""

from sqlalchemy import Connection, RowMapping, select

from models.campaigns.states import UNDER_WAY
from models.campaigns.tables import Campaign, CampaignRecipient
from models.core.reasons import TEXT, WORD, GivenReason, ReasonCode, declare, give, kept
from models.core.words import Wave

HELD_OUT = declare("held-out", campaign=TEXT)
IN_AUDIENCE = declare("in-audience", campaign=TEXT)
ANSWERED = declare("answered", answer=WORD)
PAUSED = declare("campaign-paused-by", campaign=TEXT, login=TEXT)
HELD = declare("campaign-stopped-by-itself", campaign=TEXT)
WAVE_TO_COME = declare("wave-not-begun")


def remarks_of_recipient(connection: Connection, row: RowMapping) -> list[GivenReason]:
    """Which part of the audience they are, what they answered, and what keeps the campaign from going on."""
    if row["wave"] == Wave.CONTROL:
        return [give(HELD_OUT, campaign=row["campaign"])]
    answer = [give(ANSWERED, answer=row["answer"])] if row["answer"] else []
    return [give(IN_AUDIENCE, campaign=row["campaign"]), *answer, *_stopped(connection, row["campaign_id"])]


def _stopped(connection: Connection, campaign_id: int) -> list[GivenReason]:
    """Nothing of one that is over: it does not wait for anybody."""
    campaign = connection.execute(
        select(Campaign.name, Campaign.paused_by, Campaign.held_reason, Campaign.held_figures).where(
            Campaign.id == campaign_id
        )
    ).one()
    why = kept(campaign.held_reason, campaign.held_figures)
    paused = [give(PAUSED, campaign=campaign.name, login=campaign.paused_by)] if campaign.paused_by else []
    held = [give(HELD, campaign=campaign.name), why] if why else []
    return paused + held


def waits_for_wave(connection: Connection, recipient_id: int) -> ReasonCode | None:
    """Why nothing is planned yet for a recipient of a campaign that is under way; None: it is, or will not be."""
    to_come = connection.scalar(
        select(CampaignRecipient.id)
        .join(Campaign, Campaign.id == CampaignRecipient.campaign_id)
        .where(
            CampaignRecipient.id == recipient_id,
            CampaignRecipient.id > Campaign.planned_up_to,
            CampaignRecipient.wave != Wave.CONTROL,
            Campaign.state.in_(UNDER_WAY),
        )
    )
    return WAVE_TO_COME if to_come is not None else None
