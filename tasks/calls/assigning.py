"""Who is to make which calls, and how the work is spread over the staff of a store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    SQLColumnExpression,
    Uuid,
    and_,
    any_,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from models.calls.queue import roles_served
from models.core.cadence import local_day, midnight, moment
from models.core.errors import InvalidInput
from models.core.ids import TouchId
from models.core.rows import AnyRow, AnySelect, Cells
from models.core.words import BY_STAFF, OutcomeName, Role, StepKind, TouchState
from models.ledger.tables import CallAttempt, Touch
from models.people.tables import Customer, StaffMember, Store
from tasks.access.reach import NotYours
from tasks.access.sessions import SignedIn
from tasks.calls.listing import in_order
from tasks.ledger import audit
from tasks.ledger.whose_customer import is_anybodys

PAGE = 50
MOST_AT_ONCE = 500
"""So many are given to somebody at a time."""


class CannotMakeThem(InvalidInput):
    """Somebody whose role does not serve the calls that they are to be given."""

    def __init__(self, name: str, role: Role) -> None:
        self.name, self.role = name, role
        super().__init__(f"{name} is {role} and does not make these calls.")


@dataclass(frozen=True, slots=True)
class TeamStore:
    """The store whose staff somebody gives calls to."""

    id: int
    code: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class WaitingCall:
    """A call or task that waits, as it is shown to whoever assigns it."""

    id: TouchId
    kind: StepKind
    process: str
    step: str
    role: Role | None
    customer: str
    not_before: datetime
    assigned_to: int | None
    """A member of staff's id."""
    assignee: str | None
    outcome: OutcomeName | None
    """Of the last try."""


@dataclass(frozen=True, slots=True)
class RoleLoad:
    """What waits for a role today."""

    role: Role | None
    due: int
    later: int
    unassigned: int


@dataclass(frozen=True, slots=True)
class StaffLoad:
    """How much somebody has before them, and has done."""

    id: int
    code: str
    name: str
    role: Role
    assigned: int
    """Waiting calls and tasks that are theirs, today's."""
    on_screen: bool
    """They have a call before them at this moment."""
    done: int
    """Calls made, answered or not, and tasks finished, since midnight."""
    first_at: datetime | None


@dataclass(frozen=True, slots=True)
class Assigned:
    """What came of assigning."""

    changed: int
    left: int
    """Settled, on a screen, or assigned anew by somebody else meanwhile: they stay as they are."""


def find_team_store(connection: Connection, user: SignedIn, code: str | None) -> TeamStore:
    """The user's own store, or the one that they ask for; the first where they ask for none. Raises `NotYours`."""
    statement = select(Store.id, Store.code, Store.time_zone).order_by(Store.code).limit(1)
    if user.store_id is not None:
        statement = statement.where(Store.id == user.store_id)
    elif code is not None:
        statement = statement.where(Store.code == code)
    found = connection.execute(statement).one_or_none()
    if found is None:
        raise NotYours("store", code)
    return TeamStore(*found)


def read_role_loads(connection: Connection, store_id: int, now: datetime) -> list[RoleLoad]:
    """What waits today, by role."""
    due = Touch.not_before <= moment(now)
    rows = connection.execute(
        select(
            Touch.role,
            func.count().filter(due),
            func.count().filter(~due),
            func.count().filter(is_anybodys(Touch, now)),
        )
        .where(*_waiting(store_id, now))
        .group_by(Touch.role)
        .order_by(Touch.role)
    )
    return [RoleLoad(*row) for row in rows]


def read_staff_loads(connection: Connection, store_id: int, now: datetime) -> list[StaffLoad]:
    """Everybody who makes calls or has some, by name."""
    since = select(_midnight(now)).where(Store.id == store_id).scalar_subquery()
    waiting = _per_member(select(Touch.assigned_to, func.count()).where(*_waiting(store_id, now)), Touch.assigned_to)
    on_screen = select(Touch.held_by).where(*_waiting(store_id, now), Touch.held_until > moment(now))
    staff = select(StaffMember.id).where(StaffMember.store_id == store_id)
    made = select(CallAttempt.staff_id, func.count(), func.min(CallAttempt.attempted_at)).where(
        CallAttempt.staff_id.in_(staff), CallAttempt.attempted_at.between(since, moment(now))
    )
    finished = select(Touch.assigned_to, func.count()).where(
        Touch.kind != StepKind.CALL,
        Touch.state == TouchState.DONE,
        Touch.assigned_to.in_(staff),
        Touch.state_at.between(since, moment(now)),
    )
    assigned = {row[0]: row[1] for row in connection.execute(waiting)}
    calls = {row[0]: row for row in connection.execute(_per_member(made, CallAttempt.staff_id))}
    tasks = {row[0]: row[1] for row in connection.execute(_per_member(finished, Touch.assigned_to))}
    busy = set(connection.scalars(on_screen))
    return [
        StaffLoad(
            member.id, member.code, member.name, member.role, assigned.get(member.id, 0), member.id in busy,
            (calls[member.id][1] if member.id in calls else 0) + tasks.get(member.id, 0),
            calls[member.id][2] if member.id in calls else None,
        )
        for member in connection.execute(_members(store_id))
        if member.id in assigned or member.id in calls or member.id in tasks
        or (member.active and roles_served(member.role))
    ]  # fmt: skip


def _per_member(statement: Select[Cells], member: SQLColumnExpression[int | None]) -> Select[Cells]:
    return statement.group_by(member)


def _members(store_id: int) -> AnySelect:
    return select(StaffMember.__table__).where(StaffMember.store_id == store_id).order_by(StaffMember.name)


