"""Customers as a subject: from the day they were last here (R12)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Select,
    Subquery,
    and_,
    cast,
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

from models.core.base import Facts
from models.core.cadence import LOCAL, ZONED, Now, local_day, midnight, moment
from models.core.reasons import declare
from models.core.rows import AnySelect
from models.ledger.tables import Touch
from models.ledger.visits_and_letters import StaffVisit
from models.people.tables import Customer, Store
from models.subjects.appointment import Appointment
from models.subjects.customer import (
    IS_VIP,
    KEEPS_A_CAR,
    KIND,
    LEVELS,
    MONTHS_AWAY,
    MONTHS_ON,
    NOTHING_BOOKED,
    OF_LEVEL_1,
    OF_LEVEL_2,
    VIP_LEVEL,
    VIP_REFERRALS,
)
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
from tasks.subjects.customer.standing import is_vip, months_later, referrals
from tasks.subjects.customer.visits import BROUGHT_ON, CAME_AT, days_of
from tasks.subjects.customers import about_customer, newest_car_of, stores_today
from tasks.subjects.last_contact import last_contact

AHEAD = declare("appointment-ahead")
SOLD = declare("all-cars-sold")
NO_VIP = declare("not-a-vip")
NOT_OF_LEVEL = {OF_LEVEL_1: declare("not-of-level-one"), OF_LEVEL_2: declare("not-of-level-two")}
SLACK = timedelta(days=4)
"""A month later, and a month back, may be some days apart; and clocks differ."""


class Customers(Subject):
    """Anchored at the midnight, store-local, that the day of the last visit begins with."""

    kind = KIND
    anchor_day = "day"

    def facts(self, now: Now, scope: Scope) -> AnySelect:
        """One row a customer."""
        stores, here = stores_today(now), days_of(Customer, now)
        accounts = _accounts(now)
        last, zone, contact = here.c.last, stores.c.time_zone, accounts.c.last
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
                contact.label("last_personal"),
                *(_month_after(contact, zone, months).label(name) for name, months in MONTHS_ON.items()),
                is_vip(Customer.level, accounts.c.sent).label("vip"),
                func.lower(func.trim(Customer.level)).label("level"),
                newest_car_of(Customer.id).label("vehicle"),
            )
            .join_from(Customer, stores, stores.c.id == Customer.store_id)
            .join(here, true())
            .join(accounts, true())
            .where(_in_scope(scope))
        )

    def reason(
        self,
        facts: Subquery,
        now: Now,  # noqa: ARG002  the contract's
        conditions: ColumnElement[Sequence[str]],
        due_at: ColumnElement[datetime],  # noqa: ARG002  the contract's
        rules: object,  # noqa: ARG002  the contract's
    ) -> ColumnElement[str | None]:
        """The customer is coming anyway, has no car any more, or is no key account of the kind."""
        return first_reason(
            (and_(asked(NOTHING_BOOKED, conditions), facts.c.booked), AHEAD),
            (and_(asked(KEEPS_A_CAR, conditions), facts.c.cars_sold), SOLD),
            (and_(asked(IS_VIP, conditions), ~facts.c.vip), NO_VIP),
            *(
                (
                    and_(
                        asked(condition, conditions),
                        facts.c.vip | func.coalesce(facts.c.level.not_in(LEVELS[condition]), True),
                    ),
                    other,
                )
                for condition, other in NOT_OF_LEVEL.items()
            ),
        )

    def figures(self, facts: Subquery) -> ColumnElement[Facts]:
        """The last visit and the last contact, and what speaks against asking."""
        return func.jsonb_build_object(
            *(literal("last_visit", Text), facts.c.day),
            *(literal("last_personal", Text), facts.c.last_personal),
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


def _accounts(now: Now) -> FromClause:
    """When the customer was last spoken to, wrote back, came, or was visited; before that, came on record: `last`. And
    how many others the customer `sent` within twelve months. OFFSET 0: each is looked up once for a row."""
    visited = (
        select(func.max(midnight(StaffVisit.done_on, Store.time_zone)))
        .select_from(StaffVisit)
        .join(Touch, Touch.id == StaffVisit.touch_id)
        .join(Store, Store.id == Touch.store_id)
        .where(Touch.customer_id == Customer.id, midnight(StaffVisit.done_on, Store.time_zone) <= moment(now))
        .correlate(Customer)
        .scalar_subquery()
    )
    in_touch = func.greatest(last_contact(Customer.id, now), visited, type_=ZONED)
    last = func.coalesce(in_touch, Customer.created_at, type_=ZONED)
    return select(last.label("last"), _sent(now).label("sent")).correlate(Customer).offset(0).lateral("accounts")


def _month_after(contact: ColumnElement[Any], zone: Any, months: int) -> ColumnElement[Any]:
    """The beginning of the month, store-local, in which a contact is so many months ago."""
    day = months_later(local_day(contact, zone), months)
    return midnight(cast(func.date_trunc("month", cast(day, LOCAL)), Date), zone)


def _sent(now: Now) -> ColumnElement[Any]:
    """How many others the customer sent within twelve months."""
    sent = referrals(now).subquery()
    return select(sent.c.referrals).where(sent.c.customer_id == Customer.id).correlate(Customer).scalar_subquery()


def _in_scope(scope: Scope) -> ColumnElement[bool]:
    """A sweep looks at those who were here on the days from which a step may be due, by the indexes of the visits, and
    for steps about key accounts at those who are one."""
    match scope:
        case DueWithin():
            by_visit = [step_window for step_window in scope.steps if step_window[0].counts_from not in MONTHS_ON]
            spans = [_days_here(step.counts_from, *local_days(window)) for step, window in by_visit]
            found = [select for span in spans for select in _here_between(*span)]
            if len(by_visit) < len(scope.steps):
                found += _key_accounts(scope.now)
            known = Customer.erased_at.is_(None)
            return and_(Customer.id.in_(union_all(*found)), Customer.store_id.in_(scope.stores), known)
        case Those():
            return Customer.id.in_(scope.ids)
        case OfCustomer():
            return Customer.id == scope.customer_id


def _key_accounts(now: Now) -> list[Select[tuple[int]]]:
    """Whoever is of a level, or sent so many that they are a VIP."""
    sent = referrals(now).subquery()
    levels = [level for words in LEVELS.values() for level in words]
    level = func.lower(func.trim(Customer.level))
    return [
        select(Customer.id).where(
            Customer.level.is_not(None), or_(level.in_(levels), func.starts_with(level, VIP_LEVEL))
        ),
        select(sent.c.customer_id).where(sent.c.referrals >= VIP_REFERRALS),
    ]


def _days_here(counts_from: Any, since: date, until: date) -> tuple[date, date]:
    """The days of last visits from which a step is due between two days."""
    months = relativedelta(months=MONTHS_AWAY.get(counts_from, 0))
    return since - months - SLACK, until - months + SLACK


def _here_between(since: date, until: date) -> list[Select[tuple[int]]]:
    return [
        select(RepairOrder.customer_id).where(BROUGHT_ON.between(since, until)),
        select(Appointment.customer_id).where(CAME_AT.between(since, until)),
        select(Handover.customer_id).where(Handover.handed_over_on.between(since, until)),
    ]
