"""Handovers on the timeline of a customer."""

from models.core.rows import AnySelect
from models.subjects.handover import Handover
from models.subjects.vehicle import Vehicle
from tasks.subjects.contract import CUSTOMER
from tasks.subjects.customers import model_and_plate
from tasks.subjects.timeline import EntryKind, Person, Plain, TimelineEntry, day_begins, entry

HANDOVER = EntryKind("handover")


def _handovers() -> AnySelect:
    return (
        entry(
            HANDOVER, day_begins(Handover.handed_over_on), Handover.key,
            day=Handover.handed_over_on, vehicle=model_and_plate(), by=Handover.salesperson,
        )
        .outerjoin(Vehicle, Vehicle.id == Handover.vehicle_id)
        .where(Handover.customer_id == CUSTOMER)
    )  # fmt: skip


ENTRIES = (TimelineEntry(HANDOVER, _handovers, (Plain("vehicle"),), (Person(),), to_the_day=True),)
