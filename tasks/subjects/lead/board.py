"""Leads by class, with when each is to be called next; and the day of one salesperson."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, and_, case, func, null, or_, select

from models.core.cadence import ZONED, at_local, local_day, moment, shift
from models.core.rows import AnyRow, AnySelect
from models.core.words import MANAGING, LeadState, LeadUrgency, OutcomeName, ProcessName, Role, StepKind, TouchState
from models.ledger.tables import CallAttempt, Touch
from models.people.tables import Customer, StaffMember, Store
from models.policies.policy import Step
from models.subjects.lead import KIND, OF_CLASS, Lead, LeadSource, LostKind, ShowroomVisit
from tasks.access.reach import LARGEST_KEY, NotYours
from tasks.policies.catalogue import policies_in_force
from tasks.subjects.contract import Those
from tasks.subjects.lead.facts import SUBJECT

PROCESS = ProcessName("lead-followup")
COLUMN = 30
"""How many leads of a class the board shows at first."""
MOST_TOUCHES = 30
REFERRER = Customer.__table__.alias("referrer")


class Standing(StrEnum):
    """How a lead stands with its next call."""

    OVERDUE = "overdue"
    DUE = "due"
    """Today."""
    AHEAD = "ahead"
    SETTLED = "settled"
    """It is open no more."""


@dataclass(frozen=True, slots=True)
class LeadItem:
    """A lead as lists show it."""

    id: int
    key: str
    store: str
    time_zone: str
    customer_id: int
    customer: str
    urgency: LeadUrgency
    state: LeadState
    model: str | None
    source: str | None
    salesperson: str | None
    """The staff code of who sells."""
    salesperson_name: str | None
    created_on: date
    contacted_at: datetime | None
    """When the customer was last reached about it."""
    next_at: datetime | None
    """When the customer is to be called next; null: the store plans no calls for its class."""
    standing: Standing
    missed: int
    """Calls that were due and not made since the customer was last reached."""
    expected_on: date | None
    postponed_to: date | None


@dataclass(frozen=True, slots=True)
class LeadColumn:
    """The open leads of one class."""

    urgency: LeadUrgency
    leads: list[LeadItem]
    count: int
    """All of them."""
    late: int
    """Of all of them, those that are overdue."""


@dataclass(frozen=True, slots=True)
class LeadTouch:
    """One planned or past contact about a lead."""

    id: UUID
    step: str
    kind: StepKind
    state: TouchState
    at: datetime
    outcome: OutcomeName | None


@dataclass(frozen=True, slots=True)
class FurtherSource:
    """One more way by which the customer came in."""

    source: str | None
    came_in_on: date


@dataclass(frozen=True, slots=True)
class LeadDetails:
    """A lead with all that is known of it."""

    item: LeadItem
    store_id: int
    came_in_at: datetime
    first_contact_by: datetime | None
    deposit: Decimal | None
    currency: str | None
    test_drive_on: date | None
    quoted_on: date | None
    trades_in: bool | None
    note: str | None
    lost_kind: LostKind | None
    lost_reason: str | None
    competitor: str | None
    state_on: date | None
    referred_by_id: int | None
    referred_by: str | None
    """The name of the customer who sent this one."""
    sources: Sequence[FurtherSource]
    visits: Sequence[date]
    """To the showroom, the latest first."""
    touches: Sequence[LeadTouch]
    """The latest first."""

    @property
    def time_zone(self) -> str:
        """The store's."""
        return self.item.time_zone


@dataclass(frozen=True, slots=True)
class Salesperson:
    """Somebody whose leads may be."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class LeadsWanted:
    """Which leads a list shows."""

    store: str | None = None
    """A store's code; None: all stores."""
    salesperson: str | None = None
    """A staff code; None: everybody's, and nobody's."""
    urgency: LeadUrgency | None = None
    state: LeadState | None = LeadState.OPEN
    """None: whatever became of them."""


