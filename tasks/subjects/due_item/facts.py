"""Due items as a subject: from the day they end (R6)."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased
from sqlalchemy.types import Text

from models.core.base import enumeration
from models.core.cadence import Now, midnight
from models.core.reasons import declare
from models.people.tables import Customer
from models.subjects.due_item import ASKED_ITEM, CALLED_ITEM, KIND, NOT_RENEWED, DueItem, DueItemStatus
from models.subjects.vehicle import Vehicle
from models.subjects.visit import VEHICLE_KEPT
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

OTHER_ITEM = declare("item-of-another-kind")
NOT_CALLED = declare("item-not-called-about")
NOT_ASKED = declare("item-not-asked-about")
RENEWED = declare("item-renewed")
ELSEWHERE = declare("item-renewed-elsewhere")
DECLINED = declare("item-declined")
_OPEN = literal(DueItemStatus.OPEN, enumeration(DueItemStatus))


class DueItems(Subject):
    """Anchored at the store-local midnight of the day they end."""

    kind = KIND
    anchor_day = "day"

    def facts(self, now: Now, scope: Scope) -> Select[Any]:
        """One row an item, with what had become of it by then."""
        stores, languages = stores_today(now), own_languages()
        today = stores.c.today
        return (
            select(
                DueItem.id.label("subject_id"),
                DueItem.store_id,
                DueItem.customer_id,
                *about_customer(stores, languages),
                DueItem.ends_on.label("day"),
                midnight(DueItem.ends_on, stores.c.time_zone).label("anchor_at"),
                DueItem.item,
                DueItem.provider,
                DueItem.vehicle_id,
                case((DueItem.status_on > today, _OPEN), else_=DueItem.status).label("status"),
                func.coalesce(Vehicle.disposed_on <= today, False).label("sold"),
                vehicle_name().label("vehicle"),
            )
            .join_from(DueItem, stores, stores.c.id == DueItem.store_id)
            .outerjoin(languages, languages.c.id == DueItem.customer_id)
            .outerjoin(Customer, Customer.id == DueItem.customer_id)
            .outerjoin(Vehicle, Vehicle.id == DueItem.vehicle_id)
            .where(_in_scope(scope))
        )

    def reason(
        self,
        facts: Subquery,
        now: Now,  # noqa: ARG002  the contract's
        conditions: ColumnElement[Any],
        due_at: ColumnElement[datetime],  # noqa: ARG002  the contract's
        rules: Any,
    ) -> ColumnElement[str | None]:
        """The step is not about such an item, the car was sold, or the item was renewed or given up."""
        still_open = asked(NOT_RENEWED, conditions)
        return first_reason(
            (~_among(facts, rules, "items"), OTHER_ITEM),
            (and_(asked(CALLED_ITEM, conditions), ~_among(facts, rules, "called_items")), NOT_CALLED),
            (and_(asked(ASKED_ITEM, conditions), ~_among(facts, rules, "asked_items")), NOT_ASKED),
            (and_(asked(VEHICLE_KEPT, conditions), facts.c.sold), SOLD),
            (and_(still_open, facts.c.status == DueItemStatus.ELSEWHERE), ELSEWHERE),
            (and_(still_open, facts.c.status == DueItemStatus.DECLINED), DECLINED),
            (and_(still_open, or_(facts.c.status == DueItemStatus.RENEWED, _followed(facts))), RENEWED),
        )

    def figures(self, facts: Subquery) -> ColumnElement[Any]:
        """What ends, when, and what had become of it."""
        return func.jsonb_build_object(
            *(literal("item", Text), facts.c.item),
            *(literal("ends_on", Text), facts.c.day),
            *(literal("status", Text), facts.c.status),
            *(literal("vehicle_sold", Text), facts.c.sold),
            type_=JSONB,
        )

    def only_in_letters(self) -> frozenset[str]:
        """The car, and with whom it is."""
        return frozenset({"vehicle", "provider"})

    def letter(self, facts: Subquery) -> list[ColumnElement[Any]]:
        """What ends, when, with whom, and the car."""
        return [facts.c.day, facts.c.item, facts.c.provider, facts.c.vehicle]


def _among(facts: Subquery, rules: Any, name: str) -> ColumnElement[bool]:
    """Whether the item is of one of the kinds that a rule lists."""
    listed = rules.op("->", return_type=JSONB())(literal(name, Text))
    among: ColumnElement[bool] = listed.contains(func.to_jsonb(facts.c.item))
    return among


def _followed(facts: Subquery) -> ColumnElement[bool]:
    """The customer has another item of the kind, for the same car if for any, that ends later."""
    later = aliased(DueItem)
    return exists(
        select(literal(1)).where(
            later.customer_id == facts.c.customer_id,
            later.item == facts.c.item,
            later.vehicle_id.is_not_distinct_from(facts.c.vehicle_id),
            later.ends_on > facts.c.day,
            func.coalesce(later.issued_on <= facts.c.today, True),
        )
    )


def _in_scope(scope: Scope) -> ColumnElement[bool]:
    match scope:
        case DueWithin():
            windows = [local_days(window) for step, window in scope.steps if step.subject == KIND]
            return and_(within(DueItem.ends_on, windows), DueItem.store_id.in_(scope.stores))
        case Those():
            return DueItem.id.in_(scope.ids)
        case OfCustomer():
            return DueItem.customer_id == scope.customer_id


SUBJECT = DueItems()
