"""What is on somebody's desk: their customers and all that is open with them, by part."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    SQLColumnExpression,
    Table,
    and_,
    exists,
    func,
    literal_column,
    or_,
    select,
)

from models.core.cadence import local_day, moment
from models.core.rows import AnySelect
from models.core.words import BY_STAFF, CaseState, LeadState, Role, StepKind
from models.inbound.tables import Inbound
from models.ledger.tables import Case, Touch
from models.people.owners import DeskPart
from models.people.tables import Customer, StaffMember, Store
from models.subjects.account import Promise
from models.subjects.lead import Lead
from tasks.inbound.listing import IS_OPEN
from tasks.intake.merging import table_of

OPEN_TOUCHES: ColumnElement[bool] = literal_column("touches.state in ('planned', 'awaiting-approval', 'ready')")
"""Written out, so that PostgreSQL sees that the condition of the index of what is assigned holds."""


@dataclass(frozen=True, slots=True)
class Part:
    """How a part of a desk is found and moved."""

    table: Table
    column: str
    """The column that says whose it is."""
    open: Callable[[datetime], ColumnElement[bool]]
    """What of it is open at a moment."""
    entity: str
    """What the audit trail calls a row of it."""
    action: str
    """And that it was handed over."""

    @property
    def whose(self) -> Column[Any]:
        """The column that says whose it is."""
        return self.table.c[self.column]

    def of(self, staff_id: int | SQLColumnExpression[Any], now: datetime) -> AnySelect:
        """The ids of what is somebody's."""
        return select(self.table.c.id).where(self.whose == staff_id, self.open(now))


def _calls(_now: datetime) -> ColumnElement[bool]:
    return and_(OPEN_TOUCHES, Touch.kind == StepKind.CALL)


def _tasks(_now: datetime) -> ColumnElement[bool]:
    others = [kind for kind in BY_STAFF if kind is not StepKind.CALL]
    return and_(OPEN_TOUCHES, Touch.kind.in_(others))


def _promises(now: datetime) -> ColumnElement[bool]:
    """Those that may still be kept: what was broken has its case."""
    today = (
        select(local_day(moment(now), Store.time_zone))
        .where(Store.id == Promise.store_id)
        .correlate(Promise)
        .scalar_subquery()
    )
    return Promise.promised_for >= today


PARTS: Mapping[DeskPart, Part] = {
    DeskPart.CUSTOMERS: Part(
        table_of(Customer), "owner_id", lambda _: Customer.erased_at.is_(None), "customer", "customer.owner-changed"
    ),
    DeskPart.DEPUTIES: Part(
        table_of(Customer), "deputy_id", lambda _: Customer.erased_at.is_(None), "customer", "customer.deputy-changed"
    ),
    DeskPart.CALLS: Part(table_of(Touch), "assigned_to", _calls, "touch", "call.assigned"),
    DeskPart.TASKS: Part(table_of(Touch), "assigned_to", _tasks, "touch", "call.assigned"),
    DeskPart.CASES: Part(table_of(Case), "owner_id", lambda _: Case.state != CaseState.CLOSED, "case", "case.given"),
    DeskPart.INBOUND: Part(table_of(Inbound), "responsible_id", lambda _: IS_OPEN, "inbound", "inbound.handed-over"),
    DeskPart.PROMISES: Part(table_of(Promise), "follower_id", _promises, "promise", "promise.handed-over"),
    DeskPart.LEADS: Part(
        table_of(Lead), "salesperson_id", lambda _: Lead.state == LeadState.OPEN, "lead", "lead.handed-over"
    ),
}
"""In the order in which they are handed over. `DeskPart` names them all; a test sees to it."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A member of staff with what is on their desk."""

    staff_id: int
    code: str
    name: str
    role: Role
    store: str
    store_id: int
    time_zone: str
    active: bool
    counts: Mapping[DeskPart, int]

    @property
    def size(self) -> int:
        """How much there is in all."""
        return sum(self.counts.values())

    @property
    def needs_hand_over(self) -> bool:
        """Whether they have left and there is something on the desk."""
        return not self.active and self.size > 0


def list_desks(
    connection: Connection, now: datetime, store_id: int | None = None, *, of: int | None = None
) -> list[Desk]:
    """The desks of a store's staff, or of all stores: those who work there, and those who left something behind.

    `of`: only of one member of staff.
    """
    counts = {part: _counts(connection, part, now) for part in DeskPart}
    members = (
        select(
            StaffMember.id.label("staff_id"), StaffMember.code, StaffMember.name, StaffMember.role,
            Store.code.label("store"),
            StaffMember.store_id, Store.time_zone, StaffMember.active,
        )
        .join(Store, Store.id == StaffMember.store_id)
        .order_by(StaffMember.active, Store.code, StaffMember.code)
    )  # fmt: skip
    if store_id is not None:
        members = members.where(StaffMember.store_id == store_id)
    if of is not None:
        members = members.where(StaffMember.id == of)
    desks = [
        Desk(
            **row, counts={part: counts[part][row["staff_id"]] for part in DeskPart if row["staff_id"] in counts[part]}
        )
        for row in connection.execute(members).mappings()
    ]
    return [desk for desk in desks if desk.active or desk.size or of is not None]


def _counts(connection: Connection, part: DeskPart, now: datetime) -> Mapping[int, int]:
    """How much of a part each member of staff has."""
    its = PARTS[part]
    rows = select(its.whose, func.count()).where(its.whose.is_not(None), its.open(now)).group_by(its.whose)
    return {row[0]: row[1] for row in connection.execute(rows)}


def count_left_behind(connection: Connection, now: datetime, store_id: int | None) -> int:
    """How many have left with something on their desk that nobody has taken over."""
    something = or_(*(exists(part.of(StaffMember.id, now).correlate(StaffMember)) for part in PARTS.values()))
    gone = select(func.count()).select_from(StaffMember).where(~StaffMember.active, something)
    if store_id is not None:
        gone = gone.where(StaffMember.store_id == store_id)
    return connection.execute(gone).scalar_one()
