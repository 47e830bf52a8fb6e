"""Handovers and repair orders as the subjects of post-delivery-followup (R2)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    SQLColumnExpression,
    Subquery,
    and_,
    exists,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased
from sqlalchemy.types import Text

from models.core.base import Facts
from models.core.cadence import Now, local_day, midnight, moment
from models.core.errors import InvalidInput
from models.core.reasons import GivenReason, ReasonCode, declare, give
from models.core.rows import AnySelect
from models.core.words import SubjectKind
from models.people.tables import Customer, Store
from models.subjects.handover import Handover
from models.subjects.repair_order import RepairOrder
from models.subjects.vehicle import Vehicle
from models.subjects.visit import SURVEY, SURVEY_LASTS, VEHICLE_KEPT
from tasks.subjects.contract import (
    DueWithin,
    OfCustomer,
    Scope,
    Subject,
    Those,
    asked,
    first_reason,
    linked,
    local_days,
    within,
)
from tasks.subjects.customers import SOLD, about_customer, own_languages, stores_today, vehicle_name
from tasks.subjects.registry import subject_of

NOT_GIVEN_BACK = declare("car-not-given-back")
NOT_YET = declare("not-happened-yet")


class Visits(Subject):
    """Anchored at the midnight, store-local, that the day of the visit begins with."""

    anchor_day = "day"
    table: type[Handover] | type[RepairOrder]
    day: SQLColumnExpression[object]

    def facts(self, now: Now, scope: Scope) -> AnySelect:
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

    def reason(
        self,
        facts: Subquery,
        now: Now,  # noqa: ARG002  the contract's
        conditions: ColumnElement[Sequence[str]],
        due_at: ColumnElement[datetime],  # noqa: ARG002  the contract's
        rules: object,  # noqa: ARG002  the contract's
    ) -> ColumnElement[str | None]:
        """The visit is still to come (a date entered ahead), or the car was sold on."""
        return first_reason(
            (facts.c.day > facts.c.today, NOT_YET),
            (and_(asked(VEHICLE_KEPT, conditions), facts.c.sold), SOLD),
            *self._own_rules(facts, conditions),
        )

    def _own_rules(
        self,
        facts: Subquery,  # noqa: ARG002  for others
        conditions: ColumnElement[Sequence[str]],  # noqa: ARG002  for others
    ) -> list[tuple[ColumnElement[bool], ReasonCode]]:
        """What else a kind of visit asks for."""
        return []

    def figures(self, facts: Subquery) -> ColumnElement[Facts]:
        """The day of the visit, and whether the car was sold on."""
        return func.jsonb_build_object(
            literal("day", Text), facts.c.day, literal("vehicle_sold", Text), facts.c.sold, type_=JSONB
        )

    def remarks(self, connection: Connection, row: RowMapping) -> list[GivenReason]:  # noqa: ARG002  the contract's
        """That the car is still here."""
        return [] if row["anchor_at"] else [give(NOT_GIVEN_BACK)]

    def only_in_letters(self) -> frozenset[str]:
        """The car, and the work on it."""
        return frozenset({"vehicle", "work"})

    def open_links(self, customer_id: int, now: datetime) -> AnySelect:
        """The visits of late, which a survey asks about."""
        today = local_day(moment(now), Store.time_zone)
        lately = local_day(moment(now - SURVEY_LASTS), Store.time_zone)
        return (
            linked(SURVEY, self.kind, self.table, midnight(self.day, Store.time_zone))
            .join(Store, Store.id == self.table.store_id)
            .where(self.table.customer_id == customer_id, self.day.between(lately, today))
        )

    def seen(self, subject_id: int) -> AnySelect:
        """What a customer is asked about: `day`, `vehicle`, and the `work` where there was any."""
        return (
            select(
                self.day.label("day"), vehicle_name().label("vehicle"), *(self._own_columns() or [null().label("work")])
            )
            .select_from(self.table)
            .outerjoin(Vehicle, Vehicle.id == self.table.vehicle_id)
            .where(self.table.id == subject_id)
        )

    def letter(self, facts: Subquery) -> list[ColumnElement[Any]]:
        """The day, the car, and the work of a repair order."""
        return [facts.c.day, facts.c.vehicle, *([facts.c.work] if "work" in facts.c else [])]

    def _own_columns(self) -> list[ColumnElement[Any]]:
        return []

    def _in_scope(self, scope: Scope) -> ColumnElement[bool]:
        match scope:
            case DueWithin():
                windows = [local_days(window) for step, window in scope.steps if step.subject == self.kind]
                return and_(within(self.day, windows), self.table.store_id.in_(scope.stores))
            case Those():
                return self.table.id.in_(scope.ids)
            case OfCustomer():
                return self.table.customer_id == scope.customer_id


def _disposed() -> Subquery:
    """The few cars that are marked as sold. A sweep need not look at each car to learn that it is none of them."""
    return select(Vehicle.id, Vehicle.disposed_on).where(Vehicle.disposed_on.is_not(None)).subquery("disposed")


def _sold(
    visit: type[Handover] | type[RepairOrder], day: object, disposed: Subquery, today: ColumnElement[date]
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


class NotAVisit(InvalidInput):
    """A subject that customers are not asked about."""

    def __init__(self, kind: SubjectKind) -> None:
        self.kind = kind
        super().__init__(f"A {kind} is no visit: nobody is asked how it was.")


def visits_of(kind: SubjectKind) -> Visits:
    """The visits of a kind. Raises `NotAVisit`."""
    subject = subject_of(kind)
    if not isinstance(subject, Visits):
        raise NotAVisit(kind)
    return subject
