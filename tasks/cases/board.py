"""Lists of cases for those who may see them: all, or one's own and unowned ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, case, func, literal, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from models.core.cadence import moment
from models.core.rows import AnySelect
from models.core.words import CaseKind, CaseState
from models.ledger.case_causes import Category, CompensationKind, Escalated, Received
from models.ledger.tables import Case, CaseNote
from models.people.permissions import Permission
from models.people.tables import Customer, StaffMember, Store
from tasks.access.reach import NotYours, check_case, reached_store, staff_code_in
from tasks.access.sessions import SignedIn
from tasks.cases.categories import list_categories
from tasks.cases.causes import list_known_lines
from tasks.cases.feedback import FeedbackItem, list_feedback
from tasks.ledger.whose_customer import falls_to
from tasks.stores.actors import actor_name

CLOSED_LATELY = timedelta(days=14)
COLUMN = 30
"""The maximum number of cases shown per state."""


@dataclass(frozen=True, slots=True)
class CaseItem:
    """A case as shown in lists."""

    id: int
    kind: CaseKind
    state: CaseState
    title: str
    note: str | None
    """Its cause and the notes since then, one line each."""
    cause: str
    store: str
    time_zone: str
    customer_id: int
    customer: str
    owner: str | None
    """The owner's staff code."""
    owner_name: str | None
    opened_at: datetime
    answer_by: datetime | None
    solve_by: datetime | None
    answered_at: datetime | None
    solved_at: datetime | None
    closed_at: datetime | None
    reopened_at: datetime | None
    overdue: bool
    """Whether a deadline was missed."""
    received: Received | None
    category: str | None
    department: str | None
    part: str | None
    model: str | None
    root_cause: str | None
    measure: str | None
    measure_done_on: date | None
    compensation: CompensationKind | None
    compensation_amount: Decimal | None
    compensation_currency: str | None
    escalated: Escalated | None
    """Why it went to the manager at once."""
    version: int


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """The cases of one state."""

    state: CaseState
    cases: list[CaseItem]
    more: bool
    """Whether there are more than are shown."""


@dataclass(frozen=True, slots=True)
class NoteSeen:
    """A note on a case."""

    written_at: datetime
    author: str
    text: str


@dataclass(frozen=True, slots=True)
class Colleague:
    """A possible owner of a case."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class CaseDetails:
    """A case with all its details."""

    item: CaseItem
    first_note: str | None
    """What opened it."""
    touch_id: UUID | None
    notes: list[NoteSeen]
    colleagues: list[Colleague]
    mine: bool
    """Whether the viewer owns it."""
    categories: list[Category]
    """Those of its store."""
    feedback: list[FeedbackItem]
    """What departments were asked about it."""
    known: dict[str, list[str]]
    """What was written of late in the lines of the store's cases."""


@dataclass(frozen=True, slots=True)
class CaseReach:
    """The scope of cases that someone sees."""

    store: str | None = None
    """A store's code; None: all stores."""
    staff: str | None = None
    """What falls to this staff code, and unowned ones; None: all."""
    kind: CaseKind | None = None


def reach_of(
    connection: Connection, user: SignedIn, wanted: str | None = None, kind: CaseKind | None = None
) -> CaseReach:
    """The scope of a user for the requested store. Raises `NotYours` for an unknown store."""
    staff = None if user.may(Permission.MANAGE_CASES) else _acts_as(user)
    return CaseReach(reached_store(connection, user, wanted), staff, kind)


def check_reach(connection: Connection, user: SignedIn, case_id: int, now: datetime) -> int:
    """Return the case's store. Raises `NotYours` for a case of another store or owner."""
    store_id = check_case(connection, user.store_id, case_id)
    if not user.may(Permission.MANAGE_CASES):
        theirs = select(Case.id).where(Case.id == case_id, falls_to(Case.owner_id, _acts_as(user), now))
        if connection.scalar(theirs) is None:
            raise NotYours("case", case_id)
    return store_id


def acting_on(connection: Connection, user: SignedIn, case_id: int, now: datetime) -> str:
    """The staff code under which a user works on a case. Raises `NotYours`."""
    return staff_code_in(connection, user, check_reach(connection, user, case_id, now))


def _acts_as(user: SignedIn) -> str:
    return user.works_as


def list_cases(
    connection: Connection,
    now: datetime,
    *,
    store: str | None = None,
    everything: bool = False,
    case_id: int | None = None,
) -> list[CaseItem]:
    """The open cases, or all, by nearest deadline; or one. `store` is a store's code."""
    statement = _cases(now, CaseReach(store)).order_by(
        (Case.state == CaseState.CLOSED), _next_deadline().nulls_last(), Case.id
    )
    if not everything:
        statement = statement.where(Case.state != CaseState.CLOSED)
    if case_id is not None:
        statement = statement.where(Case.id == case_id)
    return _items(connection, statement)


