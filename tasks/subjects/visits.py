"""Handovers and repair orders as the subjects of post-delivery-followup (R2)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, Subquery, and_, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased
from sqlalchemy.types import Text

from models.core.cadence import Now, midnight, shift
from models.core.words import Condition, SubjectKind
from models.people.tables import Customer
from models.policies.policy import Policy, Step
from models.subjects.service import Handover, RepairOrder
from models.subjects.vehicles import Vehicle
from tasks.subjects.contract import (
    DueWithin,
    OfCustomer,
    Scope,
    Those,
    Window,
    asked,
    counted_within,
    first_reason,
    local_days,
    within,
)
from tasks.subjects.customers import about_customer, own_languages, stores_today, vehicle_name

SOLD = "the vehicle was sold on"
NOT_YET = "it has not happened yet"


class _Visits:
    """Anchored at the midnight, store-local, that the day of the visit begins with."""

    kind: SubjectKind
    table: type[Handover] | type[RepairOrder]
    day: SQLColumnExpression[Any]

    def facts(self, now: Now, scope: Scope) -> Select[Any]:
        """One row a visit."""
        table = self.table
        stores, languages, disposed = stores_today(now), own_languages(), _disposed()
        return (
            select(
                table.id.label("subject_id"),
                table.store_id,
                table.customer_id,
                *about_customer(stores, languages),
                self.day.label("day"),
                midnight(self.day, stores.c.time_zone).label("anchor_at"),
                _sold(table, self.day, disposed, stores.c.today).label("sold"),
                vehicle_name().label("vehicle"),
                *self._own_columns(),
            )
            .join_from(table, stores, stores.c.id == table.store_id)
            .outerjoin(languages, languages.c.id == table.customer_id)
            .outerjoin(Customer, Customer.id == table.customer_id)
            .outerjoin(disposed, disposed.c.id == table.vehicle_id)
            .outerjoin(Vehicle, Vehicle.id == table.vehicle_id)
            .where(self._in_scope(scope))
        )

    def near(self, facts: Subquery, step: Step, window: Window) -> ColumnElement[bool]:  # noqa: ARG002  the contract's
        """The anchor lies in the window."""
        return counted_within(facts.c.anchor_at, window)

    def due_at(self, facts: Subquery, step: Step, policy: Policy) -> ColumnElement[datetime]:  # noqa: ARG002  the contract's
        """Counted from the day of the visit."""
        return shift(facts.c.anchor_at, facts.c.time_zone, step.after, step.at, day=facts.c.day)

    def reason(
        self,
        facts: Subquery,
        now: Now,  # noqa: ARG002  the contract's
        conditions: ColumnElement[Any],
        due_at: ColumnElement[datetime],  # noqa: ARG002  the contract's
        rules: Any,  # noqa: ARG002  the contract's
    ) -> ColumnElement[str | None]:
        """The visit is still to come (a date entered ahead), or the car was sold on."""
        return first_reason(
            (facts.c.day > facts.c.today, NOT_YET),
            (and_(asked(Condition.VEHICLE_KEPT, conditions), facts.c.sold), SOLD),
        )

    def figures(self, facts: Subquery) -> ColumnElement[Any]:
        """The day of the visit, and whether the car was sold on."""
        return func.jsonb_build_object(
            literal("day", Text), facts.c.day, literal("vehicle_sold", Text), facts.c.sold, type_=JSONB
        )

    def letter(self, facts: Subquery) -> list[ColumnElement[Any]]:
        """The day, the car, and the work of a repair order."""
        return [facts.c.day, facts.c.vehicle, *([facts.c.work] if "work" in facts.c else [])]

    def _own_columns(self) -> list[ColumnElement[Any]]:
        return []

    def _in_scope(self, scope: Scope) -> ColumnElement[bool]:
        match scope:
            case DueWithin():
                windows = [local_days(window) for step, window in scope.steps if step.subject is self.kind]
                return and_(within(self.day, windows), self.table.store_id.in_(scope.stores))
            case Those():
                return self.table.id.in_(scope.ids)
            case OfCustomer():
                return self.table.customer_id == scope.customer_id


def _disposed() -> Subquery:
    """The few cars that are marked as sold. A sweep need not look at each car to learn that it is none of them."""
    return select(Vehicle.id, Vehicle.disposed_on).where(Vehicle.disposed_on.is_not(None)).subquery("disposed")


def _sold(
    visit: type[Handover] | type[RepairOrder], day: Any, disposed: Subquery, today: ColumnElement[date]
) -> ColumnElement[bool]:
    """The car is marked as sold, or was handed over to someone else later, which tells that it was, and when."""
    later = aliased(Handover)
    handed_on = exists(
        select(literal(1)).where(
            later.vehicle_id == visit.vehicle_id,
            later.customer_id != visit.customer_id,
            later.handed_over_on > day,
            later.handed_over_on <= today,
        )
    )
    return or_(func.coalesce(disposed.c.disposed_on <= today, False), handed_on)


class Handovers(_Visits):
    """Cars handed over to their buyers."""

    kind = SubjectKind.HANDOVER
    table = Handover
    day = Handover.__table__.c.handed_over_on


class RepairOrders(_Visits):
    """Repair orders, from the day the car was given back."""

    kind = SubjectKind.REPAIR_ORDER
    table = RepairOrder
    day = RepairOrder.__table__.c.closed_on

    def _own_columns(self) -> list[ColumnElement[Any]]:
        return [RepairOrder.work.label("work")]
