"""Texts that a law pack has sent beside the processes: what confirms an opt-out, and the question for a consent."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from models.core.base import Base, enumeration, growing, table_info
from models.core.personal import Replaced, customers, erased
from models.core.retention import ForEver
from models.core.words import ChannelName, Purpose


class NoticeKind(StrEnum):
    """What a notice says."""

    OPTED_OUT = "opted-out"
    OPTED_IN = "opted-in"
    HELP = "help"
    CONSENT_QUESTION = "consent-question"
    """Whether the customer agrees to messages for a purpose. Consent counts from the answer."""


class NoticeState(StrEnum):
    """What became of a notice."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    """The channel refused it, or its time passed."""
    UNKNOWN = "unknown"
    """It may have gone out; it is not sent again."""


class LawNotice(Base):
    """One text of a law pack to one customer. It is the evidence of what a consent was given to."""

    __tablename__ = "law_notices"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    kind: Mapped[NoticeKind] = mapped_column(growing(NoticeKind))
    channel: Mapped[ChannelName] = mapped_column(growing(ChannelName))
    address: Mapped[str] = mapped_column(info=erased(Replaced("")))
    text: Mapped[str] = mapped_column(info=erased(Replaced("")))
    language: Mapped[str]
    purpose: Mapped[Purpose | None] = mapped_column(growing(Purpose))
    """Of a question: what consent is asked for."""
    made_at: Mapped[datetime]
    made_by: Mapped[str | None] = mapped_column(info=erased(Replaced(None)))
    """Who asked; null: a reply caused it."""
    valid_until: Mapped[datetime]
    state: Mapped[NoticeState] = mapped_column(enumeration(NoticeState))
    state_at: Mapped[datetime]
    reply_id: Mapped[int | None] = mapped_column(ForeignKey("replies.id"), unique=True)
    """What caused it."""
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("replies.id"))
    """Of a question: the reply that agreed."""

    __table_args__ = (
        Index("ix_law_notices_waiting", "made_at", postgresql_where=sql("state in ('waiting', 'sending')")),
        table_info(
            customers(
                "customer_id",
                "kind channel language purpose made_at valid_until state state_at reply_id answer_id",
            ),
            ForEver("one row per opt-out, and per consent that was asked for", "it is evidence of what was agreed to"),
        ),
    )
