"""Inspections on the timeline of a customer."""

from sqlalchemy import exists, select

from models.core.rows import AnySelect
from models.subjects.inspection import Finding, Inspection, InspectionPoint
from models.subjects.vehicle import Vehicle
from tasks.subjects.contract import CUSTOMER
from tasks.subjects.customers import model_and_plate
from tasks.subjects.timeline import EntryKind, OnDay, Plain, TimelineEntry, Whether, day_begins, entry

INSPECTION = EntryKind("inspection")


def _inspections() -> AnySelect:
    fault = exists(
        select(InspectionPoint.point).where(
            InspectionPoint.inspection_id == Inspection.id, InspectionPoint.finding == Finding.FAULT
        )
    )
    return (
        entry(
            INSPECTION, day_begins(Inspection.inspected_on), Inspection.key,
            day=Inspection.inspected_on, vehicle=model_and_plate(), faults=fault, claimed_on=Inspection.claim_filed_on,
        )
        .join(Vehicle, Vehicle.id == Inspection.vehicle_id)
        .where(Inspection.customer_id == CUSTOMER)
    )  # fmt: skip


ENTRIES = (
    TimelineEntry(
        INSPECTION,
        _inspections,
        (Plain("vehicle"), Whether("faults", "inspection_faults")),
        (OnDay("claimed_on", "inspection_claimed"),),
        to_the_day=True,
    ),
)
