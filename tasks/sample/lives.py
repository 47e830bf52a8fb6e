"""An ordinary customer's history with the store: cars, visits, bills."""

from collections.abc import Iterator

from tasks.intake.kinds import KINDS
from tasks.sample.cars import Car, an_ordinary_car, ordinary_car_rows
from tasks.sample.ledgers import instalment_rows, promise_rows, work_rows
from tasks.sample.names import WORKS
from tasks.sample.people import SampleCustomer, an_ordinary_customer, consent_rows, customer_row, reach_of
from tasks.sample.rows import InvoiceRow, PaymentRow, Row
from tasks.sample.workshop import closed_on, coming_rows, missed_rows, visit_days, visit_rows

NUMBERS_A_CAR = 100
"""Visits, invoices and so on of one car are numbered in their own block of a hundred."""


def ordinary_life(seed: int, number: int) -> Iterator[Row]:
    """All rows of ordinary customer `number`."""
    customer = an_ordinary_customer(seed, number)
    yield customer_row(customer, reach_of(customer))
    yield from consent_rows(customer)
    cars = customer.dice.between(2, 4) if customer.is_company else 1
    bills: list[Row] = []
    for count in range(1, cars + 1):
        car = an_ordinary_car(customer, count)
        yield from ordinary_car_rows(car)
        yield from _visits(car, bills)
        bills.extend(instalment_rows(car, first_count=count * NUMBERS_A_CAR + 50))
    yield from bills
    yield from _promises(customer, bills)
    for kind in KINDS.values():
        if kind.sample:
            yield from kind.sample.rows(customer)


def _visits(car: Car, bills: list[Row]) -> Iterator[Row]:
    """The visits of a car until it was sold on, and the next one; their cost is added to `bills`."""
    number = car.count * NUMBERS_A_CAR
    for day in visit_days(car):
        if car.disposed_on and day >= car.disposed_on:
            continue
        number += 2
        work = car.customer.dice.weigh(WORKS)
        closed = closed_on(car, day)
        yield from missed_rows(car, day, number + 1, work)
        yield from visit_rows(car, day, closed, number, work)
        bills.extend(work_rows(car, closed, number, work))
    if not car.disposed_on:
        yield from coming_rows(car, car.count * NUMBERS_A_CAR)


def _promises(customer: SampleCustomer, bills: list[Row]) -> Iterator[Row]:
    paid = {row.invoice for row in bills if isinstance(row, PaymentRow)}
    unpaid = [row for row in bills if isinstance(row, InvoiceRow) and row.key not in paid]
    yield from promise_rows(customer, unpaid)
