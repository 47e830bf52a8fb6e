"""Accounts: what a customer owes, by invoices that fall due, with the promises to pay (R4)."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field
from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import CHAR

from models.core.base import Base, Key, Money, enumeration, growing, table_info
from models.core.frozen import CurrencyCode
from models.core.personal import blanked, customers, kept
from models.core.reasons import declare
from models.core.retention import ForEver
from models.core.words import Condition, InvoiceKind, InvoiceStatus, LinkPurpose, OutcomeName, SubjectKind, TouchState
from models.kits.contract import FactsRow, LinkOffer, Rules, SubjectTraits, Variables
from models.kits.effects import Effect
from models.kits.outcomes import CallEffects, CallFacts, CallReport, IncompleteOutcome, Need, Outcome, UnfitOutcome
from models.messages.letters import write_day
from models.subjects.owing import read_owing, write_owing

KIND = SubjectKind("account")

STILL_OWES = Condition("still-owes")
NO_PROMISE = Condition("no-promise")
"""No promise to pay is running."""

PAYMENT = LinkPurpose("payment")
PAYMENT_LASTS = timedelta(days=60)

IN_THE_BOOKS = "the books are kept by law, and this is the number by which they and the source name it"

OF_THE_BOOKS = "accounting records: the source system and the law decide about them"


class UnpaidBecause(StrEnum):
    """Why an account is not paid (R4): discussed every week."""

    DISPUTE = "contests-it"
    NO_MONEY = "no-money"
    FORGOT = "forgot"
    QUALITY = "unhappy-with-quality"
    OTHER = "other-cause"


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
    unpaid_because: Mapped[UnpaidBecause | None] = mapped_column(growing(UnpaidBecause))
    """Why it is not paid, as staff found out."""
    unpaid_because_on: Mapped[date | None]

    __table_args__ = (
        UniqueConstraint("store_id", "key"),
        table_info(
            customers("customer_id", "held_since unpaid_because unpaid_because_on"),
            ForEver("one row per customer who buys on account", OF_THE_BOOKS),
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
    amount: Mapped[Money]
    currency: Mapped[str] = mapped_column(CHAR(3))
    status: Mapped[InvoiceStatus] = mapped_column(enumeration(InvoiceStatus), server_default="open")
    status_on: Mapped[date | None]
    """Since when the status holds; null: always."""
    salesperson_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """Who sold what it is for."""
    settled_on: Mapped[date | None]
    """Derived: the day its own payments reached its amount, or that its status settled or voided it. Narrows a
    sweep; what is owed is always netted afresh."""

    __table_args__ = (
        UniqueConstraint("store_id", "key"),
        CheckConstraint("amount > 0", name="amount"),
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
    amount: Mapped[Money]
    currency: Mapped[str] = mapped_column(CHAR(3))

    __table_args__ = (
        UniqueConstraint("store_id", "key"),
        CheckConstraint("amount > 0", name="amount"),
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
    amount: Mapped[Decimal | None]
    currency: Mapped[str | None] = mapped_column(CHAR(3))
    follower_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """Who took it and sees to it that it is kept; null: finance."""

    __table_args__ = (
        UniqueConstraint("store_id", "key"),
        Index("ix_promises_follower_id", "follower_id", postgresql_where=sql("follower_id is not null")),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("made_on <= promised_for", name="made_before"),
        CheckConstraint("(amount is null) = (currency is null)", name="amount_has_currency"),
        table_info(
            customers("account_id", "made_on promised_for amount currency"),
            ForEver("one row per promise", "it explains why dunning paused"),
        ),
    )


class HoldOn(StrEnum):
    """What puts an account on hold."""

    HANDOVER = "handover"
    """That it was handed to finance: the task of that step is enough."""
    REFUSAL = "refusal"
    """Only that the customer refuses without a good reason, as whoever called them says."""


class AccountRules(Rules):
    """What a process about accounts goes by."""

    hold_on: HoldOn = HoldOn.HANDOVER
    """What puts an account on hold, where a step of the process holds accounts at all."""
    tolerance: dict[CurrencyCode, Annotated[Decimal, Field(ge=0)]] = Field(default_factory=dict)
    """Per currency: a balance up to this is not chased."""


class HoldAccount(Effect):
    """The account is put on hold: it gets no further credit."""

    do: Literal["hold-account"]


HOLD = HoldAccount(do="hold-account")


AS_AN_EXAMPLE = timedelta(days=30)


def _write(language: str, facts: FactsRow) -> Variables:
    owing = read_owing(facts["invoices"], facts["today"])
    said = {
        "account": facts["account"],
        "oldest_due": write_day(facts["oldest_due"], language),
        "pay_by": write_day(_pay_by(facts), language),
    }
    return said | write_owing(owing, language)


def _pay_by(facts: FactsRow) -> date:
    """The last day before the step that follows may come: before the one on which this one's time ends."""
    ends = facts.get("valid_until")
    today: date = facts["today"]
    if ends is None:  # an example, which belongs to no step
        return today + AS_AN_EXAMPLE
    last: date = ends.astimezone(ZoneInfo(facts["time_zone"])).date() - timedelta(days=1)
    return max(last, today)


