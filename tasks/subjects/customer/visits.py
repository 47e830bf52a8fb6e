"""The days on which customers were here."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, FromClause, Select, SQLColumnExpression, and_, func, select, true

from models.core.cadence import Now, local_day
from models.core.words import WorkKind, work_meant
from models.subjects.appointment import Appointment
from models.subjects.handover import Handover
from models.subjects.repair_order import RepairOrder
from tasks.subjects.appointment.facts import has_arrived
from tasks.subjects.customers import stores_today

CAME_AT = func.coalesce(Appointment.arrived_at, Appointment.starts_at)
BROUGHT_ON = func.coalesce(RepairOrder.opened_on, RepairOrder.closed_on)


def visits(
    now: Now, within_days: int | None = None, work_kinds: tuple[WorkKind, ...] = ()
) -> list[Select[tuple[int, date]]]:
    """The days on which customers visited: for an appointment, with a car for work, or for a handover.

    A day may occur several times."""
    stores = stores_today(now)
    today = stores.c.today
    came = local_day(CAME_AT, stores.c.time_zone)
    appointments = (
        select(Appointment.customer_id, came.label("day"))
        .join(stores, stores.c.id == Appointment.store_id)
        .where(has_arrived(now), within(came, today, within_days))
    )
    orders = (
        select(RepairOrder.customer_id, BROUGHT_ON.label("day"))
        .join(stores, stores.c.id == RepairOrder.store_id)
        .where(within(BROUGHT_ON, today, within_days))
    )
    if work_kinds:
        meant = work_meant(work_kinds)
        by_work = Appointment.work_kind.in_(meant), RepairOrder.work_kind.in_(meant)
        return [appointments.where(by_work[0]), orders.where(by_work[1])]
    handovers = (
        select(Handover.customer_id, Handover.handed_over_on.label("day"))
        .join(stores, stores.c.id == Handover.store_id)
        .where(within(Handover.handed_over_on, today, within_days))
    )
    return [appointments, orders, handovers]


def within(day: SQLColumnExpression[object], today: Any, days: int | None) -> ColumnElement[bool]:
    """Whether a day is one of the last `days` days, including today; None: any day up to today."""
    return and_(day <= today, day > today - days if days is not None else true())


def days_of(customers: Any, now: Now) -> FromClause:
    """The `first` and the `last` day on which the customer of an outer row was here; null: never.

    `customers` is the table of the outer row. OFFSET 0 has PostgreSQL look them up once for a row, however often they
    are named.
    """
    days = [each.subquery() for each in visits(now)]

    def of_each(extreme: Any) -> list[ColumnElement[Any]]:
        return [
            select(extreme(each.c.day)).where(each.c.customer_id == customers.id).correlate(customers).scalar_subquery()
            for each in days
        ]

    first, last = func.least(*of_each(func.min), type_=Date), func.greatest(*of_each(func.max), type_=Date)
    return select(first.label("first"), last.label("last")).offset(0).lateral("days_here")
