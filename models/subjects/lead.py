"""Leads: who may buy a car, how soon, and what became of it (R8)."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.core.base import Base, Key, enumeration, growing, table_info
from models.core.personal import ERASED, Replaced, customers, erased, kept
from models.core.retention import ForEver
from models.core.words import LeadState, LeadUrgency


class Lead(Base):
    """A customer who may buy a car. A lead that was lost says why."""

    __tablename__ = "leads"

    id: Mapped[Key]
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    key: Mapped[str] = mapped_column(info=kept("the next import finds the lead by it"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    urgency: Mapped[LeadUrgency] = mapped_column(growing(LeadUrgency))
    model: Mapped[str | None]
    """The model that the customer wants."""
    state: Mapped[LeadState] = mapped_column(enumeration(LeadState), server_default="open")
    lost_reason: Mapped[str | None] = mapped_column(info=erased(Replaced(ERASED, if_any=True)))
    created_on: Mapped[date]
    contacted_on: Mapped[date | None]
    """When the customer was last contacted about it; null: never."""
    state_on: Mapped[date | None]
    """Since when the state holds, the lead having been open before; null: always."""

    __table_args__ = (
        UniqueConstraint("store_id", "key"),
        CheckConstraint("state <> 'lost' or lost_reason is not null", name="lost_for_a_reason"),
        table_info(
            customers("customer_id", "urgency model state created_on contacted_on state_on"),
            ForEver("one row per lead", "lost leads are analysed over years"),
        ),
    )
