"""Accounts, what they owe, what they paid, and what they promised. Money is numeric with a currency."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import CHAR

from models.core.base import Base, Key, Money, enumeration, table_info
from models.core.personal import blanked, customers, kept
from models.core.retention import ForEver
from models.core.words import InvoiceKind, InvoiceStatus

IN_THE_BOOKS = "the books are kept by law, and this is the number by which they and the source name it"
OF_THE_BOOKS = "accounting records: the source system and the law decide about them"


class Account(Base):
    """What one customer owes one store, over all currencies. Chased as a whole, with one statement."""

    __tablename__ = "accounts"

    id: Mapped[Key]
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    key: Mapped[str] = mapped_column(info=kept(IN_THE_BOOKS))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    held_since: Mapped[date | None]
    """On hold: no further credit (R4)."""
    hold_reason: Mapped[str | None] = mapped_column(info=blanked())

    __table_args__ = (
        UniqueConstraint("store_id", "key"),
        table_info(
            customers("customer_id", "held_since"), ForEver("one row per customer who buys on account", OF_THE_BOOKS)
        ),
    )


class Invoice(Base):
    """An invoice, or a credit note, which takes from what is owed. Amounts are positive for both."""

    __tablename__ = "invoices"

    id: Mapped[Key]
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    key: Mapped[str] = mapped_column(info=kept(IN_THE_BOOKS))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[InvoiceKind] = mapped_column(enumeration(InvoiceKind), server_default="invoice")
    issued_on: Mapped[date | None]
    due_on: Mapped[date]
    amount: Mapped[Money] = mapped_column(CheckConstraint("amount > 0", name="amount"))
    currency: Mapped[str] = mapped_column(CHAR(3))
    status: Mapped[InvoiceStatus] = mapped_column(enumeration(InvoiceStatus), server_default="open")
    status_on: Mapped[date | None]
    """Since when the status holds; null: always."""
    settled_on: Mapped[date | None]
    """Derived: the day its own payments reached its amount, or that its status settled or voided it. Narrows a
    sweep; what is owed is always netted afresh."""

    __table_args__ = (
        UniqueConstraint("store_id", "key"),
        Index("ix_invoices_account_id", "account_id"),
        Index("ix_invoices_settled_on_due_on", "settled_on", "due_on"),
        table_info(
            customers("account_id", "kind issued_on due_on amount currency status status_on settled_on"),
            ForEver("one row per invoice", OF_THE_BOOKS),
        ),
    )


class Payment(Base):
    """Money received: for one invoice, or on account, when it covers the oldest invoices first."""

    __tablename__ = "payments"

    id: Mapped[Key]
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    key: Mapped[str] = mapped_column(info=kept(IN_THE_BOOKS))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoices.id"), index=True)
    paid_on: Mapped[date]
    amount: Mapped[Money] = mapped_column(CheckConstraint("amount > 0", name="amount"))
    currency: Mapped[str] = mapped_column(CHAR(3))

    __table_args__ = (
        UniqueConstraint("store_id", "key"),
        table_info(customers("account_id", "paid_on amount currency"), ForEver("one row per payment", OF_THE_BOOKS)),
    )


class Promise(Base):
    """A promise to pay by a day. It pauses chasing until then."""

    __tablename__ = "promises"

    id: Mapped[Key]
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    key: Mapped[str] = mapped_column(info=kept(IN_THE_BOOKS))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    made_on: Mapped[date]
    promised_for: Mapped[date]
    amount: Mapped[Decimal | None] = mapped_column(CheckConstraint("amount > 0", name="amount"))
    currency: Mapped[str | None] = mapped_column(CHAR(3))

    __table_args__ = (
        UniqueConstraint("store_id", "key"),
        CheckConstraint("made_on <= promised_for", name="made_before"),
        CheckConstraint("(amount is null) = (currency is null)", name="amount_has_currency"),
        table_info(
            customers("account_id", "made_on promised_for amount currency"),
            ForEver("one row per promise", "it explains why dunning paused"),
        ),
    )
