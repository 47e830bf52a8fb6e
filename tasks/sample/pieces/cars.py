"""Set pieces of post-delivery-followup and warranty-expiry: one customer for each step, and for what stops one."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta

from tasks.sample.cars import (
    WARRANTY_KILOMETRES,
    WARRANTY_YEARS,
    Car,
    introduction_rows,
    reading_row,
    years_after,
)
from tasks.sample.names import INSPECTION, MAINTENANCE
from tasks.sample.people import Reach, SampleCustomer, consent_row
from tasks.sample.rows import Row
from tasks.sample.stores import TODAY
from tasks.sample.workshop import appointment_row, repair_order_row

Piece = Callable[[SampleCustomer], Iterator[Row]]

FOLLOW_UP_DAYS = (1, 3, 7, 30, 90)
"""Days after a handover that its customer is contacted."""
WARRANTY_DAYS = (60, 45, 30, 7)
"""Days before the end of a warranty that its customer is contacted."""
A_DAY = 100
"""Kilometres a day of a car that reaches its limit first: exactly 600 days of it."""


def handed_over(days_ago: int) -> Piece:
    """A handover so many days ago."""

    def rows(customer: SampleCustomer) -> Iterator[Row]:
        yield from introduction_rows(Car(customer, 1, TODAY - timedelta(days_ago), 30))

    return rows


def repaired_three_days_ago(customer: SampleCustomer) -> Iterator[Row]:
    """Day 3 after a repair order."""
    car = Car(customer, 1, TODAY - timedelta(400), 40)
    yield from introduction_rows(car)
    yield repair_order_row(car, 1, TODAY - timedelta(4), TODAY - timedelta(3), MAINTENANCE)
    yield reading_row(car, TODAY - timedelta(4))


def sold_on(customer: SampleCustomer) -> Iterator[Row]:
    """Day 30 after a handover, and the car has been sold on since: nobody is called."""
    yield from introduction_rows(Car(customer, 1, TODAY - timedelta(30), 30, disposed_on=TODAY - timedelta(5)))


def no_calls(customer: SampleCustomer) -> Iterator[Row]:
    """Day 3 after a handover, and wants no calls for follow-up."""
    yield from introduction_rows(Car(customer, 1, TODAY - timedelta(3), 30))
    yield consent_row(customer, "follow-up", "phone", granted=False, days_ago=2)


def unreachable(customer: SampleCustomer) -> Iterator[Row]:
    """Day 1 after a handover, and the file holds no way to reach the customer."""
    yield from introduction_rows(Car(customer, 1, TODAY - timedelta(1), 30), Reach())


def _ending(customer: SampleCustomer, days: int) -> Car:
    """A car that is driven little, whose warranty ends by date in so many days."""
    return Car(customer, 1, years_after(TODAY + timedelta(days), -WARRANTY_YEARS), 30)


def ends_by_date(days: int) -> Piece:
    """A warranty that ends by date in so many days, with two readings that agree."""

    def rows(customer: SampleCustomer) -> Iterator[Row]:
        car = _ending(customer, days)
        yield from introduction_rows(car)
        yield from _two_readings(car)

    return rows


def ends_by_mileage(days: int) -> Piece:
    """A warranty whose mileage limit will be reached in so many days, long before its date."""

    def rows(customer: SampleCustomer) -> Iterator[Row]:
        started_on = TODAY + timedelta(days) - timedelta(WARRANTY_KILOMETRES // A_DAY)
        car = Car(customer, 1, started_on, A_DAY)
        yield from introduction_rows(car)
        yield from _two_readings(car)

    return rows


def inspection_booked(customer: SampleCustomer) -> Iterator[Row]:
    """A warranty that ends in 30 days, and the inspection is booked for next week: no more invitations."""
    car = _ending(customer, 30)
    yield from introduction_rows(car)
    booked_at = datetime.combine(TODAY - timedelta(6), time(11, 0))
    yield appointment_row(car, 1, _ten_o_clock(TODAY + timedelta(7)), INSPECTION, booked_at=booked_at)


def inspection_done(customer: SampleCustomer) -> Iterator[Row]:
    """A warranty that ends in 7 days, and the inspection was done ten days ago: no more invitations."""
    car = _ending(customer, 7)
    day = TODAY - timedelta(10)
    yield from introduction_rows(car)
    came_at = _ten_o_clock(day)
    booked_at = came_at - timedelta(4)
    yield appointment_row(car, 1, came_at, INSPECTION, "completed", booked_at=booked_at, arrived_at=came_at)
    yield repair_order_row(car, 1, day, day, INSPECTION)


def contact_stopped(customer: SampleCustomer) -> Iterator[Row]:
    """A warranty that ends in 60 days, and the customer has stopped all contact."""
    yield from introduction_rows(_ending(customer, 60))
    yield consent_row(customer, None, None, granted=False, days_ago=15)


def _ten_o_clock(day: date) -> datetime:
    return datetime.combine(day, time(10, 0))


def _two_readings(car: Car) -> Iterator[Row]:
    for days_ago in (200, 20):
        yield reading_row(car, TODAY - timedelta(days_ago))


PIECES: tuple[Piece, ...] = (
    *(handed_over(days) for days in FOLLOW_UP_DAYS),
    repaired_three_days_ago,
    sold_on,
    no_calls,
    unreachable,
    *(ends_by_date(days) for days in WARRANTY_DAYS),
    *(ends_by_mileage(days) for days in WARRANTY_DAYS),
    inspection_booked,
    inspection_done,
    contact_stopped,
)
