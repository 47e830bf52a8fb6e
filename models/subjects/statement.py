"""Statements of accounts: once a month, what is open, for the customer's own bookkeeping to agree or differ (R4)."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.core.base import Base, Key, table_info
from models.core.personal import blanked, customers
from models.core.reasons import declare
from models.core.retention import ForEver
from models.core.words import Condition, LinkPurpose, SubjectKind
from models.kits.contract import FactsRow, LinkOffer, SubjectTraits, Variables
from models.messages.letters import write_day, write_money
from models.subjects.account import OF_THE_BOOKS

KIND = SubjectKind("statement")

NOT_ANSWERED = Condition("statement-not-answered")
"""The customer has neither agreed nor differed."""
STATEMENT = LinkPurpose("statement")
STATEMENT_LASTS = timedelta(days=60)
LONGEST_DIFFERENCE = 1000
"""The maximum length of what a customer writes of a difference, in characters."""
SETTLED_WITHIN = timedelta(days=30)
"""So long a difference keeps an account from being chased, unless it is settled before."""


class AccountStatement(Base):
    """What was open of an account at the beginning of a month, as the customer is told, and what they say of it."""

    __tablename__ = "account_statements"

    id: Mapped[Key]
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    month: Mapped[date]
    """The first day of the month."""
    made_at: Mapped[datetime]
    totals: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """What is open, by currency, as texts."""
    invoices: Mapped[list[Any]] = mapped_column(JSONB)
    """Each open invoice, as `models.subjects.owing` reads it."""
    answered_at: Mapped[datetime | None]
    agrees: Mapped[bool | None]
    """Null: the customer has not answered."""
    difference: Mapped[str | None] = mapped_column(info=blanked())
    """In the customer's words."""
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    """Where the difference is settled."""

    __table_args__ = (
        UniqueConstraint("account_id", "month"),
        CheckConstraint("(answered_at is null) = (agrees is null)", name="answered"),
        Index("ix_account_statements_month", "month", "store_id"),
        Index("ix_account_statements_not_answered", "month", postgresql_where=text("answered_at is null")),
        table_info(
            customers("customer_id", "month made_at totals invoices answered_at agrees"),
            ForEver("one row per contract customer's account and month", OF_THE_BOOKS),
        ),
    )


def _write(language: str, facts: FactsRow) -> Variables:
    totals = facts["totals"] or {}
    return {
        "account": facts["account"],
        "date": write_day(facts["day"], language),
        "total": " + ".join(write_money(Decimal(totals[currency]), currency) for currency in sorted(totals)),
    }


TRAITS = SubjectTraits(
    kind=KIND,
    table=AccountStatement,
    conditions=(NOT_ANSWERED,),
    absent=declare("no-statement"),
    variables={
        "account": "the account's key",
        "date": "the day of the statement",
        "total": "what was open on that day, per currency; empty if nothing was",
    },
    write=_write,
    links=(LinkOffer(STATEMENT, "k", "the page where the customer agrees or says what differs", STATEMENT_LASTS),),
)
