"""The table of everything that customers say by themselves."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from models.core.base import WORD, Base, Key, enumeration, growing, table_info
from models.core.personal import Replaced, blanked, customers, erased, kept
from models.core.retention import ForEver
from models.core.words import ChannelName, Role
from models.inbound.words import AnswerWay, InboundKind, InboundState, InboundWay, Suggestion

NOT_ANSWERED = "state <> 'answered'"
"""As it stands in the conditions of the indexes, word by word."""


class Inbound(Base):
    """Something that a customer said by themselves, by whatever channel, with a person responsible and a deadline."""

    __tablename__ = "inbound"

    id: Mapped[Key]
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    """The customer's store; of an unknown sender, the one that was named, or the first."""
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    """Null: the sender is not known, or several customers share the number."""
    way: Mapped[InboundWay] = mapped_column(growing(InboundWay))
    channel: Mapped[ChannelName | None] = mapped_column(growing(ChannelName))
    """Of a reply: the channel that it came by."""
    sender: Mapped[str | None] = mapped_column(info=blanked())
    """A phone number (E.164), an address or a WeChat id; null: it did not come from one."""
    kind: Mapped[InboundKind] = mapped_column(growing(InboundKind))
    text: Mapped[str] = mapped_column(info=erased(Replaced("")))
    """What was said."""
    source: Mapped[str] = mapped_column(WORD)
    """What it was taken from, such as `reply`, `appointment`, `survey`, `hand` or `api`."""
    source_key: Mapped[str] = mapped_column(info=kept("by it the same is not taken again"))
    """The number of that row, or the source's own key. With `source`, it is taken only once."""
    reply_id: Mapped[int | None] = mapped_column(ForeignKey("replies.id"))
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointments.id"))
    touch_id: Mapped[UUID | None] = mapped_column(ForeignKey("touches.id"))
    """The contact that it answers."""
    wanted_at: Mapped[datetime | None]
    """The time asked for."""
    received_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """Who wrote it down; null: it came by itself."""
    state: Mapped[InboundState] = mapped_column(enumeration(InboundState))
    role: Mapped[Role] = mapped_column(growing(Role))
    """Whose work it is, if the responsible person is away."""
    responsible_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """Null: the store has nobody active who could be."""
    due_at: Mapped[datetime]
    """The deadline of the answer."""
    escalated_at: Mapped[datetime | None]
    """When it went to the manager because the deadline had passed."""
    word: Mapped[str | None] = mapped_column(info=blanked())
    """With what words it was last handed over."""
    suggested: Mapped[Suggestion | None] = mapped_column(growing(Suggestion))
    suggested_by: Mapped[str | None] = mapped_column(WORD)
    """The rule that read it so."""
    acted_on: Mapped[bool] = mapped_column(server_default="false")
    """The suggestion was clear and has been carried out: the customer was opted out."""
    confirmed: Mapped[bool | None]
    """What staff said of the suggestion; null: nothing yet."""
    taken_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """Null with `answered_at`: the facts answered it, such as a visit that the store agreed on."""
    answered_how: Mapped[AnswerWay | None] = mapped_column(growing(AnswerWay))
    answer: Mapped[str | None] = mapped_column(info=blanked())
    """The message to the customer, or what was said and done in words."""
    answer_channel: Mapped[ChannelName | None] = mapped_column(growing(ChannelName))
    """Of an answer by message."""
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    """The case that it became."""
    version: Mapped[int] = mapped_column(server_default="1")
    """Version counter for optimistic locking: a change based on an older version is refused."""

    __table_args__ = (
        UniqueConstraint("source", "source_key", name="uq_inbound_once"),
        # The lists: of all stores, of one store, of one person, and of nobody; the earliest deadline first.
        Index("ix_inbound_open", "due_at", "id", postgresql_where=sql(NOT_ANSWERED)),
        Index("ix_inbound_open_of_store", "store_id", "due_at", "id", postgresql_where=sql(NOT_ANSWERED)),
        Index("ix_inbound_open_of_staff", "responsible_id", "due_at", "id", postgresql_where=sql(NOT_ANSWERED)),
        Index(
            "ix_inbound_open_of_nobody",
            "store_id",
            "due_at",
            "id",
            postgresql_where=sql(f"{NOT_ANSWERED} and responsible_id is null"),
        ),
        Index("ix_inbound_not_escalated", "due_at", postgresql_where=sql(f"{NOT_ANSWERED} and escalated_at is null")),
        Index("ix_inbound_of_open_appointments", "appointment_id", postgresql_where=sql(NOT_ANSWERED)),
        Index("ix_inbound_unknown_sender", "sender", postgresql_where=sql("customer_id is null")),
        Index("ix_inbound_customer_id", "customer_id"),
        Index("ix_inbound_answered_at", "answered_at", "id"),
        CheckConstraint("(state = 'answered') = (answered_at is not null)", name="answered_at"),
        CheckConstraint("(answered_at is not null) = (answered_how is not null)", name="answered_how"),
        table_info(
            customers(
                "customer_id",
                "way channel kind source wanted_at received_at state role due_at escalated_at suggested suggested_by "
                "acted_on confirmed taken_at answered_at answered_how answer_channel version",
                sender="sender",
            ),
            ForEver("one row per thing that a customer says", "it says what was asked for, and that it was answered"),
        ),
    )