def _promises(report: CallReport, facts: CallFacts) -> CallEffects:
    """An amount without a currency is in the one currency that the account owes, where it is one."""
    promise, owed = report.promise, list(facts.figures.get("totals") or {})
    if promise is None:
        raise IncompleteOutcome(report.outcome, "the day that was promised")
    if promise.amount is not None and promise.currency is None and len(owed) == 1:
        promise = replace(promise, currency=owed[0])
    if promise.on < facts.today:
        raise UnfitOutcome(report.outcome, f"the promised day {promise.on} has passed; today is {facts.today}")
    if promise.amount is not None and promise.amount <= 0:
        raise UnfitOutcome(report.outcome, f"the amount {promise.amount} is not above zero")
    if (promise.amount is None) != (promise.currency is None):
        raise IncompleteOutcome(report.outcome, "an amount and its currency together, or neither")
    return CallEffects(TouchState.DONE, promise=promise)


PROMISED = Outcome(
    name=OutcomeName("promised"),
    key="4",
    follows="done, with a promise to pay by a day; for accounts",
    effects=_promises,
    needs=Need.PROMISE,
    only="only an account is promised to",
)


def _is_refused(report: CallReport, facts: CallFacts) -> CallEffects:  # noqa: ARG001  the contract's
    return CallEffects(TouchState.DONE, carries_out=(HOLD,))


REFUSES_TO_PAY = Outcome(
    name=OutcomeName("refuses-to-pay"),
    key="0",
    follows="done; for accounts: the customer refuses to pay and has no good reason. Where `rules.hold_on` is "
    "`refusal`, the account is put on hold at once",
    effects=_is_refused,
    only="only what an account owes can be refused",
)


TRAITS = SubjectTraits(
    kind=KIND,
    table=Account,
    conditions=(STILL_OWES, NO_PROMISE),
    rules=AccountRules,
    absent=declare("no-account"),
    variables={
        "account": "the account's key",
        "statement": "what is overdue, due today and not due yet, each with its total and its invoices",
        "total": "what is to be paid by today, per currency, with what is not due yet told apart",
        "invoices": "the open invoices with what is open of each; those not due yet with their day",
        "oldest_due": "the due date of the oldest open invoice",
        "pay_by": "the last day before the step that follows may come, such as finance taking over",
        "days_overdue": "days since then; 0 if it has not passed",
        "overdue_for": "the same with its word: 60 days, 1 day; empty if nothing is overdue",
        "overdue": "what is overdue, per currency; empty if nothing is",
        "overdue_invoices": "the invoices that are overdue",
        "due_today": "what is due today, per currency; empty if nothing is",
        "due_today_invoices": "the invoices that are due today",
        "not_due": "what is not due yet, per currency; empty if there is none",
        "not_due_invoices": "the invoices that are not due yet, each with its day",
    },
    write=_write,
    links=(LinkOffer(PAYMENT, "p", "the page with what is owed, where a day of payment is promised", PAYMENT_LASTS),),
    outcomes=(PROMISED, REFUSES_TO_PAY),
    effects=(HoldAccount,),
)