def list_leads(connection: Connection, wanted: LeadsWanted, now: datetime, limit: int | None = None) -> list[LeadItem]:
    """The leads, the one to be called first at the head; those that are settled by when they came in."""
    statement = _listed(connection, wanted, now).limit(limit)
    return [_item(row, now) for row in connection.execute(statement)]


def read_lead_board(
    connection: Connection, wanted: LeadsWanted, now: datetime, limit: int = COLUMN
) -> list[LeadColumn]:
    """The open leads of each class, the one to be called first at the head."""
    return [_column(connection, wanted, urgency, now, limit) for urgency in LeadUrgency]


def read_lead_day(connection: Connection, wanted: LeadsWanted, now: datetime, limit: int = COLUMN) -> list[LeadItem]:
    """The open leads that are to be called today or were to be called before, the most overdue first."""
    listed = _listed(connection, wanted, now).subquery()
    tomorrow = local_day(moment(now), listed.c.time_zone) + 1
    due = local_day(listed.c.next_at, listed.c.time_zone) < tomorrow
    statement = select(listed).where(due).order_by(listed.c.next_at, listed.c.id).limit(limit)
    return [_item(row, now) for row in connection.execute(statement)]


def check_lead(connection: Connection, store_id: int | None, lead_id: int) -> int:
    """Return the lead's store. Raises `NotYours`."""
    found = select(Lead.store_id).where(Lead.id == lead_id)
    own = connection.scalar(found) if 0 < lead_id <= LARGEST_KEY else None
    if own is None or (store_id is not None and own != store_id):
        raise NotYours("lead", lead_id)
    return own


def read_lead(connection: Connection, store_id: int | None, lead_id: int, now: datetime) -> LeadDetails:
    """One lead, for somebody of a store (None: of all). Raises `NotYours`."""
    check_lead(connection, store_id, lead_id)
    rows = connection.execute(_leads(connection, [Lead.id == lead_id], now)).all()
    if not rows:
        raise NotYours("lead", lead_id)  # it comes in later than now
    more = connection.execute(
        select(Lead.__table__, REFERRER.c.name.label("referred_by"))
        .outerjoin(REFERRER, REFERRER.c.id == Lead.referred_by_id)
        .where(Lead.id == lead_id)
    ).one()
    return LeadDetails(
        item=_item(rows[0], now),
        store_id=more.store_id,
        came_in_at=rows[0].came_in_at,
        first_contact_by=more.first_contact_by,
        deposit=more.deposit,
        currency=more.currency,
        test_drive_on=more.test_drive_on,
        quoted_on=more.quoted_on,
        trades_in=more.trades_in,
        note=more.note,
        lost_kind=LostKind(more.lost_kind) if more.lost_kind else None,
        lost_reason=more.lost_reason,
        competitor=more.competitor,
        state_on=more.state_on,
        referred_by_id=more.referred_by_id,
        referred_by=more.referred_by,
        sources=_sources(connection, lead_id),
        visits=_visits(connection, lead_id),
        touches=_touches(connection, more.customer_id, lead_id),
    )


def list_salespeople(connection: Connection, store_id: int | None) -> list[Salesperson]:
    """The active staff of a store (None: of all) whose leads may be: those who sell, and those who manage them."""
    selling = (StaffMember.active, StaffMember.role.in_((Role.SALES, *MANAGING)))
    found = select(StaffMember.code, StaffMember.name).where(*selling)
    if store_id is not None:
        found = found.where(StaffMember.store_id == store_id)
    return [Salesperson(*row) for row in connection.execute(found.order_by(StaffMember.name, StaffMember.code))]


def _column(connection: Connection, wanted: LeadsWanted, urgency: LeadUrgency, now: datetime, limit: int) -> LeadColumn:
    of_class = LeadsWanted(wanted.store, wanted.salesperson, urgency)
    listed = _listed(connection, of_class, now).subquery()
    late = func.coalesce(_is_late(listed, now), False)
    count, overdue = connection.execute(select(func.count(), func.count().filter(late)).select_from(listed)).one()
    return LeadColumn(urgency, list_leads(connection, of_class, now, limit), count, overdue)


