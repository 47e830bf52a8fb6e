"""Set pieces of overdue-accounts: one customer for each level, and for each thing that stops or changes one."""

from collections.abc import Callable, Iterator
from datetime import timedelta

from tasks.sample.cars import Car, introduction_rows
from tasks.sample.ledgers import invoice_row, money, payment_row, promise_row
from tasks.sample.people import SampleCustomer
from tasks.sample.rows import Row
from tasks.sample.stores import TODAY

Piece = Callable[[SampleCustomer], Iterator[Row]]

LEVEL_DAYS = (-3, 0, 7, 15, 30, 60)
"""Days after the due date of the oldest open invoice that its account is contacted."""
UNITS = 40
"""What each invoice is about, in units of work."""


def _introduced(customer: SampleCustomer) -> Iterator[Row]:
    """The customer, with a car of more than a year that no other process has anything to say about."""
    yield from introduction_rows(Car(customer, 1, TODAY - timedelta(500), 40))


def _cents(customer: SampleCustomer) -> int:
    return UNITS * customer.store.cents


def due(*days_late: int) -> Piece:
    """Open invoices, due so many days ago each."""

    def rows(customer: SampleCustomer) -> Iterator[Row]:
        yield from _introduced(customer)
        for count, late in enumerate(days_late, start=1):
            yield invoice_row(customer, count, TODAY - timedelta(late), _cents(customer))

    return rows


def partly_paid(customer: SampleCustomer) -> Iterator[Row]:
    """Due 7 days ago, and two fifths are paid: the rest is asked for."""
    yield from due(7)(customer)
    part = money(_cents(customer) * 2 // 5)
    yield payment_row(customer, 1, TODAY - timedelta(4), part, customer.key_of("I", 1))


def partly_credited(customer: SampleCustomer) -> Iterator[Row]:
    """Due 15 days ago, and a quarter is credited: the rest is asked for."""
    yield from due(15)(customer)
    yield _credit_note(customer, _cents(customer) // 4)


def wholly_credited(customer: SampleCustomer) -> Iterator[Row]:
    """Due 15 days ago, and credited in full: nothing is asked for."""
    yield from due(15)(customer)
    yield _credit_note(customer, _cents(customer))


def paid_on_account(customer: SampleCustomer) -> Iterator[Row]:
    """Two invoices, and a payment on account that covers the older one: the younger one sets the level."""
    yield from due(45, 7)(customer)
    yield payment_row(customer, 1, TODAY - timedelta(3), money(_cents(customer)), None)


def promise_active(customer: SampleCustomer) -> Iterator[Row]:
    """Due 15 days ago, and promised for the end of the week: paused."""
    yield from due(15)(customer)
    yield promise_row(customer, TODAY - timedelta(3), TODAY + timedelta(5), money(_cents(customer)))


def promise_kept(customer: SampleCustomer) -> Iterator[Row]:
    """Due 15 days ago, promised for two days ago, and paid that day."""
    yield from due(15)(customer)
    yield promise_row(customer, TODAY - timedelta(9), TODAY - timedelta(2), money(_cents(customer)))
    yield payment_row(customer, 1, TODAY - timedelta(2), money(_cents(customer)), customer.key_of("I", 1))


def promise_broken(customer: SampleCustomer) -> Iterator[Row]:
    """Due 20 days ago, promised for two days ago, and not paid: goes on at the next level."""
    yield from due(20)(customer)
    yield promise_row(customer, TODAY - timedelta(9), TODAY - timedelta(2), None)


def disputed(customer: SampleCustomer) -> Iterator[Row]:
    """Due 30 days ago and disputed ever since: left out."""
    yield from _introduced(customer)
    invoice = invoice_row(customer, 1, TODAY - timedelta(30), _cents(customer))
    yield invoice._replace(status="disputed", status_on=invoice.due_on)


def small_remainder(customer: SampleCustomer) -> Iterator[Row]:
    """Due 15 days ago, and paid but for less than anyone would write for."""
    yield from due(15)(customer)
    yield payment_row(customer, 1, TODAY - timedelta(12), money(_cents(customer) - 320), customer.key_of("I", 1))


def paid_yesterday(customer: SampleCustomer) -> Iterator[Row]:
    """Due 7 days ago, and paid yesterday."""
    yield from due(7)(customer)
    yield payment_row(customer, 1, TODAY - timedelta(1), money(_cents(customer)), customer.key_of("I", 1))


def _credit_note(customer: SampleCustomer, cents: int) -> Row:
    issued_on = TODAY - timedelta(5)
    return invoice_row(customer, 2, issued_on, cents, issued_on)._replace(kind="credit-note")


PIECES: tuple[Piece, ...] = (
    *(due(days) for days in LEVEL_DAYS),
    due(60, 15, -3),
    partly_paid,
    partly_credited,
    wholly_credited,
    paid_on_account,
    promise_active,
    promise_kept,
    promise_broken,
    disputed,
    small_remainder,
    paid_yesterday,
)
