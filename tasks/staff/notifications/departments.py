"""What a member of staff acknowledges for their departments, behind a link of their own."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from models.core.rows import AnyRow
from models.people.access import User
from models.people.tables import StaffMember, Store
from tasks.stores.notices import Notice, NoticeAcknowledged, acknowledge, list_notices
from tasks.stores.sheets import Sheet, SheetAcknowledged, acknowledge_sheet, list_sheets


@dataclass(frozen=True, slots=True)
class DepartmentWork:
    """What waits to be acknowledged by somebody's departments."""

    name: str
    language: str
    store: str
    store_phone: str | None
    time_zone: str
    sheets: tuple[Sheet, ...]
    notices: tuple[Notice, ...]


def read_department_work(connection: Connection, staff_id: int) -> DepartmentWork:
    """What waits for one member of staff, the oldest first."""
    member = _member(connection, staff_id)
    departments = _departments(member)
    notices = [one for one in list_notices(connection, store=member.code_of_store) if one.department in departments]
    sheets = list_sheets(connection, store=member.code_of_store, departments=departments)
    return DepartmentWork(
        name=member.name, language=member.own_language or member.language, store=member.store,
        store_phone=member.store_phone, time_zone=member.time_zone, sheets=tuple(sheets), notices=tuple(notices),
    )  # fmt: skip


def acknowledge_shown(
    connection: Connection, staff_id: int, sheets: Collection[int], notices: Collection[int], now: datetime
) -> int:
    """Acknowledge what somebody was shown, as far as it is still theirs and waits; how much it was.

    What came meanwhile was not shown to them, so it goes on waiting. What a colleague acknowledged in the same moment
    stays the colleague's.
    """
    member, work = _member(connection, staff_id), read_department_work(connection, staff_id)
    done = 0
    for sheet in work.sheets:
        if sheet.id in sheets:
            try:
                acknowledge_sheet(connection, sheet.id, now, member.code)
                done += 1
            except SheetAcknowledged:
                continue
    for notice in work.notices:
        if notice.id in notices:
            try:
                acknowledge(connection, notice.id, now, member.code)
                done += 1
            except NoticeAcknowledged:
                continue
    return done


def _departments(member: AnyRow) -> tuple[str, ...]:
    return tuple(one for one in (member.department, member.role.value) if one)


def _member(connection: Connection, staff_id: int) -> AnyRow:
    language = (
        select(User.language)
        .where(User.staff_id == StaffMember.id, User.active, User.language.is_not(None))
        .order_by(User.id)
        .limit(1)
        .scalar_subquery()
    )
    return connection.execute(
        select(
            StaffMember.code, StaffMember.name, StaffMember.role, StaffMember.department, Store.language,
            language.label("own_language"), Store.code.label("code_of_store"), Store.name.label("store"),
            Store.phone.label("store_phone"), Store.time_zone,
        )
        .join(Store, Store.id == StaffMember.store_id)
        .where(StaffMember.id == staff_id)
    ).one()  # fmt: skip
