"""The rule that decides who owns a case.

The advisor of the visit that it is about; of what customers wait for, the customer's owner; of what finance settles,
who took the promise, or else somebody of finance; else a manager of the store. Where the store has no such person, the
case is nobody's until it has.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, SQLColumnExpression, case, func, literal, select
from sqlalchemy.orm import aliased
from sqlalchemy.types import Uuid

from models.core.cadence import Now
from models.core.words import CaseKind, Role, SubjectKind
from models.ledger.tables import Touch
from models.people.tables import StaffMember
from models.subjects import appointment, repair_order
from models.subjects.appointment import Appointment
from models.subjects.repair_order import RepairOrder
from tasks.ledger.whose_customer import is_here, whose

OF_FINANCE = (
    CaseKind.BROKEN_PROMISE,
    CaseKind.FINANCE_HANDOVER,
    CaseKind.RESTORE_SERVICE,
    CaseKind.STATEMENT_DIFFERS,
)
OF_ADVISORS = (CaseKind.COMPLAINT, CaseKind.BOOKING_REQUEST)
VISITS: tuple[tuple[str, Any], ...] = ((appointment.KIND, Appointment), (repair_order.KIND, RepairOrder))
"""The visits that name an advisor."""
NO_TOUCH = literal(None, Uuid)


def owner_for(
    kind: ColumnElement[str],
    store_id: SQLColumnExpression[int],
    customer_id: SQLColumnExpression[int],
    now: Now,
    touch_id: SQLColumnExpression[UUID] | SQLColumnExpression[UUID | None] = NO_TOUCH,
) -> ColumnElement[int | None]:
    """The staff id of the owner, as an expression of a statement about cases. `touch_id`: what opened the case."""
    of_advisors = kind.in_([one.value for one in OF_ADVISORS])
    advisor = case((of_advisors, func.coalesce(_advisor(touch_id, now), whose(customer_id, store_id, now))))
    finance = case((kind.in_([one.value for one in OF_FINANCE]), somebody(Role.FINANCE, store_id)))
    return func.coalesce(advisor, finance, somebody(Role.MANAGER, store_id))


def who_follows(follower_id: SQLColumnExpression[int | None], now: Now) -> ColumnElement[int | None]:
    """Who took a promise, unless they have left or are away."""
    one = aliased(StaffMember)
    them = select(one.id).where(one.id == follower_id, is_here(one, now))
    return them.correlate_except(one).scalar_subquery()


def somebody(role: Role, store_id: SQLColumnExpression[int]) -> ColumnElement[int | None]:
    """The first active member of a store's staff with a role, by code: always the same, so that it can be foreseen."""
    one = aliased(StaffMember)  # the statement around it may be about staff, too
    people = select(one.id).where(one.role == role, one.store_id == store_id, one.active)
    return people.order_by(one.code).limit(1).scalar_subquery()


def _advisor(
    touch_id: SQLColumnExpression[UUID] | SQLColumnExpression[UUID | None], now: Now
) -> ColumnElement[int | None]:
    """The advisor of the visit that a touch is about, unless they have left or are away."""
    about, one = aliased(Touch), aliased(StaffMember)  # the statement around it is about touches, or may be
    of_each = [
        select(visit.advisor_id)
        .join(about, about.subject_id == visit.id)
        .join(one, one.id == visit.advisor_id)
        .where(about.id == touch_id, about.subject_kind == kind, is_here(one, now))
        .scalar_subquery()
        for kind, visit in ((kind, aliased(table)) for kind, table in VISITS)
    ]
    return func.coalesce(*of_each)


def advisor_of(connection: Connection, kind: SubjectKind, subject_id: int) -> int | None:
    """The advisor of a visit, unless it names none or they have left."""
    table = dict(VISITS).get(kind)
    if table is None:
        return None
    advisor = select(table.advisor_id).join(StaffMember, StaffMember.id == table.advisor_id)
    return connection.scalar(advisor.where(table.id == subject_id, StaffMember.active))
