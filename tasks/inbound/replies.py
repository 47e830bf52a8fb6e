"""What becomes of a reply that no rule has settled: it goes to a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from models.core.words import ChannelName, ReplyMeaning
from models.inbound.reading import Reading
from models.inbound.words import InboundKind, InboundWay, Suggestion
from models.messages.replies import is_doubtful
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
            reading=reading,
            acted_on=reply.meaning is ReplyMeaning.STOP and bool(reply.customers),
        ),
        now,
    )


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