def _listed(connection: Connection, wanted: LeadsWanted, now: datetime) -> AnySelect:
    chosen = [
        *([Store.code == wanted.store] if wanted.store is not None else []),
        *([StaffMember.code == wanted.salesperson] if wanted.salesperson is not None else []),
        *([Lead.urgency == wanted.urgency] if wanted.urgency is not None else []),
        *([Lead.state == wanted.state] if wanted.state is not None else []),
    ]
    listed = _leads(connection, chosen, now).subquery()
    statement = select(listed)
    if wanted.state is LeadState.OPEN:  # those that a handover has won are closed by the next run
        statement = statement.where(listed.c.state == LeadState.OPEN)
    return statement.order_by(listed.c.next_at.nulls_last(), listed.c.created_on.desc(), listed.c.id)


def _leads(connection: Connection, chosen: Sequence[ColumnElement[bool]], now: datetime) -> AnySelect:
    """The leads, with the moment of the next call by the policies of their stores."""
    ids = (
        select(Lead.id)
        .join(Store, Store.id == Lead.store_id)
        .outerjoin(StaffMember, StaffMember.id == Lead.salesperson_id)
        .where(*chosen)
    )
    facts = SUBJECT.facts(now, Those(ids)).subquery("facts")
    row = facts.c
    state = case((row.won, LeadState.WON.value), else_=row.state)
    steps = _steps(connection)
    return (
        select(
            Lead.id, Lead.key, Store.code.label("store"), row.time_zone, row.customer_id, row.customer, row.urgency,
            state.label("state"), row.model, row.source, StaffMember.code.label("salesperson"),
            StaffMember.name.label("salesperson_name"), row.created_on, row.contact_at.label("contacted_at"),
            case((state == LeadState.OPEN.value, _next_at(facts, steps)), else_=null()).label("next_at"),
            _every(facts, steps).label("every"), Lead.expected_on,
            case((row.postponed, Lead.postponed_to), else_=null()).label("postponed_to"),
            row["came-in"].label("came_in_at"),
        )
        .join_from(facts, Lead, Lead.id == row.subject_id)
        .join(Store, Store.id == Lead.store_id)
        .outerjoin(StaffMember, StaffMember.id == Lead.salesperson_id)
    )  # fmt: skip


def _steps(connection: Connection) -> list[tuple[tuple[int, ...], LeadUrgency, Step]]:
    """The calls that come again, by store and class, as the policies in force have them."""
    classes = {condition: urgency for urgency, condition in OF_CLASS.items()}
    return [
        (in_force.stores, classes[condition], step)
        for in_force in policies_in_force(connection, PROCESS)
        for step in in_force.policy.steps
        if step.kind is StepKind.CALL and step.every is not None
        for condition in step.conditions
        if condition in classes
    ]


def _of_step(facts: Any, stores: tuple[int, ...], urgency: LeadUrgency) -> ColumnElement[bool]:
    return and_(facts.c.store_id.in_(stores), facts.c.urgency == urgency)


def _next_at(facts: Any, steps: Sequence[tuple[tuple[int, ...], LeadUrgency, Step]]) -> ColumnElement[Any]:
    """A lead that is put off is called on the day agreed on; one that nobody has reached, within two working hours;
    any other as its class says."""
    row = facts.c
    first = func.coalesce(row["first-contact-by"], row["came-in"], type_=ZONED)
    by_class = [
        (_of_step(facts, stores, urgency), shift(row.anchor_at, row.time_zone, step.after, step.at))
        for stores, urgency, step in steps
    ]
    following = case(*by_class, else_=null()) if by_class else null()
    put_off = at_local(local_day(row["postponed-to"], row.time_zone), _first_hour(steps), row.time_zone)
    return case((row.postponed, put_off), (row.contact_at.is_(None), first), else_=following)


