"""Who owns a case by rule, so that no case is nobody's.

The advisor of the visit that it is about; of what finance settles, somebody of finance; else a manager of the store.
Where the store has no such person, the case is nobody's until it has.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, case, func, literal, select
from sqlalchemy.types import Uuid

from models.core.words import CaseKind, Role, SubjectKind
from models.ledger.tables import Touch
from models.people.tables import StaffMember
from models.subjects import appointment, repair_order
from models.subjects.appointment import Appointment
from models.subjects.repair_order import RepairOrder

OF_FINANCE = (CaseKind.BROKEN_PROMISE, CaseKind.FINANCE_HANDOVER, CaseKind.RESTORE_SERVICE)
OF_ADVISORS = (CaseKind.COMPLAINT, CaseKind.BOOKING_REQUEST)
VISITS: tuple[tuple[str, Any], ...] = ((appointment.KIND, Appointment), (repair_order.KIND, RepairOrder))
"""The visits that name an advisor."""
NO_TOUCH = literal(None, Uuid)


def owner_for(
    kind: ColumnElement[Any], store_id: ColumnElement[Any], touch_id: ColumnElement[UUID | None] = NO_TOUCH
) -> ColumnElement[int | None]:
    """The staff id of the owner, as an expression of a statement about cases. `touch_id`: what opened the case."""
    advisor = case((kind.in_([one.value for one in OF_ADVISORS]), _advisor(touch_id)))
    finance = case((kind.in_([one.value for one in OF_FINANCE]), somebody(Role.FINANCE, store_id)))
    return func.coalesce(advisor, finance, somebody(Role.MANAGER, store_id))


def somebody(role: Role, store_id: ColumnElement[Any]) -> ColumnElement[int | None]:
    """The first active member of a store's staff with a role, by code: always the same, so that it can be foreseen."""
    people = select(StaffMember.id).where(
        StaffMember.role == role, StaffMember.store_id == store_id, StaffMember.active
    )
    return people.order_by(StaffMember.code).limit(1).scalar_subquery()


def _advisor(touch_id: ColumnElement[UUID | None]) -> ColumnElement[int | None]:
    """The advisor of the visit that a touch is about, unless they have left."""
    of_each = [
        select(table.advisor_id)
        .join(Touch, Touch.subject_id == table.id)
        .join(StaffMember, StaffMember.id == table.advisor_id)
        .where(Touch.id == touch_id, Touch.subject_kind == kind, StaffMember.active)
        .scalar_subquery()
        for kind, table in VISITS
    ]
    return func.coalesce(*of_each)


def advisor_of(connection: Connection, kind: SubjectKind, subject_id: int) -> int | None:
    """The advisor of a visit, unless it names none or they have left."""
    table = dict(VISITS).get(kind)
    if table is None:
        return None
    advisor = select(table.advisor_id).join(StaffMember, StaffMember.id == table.advisor_id)
    return connection.scalar(advisor.where(table.id == subject_id, StaffMember.active))
