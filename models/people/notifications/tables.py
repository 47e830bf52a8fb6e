"""The tables of word to staff. None of them holds anything of a customer once a message has gone."""

from datetime import datetime, time
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Time, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from models.core.base import WORD, Base, Facts, Key, enumeration, growing, table_info
from models.core.personal import kept, nobody, staff
from models.core.retention import ForEver, Purged
from models.people.notifications.words import StaffChannel, Topic, WordState

OF_STAFF = "of staff, not of customers; it goes with the row"
HELD_BACK = "it names a customer by an initial at most, and becomes null as soon as the message has gone or failed"


class StaffPreference(Base):
    """How a member of staff wants to hear of their work. Without a row: as the house has it."""

    __tablename__ = "staff_preferences"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    channels: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    """In the order in which they are tried; empty: none; null: those of the house."""
    wecom: Mapped[str | None] = mapped_column(info=kept(OF_STAFF))
    """Their WeCom id."""
    digest_at: Mapped[list[time] | None] = mapped_column(ARRAY(Time))
    """Store-local; some of the house's times; empty: no digest; null: all of them."""
    changed_at: Mapped[datetime]

    __table_args__ = (
        table_info(
            staff("channels digest_at changed_at"),
            ForEver("at most one row per member of staff", "it holds until they choose otherwise"),
        ),
    )


class StaffWordRules(Base):
    """What a store allows. Without a row: what is shipped (`models.people.notifications.rules.SHIPPED`)."""

    __tablename__ = "staff_word_rules"

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id", ondelete="CASCADE"), primary_key=True)
    channels: Mapped[list[str]] = mapped_column(ARRAY(Text))
    digest_at: Mapped[list[time]] = mapped_column(ARRAY(Time))
    quiet_from: Mapped[time]
    """Between `quiet_from` and `quiet_until`, store-local, nobody is told of anything; it may be over midnight."""
    quiet_until: Mapped[time]
    sheet_at: Mapped[time]
    """When departments get the sheet of the coming day, store-local."""

    __table_args__ = (
        table_info(
            nobody("channels digest_at"),
            ForEver("at most one row per store", "it holds until the store changes it"),
        ),
    )


class StaffMessage(Base):
    """One message to one member of staff. Its id is the idempotency key of channels that take one."""

    __tablename__ = "staff_messages"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=sql("gen_random_uuid()"))
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    channel: Mapped[StaffChannel] = mapped_column(growing(StaffChannel))
    tried: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=sql("'{}'"))
    """The channels that have rejected it."""
    state: Mapped[WordState] = mapped_column(enumeration(WordState))
    state_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(index=True)
    not_before: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(server_default="0")
    """By this channel."""
    resendable: Mapped[bool] = mapped_column(server_default="false")
    """The channel takes its id as a key, so that it may be handed over again."""
    subject: Mapped[str | None] = mapped_column(info=kept(HELD_BACK))
    text: Mapped[str | None] = mapped_column(info=kept(HELD_BACK))
    reason: Mapped[str | None] = mapped_column(WORD)
    reason_figures: Mapped[Facts | None] = mapped_column(JSONB, info=kept("what the channel said, about nobody"))
    message_id: Mapped[str | None] = mapped_column(info=kept("the provider's number of the message"))
    claimed_by: Mapped[int | None] = mapped_column(BigInteger)
    """The dispatcher that sends it; it holds an advisory lock for as long as it lives."""

    __table_args__ = (
        Index("ix_staff_messages_waiting", "not_before", postgresql_where=sql("state = 'waiting'")),
        Index("ix_staff_messages_claimed", "claimed_by", postgresql_where=sql("claimed_by is not null")),
        Index("ix_staff_messages_troubled", "state_at", postgresql_where=sql("state in ('failed', 'unknown')")),
        CheckConstraint("(claimed_by is not null) = (state = 'sending')", name="claimed_while_sending"),
        CheckConstraint("text is not null or state in ('sent', 'failed', 'unknown')", name="text_until_gone"),
        table_info(
            staff("channel tried state state_at created_at not_before attempts resendable reason claimed_by"),
            Purged(
                "a few rows per member of staff and day", "created_at", "staff_words",
                "nobody asks any more whether they were told",
            ),
        ),
    )  # fmt: skip


class StaffNotice(Base):
    """Something that a member of staff is told, once: unique by whom, of what, and of which moment of it."""

    __tablename__ = "staff_notices"

    id: Mapped[Key]
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    topic: Mapped[Topic] = mapped_column(growing(Topic))
    about: Mapped[int | None] = mapped_column(BigInteger)
    """The number of the inbound, the case, the department's notice or the sheet; null: the digest."""
    detail: Mapped[str | None] = mapped_column(WORD)
    """The level of a case's deadline."""
    at: Mapped[datetime]
    """The deadline, the moment of the change, or the time of the digest."""
    created_at: Mapped[datetime] = mapped_column(index=True)
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_messages.id"), index=True)
    """The message that tells it; null: none yet, or it was dropped."""
    dropped: Mapped[str | None] = mapped_column(WORD)
    """Why it was not told: it was settled meanwhile, or there is no way to reach them."""

    __table_args__ = (
        UniqueConstraint(
            "staff_id", "topic", "about", "detail", "at",
            name="uq_staff_notices_once", postgresql_nulls_not_distinct=True,
        ),
        Index(
            "ix_staff_notices_untold", "store_id", "staff_id",
            postgresql_where=sql("message_id is null and dropped is null"),
        ),
        table_info(
            staff("topic about detail at created_at dropped"),
            Purged(
                "a few rows per member of staff and day", "created_at", "staff_words",
                "what is older than a day is not told again anyway",
            ),
        ),
    )  # fmt: skip
