"""Warranties as the subject of warranty-expiry (R3)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    RowMapping,
    Subquery,
    and_,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import Text

from models.core.base import Facts
from models.core.cadence import Now, local_day, midnight, moment
from models.core.reasons import DAY, GivenReason, declare, give
from models.core.rows import AnySelect
from models.core.words import AppointmentStatus, EndBasis, WorkKind
from models.people.tables import Customer
from models.subjects.appointment import Appointment
from models.subjects.repair_order import RepairOrder
from models.subjects.vehicle import Vehicle
from models.subjects.visit import VEHICLE_KEPT
from models.subjects.warranty import KIND, NO_INSPECTION, Warranty, WarrantyEnd
from tasks.subjects.contract import (
    DueWithin,
    OfCustomer,
    Scope,
    Subject,
    Those,
    asked,
    first_reason,
    local_days,
    within,
)
from tasks.subjects.customers import SOLD, about_customer, own_languages, stores_today, vehicle_name
from tasks.subjects.vehicle.mileage import remarks_on

BOOKED = declare("inspection-booked")
DONE = declare("inspection-done")
ENDS_BY_MILEAGE = declare("warranty-ends-by-mileage", day=DAY)
ENDS_BY_DATE = declare("warranty-ends-by-date", day=DAY)
NOT_BEGUN = declare("warranty-not-begun")


class Warranties(Subject):
    """Anchored at the store-local midnight of the day they end: by date, or by mileage when that is earlier."""

    kind = KIND
    anchor_day = "day"

    def facts(self, now: Now, scope: Scope) -> AnySelect:
        """One row a warranty whose car has an owner, with the end as it was known on the day."""
        stores, languages = stores_today(now), own_languages()
        today = stores.c.today
        end = _ends(scope)
        row = end.c
        return (
            select(
                row.subject_id,
                row.store_id,
                row.customer_id,
                *about_customer(stores, languages),
                row.day,
                midnight(row.day, stores.c.time_zone).label("anchor_at"),
                row.basis,
                row.figures,
                row.vehicle_id,
                row.starts_on,
                func.coalesce(row.disposed_on <= today, False).label("sold"),
                row.vehicle,
            )
            .join_from(end, stores, stores.c.id == row.store_id)
            .outerjoin(languages, languages.c.id == row.customer_id)
            .outerjoin(Customer, Customer.id == row.customer_id)
            .where(row.known_from <= today, today < row.known_until)
        )

    def reason(
        self,
        facts: Subquery,
        now: Now,
        conditions: ColumnElement[Sequence[str]],
        due_at: ColumnElement[datetime],  # noqa: ARG002  the contract's
        rules: Any,
    ) -> ColumnElement[str | None]:
        """The car was sold, or the inspection that the process invites to is booked or done."""
        invited = asked(NO_INSPECTION, conditions)
        since = facts.c.day - cast(rules["inspection_days"].astext, Integer)
        return first_reason(
            (func.coalesce(facts.c.starts_on > facts.c.today, False), NOT_BEGUN),
            (and_(asked(VEHICLE_KEPT, conditions), facts.c.sold), SOLD),
            (~and_(invited, _inspection_known(facts, now, since)), None),
            (_inspection_done(facts, now, since), DONE),
            (_inspection_booked(facts, now, since), BOOKED),
        )

    def figures(self, facts: Subquery) -> ColumnElement[Facts]:
        """The end, what decided it, and the readings it was estimated from."""
        decided = func.jsonb_build_object(
            literal("ends_on", Text), facts.c.day, literal("basis", Text), facts.c.basis, type_=JSONB
        )
        return facts.c.figures.op("||", return_type=JSONB())(decided)

    def remarks(self, connection: Connection, row: RowMapping) -> list[GivenReason]:  # noqa: ARG002  the contract's
        """When it ends, and by which limit, until it has; and how sure the estimate is."""
        if row["day"] < row["today"]:
            return []
        ends = give(ENDS_BY_MILEAGE if row["basis"] == EndBasis.MILEAGE else ENDS_BY_DATE, day=row["day"].isoformat())
        return [ends, *remarks_on(row["figures"])]

    def only_in_letters(self) -> frozenset[str]:
        """The car."""
        return frozenset({"vehicle"})

    def letter(self, facts: Subquery) -> list[ColumnElement[Any]]:
        """The end and the car."""
        return [facts.c.day, facts.c.vehicle]


SUBJECT = Warranties()


def _ends(scope: Scope) -> Subquery:
    """The warranties in scope with each end that was ever known of them.

    OFFSET 0 keeps PostgreSQL from pairing each end with each store before it asks which store the warranty is of.
    """
    return (
        select(
            Warranty.id.label("subject_id"),
            Warranty.store_id,
            Vehicle.customer_id,
            Warranty.vehicle_id,
            Warranty.starts_on,
            Vehicle.disposed_on,
            vehicle_name().label("vehicle"),
            WarrantyEnd.ends_on.label("day"),
            WarrantyEnd.basis,
            WarrantyEnd.figures,
            WarrantyEnd.known_from,
            WarrantyEnd.known_until,
        )
        .join_from(WarrantyEnd, Warranty, Warranty.id == WarrantyEnd.warranty_id)
        .join(Vehicle, Vehicle.id == Warranty.vehicle_id)
        .where(_in_scope(scope))
        .offset(0)
        .subquery("ends")
    )


def _inspection_known(facts: Subquery, now: Now, since: ColumnElement[date]) -> ColumnElement[bool]:
    """Whether there is any inspection to look into. For nearly all cars there is none, and that is soon said."""
    return or_(_inspected(facts, now, since), _inspection_ordered(facts, since))


def _inspection_booked(facts: Subquery, now: Now, since: ColumnElement[date]) -> ColumnElement[bool]:
    """An inspection is booked or asked for, and was neither cancelled nor missed by then."""
    off = and_(
        Appointment.status == AppointmentStatus.CANCELLED,
        or_(Appointment.cancelled_at.is_(None), Appointment.cancelled_at <= moment(now)),
    )
    missed = and_(Appointment.status == AppointmentStatus.NO_SHOW, Appointment.starts_at <= moment(now))
    return _inspected(facts, now, since, ~off, ~missed, Appointment.starts_at > moment(now))


def _inspection_done(facts: Subquery, now: Now, since: ColumnElement[date]) -> ColumnElement[bool]:
    """The customer came for an inspection, or a repair order says it was done."""
    came = Appointment.status.in_((AppointmentStatus.ARRIVED, AppointmentStatus.COMPLETED))
    visited = _inspected(
        facts,
        now,
        since,
        or_(came, Appointment.arrived_at <= moment(now)),
        func.coalesce(Appointment.arrived_at, Appointment.starts_at) <= moment(now),
    )
    return or_(visited, _inspection_ordered(facts, since))


def _inspection_ordered(facts: Subquery, since: ColumnElement[date]) -> ColumnElement[bool]:
    return exists(
        select(literal(1)).where(
            RepairOrder.vehicle_id == facts.c.vehicle_id,
            RepairOrder.work_kind == WorkKind.INSPECTION,
            RepairOrder.closed_on.between(since, facts.c.today),
        )
    )


def _inspected(
    facts: Subquery, now: Now, since: ColumnElement[date], *also: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Whether there is an inspection of the car, known by then, that falls in the time of the invitations.

    An appointment that names no car is taken to be for the customer's. These are two questions, because each has an
    index of its own.
    """
    inspection = select(literal(1)).where(
        Appointment.work_kind == WorkKind.INSPECTION,
        local_day(Appointment.starts_at, facts.c.time_zone) >= since,
        or_(Appointment.booked_at.is_(None), Appointment.booked_at <= moment(now)),
        *also,
    )
    of_car = inspection.where(Appointment.vehicle_id == facts.c.vehicle_id)
    unnamed = inspection.where(Appointment.vehicle_id.is_(None), Appointment.customer_id == facts.c.customer_id)
    return or_(of_car.exists(), unnamed.exists())


def _in_scope(scope: Scope) -> ColumnElement[bool]:
    match scope:
        case DueWithin():
            windows = [local_days(window) for _, window in scope.steps]
            return and_(within(WarrantyEnd.ends_on, windows), Warranty.store_id.in_(scope.stores))
        case Those():
            return Warranty.id.in_(scope.ids)
        case OfCustomer():
            return Vehicle.customer_id == scope.customer_id
