"""What `why` says of an account beside its steps: what is open, promised, disputed, and on hold."""

from sqlalchemy import Connection, Date, RowMapping, literal, or_, select

from models.core.reasons import DAY, INVOICES, MONEY, REASON, TEXT, WORD, GivenReason, declare, give, read_reason
from models.core.words import InvoiceStatus
from models.subjects.account import Account, Invoice
from models.subjects.arrangement import Arrangement
from models.subjects.owing import OpenInvoice, Owing, read_owing, total_of
from tasks.subjects.account.arrangements import is_kept, runs_on

NOTHING_OWED = declare("no-open-invoice")
OVERDUE = declare("overdue-balance", total=MONEY, day=DAY)
DUE_TODAY = declare("balance-due-today", total=MONEY)
NOT_DUE = declare("balance-not-due", total=MONEY, day=DAY)
PROMISE_RUNS = declare("promised-to-pay", day=DAY)
PROMISE_BROKEN = declare("promise-broken", day=DAY)
DISPUTED = declare("invoices-disputed", invoices=INVOICES)
ARRANGED = declare("arranged", what=WORD, day=DAY, reason=TEXT)
ON_HOLD = declare("on-hold", day=DAY)
ON_HOLD_FOR = declare("on-hold-because", day=DAY, because=REASON)


def remarks_of_account(connection: Connection, row: RowMapping) -> list[GivenReason]:
    """Of a row of an account's facts."""
    remarks = []
    if row["oldest_due"] is None:
        remarks.append(give(NOTHING_OWED))
    else:
        remarks += _balances(read_owing(row["invoices"], row["today"]))
    if row["promise_running"]:
        remarks.append(give(PROMISE_RUNS, day=row["promised_for"].isoformat()))
    if row["broken_promise_id"]:
        remarks.append(give(PROMISE_BROKEN, day=row["promised_for"].isoformat()))
    return remarks + _arranged(connection, row) + _disputes(connection, row) + _hold(connection, row)


def _arranged(connection: Connection, row: RowMapping) -> list[GivenReason]:
    today = literal(row["today"], Date)
    running = (
        select(Arrangement.kind, Arrangement.ends_on, Arrangement.reason)
        .where(Arrangement.account_id == row["subject_id"], runs_on(today), is_kept(today))
        .order_by(Arrangement.ends_on, Arrangement.id)
    )
    return [
        give(ARRANGED, what=one.kind, day=one.ends_on.isoformat(), reason=one.reason or "")
        for one in connection.execute(running)
    ]


def _balances(owing: Owing) -> list[GivenReason]:
    """What is overdue, due today and not due yet, each where there is some."""
    remarks = []
    if owing.overdue:
        remarks.append(give(OVERDUE, total=_money(owing.overdue), day=owing.overdue[0].due_on.isoformat()))
    if owing.due_today:
        remarks.append(give(DUE_TODAY, total=_money(owing.due_today)))
    if owing.not_due:
        remarks.append(give(NOT_DUE, total=_money(owing.not_due), day=owing.not_due[0].due_on.isoformat()))
    return remarks


def _money(invoices: list[OpenInvoice]) -> dict[str, str]:
    return {currency: str(amount) for currency, amount in total_of(invoices).items()}


def _disputes(connection: Connection, row: RowMapping) -> list[GivenReason]:
    disputed = connection.execute(
        select(Invoice.key, Invoice.amount, Invoice.currency)
        .where(
            Invoice.account_id == row["subject_id"],
            Invoice.status == InvoiceStatus.DISPUTED,
            or_(Invoice.status_on.is_(None), Invoice.status_on <= row["today"]),
        )
        .order_by(Invoice.due_on, Invoice.key)
    ).all()
    listed = [{"number": one.key, "amount": str(one.amount), "currency": one.currency} for one in disputed]
    return [give(DISPUTED, invoices=listed)] if disputed else []


def _hold(connection: Connection, row: RowMapping) -> list[GivenReason]:
    account = connection.execute(
        select(Account.held_since, Account.hold_reason).where(Account.id == row["subject_id"])
    ).one()
    if account.held_since is None or account.held_since > row["today"]:
        return []
    since = account.held_since.isoformat()
    if account.hold_reason:
        because = read_reason(account.hold_reason).as_figure
        return [give(ON_HOLD_FOR, day=since, because=because)]
    return [give(ON_HOLD, day=since)]
