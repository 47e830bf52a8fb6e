"""What a reply to a campaign's message means: an answer to the campaign, and with an opt-out the end of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from sqlalchemy import ColumnElement, Connection, and_, select

from models.campaigns.tables import CampaignRecipient
from models.core.words import RECIPIENT, CampaignAnswer, ReplyMeaning
from models.ledger.tables import Touch
from tasks.subjects.recipient.answers import of_campaigns, record_answer
from tasks.subjects.replies import About, Led, Replies


class RepliesToCampaigns(Replies):
    """Whatever is written back to a campaign's message answers it."""

    kind = RECIPIENT
    answers_messages = True

    def take(
        self, connection: Connection, about: About, meaning: ReplyMeaning, customers: Sequence[int], now: datetime
    ) -> Led:
        """Keep the answer; an opt-out also ends what is to come of the campaign.

        That a customer is interested replaces what they said before; nothing else does, least of all an opt-out.
        """
        answer = answer_of(meaning)
        if answer is None:
            return Led()
        record_answer(connection, about.subject_id, answer, now, replaces=answer is CampaignAnswer.INTERESTED)
        ends = meaning is ReplyMeaning.STOP
        return Led(
            answer=answer,
            cancels=_to_come(about.subject_id, customers) if ends else None,
            figures={"campaign": "opted out"} if ends else {},
        )


REPLIES = RepliesToCampaigns()


def answer_of(meaning: ReplyMeaning) -> CampaignAnswer | None:
    """What a reply to a campaign's message answers; None: it is about something else."""
    match meaning:
        case ReplyMeaning.CONFIRM:
            return CampaignAnswer.INTERESTED
        case ReplyMeaning.STOP:
            return CampaignAnswer.NOT_INTERESTED
        case ReplyMeaning.OTHER_TIME | ReplyMeaning.UNREADABLE:
            return CampaignAnswer.REPLIED
        case ReplyMeaning.MARK | ReplyMeaning.START | ReplyMeaning.HELP | ReplyMeaning.AGREE:
            return None
        case _:
            assert_never(meaning)


def _to_come(recipient_id: int, customers: Sequence[int]) -> ColumnElement[bool]:
    """What is still to come of the recipient's campaign for some customers, by whatever channel.

    What is claimed already is stopped by the dispatch's last look, which reads the consent and the answer again.
    """
    campaign = select(CampaignRecipient.campaign_id).where(CampaignRecipient.id == recipient_id).scalar_subquery()
    theirs = select(CampaignRecipient.id).where(
        CampaignRecipient.campaign_id == campaign, CampaignRecipient.customer_id.in_(customers)
    )
    return and_(of_campaigns(), Touch.customer_id.in_(customers), Touch.subject_id.in_(theirs))
