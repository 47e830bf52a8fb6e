"""Recipients' answers to a campaign: by reply, on their page, or by opting out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, assert_never

from sqlalchemy import ColumnElement, Connection, and_, select, update

from models.campaigns.tables import CampaignRecipient
from models.core.reasons import GivenReason
from models.core.words import CAMPAIGNS, RECIPIENT, CampaignAnswer, Gate, ReplyMeaning
from models.ledger.tables import Touch
from tasks import audit
from tasks.touches.picking import cancel_touches


def answer_of(meaning: ReplyMeaning) -> CampaignAnswer | None:
    """The answer in a reply to a campaign's message; None: it is about something else."""
    match meaning:
        case ReplyMeaning.CONFIRM:
            return CampaignAnswer.INTERESTED
        case ReplyMeaning.STOP:
            return CampaignAnswer.NOT_INTERESTED
        case ReplyMeaning.OTHER_TIME | ReplyMeaning.UNREADABLE:
            return CampaignAnswer.REPLIED
        case ReplyMeaning.MARK:
            return None
        case _:
            assert_never(meaning)


def record_answer(
    connection: Connection, recipient_id: int, answer: CampaignAnswer, now: datetime, *, replaces: bool = True
) -> bool:
    """Store a recipient's answer, replacing an earlier one or only if there is none; returns whether it changed."""
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


def call_off(
    connection: Connection, recipient_id: int, customers: Sequence[int], reason: GivenReason, now: datetime
) -> int:
    """Cancel a campaign's pending touches for some customers, on any channel; returns how many.

    Claimed touches are stopped by the dispatch's last look, which reads consent and answer again.
    """
    campaign = select(CampaignRecipient.campaign_id).where(CampaignRecipient.id == recipient_id).scalar_subquery()
    theirs = select(CampaignRecipient.id).where(
        CampaignRecipient.campaign_id == campaign, CampaignRecipient.customer_id.in_(customers)
    )
    to_come = and_(of_campaigns(), Touch.customer_id.in_(customers), Touch.subject_id.in_(theirs))
    return cancel_touches(connection, to_come, Gate.CONSENT, reason, now, {"campaign": "opted out"})


def of_campaigns() -> ColumnElement[Any]:
    """Touches of campaigns."""
    return and_(Touch.process == CAMPAIGNS, Touch.subject_kind == RECIPIENT)
