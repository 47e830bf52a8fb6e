"""The workshop: past and future appointments, no-shows, and the resulting repair orders."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from tasks.sample.cars import Car, reading_row
from tasks.sample.names import WORKS, Work
from tasks.sample.rows import AppointmentRow, RepairOrderRow, Row
from tasks.sample.stores import ADVISORS, SHANGHAI, TODAY

HISTORY_DAYS = 450
"""How far back the visits go."""
BOOK_AHEAD_DAYS = 14
_PARTS = (("not-needed", 54), ("ready", 36), ("ordered", 6), ("missing", 4))


def visit_days(car: Car) -> Iterator[date]:
    """The days that a car came to the workshop, newest first, none of them a Sunday."""
    dice = car.customer.dice
    interval = dice.between(120, 330)
    earliest = max(car.started_on + timedelta(45), TODAY - timedelta(HISTORY_DAYS))
    day = TODAY - timedelta(dice.below(interval))
    while day > earliest:
        yield day - timedelta(day.weekday() == 6)
        day -= timedelta(interval + dice.between(-20, 20))


def visit_rows(car: Car, day: date, closed: date | None, count: int, work: Work) -> Iterator[Row]:
    """One visit: usually by appointment, always with a repair order and an odometer reading."""
    dice = car.customer.dice
    if dice.chance(0.85):
        starts_at = datetime.combine(day, time(8, 30)) + timedelta(minutes=15 * dice.below(5))
        booked_at = starts_at - timedelta(days=dice.between(2, 15))
        if starts_at < car.customer.store.now:
            yield appointment_row(car, count, starts_at, work, "completed", booked_at=booked_at, arrived_at=starts_at)
    yield repair_order_row(car, count, day, closed, work)
    yield reading_row(car, day)


def closed_on(car: Car, opened_on: date) -> date | None:
    """The day an order of that day was closed: mostly the same, at times some days later; none while it is open."""
    day = opened_on + timedelta(car.customer.dice.weigh(((0, 72), (1, 18), (3, 10))))
    return day if day < TODAY else None


def missed_rows(car: Car, day: date, count: int, work: Work) -> Iterator[Row]:
    """A week before some visits, an appointment that was cancelled or not kept."""
    dice = car.customer.dice
    if not dice.chance(0.06):
        return
    starts_at = datetime.combine(day - timedelta(7), time(14, 0))
    booked_at = starts_at - timedelta(days=6)
    if dice.chance(0.5):
        yield appointment_row(car, count, starts_at, work, "no-show", booked_at=booked_at)
    else:
        cancelled_at = starts_at - timedelta(days=1)
        yield appointment_row(car, count, starts_at, work, "cancelled", booked_at=booked_at, cancelled_at=cancelled_at)


def coming_rows(car: Car, count: int) -> Iterator[Row]:
    """For some cars, an appointment within the next two weeks; those of this morning have begun."""
    dice = car.customer.dice
    if not dice.chance(0.07):
        return
    day = TODAY + timedelta(dice.below(BOOK_AHEAD_DAYS))
    day += timedelta(day.weekday() == 6)
    starts_at = datetime.combine(day, time(8, 30)) + timedelta(minutes=15 * dice.below(34))
    booked_at = datetime.combine(TODAY - timedelta(dice.between(1, 12)), time(9 + dice.below(8), 10))
    has_come = starts_at < car.customer.store.now and not dice.chance(0.06)
    yield appointment_row(
        car,
        count,
        starts_at,
        dice.weigh(WORKS),
        "arrived" if has_come else "booked",
        booked_at=booked_at,
        confirmed_at=booked_at + timedelta(hours=1) if dice.chance(0.3) else None,
        arrived_at=starts_at - timedelta(minutes=5) if has_come else None,
        parts_state=dice.weigh(_PARTS),
    )


def appointment_row(
    car: Car,
    count: int,
    starts_at: datetime,
    work: Work,
    status: str = "booked",
    *,
    parts_state: str = "not-needed",
    **moments: datetime | None,
) -> AppointmentRow:
    """An appointment; `moments` are its other columns, such as `booked_at`."""
    customer = car.customer
    return AppointmentRow(
        customer.store.code,
        customer.key_of("T", count),
        customer.key,
        car.key,
        ADVISORS[customer.number % len(ADVISORS)],
        starts_at,
        status,
        name_of(car, work),
        work.kind,
        parts_state=parts_state,
        **moments,
    )


def repair_order_row(car: Car, count: int, opened: date, closed: date | None, work: Work) -> RepairOrderRow:
    """A repair order; open while `closed` is None."""
    customer = car.customer
    advisor = ADVISORS[customer.number % len(ADVISORS)]
    return RepairOrderRow(
        customer.store.code,
        customer.key_of("R", count),
        customer.key,
        car.key,
        advisor,
        name_of(car, work),
        work.kind,
        opened,
        closed,
    )


def name_of(car: Car, work: Work) -> str:
    """What the work is called at the car's store."""
    return work.chinese if car.customer.store is SHANGHAI else work.english
