"""The inbox: what waits for an answer, the earliest deadline first; and one inbound with what helps to answer it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, func, literal, literal_column, or_, select
from sqlalchemy.orm import aliased

from models.core.cadence import moment
from models.core.rows import AnySelect
from models.core.words import ChannelName, Role
from models.inbound.tables import NOT_ANSWERED, Inbound
from models.inbound.words import AnswerWay, InboundKind, InboundState, InboundWay, Suggestion
from models.ledger.tables import Touch
from models.people.tables import Customer, StaffMember, Store
from tasks.access.reach import LARGEST_KEY, NotYours
from tasks.customers.searching import CustomerFound, read_customers
from tasks.database.paging import Cursor, Order, Page, read_page
from tasks.inbound.matching import candidates
from tasks.ledger.whose_customer import stood_in_for

IS_OPEN: ColumnElement[bool] = literal_column(f"inbound.{NOT_ANSWERED}")
"""Written out, so that PostgreSQL sees that the condition of the indexes holds, whatever plan it keeps."""
ORDER = Order(Inbound.due_at, Inbound.id)
ANSWERED_ORDER = Order(Inbound.answered_at, Inbound.id, latest_first=True)
PAGE = 50
COUNTED = 1000
"""So many are counted at most: more is shown as more."""


class InboxView(StrEnum):
    """Whose inbound a list shows."""

    MINE = "mine"
    STORE = "store"
    NOBODY = "nobody"
    """What nobody is responsible for: the store has no one active who could be."""
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which inbound a list shows. `store` None: of all stores."""

    view: InboxView = InboxView.STORE
    store: str | None = None
    staff: str | None = None
    """The staff code whose they are; only for `mine`."""
    kind: InboundKind | None = None
    customer_id: int | None = None


@dataclass(frozen=True, slots=True)
class InboundItem:
    """An inbound as lists show it."""

    id: int
    store: str
    time_zone: str
    way: InboundWay
    channel: ChannelName | None
    kind: InboundKind
    state: InboundState
    text: str
    customer_id: int | None
    customer: str | None
    sender: str | None
    appointment_id: int | None
    wanted_at: datetime | None
    received_at: datetime
    due_at: datetime
    overdue: bool
    """Whether the deadline has passed, or had when it was answered."""
    escalated_at: datetime | None
    role: Role
    owner: str | None
    """The staff code of who is responsible."""
    owner_name: str | None
    word: str | None
    suggested: Suggestion | None
    suggested_by: str | None
    acted_on: bool
    confirmed: bool | None
    taken_at: datetime | None
    answered_at: datetime | None
    answered_by: str | None
    answered_how: AnswerWay | None
    answer: str | None
    answer_channel: ChannelName | None
    case_id: int | None
    version: int


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody to hand over to."""

    code: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class InboundDetails:
    """An inbound with what helps to answer it."""

    item: InboundItem
    store_id: int
    about: str | None
    """What was said to the customer before, as it was sent."""
    colleagues: Sequence[Colleague]
    sharing: Sequence[CustomerFound]
    """Who has the sender's number or address, while it is not known who it was."""
    touch_id: UUID | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How many wait. Counted up to `COUNTED`."""

    open: int
    overdue: int
    mine: int


def page_of_inbound(
    connection: Connection, wanted: Wanted, now: datetime, limit: int = PAGE, after: Cursor | None = None
) -> Page[InboundItem]:
    """One page: what waits, the earliest deadline first; or what was answered, the latest first."""
    answered = wanted.view is InboxView.ANSWERED
    statement = _items(now).where(*_within(connection, wanted, now))
    page = read_page(connection, statement, ANSWERED_ORDER if answered else ORDER, limit, after)
    return Page([_item(row) for row in page.rows], page.next)


def read_inbound(connection: Connection, store_id: int | None, inbound_id: int, now: datetime) -> InboundDetails:
    """One inbound, for somebody who sees a store's, or all (None). Raises `NotYours`."""
    own = check_inbound(connection, store_id, inbound_id)
    row = connection.execute(_items(now).where(Inbound.id == inbound_id)).one()
    touch = connection.execute(
        select(Inbound.touch_id, Touch.body)
        .outerjoin(Touch, Touch.id == Inbound.touch_id)
        .where(Inbound.id == inbound_id)
    ).one()
    sharing = candidates(connection, row.sender, store_id) if row.customer_id is None else []
    return InboundDetails(
        item=_item(row),
        store_id=own,
        about=touch.body,
        colleagues=list_colleagues(connection, own),
        sharing=read_customers(connection, sharing),
        touch_id=touch.touch_id,
    )


