"""Set pieces of appointment-reminders: one customer for each thing that can happen to an appointment."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from tasks.sample.cars import Car, introduction_rows
from tasks.sample.names import MAINTENANCE, REPAIR
from tasks.sample.people import Reach, SampleCustomer, consent_row
from tasks.sample.rows import Row
from tasks.sample.stores import SHANGHAI, TODAY, SampleStore
from tasks.sample.workshop import appointment_row


def _at(days: int, hour: int, minute: int = 0) -> datetime:
    """A store-local moment so many days from the rehearsal."""
    return datetime.combine(TODAY + timedelta(days), time(hour, minute))


LAST_WEEK = _at(-7, 10)
LAST_EVENING = _at(-1, 16, 40)


def _car(customer: SampleCustomer) -> Car:
    """A car of a year and a bit: no other process has anything to say about it."""
    return Car(customer, 1, TODAY - timedelta(400), 40)


def _minutes_ago(store: SampleStore, minutes: int) -> datetime:
    return store.now - timedelta(minutes=minutes)


def _just_gone_by(store: SampleStore) -> datetime:
    """A start that has just gone by, in the store's hours."""
    return _at(0, 9, 15) if store is SHANGHAI else _at(-1, 16)


def booked_last_evening(customer: SampleCustomer) -> Iterator[Row]:
    """Confirmation: booked last evening for Friday."""
    car = _car(customer)
    yield from introduction_rows(car)
    yield appointment_row(car, 1, _at(3, 9, 30), MAINTENANCE, booked_at=LAST_EVENING)


def booked_just_now(customer: SampleCustomer) -> Iterator[Row]:
    """Confirmation: booked twenty minutes ago for tomorrow."""
    car = _car(customer)
    yield from introduction_rows(car)
    yield appointment_row(car, 1, _at(1, 10), MAINTENANCE, booked_at=_minutes_ago(customer.store, 20))


def parts_missing(customer: SampleCustomer) -> Iterator[Row]:
    """Parts check: a repair in two days, and the parts are missing."""
    car = _car(customer)
    yield from introduction_rows(car)
    yield appointment_row(car, 1, _at(2, 9, 30), REPAIR, booked_at=LAST_WEEK, parts_state="missing")


def parts_ready(customer: SampleCustomer) -> Iterator[Row]:
    """Parts check: a repair in two days, and the parts are there; nobody is called."""
    car = _car(customer)
    yield from introduction_rows(car)
    yield appointment_row(car, 1, _at(2, 9, 30), REPAIR, booked_at=LAST_WEEK, parts_state="ready")


def this_afternoon(customer: SampleCustomer) -> Iterator[Row]:
    """Day before: expected this afternoon."""
    car = _car(customer)
    yield from introduction_rows(car)
    yield appointment_row(car, 1, _at(0, 15, 30), MAINTENANCE, booked_at=LAST_WEEK)


def in_an_hour_and_a_half(customer: SampleCustomer) -> Iterator[Row]:
    """Two hours before: expected at half past eleven."""
    car = _car(customer)
    yield from introduction_rows(car)
    yield appointment_row(car, 1, _at(0, 11, 30), MAINTENANCE, booked_at=LAST_WEEK)


def tomorrow(customer: SampleCustomer) -> Iterator[Row]:
    """Day before: expected tomorrow; the reminder is due tonight."""
    car = _car(customer)
    yield from introduction_rows(car)
    yield appointment_row(car, 1, _at(1, 14), MAINTENANCE, booked_at=LAST_WEEK)


def cancelled(customer: SampleCustomer) -> Iterator[Row]:
    """Cancelled last evening; nothing may be sent."""
    car = _car(customer)
    yield from introduction_rows(car)
    yield appointment_row(car, 1, _at(0, 14), MAINTENANCE, "cancelled", booked_at=LAST_WEEK, cancelled_at=LAST_EVENING)


def no_show(customer: SampleCustomer) -> Iterator[Row]:
    """No-show: the start is more than half an hour ago, and nobody came."""
    car = _car(customer)
    yield from introduction_rows(car)
    yield appointment_row(car, 1, _just_gone_by(customer.store), MAINTENANCE, booked_at=LAST_WEEK)


def came_late(customer: SampleCustomer) -> Iterator[Row]:
    """Came ten minutes late; not a no-show."""
    car = _car(customer)
    yield from introduction_rows(car)
    starts_at = _just_gone_by(customer.store)
    arrived_at = starts_at + timedelta(minutes=10)
    yield appointment_row(car, 1, starts_at, MAINTENANCE, "arrived", booked_at=LAST_WEEK, arrived_at=arrived_at)


def contract_request_waiting(customer: SampleCustomer) -> Iterator[Row]:
    """A contract customer's request, unanswered for 45 minutes: escalates."""
    car = _car(customer)
    yield from introduction_rows(car, has_contract=True)
    requested_at = _minutes_ago(customer.store, 45)
    yield appointment_row(car, 1, _at(3, 9), MAINTENANCE, "requested", requested_at=requested_at)


def contract_request_fresh(customer: SampleCustomer) -> Iterator[Row]:
    """A contract customer's request of ten minutes ago: there is time yet."""
    car = _car(customer)
    yield from introduction_rows(car, has_contract=True)
    requested_at = _minutes_ago(customer.store, 10)
    yield appointment_row(car, 1, _at(3, 9), MAINTENANCE, "requested", requested_at=requested_at)


def plain_request(customer: SampleCustomer) -> Iterator[Row]:
    """A request of three hours ago from a customer without a contract: does not escalate."""
    car = _car(customer)
    yield from introduction_rows(car)
    requested_at = _minutes_ago(customer.store, 180)
    yield appointment_row(car, 1, _at(3, 9), MAINTENANCE, "requested", requested_at=requested_at)


def no_text_messages(customer: SampleCustomer) -> Iterator[Row]:
    """Expected this afternoon, and has stopped text messages: the reminder goes by e-mail."""
    yield from this_afternoon(customer)
    yield consent_row(customer, None, "sms", granted=False, days_ago=20)


def landline_only(customer: SampleCustomer) -> Iterator[Row]:
    """Expected this afternoon, and has a landline only: no message can be sent."""
    car = _car(customer)
    yield from introduction_rows(car, Reach(landline=True))
    yield appointment_row(car, 1, _at(0, 15), MAINTENANCE, booked_at=LAST_WEEK)


PIECES = (
    booked_last_evening,
    booked_just_now,
    parts_missing,
    parts_ready,
    this_afternoon,
    in_an_hour_and_a_half,
    tomorrow,
    cancelled,
    no_show,
    came_late,
    contract_request_waiting,
    contract_request_fresh,
    plain_request,
    no_text_messages,
    landline_only,
)
