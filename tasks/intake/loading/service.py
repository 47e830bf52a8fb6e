"""Loading appointments, handovers and repair orders."""

from sqlalchemy import (
    ColumnElement,
    Table,
    and_,
    exists,
    func,
    insert,
    literal,
    null,
    select,
    update,
)

from models.core.words import AppointmentStatus, ChangeKind, PartsState, WorkKind
from models.subjects.service import Appointment, AppointmentChange, Handover, RepairOrder
from models.subjects.vehicles import Vehicle
from tasks.intake.loading.load import Load
from tasks.intake.loading.people import GIVES_CUSTOMER
from tasks.intake.loading.vehicles import note_readings
from tasks.intake.merging import Field, assign_ids, find_by_key, merge, reject, table_of
from tasks.intake.references import find_advisors, find_customers, find_vehicles, take_owners
from tasks.intake.staging import Staged

EXPECTED = (AppointmentStatus.REQUESTED, AppointmentStatus.BOOKED)
"""States in which departments prepare for the visit."""
GIVES_OWNER = (*GIVES_CUSTOMER, "vehicle")


def load_appointments(load: Load, staged: Staged) -> None:
    """Appointments are known by key. That one was moved or cancelled is kept, for the departments to be told."""
    _find_all(load, staged, advisors=True)
    load.keep_last(staged, "store_id", "key")
    find_by_key(load.connection, staged, Appointment)
    _keep_what_customers_chose(load, staged)
    _note_changes(load, staged)
    _clear_what_no_longer_holds(load, staged)
    assign_ids(load.connection, staged, Appointment)
    fields = [
        Field("customer_id", "customer_id", given_by=GIVES_OWNER),
        Field("vehicle_id", "vehicle_id", given_by=("vehicle",)),
        Field("advisor_id", "advisor_id", given_by=("advisor",)),
        Field("starts_at", "starts_at"),
        Field("status", "status", default=AppointmentStatus.BOOKED.value),
        Field("work", "work"),
        Field("work_kind", "work_kind", default=WorkKind.OTHER.value),
        Field("requested_at", "requested_at"),
        Field("booked_at", "booked_at"),
        Field("confirmed_at", "confirmed_at", given_by=("confirmed_at", "status"), keeps=True),
        Field("arrived_at", "arrived_at", keeps=True),
        Field("cancelled_at", "cancelled_at"),
        Field("parts_state", "parts_state", default=PartsState.UNKNOWN.value),
        Field("departments", "departments"),
    ]
    at_first = {} if "status" in staged.present else {"status": AppointmentStatus.BOOKED.value}
    merge(load.connection, staged, Appointment, fields, at_first=at_first)


def _keep_what_customers_chose(load: Load, staged: Staged) -> None:
    """A file that still has the start that the customer moved away from moves nothing back: it is old news."""
    rows, kept, changes = staged.table, table_of(Appointment), table_of(AppointmentChange)
    chosen = exists().where(
        changes.c.appointment_id == kept.c.id,
        changes.c.by_customer,
        changes.c.changed_at == kept.c.moved_at,
        changes.c.from_starts_at == rows.c.starts_at,
        changes.c.to_starts_at == kept.c.starts_at,
    )
    load.connection.execute(
        update(rows).values(starts_at=kept.c.starts_at).where(kept.c.id == rows.c.target_id, chosen)
    )


def _note_changes(load: Load, staged: Staged) -> None:
    """Record each move and cancellation of an appointment that was on record."""
    rows, kept = staged.table, table_of(Appointment)
    status = _status_to_be(staged, rows, kept)
    moved = and_(kept.c.starts_at != rows.c.starts_at, status.in_(EXPECTED))
    cancelled = and_(status == AppointmentStatus.CANCELLED, kept.c.status.in_(EXPECTED))
    for kind, happened in ((ChangeKind.MOVED, moved), (ChangeKind.CANCELLED, cancelled)):
        changes = select(kept.c.id, literal(kind.value), kept.c.starts_at, rows.c.starts_at, literal(load.now)).where(
            kept.c.id == rows.c.target_id, happened
        )
        load.connection.execute(
            insert(AppointmentChange).from_select(
                ["appointment_id", "kind", "from_starts_at", "to_starts_at", "changed_at"], changes
            )
        )


def _status_to_be(staged: Staged, rows: Table, kept: Table) -> ColumnElement[str]:
    return rows.c.status if "status" in staged.present else kept.c.status


def _clear_what_no_longer_holds(load: Load, staged: Staged) -> None:
    """A moved appointment is not confirmed any more, and the wish for another time is met; one that is on again was
    not cancelled. What the file itself dates stays."""
    rows, kept = staged.table, table_of(Appointment)
    moved = kept.c.starts_at != rows.c.starts_at
    load.connection.execute(
        update(kept)
        .values(moved_at=load.now, confirmed_at=null(), other_time_asked_at=null())
        .where(kept.c.id == rows.c.target_id, moved)
    )
    if "status" in staged.present and "cancelled_at" not in staged.present:
        again = and_(rows.c.status != AppointmentStatus.CANCELLED, kept.c.cancelled_at.is_not(None))
        load.connection.execute(update(kept).values(cancelled_at=null()).where(kept.c.id == rows.c.target_id, again))


def load_deliveries(load: Load, staged: Staged) -> None:
    """Handovers are known by key; without one, a vehicle is handed over once."""
    connection, rows, vehicles = load.connection, staged.table, table_of(Vehicle)
    _find_all(load, staged, advisors=False)
    connection.execute(
        update(rows).values(key=vehicles.c.key).where(rows.c.key.is_(None), vehicles.c.id == rows.c.vehicle_id)
    )
    reason = "expected a key, or a vehicle that is known"
    reject(connection, staged, "key", reason, rows.c.key.is_(None))
    load.keep_last(staged, "store_id", "key")
    find_by_key(connection, staged, Handover)
    assign_ids(connection, staged, Handover)
    fields = [
        Field("customer_id", "customer_id", given_by=GIVES_OWNER),
        Field("vehicle_id", "vehicle_id", given_by=("vehicle",)),
        Field("salesperson", "salesperson"),
        Field("handed_over_on", "handed_over_on"),
    ]
    merge(connection, staged, Handover, fields)
    note_readings(load, staged, "vehicle_id", rows.c.handed_over_on, rows.c.odometer_km.is_not(None))


def load_repair_orders(load: Load, staged: Staged) -> None:
    """Repair orders are known by key."""
    rows = staged.table
    _find_all(load, staged, advisors=True)
    load.keep_last(staged, "store_id", "key")
    find_by_key(load.connection, staged, RepairOrder)
    assign_ids(load.connection, staged, RepairOrder)
    fields = [
        Field("customer_id", "customer_id", given_by=GIVES_OWNER),
        Field("vehicle_id", "vehicle_id", given_by=("vehicle",)),
        Field("advisor_id", "advisor_id", given_by=("advisor",)),
        Field("work", "work"),
        Field("work_kind", "work_kind", default=WorkKind.OTHER.value),
        Field("opened_on", "opened_on"),
        Field("closed_on", "closed_on"),
    ]
    merge(load.connection, staged, RepairOrder, fields)
    day = func.coalesce(rows.c.opened_on, rows.c.closed_on)
    note_readings(load, staged, "vehicle_id", day, and_(rows.c.odometer_km.is_not(None), day.is_not(None)))


def _find_all(load: Load, staged: Staged, *, advisors: bool) -> None:
    find_customers(load.connection, staged)
    find_vehicles(load.connection, staged, needed=False)
    take_owners(load.connection, staged)
    if advisors:
        find_advisors(load.connection, staged)