def check_inbound(connection: Connection, store_id: int | None, inbound_id: int) -> int:
    """Return the inbound's store. Raises `NotYours`."""
    known = select(Inbound.store_id).where(Inbound.id == inbound_id)
    found = connection.scalar(known) if abs(inbound_id) <= LARGEST_KEY else None
    if found is None or store_id not in (None, found):
        raise NotYours("inbound", inbound_id)
    return int(found)


def list_colleagues(connection: Connection, store_id: int) -> list[Colleague]:
    """The active staff of a store."""
    active = select(StaffMember.code, StaffMember.name, StaffMember.role).where(
        StaffMember.store_id == store_id, StaffMember.active
    )
    return [Colleague(*found) for found in connection.execute(active.order_by(StaffMember.name, StaffMember.code))]


def read_standing(connection: Connection, store_id: int | None, staff: str | None, now: datetime) -> Standing:
    """How many wait in a store, or in all; how many of them are overdue; how many are somebody's own."""
    of_store = [] if store_id is None else [Inbound.store_id == store_id]
    late = Inbound.due_at < moment(now)
    mine = [Inbound.responsible_id.in_(_ids_of(connection, staff, store_id, now))]
    counts = (_count(connection, *of_store), _count(connection, *of_store, late), _count(connection, *of_store, *mine))
    return Standing(*counts)


def _count(connection: Connection, *conditions: ColumnElement[bool]) -> int:
    some = select(literal(1)).select_from(Inbound).where(IS_OPEN, *conditions).limit(COUNTED).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one()


def _ids_of(connection: Connection, staff: str | None, store_id: int | None, now: datetime) -> list[int]:
    """The members of staff of a code, and those for whom they stand in: somebody who works for all stores is on record
    in several."""
    if staff is None:
        return []
    known = select(StaffMember.id).where(StaffMember.code == staff)
    if store_id is not None:
        known = known.where(or_(StaffMember.store_id == store_id, StaffMember.role == Role.ADMIN))
    own = list(connection.scalars(known))
    return [*own, *stood_in_for(connection, own, now)]


def _within(connection: Connection, wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    store_id = connection.scalar(select(Store.id).where(Store.code == wanted.store)) if wanted.store else None
    conditions = [Inbound.store_id == (store_id or 0)] if wanted.store else []
    if wanted.kind is not None:
        conditions.append(Inbound.kind == wanted.kind)
    if wanted.customer_id is not None:
        conditions.append(Inbound.customer_id == wanted.customer_id)
    match wanted.view:
        case InboxView.MINE:
            conditions.append(Inbound.responsible_id.in_(_ids_of(connection, wanted.staff, store_id, now)))
        case InboxView.NOBODY:
            conditions.append(Inbound.responsible_id.is_(None))
        case InboxView.ANSWERED:
            return [*conditions, Inbound.state == InboundState.ANSWERED]
        case InboxView.STORE:
            pass
    return [*conditions, IS_OPEN]


def _items(now: datetime) -> AnySelect:
    owner, by = aliased(StaffMember), aliased(StaffMember)
    names = set(InboundItem.__dataclass_fields__) & set(Inbound.__table__.c.keys()) - {"answered_by"}
    return (
        select(
            *(getattr(Inbound, name) for name in sorted(names)),
            Store.code.label("store"),
            Store.time_zone,
            Customer.name.label("customer"),
            owner.code.label("owner"),
            owner.name.label("owner_name"),
            by.name.label("answered_by"),
            (Inbound.due_at < func.coalesce(Inbound.answered_at, moment(now))).label("overdue"),
        )
        .join(Store, Store.id == Inbound.store_id)
        .outerjoin(Customer, Customer.id == Inbound.customer_id)
        .outerjoin(owner, owner.id == Inbound.responsible_id)
        .outerjoin(by, by.id == Inbound.answered_by)
    )


def _item(row: object) -> InboundItem:
    return InboundItem(**{name: getattr(row, name) for name in InboundItem.__dataclass_fields__})
