"""Whose customer somebody is at a moment: the one definition, for calls, tasks, inbound and cases (R17).

The owner; where the owner has left or is away, whoever stands in for them; else the deputy. None of them is asked who
has left, is away or belongs to another store: then it is the role's, as of a customer without an owner.
"""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, SQLColumnExpression, and_, exists, func, literal, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.orm.util import AliasedClass

from models.core.cadence import Now, moment
from models.core.words import Role
from models.ledger.tables import Touch
from models.people.owners import FACING, StaffAbsence
from models.people.tables import Customer, StaffMember

Members = type[StaffMember] | AliasedClass[StaffMember]


def whose(
    customer_id: SQLColumnExpression[int], store_id: SQLColumnExpression[int], now: Now
) -> ColumnElement[int | None]:
    """The staff id of who is asked first, as an expression of a statement; null: nobody but the role."""
    customer, absence = aliased(Customer), aliased(StaffAbsence)
    owner, deputy, stand_in = aliased(StaffMember), aliased(StaffMember), aliased(StaffMember)
    return (
        select(func.coalesce(owner.id, stand_in.id, deputy.id))
        .select_from(customer)
        .outerjoin(owner, and_(owner.id == customer.owner_id, _may_be_asked(owner, store_id, now)))
        .outerjoin(absence, and_(absence.staff_id == customer.owner_id, is_running(absence, now)))
        .outerjoin(stand_in, and_(stand_in.id == absence.stand_in_id, _may_be_asked(stand_in, store_id, now)))
        .outerjoin(deputy, and_(deputy.id == customer.deputy_id, _may_be_asked(deputy, store_id, now)))
        .where(customer.id == customer_id)
        .limit(1)
        .correlate_except(customer, owner, deputy, stand_in, absence)
        .scalar_subquery()
    )


def _may_be_asked(member: Members, store_id: SQLColumnExpression[int], now: Now) -> ColumnElement[bool]:
    return and_(member.store_id == store_id, is_here(member, now))


def is_here(member: Members, now: Now) -> ColumnElement[bool]:
    """Whether a member of staff works for the store and is not away."""
    absence = aliased(StaffAbsence)
    away = exists(select(literal(1)).where(absence.staff_id == member.id, is_running(absence, now)))
    return and_(member.active, ~away)


def is_running(absence: type[StaffAbsence] | AliasedClass[StaffAbsence], now: Now) -> ColumnElement[bool]:
    """Whether an absence has begun and not ended."""
    return and_(absence.starts_at <= moment(now), absence.ends_at > moment(now))


def comes_to_owner(
    role: SQLColumnExpression[Role | None], owner_role: SQLColumnExpression[Role]
) -> ColumnElement[bool]:
    """Whether work for a role comes to the owner first: if it is for whoever speaks with customers, or the owner's."""
    return or_(role.is_(None), role.in_(FACING), role == owner_role)


def stood_in_for(connection: Connection, staff_ids: Iterable[int], now: Now) -> list[int]:
    """Whose work is also that of some members of staff at the moment, since they stand in for them."""
    ids = list(staff_ids)
    if not ids:
        return []
    theirs = select(StaffAbsence.staff_id).where(StaffAbsence.stand_in_id.in_(ids), is_running(StaffAbsence, now))
    return list(connection.scalars(theirs.distinct()))


def is_anybodys(touch: type[Touch], now: Now) -> ColumnElement[bool]:
    """Whether a call or task may be taken by whoever of its role comes first: nobody was given it, or it was its
    customer's owner's alone for long enough."""
    return or_(touch.assigned_to.is_(None), func.coalesce(touch.owner_until <= moment(now), literal(False)))


def falls_to(owner_id: SQLColumnExpression[int | None], code: str, now: Now) -> ColumnElement[bool]:
    """Whether work of an owner is that of whoever has a staff code: it is their own, nobody's, or that of somebody who
    has left, or is away, unless somebody else stands in."""
    owner, absence, stand_in = aliased(StaffMember), aliased(StaffAbsence), aliased(StaffMember)
    own = exists(select(literal(1)).where(owner.id == owner_id, or_(owner.code == code, ~owner.active)))
    covered = exists(
        select(literal(1))
        .select_from(absence)
        .outerjoin(stand_in, stand_in.id == absence.stand_in_id)
        .where(
            absence.staff_id == owner_id, is_running(absence, now), or_(stand_in.id.is_(None), stand_in.code == code)
        )
    )
    return or_(owner_id.is_(None), own, covered)


def left_alone(connection: Connection, store_id: int | None, now: Now) -> list[int]:
    """Who has left, or is away with nobody standing in: their work is whoever's of the role."""
    absence, stand_in = aliased(StaffAbsence), aliased(StaffMember)
    covered = exists(
        select(literal(1))
        .select_from(absence)
        .join(stand_in, stand_in.id == absence.stand_in_id)
        .where(absence.staff_id == StaffMember.id, is_running(absence, now), is_here(stand_in, now))
    )
    gone = select(StaffMember.id).where(
        ~is_here(StaffMember, now), or_(~StaffMember.active, ~covered), ~StaffMember.code.startswith("user:")
    )
    if store_id is not None:
        gone = gone.where(StaffMember.store_id == store_id)
    return list(connection.scalars(gone.order_by(StaffMember.id)))
