"""Appointments on the timeline of a customer."""

from models.core.rows import AnySelect
from models.subjects.appointment import Appointment
from models.subjects.vehicle import Vehicle
from tasks.subjects.contract import CUSTOMER
from tasks.subjects.customers import model_and_plate
from tasks.subjects.timeline import EntryKind, Plain, TimelineEntry, Whether, Worded, entry

APPOINTMENT = EntryKind("appointment")


def _appointments() -> AnySelect:
    return (
        entry(
            APPOINTMENT, Appointment.starts_at, Appointment.key,
            state=Appointment.status, work=Appointment.work, vehicle=model_and_plate(),
            confirmed_at=Appointment.confirmed_at,
        )
        .outerjoin(Vehicle, Vehicle.id == Appointment.vehicle_id)
        .where(Appointment.customer_id == CUSTOMER)
    )  # fmt: skip


ENTRIES = (
    TimelineEntry(
        APPOINTMENT,
        _appointments,
        (Plain("vehicle"), Plain("work"), Worded("state", "status"), Whether("confirmed_at", "was_confirmed")),
    ),
)
