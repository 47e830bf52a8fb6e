"""Complaints that go to the manager at once: a customer's second within thirty days, and one opened again (R10)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, insert, literal, select, tuple_, update
from sqlalchemy.orm import aliased

from models.core.cadence import moment
from models.core.words import CaseKind, CaseState, Role
from models.ledger.case_causes import ESCALATIONS, REPEATED_WITHIN, Escalated
from models.ledger.tables import Case, CaseNote
from models.people.tables import StaffMember, Store
from tasks.ledger.case_owners import somebody

LOOKED_BACK = timedelta(days=1)
"""Complaints opened longer ago stay where they are, so that an upgrade moves none of those of years."""
SYSTEM = "aftercare"


def escalate_repeated(connection: Connection, now: datetime, only: ColumnElement[bool] | None = None) -> int:
    """Give each open complaint to the manager whose customer had complained within thirty days before; how many.

    Each only once. Where the store has no manager, it stays with its owner.
    """
    second = and_(
        Case.kind == CaseKind.COMPLAINT,
        Case.state != CaseState.CLOSED,
        Case.escalated.is_(None),
        Case.opened_at > moment(now - LOOKED_BACK),
        Case.opened_at <= moment(now),
        _complained_before(),
    )
    return give_to_manager(connection, second if only is None else and_(second, only), Escalated.SECOND_COMPLAINT, now)


def _complained_before() -> ColumnElement[bool]:
    earlier = aliased(Case)
    return exists(
        select(literal(1)).where(
            earlier.customer_id == Case.customer_id,
            earlier.kind == CaseKind.COMPLAINT,
            earlier.opened_at >= Case.opened_at - REPEATED_WITHIN,
            tuple_(earlier.opened_at, earlier.id) < tuple_(Case.opened_at, Case.id),
        )
    )


def give_to_manager(connection: Connection, which: ColumnElement[bool], why: Escalated, now: datetime) -> int:
    """Make the manager the owner of cases, with a note on each in the store's language; how many."""
    owner = func.coalesce(somebody(Role.MANAGER, Case.store_id), Case.owner_id)
    moved = connection.execute(
        update(Case)
        .where(which)
        .values(escalated=why, owner_id=owner, version=Case.version + 1)
        .returning(Case.id, Case.store_id, Case.owner_id)
    ).all()
    if moved:
        _note(connection, moved, why, now)
    return len(moved)


def _note(
    connection: Connection, moved: Sequence[Row[tuple[int, int, int | None]]], why: Escalated, now: datetime
) -> None:
    languages = {row.id: row.language for row in connection.execute(select(Store.id, Store.language))}
    owners = {row.owner_id for row in moved if row.owner_id is not None}
    people = select(StaffMember.id, StaffMember.name).where(StaffMember.id.in_(owners))
    names = {row.id: row.name for row in connection.execute(people)}
    notes = [
        {
            "case_id": row.id,
            "written_at": now,
            "author": SYSTEM,
            "text": ESCALATIONS[why][languages[row.store_id]].format(name=names.get(row.owner_id, "-")),
        }
        for row in moved
    ]
    connection.execute(insert(CaseNote), notes)
