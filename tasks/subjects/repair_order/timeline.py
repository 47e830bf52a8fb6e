"""Repair orders on the timeline of a customer."""

from sqlalchemy import func

from models.core.rows import AnySelect
from models.people.tables import Customer
from models.subjects.repair_order import RepairOrder
from models.subjects.vehicle import Vehicle
from tasks.subjects.contract import CUSTOMER
from tasks.subjects.customers import model_and_plate
from tasks.subjects.timeline import EntryKind, Plain, TimelineEntry, Whether, day_begins, entry

REPAIR_ORDER = EntryKind("repair-order")


def _repair_orders() -> AnySelect:
    """An order without a day is as old as the customer is known."""
    came = func.coalesce(RepairOrder.closed_on, RepairOrder.opened_on)
    return (
        entry(
            REPAIR_ORDER, func.coalesce(day_begins(came), Customer.created_at), RepairOrder.key,
            day=came, work=RepairOrder.work, vehicle=model_and_plate(), closed=RepairOrder.closed_on.is_not(None),
        )
        .join(Customer, Customer.id == RepairOrder.customer_id)
        .outerjoin(Vehicle, Vehicle.id == RepairOrder.vehicle_id)
        .where(RepairOrder.customer_id == CUSTOMER)
    )  # fmt: skip


ENTRIES = (
    TimelineEntry(
        REPAIR_ORDER,
        _repair_orders,
        (Plain("vehicle"), Plain("work"), Whether("closed", "given_back", "in_workshop")),
        to_the_day=True,
    ),
)
