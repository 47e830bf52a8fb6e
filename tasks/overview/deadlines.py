"""Cases whose deadline is near or has passed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, case, func, select

from models.core.cadence import moment
from models.core.rows import Cells
from models.core.words import CaseKind, CaseState
from models.ledger.tables import Case
from models.ledger.watching import NEAR
from models.people.tables import Customer, StaffMember, Store
from tasks.ledger.whose_customer import falls_to
from tasks.overview.days import of_store

SHOWN = 10
WAITING = (CaseState.OPEN, CaseState.ANSWERED)
"""Solved cases wait for the customer's agreement, not for a deadline."""


@dataclass(frozen=True, slots=True)
class UrgentCase:
    """A case that needs attention now."""

    id: int
    kind: CaseKind
    title: str
    store: str
    time_zone: str
    customer: str
    owner: str | None
    """The owner's staff code."""
    deadline: datetime
    overdue: bool


@dataclass(frozen=True, slots=True)
class Urgent:
    """The most urgent cases, and the total number."""

    cases: list[UrgentCase]
    near: int
    overdue: int


def read_urgent(connection: Connection, now: datetime, store_id: int | None, staff: str | None) -> Urgent:
    """Cases whose deadline is near or past, of one store or all (None).

    `staff`: only this staff code's and unowned ones; None: everybody's.
    """
    counts = connection.execute(
        _cases(
            select(
                func.count().filter(_deadline() >= moment(now)).label("near"),
                func.count().filter(_deadline() < moment(now)).label("overdue"),
            ),
            now,
            store_id,
            staff,
        )
    ).one()
    listed = select(
        Case.id,
        Case.kind,
        Case.title,
        Store.code.label("store"),
        Store.time_zone,
        Customer.name.label("customer"),
        StaffMember.name.label("owner"),
        _deadline().label("deadline"),
        (_deadline() < moment(now)).label("overdue"),
    ).order_by(_deadline(), Case.id)
    rows = connection.execute(_cases(listed, now, store_id, staff).limit(SHOWN)).mappings()
    return Urgent([UrgentCase(**row) for row in rows], counts.near, counts.overdue)


def count_overdue(connection: Connection, now: datetime, store_id: int | None) -> int:
    """The number of cases past their deadline."""
    return read_urgent(connection, now, store_id, None).overdue


def _deadline() -> ColumnElement[datetime | None]:
    """A case's next deadline: for the answer, then for the solution."""
    answer_by = func.coalesce(Case.answer_by, Case.solve_by)
    return case((Case.answered_at.is_(None), answer_by), else_=Case.solve_by)


def _cases(statement: Select[Cells], now: datetime, store_id: int | None, staff: str | None) -> Select[Cells]:
    picked = (
        statement.select_from(Case)
        .join(Store, Store.id == Case.store_id)
        .join(Customer, Customer.id == Case.customer_id)
        .outerjoin(StaffMember, StaffMember.id == Case.owner_id)
        .where(Case.state.in_(WAITING), Case.state != CaseState.CLOSED, _deadline() < moment(now + NEAR))
    )
    if staff is not None:
        picked = picked.where(falls_to(Case.owner_id, staff, now))
    return of_store(picked, Case.store_id, store_id)
