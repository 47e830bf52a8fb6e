"""What becomes of a reply that no rule has settled: it goes to a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, and_, select

from models.campaigns.tables import Campaign, CampaignRecipient
from models.core.words import RECIPIENT, ChannelName, ReplyMeaning, Role
from models.inbound.reading import Reading
from models.inbound.words import InboundKind, InboundWay, Suggestion
from models.ledger.tables import Touch
from models.messages.replies import is_doubtful
from models.people.permissions import Permission, may
from tasks.inbound.recording import REPLY, NewInbound, record_inbound

BY_WORD = "word"
"""The rule of an opt-out that is a word which everybody agrees on."""
STOPPED = Reading(Suggestion.REVOCATION, BY_WORD, clear=True)


@dataclass(frozen=True, slots=True)
class UnsettledReply:
    """A reply, and what the rules made of it."""

    reply_id: int
    sender: str
    channel: ChannelName
    text: str
    meaning: ReplyMeaning
    customers: Sequence[int]
    """All who have the sender's address."""
    about_whom: int | None
    """Whom it is about, where that is certain."""
    appointment_id: int | None
    touch_id: UUID | None
    """What was said to the sender last."""
    settled: bool
    interested: bool
    reading: Reading | None


def hand_to_a_person(connection: Connection, reply: UnsettledReply, now: datetime) -> None:
    """Record what somebody must answer. A confirmed visit and a plain opt-out of a known customer need nobody."""
    kind, reading = _kind(reply), reply.reading
    if kind is InboundKind.REVOCATION and reading is None:
        reading = STOPPED
    if reply.settled or (reading is STOPPED and reply.customers and not is_doubtful(reply.text)):
        return
    alone = reply.customers[0] if len(reply.customers) == 1 else None
    record_inbound(
        connection,
        NewInbound(
            way=InboundWay.REPLY,
            text=reply.text,
            received_at=now,
            source=REPLY,
            source_key=str(reply.reply_id),
            kind=kind,
            customer_id=reply.about_whom or alone,
            sender=reply.sender,
            channel=reply.channel,
            reply_id=reply.reply_id,
            appointment_id=reply.appointment_id,
            touch_id=reply.touch_id,
            role=_role_of_plan(connection, reply.touch_id) if reply.interested else None,
            reading=reading,
            acted_on=reply.meaning is ReplyMeaning.STOP and bool(reply.customers),
        ),
        now,
    )


def _role_of_plan(connection: Connection, touch_id: UUID | None) -> Role | None:
    """Who makes the calls of the campaign's follow-up, if they work the inbox: who is interested is theirs, too."""
    plans = (
        select(Campaign.plan["follow_up"]["role"].astext)
        .join(CampaignRecipient, CampaignRecipient.campaign_id == Campaign.id)
        .join(Touch, and_(Touch.subject_kind == RECIPIENT, Touch.subject_id == CampaignRecipient.id))
        .where(Touch.id == touch_id)
    )
    named = connection.scalar(plans)
    role = Role(named) if named in set(Role) else None
    return role if role is not None and may(role, Permission.WORK_INBOX) else None


def _kind(reply: UnsettledReply) -> InboundKind | None:
    """The kind, where the meaning says it; None: as the text reads."""
    if reply.interested:
        return InboundKind.INTEREST
    match reply.meaning:
        case ReplyMeaning.STOP:
            return InboundKind.REVOCATION
        case ReplyMeaning.OTHER_TIME:
            return InboundKind.BOOKING
        case _:
            return None
