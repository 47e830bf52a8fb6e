"""Inspections as a subject: what was found, until it is claimed or looked at again (R3)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Subquery,
    and_,
    exists,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, aggregate_order_by
from sqlalchemy.orm import aliased
from sqlalchemy.types import Text

from models.core.base import Facts
from models.core.cadence import Now, midnight
from models.core.reasons import declare
from models.core.rows import AnySelect
from models.people.tables import Customer
from models.subjects.inspection import (
    CLAIM_UNFILED,
    FAULT_FOUND,
    KIND,
    WARRANTY_END,
    WARRANTY_RUNS,
    WATCHED,
    Finding,
    Inspection,
    InspectionPoint,
)
from models.subjects.vehicle import Vehicle
from models.subjects.visit import VEHICLE_KEPT
from models.subjects.warranty import Warranty, WarrantyEnd
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

NO_FAULT = declare("no-fault-found")
NOTHING_TO_WATCH = declare("nothing-to-watch")
FILED = declare("claim-filed")
OVER = declare("warranty-over")
AGAIN = declare("inspected-again")


class Inspections(Subject):
    """Anchored at the store-local midnight of the day on which the car was looked at."""

    kind = KIND
    anchor_day = "day"

    def facts(self, now: Now, scope: Scope) -> AnySelect:
        """One row an inspection that was done by then, with what was found."""
        stores, languages = stores_today(now), own_languages()
        today, zone = stores.c.today, stores.c.time_zone
        ends_on = _warranty_end(today)
        return (
            select(
                Inspection.id.label("subject_id"),
                Inspection.store_id,
                Inspection.customer_id,
                *about_customer(stores, languages),
                Inspection.inspected_on.label("day"),
                midnight(Inspection.inspected_on, zone).label("anchor_at"),
                midnight(ends_on, zone).label(WARRANTY_END),
                ends_on.label("warranty_ends_on"),
                Inspection.vehicle_id,
                _points(Finding.FAULT).label("faults"),
                _points(Finding.WATCH).label("watched"),
                func.coalesce(Inspection.claim_filed_on <= today, False).label("claim_filed"),
                func.coalesce(Vehicle.disposed_on <= today, False).label("sold"),
                vehicle_name().label("vehicle"),
            )
            .join_from(Inspection, stores, stores.c.id == Inspection.store_id)
            .outerjoin(languages, languages.c.id == Inspection.customer_id)
            .outerjoin(Customer, Customer.id == Inspection.customer_id)
            .join(Vehicle, Vehicle.id == Inspection.vehicle_id)
            .where(Inspection.inspected_on <= today, _in_scope(scope))
        )

    def reason(
        self,
        facts: Subquery,
        now: Now,  # noqa: ARG002  the contract's
        conditions: ColumnElement[Sequence[str]],
        due_at: ColumnElement[datetime],  # noqa: ARG002  the contract's
        rules: object,  # noqa: ARG002  the contract's
    ) -> ColumnElement[str | None]:
        """Nothing was found that calls for it, the claim was filed, the warranty is over, or the car was sold."""
        row, watched = facts.c, asked(WATCHED, conditions)
        return first_reason(
            (and_(asked(FAULT_FOUND, conditions), func.cardinality(row.faults) == 0), NO_FAULT),
            (and_(watched, func.cardinality(row.watched) == 0), NOTHING_TO_WATCH),
            (and_(asked(CLAIM_UNFILED, conditions), row.claim_filed), FILED),
            (and_(asked(VEHICLE_KEPT, conditions), row.sold), SOLD),
            (
                and_(asked(WARRANTY_RUNS, conditions), func.coalesce(row.warranty_ends_on < row.today, True)),
                OVER,
            ),
            (and_(watched, _inspected_again(facts)), AGAIN),
        )

    def figures(self, facts: Subquery) -> ColumnElement[Facts]:
        """When it was, what was found, and until when it can be claimed."""
        return func.jsonb_build_object(
            *(literal("inspected_on", Text), facts.c.day),
            *(literal("faults", Text), _joined(facts.c.faults)),
            *(literal("watched", Text), _joined(facts.c.watched)),
            *(literal("warranty_ends_on", Text), facts.c.warranty_ends_on),
            *(literal("claim_filed", Text), facts.c.claim_filed),
            *(literal("vehicle_sold", Text), facts.c.sold),
            type_=JSONB,
        )

    def only_in_letters(self) -> frozenset[str]:
        """The car."""
        return frozenset({"vehicle"})

    def letter(self, facts: Subquery) -> list[ColumnElement[Any]]:
        """The day, the car, what was found, and the end of the warranty."""
        return [facts.c.day, facts.c.vehicle, facts.c.faults, facts.c.watched, facts.c.warranty_ends_on]


SUBJECT = Inspections()


def _joined(points: ColumnElement[Any]) -> ColumnElement[str]:
    return func.array_to_string(points, ", ", type_=Text)


def _points(finding: Finding) -> ColumnElement[Any]:
    """The points with a finding, by name."""
    ordered = aggregate_order_by(InspectionPoint.point, InspectionPoint.point)
    found = (
        select(func.array_agg(ordered, type_=ARRAY(Text)))
        .where(InspectionPoint.inspection_id == Inspection.id, InspectionPoint.finding == finding)
        .correlate(Inspection)
        .scalar_subquery()
    )
    return func.coalesce(found, literal([], ARRAY(Text)))


def _warranty_end(today: ColumnElement[Any]) -> ScalarSelect[Any]:
    """The end of the warranty that was in force at the inspection; of several, the first to end. Without one, null."""
    return (
        select(func.min(WarrantyEnd.ends_on))
        .join(Warranty, Warranty.id == WarrantyEnd.warranty_id)
        .where(
            Warranty.vehicle_id == Inspection.vehicle_id,
            func.coalesce(Warranty.starts_on <= Inspection.inspected_on, True),
            WarrantyEnd.ends_on >= Inspection.inspected_on,
            WarrantyEnd.known_from <= today,
            today < WarrantyEnd.known_until,
        )
        .scalar_subquery()
    )


def _inspected_again(facts: Subquery) -> ColumnElement[bool]:
    later = aliased(Inspection)
    return exists(
        select(literal(1)).where(
            later.vehicle_id == facts.c.vehicle_id,
            later.inspected_on > facts.c.day,
            later.inspected_on <= facts.c.today,
        )
    )


def _in_scope(scope: Scope) -> ColumnElement[bool]:
    match scope:
        case DueWithin():
            return and_(Inspection.id.in_(_near(scope)), Inspection.store_id.in_(scope.stores))
        case Those():
            return Inspection.id.in_(scope.ids)
        case OfCustomer():
            return Inspection.customer_id == scope.customer_id


def _near(scope: DueWithin) -> Any:
    """The inspections of some days, and those of cars whose warranty ends on some days: each has an index."""
    known = aliased(Inspection)
    parts = []
    for step, window in scope.steps:
        if step.subject != KIND:
            continue
        days = [local_days(window)]
        if step.counts_from == WARRANTY_END:
            ending = (
                select(known.id)
                .join(Warranty, Warranty.vehicle_id == known.vehicle_id)
                .join(WarrantyEnd, WarrantyEnd.warranty_id == Warranty.id)
            )
            parts.append(ending.where(within(WarrantyEnd.ends_on, days)))
        else:
            parts.append(select(known.id).where(within(known.inspected_on, days)))
    return union_all(*parts)
