"""What `why` says of an account beside its steps: what is open, promised, disputed, and on hold."""

from decimal import Decimal

from sqlalchemy import Connection, RowMapping, or_, select

from models.core.sentences import Sentence
from models.core.words import InvoiceStatus
from models.messages.letters import write_money
from models.subjects.money import Account, Invoice

NOTHING_OWED = "Nothing is owed: no open invoice."
OPEN = "Open: {total}, the oldest due on {day}."
PROMISE_RUNS = "A promise to pay by {day} is running."
PROMISE_BROKEN = "The promise to pay by {day} was broken."
DISPUTED = "Disputed and left out: {invoices}."
ON_HOLD = "On hold since {day}."
ON_HOLD_FOR = "On hold since {day}: {reason}."


def remarks_of_account(connection: Connection, row: RowMapping) -> list[Sentence]:
    """Of a row of an account's facts."""
    remarks = []
    if row["oldest_due"] is None:
        remarks.append(Sentence(NOTHING_OWED))
    else:
        total = " + ".join(write_money(Decimal(amount), currency) for currency, amount in sorted(row["totals"].items()))
        remarks.append(Sentence(OPEN, total=total, day=row["oldest_due"]))
    if row["promise_running"]:
        remarks.append(Sentence(PROMISE_RUNS, day=row["promised_for"]))
    if row["broken_promise_id"]:
        remarks.append(Sentence(PROMISE_BROKEN, day=row["promised_for"]))
    return remarks + _disputes(connection, row) + _hold(connection, row)


def _disputes(connection: Connection, row: RowMapping) -> list[Sentence]:
    disputed = connection.execute(
        select(Invoice.key, Invoice.amount, Invoice.currency)
        .where(
            Invoice.account_id == row["subject_id"],
            Invoice.status == InvoiceStatus.DISPUTED,
            or_(Invoice.status_on.is_(None), Invoice.status_on <= row["today"]),
        )
        .order_by(Invoice.due_on, Invoice.key)
    ).all()
    listed = ", ".join(f"{invoice.key} {write_money(invoice.amount, invoice.currency)}" for invoice in disputed)
    return [Sentence(DISPUTED, invoices=listed)] if disputed else []


def _hold(connection: Connection, row: RowMapping) -> list[Sentence]:
    account = connection.execute(
        select(Account.held_since, Account.hold_reason).where(Account.id == row["subject_id"])
    ).one()
    if account.held_since is None or account.held_since > row["today"]:
        return []
    if account.hold_reason:
        return [Sentence(ON_HOLD_FOR, day=account.held_since, reason=account.hold_reason)]
    return [Sentence(ON_HOLD, day=account.held_since)]
