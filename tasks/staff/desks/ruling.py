"""Customers without an owner get one by the rule of their store: the advisor of the latest visit, or who sold."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Date,
    Select,
    SQLColumnExpression,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)

from models.core.cadence import local_day, moment
from models.core.rows import AnySelect
from models.core.words import AppointmentStatus
from models.people.owners import OWNING, OwnerBy, OwnerRule
from models.people.tables import Customer, StaffMember, Store
from models.subjects.appointment import Appointment
from models.subjects.handover import Handover
from models.subjects.lead import Lead
from models.subjects.repair_order import RepairOrder
from tasks.intake.merging import table_of
from tasks.intake.references import folded_name
from tasks.staff.desks.setting import change_owners

ACTOR = "aftercare"
TOOK_PLACE = (AppointmentStatus.ARRIVED, AppointmentStatus.COMPLETED)
ADVISED, SOLD = 0, 1


def own_by_rule(connection: Connection, now: datetime, store_id: int | None = None, actor: str = ACTOR) -> int:
    """Give customers without an owner theirs, in the stores that have a rule; how many got one.

    Nobody is taken from an owner, not even from one who has left: their desk is handed over. Whoever is named but has
    left, or belongs to another store, does not count.
    """
    return change_owners(connection, _by_rule(now, store_id), OwnerBy.RULE, now, actor)


def _by_rule(now: datetime, store_id: int | None) -> AnySelect:
    """For each such customer the newest person of the kind that the rule prefers."""
    served = _served(now, store_id).subquery("served")
    wanted = case((Store.owner_rule == OwnerRule.ADVISOR, ADVISED), else_=SOLD)
    first = (
        select(
            served.c.customer_id,
            func.first_value(served.c.staff_id)
            .over(
                partition_by=served.c.customer_id,
                order_by=((served.c.how == wanted).desc(), served.c.on.desc(), served.c.staff_id),
            )
            .label("staff_id"),
        )
        .join(Store, Store.id == served.c.store_id)
        .join(StaffMember, StaffMember.id == served.c.staff_id)
        .where(StaffMember.active, StaffMember.store_id == served.c.store_id, StaffMember.role.in_(OWNING))
        .distinct()
        .subquery("first")
    )
    return select(
        Customer.id,
        first.c.staff_id.label("owner_id"),
        func.nullif(Customer.deputy_id, first.c.staff_id).label("deputy_id"),
    ).join(first, first.c.customer_id == Customer.id)


def _served(now: datetime, store_id: int | None) -> CompoundSelect[Any]:
    """Who advised or sold to whom, and when."""
    visited = and_(Appointment.status.in_(TOOK_PLACE), Appointment.starts_at <= moment(now))
    today = local_day(moment(now), Store.time_zone)
    visits = _of(Appointment, Appointment.advisor_id, local_day(Appointment.starts_at, Store.time_zone), ADVISED)
    orders = _of(RepairOrder, RepairOrder.advisor_id, RepairOrder.opened_on, ADVISED)
    leads = _of(Lead, Lead.salesperson_id, Lead.created_on, SOLD)
    named = _of(Handover, StaffMember.id, Handover.handed_over_on, SOLD).join(
        StaffMember,
        and_(
            StaffMember.store_id == Handover.store_id,
            Handover.salesperson.is_not(None),
            or_(
                func.lower(StaffMember.code) == func.lower(Handover.salesperson),
                folded_name(table_of(StaffMember).c.name) == folded_name(func.coalesce(Handover.salesperson, "")),
            ),
        ),
    )
    each: tuple[AnySelect, ...] = (
        visits.where(visited),
        orders.where(RepairOrder.opened_on <= today),
        leads.where(Lead.created_on <= today),
        named.where(Handover.handed_over_on <= today),
    )
    if store_id is not None:
        each = tuple(one.where(Store.id == store_id) for one in each)
    return union_all(*each)


def _of(
    table: Any, staff_id: SQLColumnExpression[int | None], on: SQLColumnExpression[date | None], how: int
) -> Select[Any]:
    """One source, of the customers without an owner whose store has a rule."""
    return (
        select(
            Customer.id.label("customer_id"),
            Customer.store_id,
            staff_id.label("staff_id"),
            cast(on, Date).label("on"),
            literal(how).label("how"),
        )
        .select_from(table)
        .join(Customer, Customer.id == table.customer_id)
        .join(Store, Store.id == Customer.store_id)
        .where(
            staff_id.is_not(None),
            Customer.owner_id.is_(None),
            Customer.erased_at.is_(None),
            Store.owner_rule != OwnerRule.BY_HAND,
        )
    )
