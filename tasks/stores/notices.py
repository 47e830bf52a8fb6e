"""Notices to departments about moved and cancelled appointments, and their acknowledgements (R1)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CTE, Connection, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import Text

from models.core.cadence import moment
from models.core.errors import Conflict, NotFound
from models.core.rows import AnySelect
from models.core.words import ChangeKind
from models.people.tables import Customer, StaffMember, Store
from models.subjects.appointment import Appointment, AppointmentChange, DepartmentNotice
from models.subjects.vehicle import Vehicle
from tasks.ledger import audit
from tasks.policies.catalogue import rule_in_force
from tasks.stores.staff import find_actor

IN_TIME = timedelta(minutes=30)
"""How long a department has to acknowledge a change before its manager is told."""


class UnknownNotice(NotFound):
    """There is no such notice."""

    def __init__(self, notice_id: int) -> None:
        self.notice_id = notice_id
        super().__init__(f"There is no notice {notice_id}.")


class NoticeAcknowledged(Conflict):
    """The notice is already acknowledged."""

    def __init__(self, notice_id: int, department: str, by: str) -> None:
        self.notice_id, self.department, self.by = notice_id, department, by
        super().__init__(f"{by} has acknowledged notice {notice_id} for the department '{department}' already.")


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice to a department about a change."""

    id: int
    department: str
    store: str
    """The store's code."""
    time_zone: str
    customer: str
    appointment: str
    """The source's key of the appointment."""
    plate: str | None
    model: str | None
    change: ChangeKind
    from_starts_at: datetime
    to_starts_at: datetime
    changed_at: datetime
    told_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    """The staff code."""


def tell_departments(connection: Connection, now: datetime) -> int:
    """Notify the departments of every change without a notice; returns how many.

    Uses the appointment's departments, or else those in its store's policy.
    """
    told = (
        insert(DepartmentNotice)
        .from_select(["change_id", "department", "told_at"], _untold(now))
        .on_conflict_do_nothing(index_elements=["change_id", "department"])
        .returning(DepartmentNotice.id)
    )
    return len(connection.execute(told).all())


def _untold(now: datetime) -> AnySelect:
    in_force = departments_by_policy()
    departments = func.coalesce(Appointment.departments, in_force.c.departments, type_=ARRAY(Text))
    has_notices = select(literal(1)).where(DepartmentNotice.change_id == AppointmentChange.id).exists()
    return (
        select(AppointmentChange.id, func.unnest(departments), moment(now))
        .join(Appointment, Appointment.id == AppointmentChange.appointment_id)
        .join(in_force, in_force.c.store_id == Appointment.store_id)
        .where(AppointmentChange.changed_at <= moment(now), ~has_notices)
    )


def departments_by_policy() -> CTE:
    """Per store: the departments in the active policy."""
    in_force = rule_in_force("departments")
    named = func.jsonb_array_elements_text(in_force.c.value).table_valued("value")
    departments = select(func.array_agg(named.c.value)).select_from(named).scalar_subquery()
    return select(in_force.c.store_id, departments.label("departments")).cte("departments_by_policy")


def list_notices(
    connection: Connection, *, store: str | None = None, department: str | None = None, everything: bool = False
) -> list[Notice]:
    """The unacknowledged notices, or all, oldest first. `store` is a store's code."""
    statement = _notices()
    if store is not None:
        statement = statement.where(Store.code == store)
    if department is not None:
        statement = statement.where(DepartmentNotice.department == department)
    if not everything:
        statement = statement.where(DepartmentNotice.acknowledged_at.is_(None))
    return [Notice(**row) for row in connection.execute(statement).mappings()]


def _notices() -> AnySelect:
    return (
        select(
            DepartmentNotice.id,
            DepartmentNotice.department,
            Store.code.label("store"),
            Store.time_zone,
            Customer.name.label("customer"),
            Appointment.key.label("appointment"),
            Vehicle.plate,
            Vehicle.model,
            AppointmentChange.kind.label("change"),
            AppointmentChange.from_starts_at,
            AppointmentChange.to_starts_at,
            AppointmentChange.changed_at,
            DepartmentNotice.told_at,
            DepartmentNotice.acknowledged_at,
            StaffMember.code.label("acknowledged_by"),
        )
        .join(AppointmentChange, AppointmentChange.id == DepartmentNotice.change_id)
        .join(Appointment, Appointment.id == AppointmentChange.appointment_id)
        .join(Store, Store.id == Appointment.store_id)
        .join(Customer, Customer.id == Appointment.customer_id)
        .outerjoin(Vehicle, Vehicle.id == Appointment.vehicle_id)
        .outerjoin(StaffMember, StaffMember.id == DepartmentNotice.acknowledged_by)
        .order_by(DepartmentNotice.told_at, DepartmentNotice.id)
    )


def store_of_notice(connection: Connection, notice_id: int, store_id: int | None) -> int:
    """The store of a notice, for somebody of a store or (None) of all. Raises `UnknownNotice`."""
    found = connection.scalar(
        select(Appointment.store_id)
        .join(AppointmentChange, AppointmentChange.appointment_id == Appointment.id)
        .join(DepartmentNotice, DepartmentNotice.change_id == AppointmentChange.id)
        .where(DepartmentNotice.id == notice_id)
    )
    if found is None or store_id not in (None, found):
        raise UnknownNotice(notice_id)
    return found


def acknowledge(connection: Connection, notice_id: int, now: datetime, staff_code: str) -> None:
    """Acknowledge a notice.

    Raises `UnknownNotice`, `NoticeAcknowledged`, `UnknownStaff`, `InactiveStaff`.
    """
    notice = connection.execute(
        select(DepartmentNotice.department, DepartmentNotice.acknowledged_by, Appointment.store_id)
        .join(AppointmentChange, AppointmentChange.id == DepartmentNotice.change_id)
        .join(Appointment, Appointment.id == AppointmentChange.appointment_id)
        .where(DepartmentNotice.id == notice_id)
        .with_for_update(of=DepartmentNotice.__table__)
    ).one_or_none()
    if notice is None:
        raise UnknownNotice(notice_id)
    if notice.acknowledged_by is not None:
        name = select(StaffMember.name).where(StaffMember.id == notice.acknowledged_by)
        raise NoticeAcknowledged(notice_id, notice.department, connection.execute(name).scalar_one())
    actor = find_actor(connection, staff_code, notice.store_id)
    connection.execute(
        update(DepartmentNotice)
        .where(DepartmentNotice.id == notice_id)
        .values(acknowledged_at=now, acknowledged_by=actor.id)
    )
    after = {"department": notice.department, "acknowledged_at": now.isoformat()}
    audit.record(connection, now, actor.code, "notice.acknowledged", "department-notice", notice_id, None, after)