def read_board(
    connection: Connection,
    user: SignedIn,
    now: datetime,
    wanted: str | None,
    kind: CaseKind | None,
    limit: int = COLUMN,
) -> list[BoardColumn]:
    """The user's cases by state, nearest deadline first; closed ones of the last two weeks only."""
    reach = reach_of(connection, user, wanted, kind)
    return [_column(connection, now, reach, state, limit) for state in CaseState]


def _column(connection: Connection, now: datetime, reach: CaseReach, state: CaseState, limit: int) -> BoardColumn:
    statement = _cases(now, reach).where(Case.state == state).limit(limit + 1)
    if state is CaseState.CLOSED:
        statement = statement.where(Case.closed_at > moment(now - CLOSED_LATELY)).order_by(Case.closed_at.desc())
    else:
        statement = statement.order_by(_next_deadline().nulls_last(), Case.id)
    found = _items(connection, statement)
    return BoardColumn(state, found[:limit], len(found) > limit)


def read_case(connection: Connection, user: SignedIn, case_id: int, now: datetime) -> CaseDetails:
    """One case, for a user who may see it. Raises `NotYours`."""
    store_id = check_reach(connection, user, case_id, now)
    (item,) = _items(connection, _cases(now, CaseReach()).where(Case.id == case_id))
    first = connection.execute(select(Case.note, Case.touch_id).where(Case.id == case_id)).one()
    notes = connection.execute(
        select(CaseNote.written_at, actor_name(CaseNote.author, Case.store_id), CaseNote.text)
        .join(Case, Case.id == CaseNote.case_id)
        .where(CaseNote.case_id == case_id)
        .order_by(CaseNote.id)
    )
    return CaseDetails(
        item=item,
        first_note=first.note,
        touch_id=first.touch_id,
        notes=[NoteSeen(*note) for note in notes],
        colleagues=list_colleagues(connection, store_id),
        mine=item.owner == _acts_as(user),
        categories=list_categories(connection, store_id),
        feedback=list_feedback(connection, now, case_id=case_id, everything=True),
        known=list_known_lines(connection, store_id),
    )


def list_colleagues(connection: Connection, store_id: int) -> list[Colleague]:
    """The staff of a store who may own a case."""
    active = select(StaffMember.code, StaffMember.name).where(StaffMember.store_id == store_id, StaffMember.active)
    return [Colleague(*found) for found in connection.execute(active.order_by(StaffMember.name, StaffMember.code))]


def _items(connection: Connection, statement: AnySelect) -> list[CaseItem]:
    return [CaseItem(**row) for row in connection.execute(statement).mappings()]


def _next_deadline() -> ColumnElement[datetime]:
    return case((Case.answered_at.is_(None), func.coalesce(Case.answer_by, Case.solve_by)), else_=Case.solve_by)


def _cases(now: datetime, reach: CaseReach) -> AnySelect:
    late = or_(
        func.coalesce(Case.answer_by < func.coalesce(Case.answered_at, moment(now)), literal(False)),
        func.coalesce(Case.solve_by < func.coalesce(Case.solved_at, moment(now)), literal(False)),
    )
    statement = (
        select(
            *_own_columns(),
            Store.code.label("store"),
            Store.time_zone,
            Customer.name.label("customer"),
            StaffMember.code.label("owner"),
            StaffMember.name.label("owner_name"),
            _all_notes().label("note"),
            late.label("overdue"),
        )
        .join(Store, Store.id == Case.store_id)
        .join(Customer, Customer.id == Case.customer_id)
        .outerjoin(StaffMember, StaffMember.id == Case.owner_id)
    )
    return statement.where(*_within(reach, now))


def _own_columns() -> Sequence[ColumnElement[Any]]:
    names = (name for name in CaseItem.__dataclass_fields__ if name in Case.__table__.c and name != "note")
    return [Case.__table__.c[name] for name in names]


def _all_notes() -> ColumnElement[str | None]:
    lines = func.string_agg(CaseNote.text, aggregate_order_by(literal("\n"), CaseNote.id))
    since = select(lines).where(CaseNote.case_id == Case.id).correlate(Case).scalar_subquery()
    return func.nullif(func.concat_ws("\n", Case.note, since), "")


def _within(reach: CaseReach, now: datetime) -> list[ColumnElement[bool]]:
    return [
        *([Store.code == reach.store] if reach.store is not None else []),
        *([falls_to(Case.owner_id, reach.staff, now)] if reach.staff is not None else []),
        *([Case.kind == reach.kind] if reach.kind is not None else []),
    ]
