"""What was arranged with a customer about an account: a dispute, a block, or instalments. Chasing waits for its end."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import CHAR

from models.core.base import Base, Key, Money, growing, table_info
from models.core.personal import blanked, customers, kept
from models.core.retention import ForEver


class ArrangementKind(StrEnum):
    """Why chasing waits."""

    DISPUTE = "dispute"
    """The customer contests what is claimed: all of it, or one invoice."""
    BLOCK = "block"
    """Nobody chases until a day."""
    INSTALMENTS = "instalments"
    """What is owed is paid in parts. It holds for as long as the parts come."""


class Arrangement(Base):
    """One arrangement. It runs from its first to its last day, both included, unless it was ended before."""

    __tablename__ = "account_arrangements"

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id"))
    """The account's, of an arrangement that another system names by a key."""
    key: Mapped[str | None] = mapped_column(info=kept("the next import finds the row by it"))
    """The key in the source; null: it was set by hand."""
    kind: Mapped[ArrangementKind] = mapped_column(growing(ArrangementKind))
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoices.id"))
    """Of a dispute: the invoice that is contested; null: the whole account."""
    currency: Mapped[str | None] = mapped_column(CHAR(3))
    """Of instalments."""
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    reason: Mapped[str | None] = mapped_column(info=blanked())
    set_at: Mapped[datetime]
    set_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    ended_on: Mapped[date | None]
    """From this day on it counts no more."""
    end_reason: Mapped[str | None] = mapped_column(info=blanked())
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    __table_args__ = (
        CheckConstraint("starts_on <= ends_on", name="starts_before_end"),
        UniqueConstraint("store_id", "key"),
        Index("ix_account_arrangements_invoice_id", "invoice_id", postgresql_where=text("invoice_id is not null")),
        table_info(
            customers("account_id", "kind currency starts_on ends_on set_at ended_on"),
            ForEver("one row per arrangement", "it explains why dunning paused"),
        ),
    )


class Instalment(Base):
    """One part of a plan to pay in instalments."""

    __tablename__ = "account_instalments"

    arrangement_id: Mapped[int] = mapped_column(
        ForeignKey("account_arrangements.id", ondelete="CASCADE"), primary_key=True
    )
    due_on: Mapped[date] = mapped_column(primary_key=True)
    amount: Mapped[Money]

    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        table_info(
            customers("arrangement_id", "due_on amount"),
            ForEver("one row per instalment", "it explains why dunning paused"),
        ),
    )
