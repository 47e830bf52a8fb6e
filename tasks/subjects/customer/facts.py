"""Customers as a subject: from the day they were last here (R12)."""

from datetime import date, datetime, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import Text

from models.core.cadence import Now, midnight, moment
from models.core.reasons import declare
from models.people.tables import Customer
from models.subjects.appointment import Appointment
from models.subjects.customer import KEEPS_A_CAR, KIND, MONTHS_AWAY, NOTHING_BOOKED
from models.subjects.handover import Handover
from models.subjects.repair_order import RepairOrder
from models.subjects.vehicle import Vehicle
from tasks.subjects.appointment.facts import has_arrived, is_cancelled
from tasks.subjects.contract import (
    DueWithin,
    OfCustomer,
    Scope,
    Subject,
    Those,
    asked,
    first_reason,
    local_days,
)
from tasks.subjects.customer.standing import months_later
from tasks.subjects.customer.visits import BROUGHT_ON, CAME_AT, days_of
from tasks.subjects.customers import about_customer, newest_car_of, stores_today

AHEAD = declare("appointment-ahead")
SOLD = declare("all-cars-sold")
SLACK = timedelta(days=4)
"""A month later, and a month back, may be some days apart; and clocks differ."""


class Customers(Subject):
    """Anchored at the midnight, store-local, that the day of the last visit begins with."""

    kind = KIND
    anchor_day = "day"

    def facts(self, now: Now, scope: Scope) -> Select[Any]:
        """One row a customer."""
        stores, here = stores_today(now), days_of(Customer, now)
        last, zone = here.c.last, stores.c.time_zone
        return (
            select(
                Customer.id.label("subject_id"),
                Customer.store_id,
                Customer.id.label("customer_id"),
                *about_customer(stores),
                last.label("day"),
                midnight(last, zone).label("anchor_at"),
                *(midnight(months_later(last, months), zone).label(name) for name, months in MONTHS_AWAY.items()),
                _booked(now).label("booked"),
                _cars_sold(stores.c.today).label("cars_sold"),
                newest_car_of(Customer.id).label("vehicle"),
            )
            .join_from(Customer, stores, stores.c.id == Customer.store_id)
            .join(here, true())
            .where(_in_scope(scope))
        )

    def reason(
        self,
        facts: Subquery,
        now: Now,  # noqa: ARG002  the contract's
        conditions: ColumnElement[Any],
        due_at: ColumnElement[datetime],  # noqa: ARG002  the contract's
        rules: Any,  # noqa: ARG002  the contract's
    ) -> ColumnElement[str | None]:
        """The customer is coming anyway, or has no car any more."""
        return first_reason(
            (and_(asked(NOTHING_BOOKED, conditions), facts.c.booked), AHEAD),
            (and_(asked(KEEPS_A_CAR, conditions), facts.c.cars_sold), SOLD),
        )

    def figures(self, facts: Subquery) -> ColumnElement[Any]:
        """The last visit, and what speaks against asking."""
        return func.jsonb_build_object(
            *(literal("last_visit", Text), facts.c.day),
            *(literal("appointment_ahead", Text), facts.c.booked),
            *(literal("all_cars_sold", Text), facts.c.cars_sold),
            type_=JSONB,
        )

    def only_in_letters(self) -> frozenset[str]:
        """The car."""
        return frozenset({"vehicle"})

    def letter(self, facts: Subquery) -> list[ColumnElement[Any]]:
        """The day of the last visit, and the car."""
        return [facts.c.day, facts.c.vehicle]


SUBJECT = Customers()


def _booked(now: Now) -> ColumnElement[bool]:
    """The customer has an appointment ahead, or has asked for one."""
    known = func.coalesce(Appointment.booked_at, Appointment.requested_at, moment(now)) <= moment(now)
    theirs = and_(Appointment.customer_id == Customer.id, Appointment.starts_at > moment(now), known)
    coming = select(literal(1)).where(theirs, ~is_cancelled(now), ~has_arrived(now))
    return exists(coming.correlate_except(Appointment))


def _cars_sold(today: ColumnElement[date]) -> ColumnElement[bool]:
    """Cars of the customer are on record, and each was sold on."""
    theirs = Vehicle.customer_id == Customer.id
    kept = or_(Vehicle.disposed_on.is_(None), Vehicle.disposed_on > today)
    has_kept = exists(select(literal(1)).where(theirs, kept).correlate_except(Vehicle))
    return and_(exists(select(literal(1)).where(theirs).correlate_except(Vehicle)), ~has_kept)


def _in_scope(scope: Scope) -> ColumnElement[bool]:
    """A sweep looks at those who were here on the days from which a step may be due, by the indexes of the visits."""
    match scope:
        case DueWithin():
            spans = [_days_here(step.counts_from, *local_days(window)) for step, window in scope.steps]
            found = union_all(*(select for span in spans for select in _here_between(*span)))
            return and_(Customer.id.in_(found), Customer.store_id.in_(scope.stores))
        case Those():
            return Customer.id.in_(scope.ids)
        case OfCustomer():
            return Customer.id == scope.customer_id


def _days_here(counts_from: Any, since: date, until: date) -> tuple[date, date]:
    """The days of last visits from which a step is due between two days."""
    months = relativedelta(months=MONTHS_AWAY.get(counts_from, 0))
    return since - months - SLACK, until - months + SLACK


def _here_between(since: date, until: date) -> list[Select[Any]]:
    return [
        select(RepairOrder.customer_id).where(BROUGHT_ON.between(since, until)),
        select(Appointment.customer_id).where(CAME_AT.between(since, until)),
        select(Handover.customer_id).where(Handover.handed_over_on.between(since, until)),
    ]
