"""Due items on the timeline of a customer."""

from sqlalchemy import case

from models.core.rows import AnySelect
from models.subjects.due_item import DERIVED, DueItem
from models.subjects.vehicle import Vehicle
from tasks.subjects.contract import CUSTOMER
from tasks.subjects.customers import model_and_plate
from tasks.subjects.timeline import EntryKind, OnDay, Plain, TimelineEntry, Worded, day_begins, entry

DUE_ITEM = EntryKind("due-item")


def _due_items() -> AnySelect:
    return (
        entry(
            DUE_ITEM, day_begins(DueItem.ends_on), case((~DueItem.key.startswith(DERIVED), DueItem.key)),
            day=DueItem.ends_on, item=DueItem.item, provider=DueItem.provider, vehicle=model_and_plate(),
            status=DueItem.status, status_on=DueItem.status_on,
        )
        .outerjoin(Vehicle, Vehicle.id == DueItem.vehicle_id)
        .where(DueItem.customer_id == CUSTOMER)
    )  # fmt: skip


ENTRIES = (
    TimelineEntry(
        DUE_ITEM,
        _due_items,
        (Worded("item", "item"), Plain("provider"), Plain("vehicle"), Worded("status", "due_item")),
        (OnDay("status_on", "state_since"),),
        to_the_day=True,
    ),
)
