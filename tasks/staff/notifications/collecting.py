"""What staff are told of, read off the places where responsibility is on record: one statement a topic, each once.

Whoever makes somebody responsible - the inbox, a case, a deadline, an import that moves an appointment - records it
where it belongs, and says nothing here. So nothing that is recorded goes untold, whichever way it came about.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, cast, func, literal, null, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlalchemy.types import BigInteger, Text

from models.core.base import growing
from models.core.cadence import moment
from models.core.rows import AnySelect
from models.core.words import CaseKind, CaseState, Role
from models.inbound.tables import Inbound
from models.ledger.tables import Case, CaseWarning
from models.people.notifications.rules import COLLECTED_WITHIN, digest_due
from models.people.notifications.tables import StaffNotice
from models.people.notifications.words import Topic
from models.people.tables import StaffMember
from models.subjects.appointment import Appointment, AppointmentChange, DepartmentNotice
from models.subjects.department_sheet import DepartmentSheet
from tasks.inbound.listing import IS_OPEN
from tasks.ledger.case_owners import somebody
from tasks.staff.notifications.choosing import Member
from tasks.stores.notices import IN_TIME

ESCALATIONS = (CaseKind.MISSED_CALL, CaseKind.NOTICE_IGNORED, CaseKind.BOOKING_REQUEST)
"""Cases that are opened because somebody did not do something in time."""
COLUMNS = ("store_id", "staff_id", "topic", "about", "detail", "at", "created_at")


def collect(connection: Connection, members: Sequence[Member], now: datetime) -> int:
    """Write down everything that staff are to be told of and have not been; how much there was."""
    found = sum(_keep(connection, rows) for rows in _escalations(now))
    return found + _collect_digests(connection, members, now)


def _escalations(now: datetime) -> Iterable[AnySelect]:
    """What is told at once."""
    since = moment(now - COLLECTED_WITHIN)
    yield _rows(Topic.INBOUND_OVERDUE, Inbound.responsible_id, Inbound.id, Inbound.escalated_at, now).where(
        IS_OPEN, Inbound.escalated_at > since, Inbound.escalated_at <= moment(now)
    )
    yield (
        _rows(
            Topic.CASE_DEADLINE, CaseWarning.told_id, CaseWarning.case_id, CaseWarning.deadline, now,
            detail=cast(CaseWarning.level, Text),
        )
        .where(CaseWarning.told_at > since, CaseWarning.told_at <= moment(now))
    )  # fmt: skip
    yield _rows(Topic.CASE_ESCALATED, Case.owner_id, Case.id, Case.opened_at, now).where(
        Case.kind.in_(ESCALATIONS),
        Case.state == CaseState.OPEN,
        Case.opened_at > since,
        Case.opened_at <= moment(now),
    )
    yield (
        _rows(Topic.APPOINTMENT_CHANGED, StaffMember.id, DepartmentNotice.id, DepartmentNotice.told_at, now)
        .join(AppointmentChange, AppointmentChange.id == DepartmentNotice.change_id)
        .join(Appointment, Appointment.id == AppointmentChange.appointment_id)
        .where(
            in_department(DepartmentNotice.department),
            StaffMember.store_id == Appointment.store_id,
            DepartmentNotice.acknowledged_at.is_(None),
            DepartmentNotice.told_at > since,
            DepartmentNotice.told_at <= moment(now),
        )
    )
    sheet = DepartmentSheet
    waiting = (sheet.acknowledged_at.is_(None), sheet.told_at > since, sheet.told_at <= moment(now))
    yield _rows(Topic.SHEET, StaffMember.id, sheet.id, sheet.told_at, now).where(
        in_department(sheet.department), StaffMember.store_id == sheet.store_id, *waiting
    )
    manager = func.coalesce(somebody(Role.MANAGER, sheet.store_id), somebody(Role.GENERAL_MANAGER, sheet.store_id))
    yield _rows(Topic.SHEET_IGNORED, manager, sheet.id, sheet.told_at, now).where(
        *waiting, sheet.told_at <= moment(now - IN_TIME)
    )


def in_department(department: ColumnElement[str] | Any) -> ColumnElement[bool]:
    """Whether a member of staff belongs to a department: by its name, or by the role of that name."""
    return or_(StaffMember.department == department, cast(StaffMember.role, Text) == department)


def _rows(
    topic: Topic, staff_id: Any, about: Any, at: Any, now: datetime, detail: ColumnElement[Any] | None = None
) -> AnySelect:
    """The notices of a topic, to active staff only; each belongs to the store of whom it tells."""
    whom = StaffMember if staff_id is StaffMember.id else aliased(StaffMember)
    statement = select(
        whom.store_id,
        whom.id,
        literal(topic, growing(Topic)),
        cast(about, BigInteger),
        null() if detail is None else detail,
        at,
        moment(now),
    ).where(whom.active)
    table = about.class_
    if whom is StaffMember:
        return statement.select_from(table).join(StaffMember, literal(value=True))
    return statement.select_from(table).join(whom, whom.id == staff_id)


def _keep(connection: Connection, rows: AnySelect) -> int:
    made = insert(StaffNotice).from_select(COLUMNS, rows).on_conflict_do_nothing().returning(StaffNotice.id)
    return len(connection.execute(made).all())


def _collect_digests(connection: Connection, members: Sequence[Member], now: datetime) -> int:
    """A digest for everybody who gets one at this time of day."""
    due = [
        {"store_id": one.store_id, "staff_id": one.id, "topic": Topic.DIGEST, "at": at, "created_at": now}
        for one in members
        if one.ways and (at := digest_due(one.digest_at, one.zone, now)) is not None
    ]
    if not due:
        return 0
    made = insert(StaffNotice).values(due).on_conflict_do_nothing().returning(StaffNotice.id)
    return len(connection.execute(made).all())
