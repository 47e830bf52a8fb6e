"""When invoices were settled, which follows from their payments and from what their source says."""

from datetime import date

from sqlalchemy import Connection, Date, Select, and_, case, func, literal, select, update

from models.core.rows import AnySelect
from models.core.words import InvoiceStatus
from models.subjects.account import Invoice, Payment
from tasks.intake.merging import table_of

ALWAYS = date(1, 1, 1)
"""The day since which an invoice is settled whose source does not say when."""
CLOSED = (InvoiceStatus.SETTLED, InvoiceStatus.VOID)

_invoices = table_of(Invoice)
_payments = table_of(Payment)


def derive_settlements(connection: Connection, invoice_ids: Select[tuple[int]] | None = None) -> int:
    """Work out `settled_on` of the invoices (of all, unless some are given). Returns how many changed.

    It is the day on which the payments for the invoice reached its amount, or the day since which the source calls it
    settled or void, whichever came first; null while it is open. A source that does not date the status means always;
    what is settled and has payments, since the last of them.
    """
    wanted = _invoices.c.id.in_(invoice_ids) if invoice_ids is not None else literal(True)
    paid = _paid_in_full(invoice_ids).subquery()
    last_paid = (
        select(func.max(_payments.c.paid_on))
        .where(_payments.c.invoice_id == _invoices.c.id, _payments.c.currency == _invoices.c.currency)
        .scalar_subquery()
    )
    undated = case((_invoices.c.status == InvoiceStatus.SETTLED, last_paid))
    since = func.coalesce(_invoices.c.status_on, undated, literal(ALWAYS))
    closed = case((_invoices.c.status.in_(CLOSED), since))
    settled = (
        select(_invoices.c.id, func.least(paid.c.paid_on, closed, type_=Date).label("settled_on"))
        .outerjoin(paid, paid.c.invoice_id == _invoices.c.id)
        .where(wanted)
        .subquery()
    )
    changed = (
        update(_invoices)
        .values(settled_on=settled.c.settled_on)
        .where(_invoices.c.id == settled.c.id, _invoices.c.settled_on.is_distinct_from(settled.c.settled_on))
    )
    return connection.execute(changed).rowcount


def _paid_in_full(invoice_ids: Select[tuple[int]] | None) -> AnySelect:
    """The day on which the payments of each invoice in its currency, in the order of their days, reached its amount."""
    so_far = func.sum(_payments.c.amount).over(
        partition_by=_payments.c.invoice_id, order_by=_payments.c.paid_on, range_=(None, 0)
    )
    own = and_(_invoices.c.id == _payments.c.invoice_id, _invoices.c.currency == _payments.c.currency)
    running = select(_payments.c.invoice_id, _payments.c.paid_on, _invoices.c.amount, so_far.label("so_far")).join_from(
        _payments, _invoices, own
    )
    if invoice_ids is not None:
        running = running.where(_payments.c.invoice_id.in_(invoice_ids))
    sums = running.subquery()
    return (
        select(sums.c.invoice_id, func.min(sums.c.paid_on).label("paid_on"))
        .where(sums.c.so_far >= sums.c.amount)
        .group_by(sums.c.invoice_id)
    )
