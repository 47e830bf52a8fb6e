"""What staff must call, or do at their desk, today: in order, with the script, and only while it is still true."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import LateralFromClause

from models.calls.outcomes import agreed_times
from models.core.base import Facts
from models.core.cadence import NOW, Now, local_day, midnight, moment
from models.core.ids import TouchId
from models.core.rows import AnyRow, AnySelect
from models.core.words import BY_STAFF, ChannelName, ContactKind, Purpose, Role, StepKind, SubjectKind, TouchState
from models.kits.registry import all_traits
from models.ledger.tables import CallAttempt, Touch
from models.people.tables import ContactPoint, Customer, Store
from tasks.database.statement_comments import holds
from tasks.database.statistics import expect_many
from tasks.dispatch.gates import latest_consent
from tasks.messages.letters import letters_of
from tasks.planning.ending import still_true
from tasks.subjects.account.netting import ONCE

CANDIDATES = bindparam("candidates", type_=ARRAY(Uuid))
"""The calls that a statement judges."""


@dataclass(frozen=True, slots=True)
class CallItem:
    """One call, desk task, visit or letter of today."""

    id: TouchId
    kind: StepKind
    process: str
    step: str
    store: str
    """The store's code."""
    time_zone: str
    role: Role | None
    customer_id: int
    customer: str
    phone: str | None
    """In full: whoever calls needs it. None: the customer has no usable number."""
    script: str
    priority: int
    due_at: datetime
    not_before: datetime
    valid_until: datetime
    attempts: int
    """Tries so far."""
    figures: Facts
    """What the planner saw."""
    purpose: Purpose
    subject_kind: SubjectKind
    subject_id: int


def list_calls(
    connection: Connection,
    now: datetime,
    *,
    store: str | None = None,
    role: Role | None = None,
    kinds: Collection[StepKind] = BY_STAFF,
    days: int | None = 1,
) -> list[CallItem]:
    """The calls, tasks, visits and letters of the store-local day, the most important first; or some kinds of them.

    `days`: of so many days, today being the first; None: whenever they are planned for.

    What has lost its reason is left out at once: who paid a minute ago is not called. `store` is a store's code.
    """
    ready = _ready(now, store, role, kinds, days)
    rows = connection.execute(_still_due(ready, now, all_traits())).all()
    letters = letters_of(connection, [row.id for row in rows], now)
    return [_item(row, letters[row.id].text if row.id in letters else "") for row in rows]


def still_due(connection: Connection, kind: SubjectKind, ids: Collection[UUID], now: datetime) -> dict[UUID, CallItem]:
    """Those of some calls about one kind of subject whose reason is still there; as yet without their script."""
    rows = connection.execute(_candidates(kind), {"candidates": list(ids), "now": now})
    return {row.id: _item(row, "") for row in rows}


def in_order(row: Any, now: Now) -> tuple[ColumnElement[Any], ...]:
    """The order in which calls are made; `row` is a touch, or a CTE of touches.

    Who was promised to be called again at a time that has come is first.
    """
    columns = row.c if isinstance(row, CTE) else row
    agreed = and_(func.coalesce(columns.outcome.in_(agreed_times()), False), columns.not_before <= moment(now))
    return (agreed.desc(), columns.priority.desc(), columns.not_before, columns.due_at, columns.id)


@cache
def _candidates(kind: SubjectKind) -> AnySelect:
    """The same question as the day's list asks, of a few: made once, for it is asked at every call."""
    chosen = (
        select(Touch.__table__, Store.code.label("store"), Store.time_zone)
        .join(Store, Store.id == Touch.store_id)
        .where(Touch.id == any_(CANDIDATES), Touch.subject_kind == kind, Touch.state == TouchState.READY)
    )
    return _still_due(expect_many(chosen).cte("ready").prefix_with(holds("the calls asked about")), NOW, (kind,))


def _ready(now: datetime, store: str | None, role: Role | None, kinds: Collection[StepKind], days: int | None) -> CTE:
    """What waits for staff until the end of the store-local day, or of the last of some days."""
    ends = midnight(local_day(moment(now), Store.time_zone) + literal(days or 0), Store.time_zone)
    statement = (
        select(Touch.__table__, Store.code.label("store"), Store.time_zone)
        .join(Store, Store.id == Touch.store_id)
        .where(
            Touch.state == TouchState.READY,
            Touch.kind.in_(kinds),
            *([Touch.not_before < ends] if days is not None else []),
        )
    )
    if store is not None:
        statement = statement.where(Store.code == store)
    if role is not None:
        statement = statement.where(Touch.role == role)
    return expect_many(statement).cte("ready").prefix_with(holds("what waits for staff"))


def _still_due(ready: CTE, now: Now, kinds: Iterable[SubjectKind]) -> AnySelect:
    """Those whose reason is still there, in the order of calls, each with what whoever calls needs.

    The reason is asked first and by itself: after an import of payments thousands have lost it, and looking up the
    rest for all of them took PostgreSQL seconds.
    """
    judged = union_all(*(still_true(ready, kind, now) for kind in kinds)).subquery("judged")
    true_still = (~judged.c.moved, judged.c.gone.is_(None), ~judged.c.passed)
    due = (
        select(ready)
        .join(judged, judged.c.touch_id == ready.c.id)
        .where(*true_still)
        .cte("due")
        .prefix_with(ONCE, holds("the calls whose reason is still there"))
    )
    phone = _phone(due)
    attempts = (
        select(func.count(CallAttempt.id))
        .where(CallAttempt.touch_id == due.c.id, CallAttempt.attempted_at <= moment(now))
        .scalar_subquery()
    )
    return (
        select(due, Customer.name.label("customer"), phone.c.value.label("phone"), attempts.label("tries"))
        .join(Customer, Customer.id == due.c.customer_id)
        .outerjoin(phone, literal(True))
        .where(_allowed(due, now))
        .order_by(*in_order(due, now))
    )


def _allowed(ready: CTE, now: Now) -> ColumnElement[bool]:
    """A contact needs consent still, as it did when it was handed out; a desk task does not."""
    channel = case((ready.c.kind == StepKind.CALL, literal(ChannelName.PHONE.value)))
    said = latest_consent(ready.c.customer_id, ready.c.purpose, channel, now).scalar_subquery()
    return or_(ready.c.kind == StepKind.TASK, func.coalesce(said, ready.c.purpose != Purpose.MARKETING))


def _phone(ready: CTE) -> LateralFromClause:
    """The number to call: the one that the touch is at, or else the customer's first usable one."""
    at_it = func.coalesce(ContactPoint.id == ready.c.contact_point_id, literal(False))
    return (
        select(ContactPoint.value)
        .where(
            ContactPoint.customer_id == ready.c.customer_id,
            ContactPoint.kind == ContactKind.PHONE,
            ContactPoint.invalid_since.is_(None),
        )
        .order_by(at_it.desc(), ContactPoint.rank, ContactPoint.id)
        .limit(1)
        .correlate(ready)
        .lateral("phone")
    )


def _item(row: AnyRow, script: str) -> CallItem:
    return CallItem(
        id=row.id,
        kind=row.kind,
        process=row.process,
        step=row.step,
        store=row.store,
        time_zone=row.time_zone,
        role=row.role,
        customer_id=row.customer_id,
        customer=row.customer,
        phone=row.phone,
        script=script,
        priority=row.priority,
        due_at=row.due_at,
        not_before=row.not_before,
        valid_until=row.valid_until,
        attempts=row.tries,
        figures=row.figures,
        purpose=row.purpose,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
    )
