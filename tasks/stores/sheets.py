"""The sheet of the coming day: every department gets its visits at the store's hour, and acknowledges them (R1)."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import Date, Text

from models.core.cadence import local_day, moment
from models.core.errors import Conflict, NotFound
from models.core.rows import AnySelect
from models.core.words import AppointmentStatus, PartsState
from models.people.tables import StaffMember, Store
from models.subjects.appointment import Appointment, AppointmentChange
from models.subjects.department_sheet import DepartmentSheet, DepartmentSheetLine
from models.subjects.vehicle import Vehicle
from tasks.ledger import audit
from tasks.stores.notices import IN_TIME, departments_by_policy
from tasks.stores.staff import find_actor

CATCH_UP_UNTIL = time(12)
"""A sheet that was not made the evening before is made until noon of its day."""
A_DAY = timedelta(days=1)
COMING = (AppointmentStatus.BOOKED,)


class UnknownSheet(NotFound):
    """There is no such sheet."""

    def __init__(self, sheet_id: int) -> None:
        self.sheet_id = sheet_id
        super().__init__(f"There is no sheet {sheet_id}.")


class SheetAcknowledged(Conflict):
    """The sheet is already acknowledged."""

    def __init__(self, sheet_id: int, department: str, by: str) -> None:
        self.sheet_id, self.department, self.by = sheet_id, department, by
        super().__init__(f"{by} has acknowledged sheet {sheet_id} for the department '{department}' already.")


@dataclass(frozen=True, slots=True)
class StoreClock:
    """A store, and the time of day at which its departments get the sheet."""

    id: int
    zone: ZoneInfo
    sheet_at: time


@dataclass(frozen=True, slots=True)
class SheetVisit:
    """A visit on a sheet, as the facts have it now."""

    starts_at: datetime
    plate: str | None
    model: str | None
    work: str | None
    work_kind: str
    parts_state: PartsState
    status: AppointmentStatus
    moved: bool
    """It no longer starts when the sheet said."""
    added: bool
    """It was booked after the sheet was made."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A department's sheet of a day."""

    id: int
    department: str
    store: str
    """The store's code."""
    time_zone: str
    day: date
    told_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    """The staff code."""
    visits: tuple[SheetVisit, ...]


def days_due(store: StoreClock, now: datetime) -> list[date]:
    """The days whose sheet a store's departments should have by now: tomorrow from its hour on, today until noon."""
    local = now.astimezone(store.zone)
    today = [local.date()] if local.time() < CATCH_UP_UNTIL else []
    return [*today, local.date() + A_DAY] if local.time() >= store.sheet_at else today


def make_sheets(connection: Connection, stores: Sequence[StoreClock], now: datetime) -> int:
    """Make the sheets that are due, and add what was booked since; how many sheets were made or added to.

    A visit that was moved or cancelled is told by its own notice. A sheet to which a visit is added has to be
    acknowledged again.
    """
    changed = 0
    for store in stores:
        for day in days_due(store, now):
            changed += _make(connection, store, day, now)
    return changed


def _make(connection: Connection, store: StoreClock, day: date, now: datetime) -> int:
    visits = _visits(store, day).subquery("visits")
    new = (
        insert(DepartmentSheet)
        .from_select(
            ["store_id", "department", "day", "made_at", "told_at"],
            select(literal(store.id), visits.c.department, literal(day, Date), moment(now), moment(now)).distinct(),
        )
        .on_conflict_do_nothing(index_elements=["store_id", "department", "day"])
        .returning(DepartmentSheet.id)
    )
    made = set(connection.scalars(new))
    added = _add_lines(connection, store, day, now)
    late = added - made
    if late:
        connection.execute(
            update(DepartmentSheet)
            .where(DepartmentSheet.id.in_(late))
            .values(told_at=now, acknowledged_at=None, acknowledged_by=None)
        )
    return len(made | late)


def _add_lines(connection: Connection, store: StoreClock, day: date, now: datetime) -> set[int]:
    """Write down the visits that are not on their sheet; the sheets that got some."""
    visits = _visits(store, day).subquery("visits")
    told_by_notice = (
        select(literal(1))
        .where(
            AppointmentChange.appointment_id == visits.c.id,
            AppointmentChange.changed_at > DepartmentSheet.made_at,
        )
        .exists()
    )
    lines = (
        select(DepartmentSheet.id, visits.c.id, visits.c.starts_at, moment(now))
        .join(visits, visits.c.department == DepartmentSheet.department)
        .where(DepartmentSheet.store_id == store.id, DepartmentSheet.day == day, ~told_by_notice)
    )
    added = (
        insert(DepartmentSheetLine)
        .from_select(["sheet_id", "appointment_id", "starts_at", "added_at"], lines)
        .on_conflict_do_nothing()
        .returning(DepartmentSheetLine.sheet_id)
    )
    return set(connection.scalars(added))


def _visits(store: StoreClock, day: date) -> AnySelect:
    """The visits of a day, once for each of their departments."""
    in_force = departments_by_policy()
    departments = func.coalesce(Appointment.departments, in_force.c.departments, type_=ARRAY(Text))
    begins = datetime.combine(day, time(0), store.zone)
    ends = datetime.combine(day + A_DAY, time(0), store.zone)
    return (
        select(Appointment.id, Appointment.starts_at, func.unnest(departments).label("department"))
        .join(in_force, in_force.c.store_id == Appointment.store_id)
        .where(
            Appointment.store_id == store.id,
            Appointment.status.in_(COMING),
            Appointment.starts_at >= moment(begins),
            Appointment.starts_at < moment(ends),
        )
    )


