"""Invoices, payments and promises to pay on the timeline of a customer."""

from typing import Any

from sqlalchemy import ColumnElement, Select, Text, case, cast, func, literal, select

from models.core.base import enumeration
from models.core.rows import AnySelect
from models.core.words import InvoiceStatus
from models.subjects.account import Account, Invoice, Payment, Promise
from tasks.subjects.contract import CUSTOMER
from tasks.subjects.timeline import Amount, EntryKind, OnDay, TimelineEntry, Worded, day_begins, entry

INVOICE, PAYMENT, PROMISE = EntryKind("invoice"), EntryKind("payment"), EntryKind("promise")
IN_FULL = Amount("in_full")


def _accounts() -> Select[tuple[int]]:
    return select(Account.id).where(Account.customer_id == CUSTOMER)


def _invoices() -> AnySelect:
    issued = func.coalesce(Invoice.issued_on, Invoice.due_on)
    return entry(
        INVOICE, day_begins(issued), Invoice.key,
        day=issued, due_on=Invoice.due_on, amount=cast(Invoice.amount, Text), currency=Invoice.currency,
        state=_state(), what=Invoice.kind, settled_on=Invoice.settled_on,
    ).where(Invoice.account_id.in_(_accounts()))  # fmt: skip


def _state() -> ColumnElement[Any]:
    """As its source says, or settled where its payments have settled it."""
    paid = (Invoice.status == InvoiceStatus.OPEN) & Invoice.settled_on.is_not(None)
    return case((paid, literal(InvoiceStatus.SETTLED, enumeration(InvoiceStatus))), else_=Invoice.status)


def _payments() -> AnySelect:
    return entry(
        PAYMENT, day_begins(Payment.paid_on), Payment.key,
        day=Payment.paid_on, amount=cast(Payment.amount, Text), currency=Payment.currency,
    ).where(Payment.account_id.in_(_accounts()))  # fmt: skip


def _promises() -> AnySelect:
    return entry(
        PROMISE, day_begins(Promise.made_on), Promise.key,
        day=Promise.made_on, promised_for=Promise.promised_for, amount=cast(Promise.amount, Text),
        currency=Promise.currency,
    ).where(Promise.account_id.in_(_accounts()))  # fmt: skip


ENTRIES = (
    TimelineEntry(
        INVOICE,
        _invoices,
        (IN_FULL, Worded("what", "what"), Worded("state", "invoice")),
        (OnDay("due_on", "due_on"), OnDay("settled_on", "settled_on")),
        to_the_day=True,
    ),
    TimelineEntry(PAYMENT, _payments, (IN_FULL,), to_the_day=True),
    TimelineEntry(PROMISE, _promises, (IN_FULL,), (OnDay("promised_for", "promised_for"),), to_the_day=True),
)
