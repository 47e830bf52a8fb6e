"""Calls and tasks come to the customer's owner first: for a while they are theirs alone (R17)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Interval, Uuid, any_, case, cast, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from models.core.cadence import moment
from models.core.words import StepKind
from models.ledger.tables import Touch
from models.people.tables import StaffMember, Store
from tasks.ledger.whose_customer import comes_to_owner, whose

OF_THE_OWNER = (StepKind.CALL, StepKind.TASK, StepKind.VISIT)
"""Letters are printed for a store as a whole."""


def give_to_owners(connection: Connection, touch_ids: Sequence[UUID], now: datetime) -> None:
    """Assign what has just come onto the list of staff to whose customers they are.

    It is theirs alone for as long as the store says, but for no more than half of the time that it is valid: then
    whoever of the role comes first may take it, and it still comes first to them. What is assigned already stays so.
    """
    if not touch_ids:
        return
    owned = (
        select(
            Touch.id,
            Touch.kind,
            Touch.role,
            _until(now).label("until"),
            whose(Touch.customer_id, Touch.store_id, now).label("to"),
        )
        .join(Store, Store.id == Touch.store_id)
        .where(
            Touch.id == any_(literal(list(touch_ids), ARRAY(Uuid))),
            Touch.kind.in_(OF_THE_OWNER),
            Touch.assigned_to.is_(None),
        )
        .cte("owned")
        .prefix_with("MATERIALIZED")
    )
    connection.execute(
        update(Touch)
        .where(Touch.id == owned.c.id, StaffMember.id == owned.c.to, _fits(owned.c.kind, owned.c.role))
        .values(assigned_to=owned.c.to, owner_until=owned.c.until)
    )


def _fits(kind: ColumnElement[Any], role: ColumnElement[Any]) -> ColumnElement[bool]:
    """A desk task is for the desk that it names, and comes to an owner who belongs to it."""
    of_desk = or_(role.is_(None), role == StaffMember.role)
    return case((kind == StepKind.TASK, of_desk), else_=comes_to_owner(role, StaffMember.role))


def _until(now: datetime) -> ColumnElement[datetime]:
    half = (Touch.valid_until - moment(now)) / 2
    alone = cast(literal(timedelta(minutes=1)), Interval) * Store.owner_first_minutes
    return moment(now) + func.least(half, alone)