def _waiting(store_id: int, now: datetime) -> list[ColumnElement[bool]]:
    """What waits for the staff of a store until the end of its day."""
    tomorrow = select(_midnight(now, days=1)).where(Store.id == store_id).scalar_subquery()
    return [
        Touch.store_id == store_id,
        Touch.state == TouchState.READY,
        Touch.kind.in_(BY_STAFF),
        Touch.not_before < tomorrow,
        Touch.valid_until > moment(now),
    ]


def _midnight(now: datetime, days: int = 0) -> ColumnElement[datetime]:
    return midnight(local_day(moment(now), Store.time_zone) + literal(days), Store.time_zone)


def list_waiting(
    connection: Connection,
    store_id: int,
    now: datetime,
    *,
    role: Role | None = None,
    assigned_to: int | None = None,
    unassigned: bool = False,
    page: int = 0,
) -> list[WaitingCall]:
    """A page of what waits today, in the order in which it is to be made; one more than a page has tells of a next."""
    statement = (
        select(
            Touch.id, Touch.kind, Touch.process, Touch.step, Touch.role, Customer.name, Touch.not_before,
            Touch.assigned_to, StaffMember.name, Touch.outcome,
        )
        .join(Customer, Customer.id == Touch.customer_id)
        .outerjoin(StaffMember, StaffMember.id == Touch.assigned_to)
        .where(*_waiting(store_id, now))
        .order_by(*in_order(Touch, now))
        .limit(PAGE + 1)
        .offset(page * PAGE)
    )  # fmt: skip
    if role is not None:
        statement = statement.where(Touch.role == role)
    if unassigned:
        statement = statement.where(is_anybodys(Touch, now))
    elif assigned_to is not None:
        statement = statement.where(Touch.assigned_to == assigned_to)
    return [WaitingCall(*row) for row in connection.execute(statement)]


def assign_calls(
    connection: Connection,
    user: SignedIn,
    store_id: int,
    seen: Mapping[TouchId, int | None],
    member_id: int | None,
    now: datetime,
) -> Assigned:
    """Give calls to a member of staff, or to nobody in particular. `seen`: by call, whose it was when it was shown.

    What was settled, given to another or taken on a screen meanwhile is left as it is. Raises `NotYours`,
    `CannotMakeThem`.
    """
    _check_store(user, store_id)
    member = _find_member(connection, store_id, member_id) if member_id is not None else None
    touches = connection.execute(
        select(Touch.id, Touch.role, Touch.assigned_to)
        .where(Touch.id.in_(seen), *_waiting(store_id, now), _not_on_another_screen(member_id, now))
        .with_for_update(skip_locked=True)
    ).all()
    unchanged = [touch for touch in touches if touch.assigned_to == seen[touch.id]]
    return _give(connection, user, unchanged, member, now, asked=len(seen))


def assign_first(
    connection: Connection, user: SignedIn, store_id: int, number: int, role: Role | None, member_id: int, now: datetime
) -> Assigned:
    """Give somebody the first so many calls that are nobody's yet; with `role` only what is for it."""
    _check_store(user, store_id)
    member = _find_member(connection, store_id, member_id)
    served = [one for one in roles_served(member.role) if one is not None and (role is None or one is role)]
    fits: ColumnElement[bool] = Touch.role.in_(served)
    if role is None and None in roles_served(member.role):
        fits = or_(fits, Touch.role.is_(None))
    first = (
        select(Touch.id, Touch.role, Touch.assigned_to)
        .where(*_waiting(store_id, now), is_anybodys(Touch, now), fits, _not_on_another_screen(member_id, now))
        .order_by(*in_order(Touch, now))
        .limit(min(number, MOST_AT_ONCE))
        .with_for_update(skip_locked=True)
    )
    touches = connection.execute(first).all()
    return _give(connection, user, touches, member, now, asked=len(touches))


def _check_store(user: SignedIn, store_id: int) -> None:
    if user.store_id is not None and user.store_id != store_id:
        raise NotYours("store", store_id)


def _not_on_another_screen(member_id: int | None, now: datetime) -> ColumnElement[bool]:
    theirs = Touch.held_by == member_id if member_id is not None else Touch.held_by.is_(None)
    return or_(Touch.held_until.is_(None), Touch.held_until <= moment(now), theirs)


def _find_member(connection: Connection, store_id: int, member_id: int) -> AnyRow:
    found = connection.execute(
        select(StaffMember.__table__).where(
            and_(StaffMember.id == member_id, StaffMember.store_id == store_id, StaffMember.active)
        )
    ).one_or_none()
    if found is None:
        raise NotYours("member of staff", member_id)
    return found


def _give(
    connection: Connection,
    user: SignedIn,
    touches: Sequence[Row[tuple[UUID, Role | None, int | None]]],
    member: AnyRow | None,
    now: datetime,
    *,
    asked: int,
) -> Assigned:
    if member is not None and not {touch.role for touch in touches} <= roles_served(member.role):
        raise CannotMakeThem(member.name, member.role)
    ids = [touch.id for touch in touches]
    chosen = Touch.id == any_(literal(ids, ARRAY(Uuid)))
    connection.execute(update(Touch).where(chosen).values(assigned_to=member.id if member else None, owner_until=None))
    whose = {"assigned_to": member.code if member else None}
    actor = user.works_as
    for touch in touches:
        audit.record(connection, now, actor, "call.assigned", "touch", touch.id, None, whose)
    return Assigned(len(ids), asked - len(ids))
