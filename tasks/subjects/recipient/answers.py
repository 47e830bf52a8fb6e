"""What recipients answer to a campaign: by a reply, at their page, or by opting out."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, select, update

from models.campaigns.tables import CampaignRecipient
from models.core.words import CAMPAIGNS, RECIPIENT, CampaignAnswer
from models.ledger.tables import Touch
from tasks.ledger import audit


def record_answer(
    connection: Connection, recipient_id: int, answer: CampaignAnswer, now: datetime, *, replaces: bool = True
) -> bool:
    """Keep what a recipient answers, in place of an earlier answer or only where there is none; whether it is news."""
    before = connection.execute(
        select(CampaignRecipient.__table__).where(CampaignRecipient.id == recipient_id).with_for_update()
    ).one()
    if before.answer == answer or (before.answer is not None and not replaces):
        return False
    connection.execute(
        update(CampaignRecipient).where(CampaignRecipient.id == recipient_id).values(answer=answer, answered_at=now)
    )
    actor = f"customer:{before.customer_id}"
    was = {"answer": before.answer} if before.answer else None
    what = {"answer": answer, "recipient": recipient_id}
    audit.record(connection, now, actor, "campaign.answered", "campaign", before.campaign_id, was, what)
    return True


def of_campaigns() -> ColumnElement[bool]:
    """Touches of campaigns."""
    return and_(Touch.process == CAMPAIGNS, Touch.subject_kind == RECIPIENT)
