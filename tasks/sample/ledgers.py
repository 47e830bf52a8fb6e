"""Invoices for work and instalments, payments, and promises to pay."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from tasks.sample.cars import Car
from tasks.sample.names import Work
from tasks.sample.people import SampleCustomer
from tasks.sample.rows import InvoiceRow, PaymentRow, PromiseRow, Row
from tasks.sample.stores import TODAY

_DELAYS = ((-6, 50), (0, 30), (6, 9), (12, 5), (24, 3), (45, 2), (75, 1))
"""Days after the due date that an invoice is paid, with their shares; up to five days are added."""
_PAID_AT_ONCE = 0.72
INSTALMENTS = 12
WRITTEN_AHEAD = timedelta(14)
"""The default time from issue to due date."""


def money(cents: int) -> Decimal:
    """An amount from hundredths of a currency."""
    return Decimal(cents).scaleb(-2)


def invoice_row(
    customer: SampleCustomer, count: int, due_on: date, cents: int, issued_on: date | None = None
) -> InvoiceRow:
    """An open invoice; by default issued two weeks before it is due."""
    return InvoiceRow(
        customer.store.code,
        customer.key_of("I", count),
        customer.key,
        "invoice",
        issued_on or due_on - WRITTEN_AHEAD,
        due_on,
        money(cents),
        customer.store.currency,
    )


def payment_row(
    customer: SampleCustomer, count: int, paid_on: date, amount: Decimal, invoice: str | None
) -> PaymentRow:
    """A payment for an invoice, or on account."""
    key = customer.key_of("P", count)
    return PaymentRow(customer.store.code, key, customer.key, invoice, paid_on, amount, customer.store.currency)


def promise_row(customer: SampleCustomer, made_on: date, promised_for: date, amount: Decimal | None) -> PromiseRow:
    """A promise to pay an amount, by default the whole debt."""
    currency = customer.store.currency if amount else None
    return PromiseRow(
        customer.store.code, customer.key_of("Z", 1), customer.key, made_on, promised_for, amount, currency
    )


def work_rows(car: Car, closed: date | None, count: int, work: Work) -> Iterator[Row]:
    """The invoice for a closed order and what was paid of it; one order in eight is done under warranty."""
    customer, dice = car.customer, car.customer.dice
    if closed is None or dice.chance(0.12):
        return
    cents = dice.between(*work.units) * customer.store.cents + dice.below(100)
    if dice.chance(_PAID_AT_ONCE / 2 if customer.is_company else _PAID_AT_ONCE):
        invoice = invoice_row(customer, count, closed, cents, issued_on=closed)
        yield invoice
        yield payment_row(customer, count * 10, closed, invoice.amount, invoice.key)
        return
    due_on = closed + timedelta(30 if customer.is_company else 14)
    yield from credit_rows(customer, invoice_row(customer, count, due_on, cents, issued_on=closed), count)


def credit_rows(customer: SampleCustomer, invoice: InvoiceRow, count: int) -> Iterator[Row]:
    """An invoice on credit, with what its customer paid or promised until the rehearsal."""
    dice = customer.dice
    paid_on = max(invoice.issued_on, invoice.due_on + timedelta(dice.weigh(_DELAYS) + dice.below(6)))
    if paid_on < TODAY:
        yield invoice
        yield payment_row(customer, count * 10, paid_on, invoice.amount, invoice.key)
        return
    late = (TODAY - invoice.due_on).days
    is_disputed = late > 0 and dice.chance(0.04)
    yield invoice._replace(status="disputed", status_on=invoice.due_on) if is_disputed else invoice
    if late > 0 and dice.chance(0.15):
        part = (invoice.amount / 3).quantize(Decimal("0.01"))
        yield payment_row(customer, count * 10, invoice.due_on + timedelta(dice.below(late)), part, invoice.key)


def instalment_rows(car: Car, first_count: int) -> Iterator[Row]:
    """For some cars of the last year, monthly instalments: those of the last five months and what is written ahead."""
    customer, dice = car.customer, car.customer.dice
    age = (TODAY - car.started_on).days
    if age > 365 or not dice.chance(0.15):
        return
    cents = dice.between(20, 60) * customer.store.cents
    for month in range(1, INSTALMENTS + 1):
        due_on = months_after(car.started_on, month)
        if timedelta(-150) < due_on - TODAY <= WRITTEN_AHEAD:
            count = first_count + month
            yield from credit_rows(customer, invoice_row(customer, count, due_on, cents), count)


def months_after(day: date, months: int) -> date:
    """The same day so many months on, at most the 28th."""
    year, month = divmod(day.month - 1 + months, 12)
    return date(day.year + year, month + 1, min(day.day, 28))


def promise_rows(customer: SampleCustomer, unpaid: list[InvoiceRow]) -> Iterator[Row]:
    """A promise from some of those who owe what was due more than a week ago."""
    late = [row for row in unpaid if row.due_on < TODAY - timedelta(7)]
    if late and customer.dice.chance(0.2):
        made_on = TODAY - timedelta(customer.dice.between(1, 6))
        yield promise_row(customer, made_on, made_on + timedelta(customer.dice.between(1, 14)), None)
