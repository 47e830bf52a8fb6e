"""What there is to say of a customer in the audience of a campaign, beside the touches."""

from sqlalchemy import Connection, Row, RowMapping, select

from models.campaigns.states import UNDER_WAY
from models.campaigns.tables import Campaign, CampaignRecipient
from models.core.sentences import Sentence
from models.core.words import Wave

HELD_OUT = "Held out of '{campaign}' at random, as one of its control group: told nothing."
IN_AUDIENCE = "In the audience of '{campaign}'."
ANSWERED = "Answered: {answer}."
PAUSED = "'{campaign}' was paused by {login}: nothing more of it goes out until it is resumed."
HELD = "'{campaign}' has stopped by itself: nothing more of it goes out until somebody lets it go on."
WAVE_TO_COME = "its wave has not begun"


def remarks_of_recipient(connection: Connection, row: RowMapping) -> list[Sentence]:
    """Which part of the audience they are, what they answered, and what keeps the campaign from going on."""
    if row["wave"] == Wave.CONTROL:
        return [Sentence(HELD_OUT, campaign=row["campaign"])]
    answer = [Sentence(ANSWERED, answer=row["answer"])] if row["answer"] else []
    return [Sentence(IN_AUDIENCE, campaign=row["campaign"]), *answer, *_stopped(connection, row["campaign_id"])]


def _stopped(connection: Connection, campaign_id: int) -> list[Sentence]:
    """Nothing of one that is over: it does not wait for anybody."""
    campaign: Row[tuple[str, str | None, str | None]] = connection.execute(
        select(Campaign.name, Campaign.paused_by, Campaign.held_reason).where(Campaign.id == campaign_id)
    ).one()
    paused = [Sentence(PAUSED, campaign=campaign.name, login=campaign.paused_by)] if campaign.paused_by else []
    held = [Sentence(HELD, campaign=campaign.name), Sentence(campaign.held_reason)] if campaign.held_reason else []
    return paused + held


def waits_for_wave(connection: Connection, recipient_id: int) -> str | None:
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