def _first_hour(steps: Sequence[tuple[tuple[int, ...], LeadUrgency, Step]]) -> Any:
    return next((step.at for _, _, step in steps if step.at is not None), datetime.min.time())


def _every(facts: Any, steps: Sequence[tuple[tuple[int, ...], LeadUrgency, Step]]) -> ColumnElement[Any]:
    """Days between two calls of the lead's class."""
    spans = [
        (_of_step(facts, stores, urgency), step.every.shortest // timedelta(days=1))
        for stores, urgency, step in steps
        if step.every is not None
    ]
    return case(*spans, else_=null()) if spans else null()


def _is_late(listed: Any, now: datetime) -> ColumnElement[bool]:
    row = listed.c
    before = local_day(row.next_at, row.time_zone) < local_day(moment(now), row.time_zone)
    return or_(before, and_(row.contacted_at.is_(None), row.postponed_to.is_(None), row.next_at < moment(now)))


def _item(row: AnyRow, now: datetime) -> LeadItem:
    standing, missed = standing_of(row, now)
    return LeadItem(
        id=row.id, key=row.key, store=row.store, time_zone=row.time_zone, customer_id=row.customer_id,
        customer=row.customer, urgency=LeadUrgency(row.urgency), state=LeadState(row.state), model=row.model,
        source=row.source, salesperson=row.salesperson, salesperson_name=row.salesperson_name,
        created_on=row.created_on, contacted_at=row.contacted_at, next_at=row.next_at, standing=standing,
        missed=missed, expected_on=row.expected_on, postponed_to=row.postponed_to,
    )  # fmt: skip


def standing_of(row: Any, now: datetime) -> tuple[Standing, int]:
    """How a lead stands with its next call, and how many calls were missed since the customer was last reached.

    A call is due on its day, and overdue from the next on; the first one is overdue after its moment.
    """
    if row.state != LeadState.OPEN:
        return Standing.SETTLED, 0
    if row.next_at is None:
        return Standing.AHEAD, 0
    zone = ZoneInfo(row.time_zone)
    late = (now.astimezone(zone).date() - row.next_at.astimezone(zone).date()).days
    first = row.contacted_at is None and row.postponed_to is None
    if late > 0 or (first and row.next_at < now):
        return Standing.OVERDUE, 1 + (late - 1) // row.every if row.every and late > 0 else 1
    return (Standing.DUE if late == 0 else Standing.AHEAD), 0


def _sources(connection: Connection, lead_id: int) -> list[FurtherSource]:
    found = select(LeadSource.source, LeadSource.came_in_on).where(LeadSource.lead_id == lead_id)
    return [FurtherSource(*row) for row in connection.execute(found.order_by(LeadSource.came_in_on, LeadSource.key))]


def _visits(connection: Connection, lead_id: int) -> Sequence[date]:
    found = select(ShowroomVisit.visited_on).where(ShowroomVisit.lead_id == lead_id)
    return connection.scalars(found.order_by(ShowroomVisit.visited_on.desc())).all()


def _touches(connection: Connection, customer_id: int, lead_id: int) -> list[LeadTouch]:
    at = func.coalesce(Touch.contacted_at, _attempted(), Touch.due_at)
    found = (
        select(Touch.id, Touch.step, Touch.kind, Touch.state, at.label("at"), Touch.outcome)
        .where(Touch.customer_id == customer_id, Touch.subject_kind == KIND, Touch.subject_id == lead_id)
        .order_by(at.desc(), Touch.step)
        .limit(MOST_TOUCHES)
    )
    return [LeadTouch(*row) for row in connection.execute(found)]


def _attempted() -> ColumnElement[Any]:
    return select(func.max(CallAttempt.attempted_at)).where(CallAttempt.touch_id == Touch.id).scalar_subquery()