def list_sheets(
    connection: Connection,
    *,
    store: str | None = None,
    departments: Collection[str] | None = None,
    everything: bool = False,
    sheet_id: int | None = None,
) -> list[Sheet]:
    """The unacknowledged sheets, or all, the oldest first. `store` is a store's code."""
    conditions: list[ColumnElement[bool]] = []
    if store is not None:
        conditions.append(Store.code == store)
    if departments is not None:
        conditions.append(DepartmentSheet.department.in_(departments))
    if sheet_id is not None:
        conditions.append(DepartmentSheet.id == sheet_id)
    if not everything:
        conditions.append(DepartmentSheet.acknowledged_at.is_(None))
    rows = connection.execute(
        select(
            DepartmentSheet.id, DepartmentSheet.department, Store.code.label("store"), Store.time_zone,
            DepartmentSheet.day, DepartmentSheet.told_at, DepartmentSheet.acknowledged_at,
            StaffMember.code.label("acknowledged_by"),
        )
        .join(Store, Store.id == DepartmentSheet.store_id)
        .outerjoin(StaffMember, StaffMember.id == DepartmentSheet.acknowledged_by)
        .where(*conditions)
        .order_by(DepartmentSheet.told_at, DepartmentSheet.id)
    ).mappings().all()  # fmt: skip
    visits = _lines_of(connection, [row["id"] for row in rows])
    return [Sheet(**row, visits=tuple(visits[row["id"]])) for row in rows]


def _lines_of(connection: Connection, sheets: Sequence[int]) -> dict[int, list[SheetVisit]]:
    rows = connection.execute(
        select(
            DepartmentSheetLine.sheet_id, Appointment.starts_at, Vehicle.plate, Vehicle.model, Appointment.work,
            Appointment.work_kind, Appointment.parts_state, Appointment.status,
            (Appointment.starts_at != DepartmentSheetLine.starts_at).label("moved"),
            (DepartmentSheetLine.added_at > DepartmentSheet.made_at).label("added"),
        )
        .join(DepartmentSheet, DepartmentSheet.id == DepartmentSheetLine.sheet_id)
        .join(Appointment, Appointment.id == DepartmentSheetLine.appointment_id)
        .outerjoin(Vehicle, Vehicle.id == Appointment.vehicle_id)
        .where(DepartmentSheetLine.sheet_id.in_(sheets))
        .order_by(Appointment.starts_at, Appointment.id)
    ).mappings()  # fmt: skip
    found: dict[int, list[SheetVisit]] = defaultdict(list)
    for row in rows:
        facts = dict(row)
        found[facts.pop("sheet_id")].append(SheetVisit(**facts))
    return found


def count_late_sheets(connection: Connection, now: datetime, store_id: int | None) -> int:
    """How many sheets of a day that is not over were not acknowledged in time, of one store or of all."""
    late = (
        select(func.count())
        .select_from(DepartmentSheet)
        .join(Store, Store.id == DepartmentSheet.store_id)
        .where(
            DepartmentSheet.acknowledged_at.is_(None),
            DepartmentSheet.told_at <= moment(now - IN_TIME),
            DepartmentSheet.day >= local_day(moment(now), Store.time_zone),
        )
    )
    if store_id is not None:
        late = late.where(DepartmentSheet.store_id == store_id)
    return connection.scalar(late) or 0


def store_of_sheet(connection: Connection, sheet_id: int, store_id: int | None) -> int:
    """The store of a sheet, for somebody of a store or (None) of all. Raises `UnknownSheet`."""
    found = connection.scalar(select(DepartmentSheet.store_id).where(DepartmentSheet.id == sheet_id))
    if found is None or store_id not in (None, found):
        raise UnknownSheet(sheet_id)
    return found


def acknowledge_sheet(connection: Connection, sheet_id: int, now: datetime, staff_code: str) -> None:
    """Acknowledge a sheet for its department.

    Raises `UnknownSheet`, `SheetAcknowledged`, `UnknownStaff`, `InactiveStaff`.
    """
    sheet = connection.execute(
        select(DepartmentSheet.__table__).where(DepartmentSheet.id == sheet_id).with_for_update()
    ).one_or_none()
    if sheet is None:
        raise UnknownSheet(sheet_id)
    if sheet.acknowledged_by is not None:
        name = select(StaffMember.name).where(StaffMember.id == sheet.acknowledged_by)
        raise SheetAcknowledged(sheet_id, sheet.department, connection.execute(name).scalar_one())
    actor = find_actor(connection, staff_code, sheet.store_id)
    connection.execute(
        update(DepartmentSheet)
        .where(DepartmentSheet.id == sheet_id)
        .values(acknowledged_at=now, acknowledged_by=actor.id)
    )
    after = {"department": sheet.department, "acknowledged_at": now.isoformat()}
    audit.record(connection, now, actor.code, "sheet.acknowledged", "department-sheet", sheet_id, None, after)
