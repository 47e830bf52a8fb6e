"""The queue: who calls is given one call after the other, and nobody else is given it meanwhile."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from models.calls.queue import HELD_FOR, roles_served
from models.core.cadence import local_day, midnight, moment
from models.core.words import BY_STAFF, Decision, Gate, Role, StepKind, SubjectKind, TouchState
from models.ledger.tables import CallAttempt, Touch, Verdict
from models.people.tables import StaffMember, Store
from models.stores.laws.pack import HOUSE
from tasks.access.sessions import SignedIn
from tasks.calls.listing import CallItem, in_order, still_due
from tasks.ledger.whose_customer import is_anybodys, left_alone, stood_in_for
from tasks.messages.letters import letters_about
from tasks.stores.laws.closing import read_held
from tasks.stores.staff import acting_in

LOOKED_AT, MOST_LOOKED_AT = 5, 500
"""So many of the first are judged at a time: mostly the very first is still true. Where none of them is, four times as
many are judged next: after an import of payments a whole list may have lost its reason."""
LOOKED_AHEAD = timedelta(days=14)
"""So far ahead whoever has nothing to do is told of the next call."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Someone who works through the queue."""

    user: SignedIn
    staff_ids: tuple[int, ...]
    """Under which they hold and are assigned calls: one, or one in each store for someone of every store."""
    roles: frozenset[Role | None]
    """Whose calls they are given."""
    stands_in_for: tuple[int, ...] = ()
    """Whose calls are theirs, too, as long as those are away."""
    left_alone: tuple[int, ...] = ()
    """Who has left, or is away without anybody standing in: what is assigned to them is whoever's of the role."""

    @property
    def store_id(self) -> int | None:
        """The one store whose calls they are given; None: every store's."""
        return self.user.store_id


@dataclass(frozen=True, slots=True)
class HeldCall:
    """A call that is on somebody's screen."""

    item: CallItem
    staff_id: int
    held_until: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a caller stands today."""

    waiting: int
    """Due, and not on another's screen; some of them may have lost their reason."""
    next_at: datetime | None
    """When the next one comes that is not due yet."""
    done: int
    """Calls made, answered or not, and tasks finished."""
    first_at: datetime | None
    """When the first call of today was made."""
    time_zone: str
    """Whose midnight and clock that is: their store's."""


def caller_of(connection: Connection, user: SignedIn, now: datetime, role: Role | None = None) -> Caller:
    """Who a user is in the queue; with `role`, only for what is for it, where they serve it, or is theirs."""
    served = roles_served(user.role)
    wanted = served if role is None else frozenset({role}) & served
    theirs = StaffMember.code == user.works_as
    if user.store_id is not None:
        theirs = and_(theirs, StaffMember.store_id == user.store_id)
    own = tuple(connection.scalars(select(StaffMember.id).where(theirs)))
    covered, gone = stood_in_for(connection, own, now), left_alone(connection, user.store_id, now)
    return Caller(user, own, wanted, tuple(covered), tuple(gone))


def next_call(
    connection: Connection, caller: Caller, now: datetime, *, passed_over: Collection[UUID] = ()
) -> HeldCall | None:
    """The first call or task that is due, still true and nobody else's, held for the caller; None: there is none.

    What they hold already comes first, then what is assigned to them. `passed_over` is left out.
    """
    seen, number = set(passed_over), LOOKED_AT
    while candidates := _first(connection, caller, now, seen, number):
        seen |= {candidate.id for candidate in candidates}
        number = min(number * 4, MOST_LOOKED_AT)
        due = _still_due(connection, candidates, now)
        under_law = [candidate.id for candidate in candidates if candidate.law != HOUSE and candidate.id in due]
        due = {touch_id: due[touch_id] for touch_id in due.keys() - _put_off(connection, under_law, now)}
        for candidate in candidates:
            if candidate.id in due and (held := _take(connection, caller, due[candidate.id], candidate.store_id, now)):
                return held
    return None


def _first(
    connection: Connection, caller: Caller, now: datetime, seen: Collection[UUID], number: int
) -> Sequence[Row[tuple[UUID, SubjectKind, int]]]:
    """The first of the queue, in order; nothing is locked, so that nobody finds the queue empty meanwhile."""
    law = select(Store.law).where(Store.id == Touch.store_id).scalar_subquery().label("law")
    statement = (
        select(Touch.id, Touch.subject_kind, Touch.store_id, law)
        .where(*_open_to(caller, now), Touch.not_before <= moment(now), Touch.valid_until > moment(now))
        .order_by(_is(Touch.held_by, caller).desc(), _is_given(caller).desc(), *in_order(Touch, now))
        .limit(number)
    )
    if seen:
        statement = statement.where(Touch.id != func.all(literal(list(seen), ARRAY(Uuid))))
    return connection.execute(statement).all()


def _open_to(caller: Caller, now: datetime) -> list[ColumnElement[bool]]:
    """What waits for someone like the caller, is assigned to nobody else, and is on nobody else's screen."""
    roles = [role for role in caller.roles if role is not None]
    fits: ColumnElement[bool] = Touch.role.in_(roles)
    if None in caller.roles:
        fits = or_(fits, Touch.role.is_(None))
    conditions = [Touch.kind.in_(BY_STAFF), or_(fits, _is_given(caller)), *_to_be_had(caller, now)]
    return [Touch.store_id == caller.store_id, *conditions] if caller.store_id is not None else conditions


def _to_be_had(caller: Caller, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """It waits, is nobody else's, and is on nobody else's screen."""
    nobody_elses = or_(
        is_anybodys(Touch, now),
        _is_given(caller),
        _is_one_of(Touch.assigned_to, caller.left_alone),
    )
    return (Touch.state == TouchState.READY, nobody_elses, _free(caller, now))


def _free(caller: Caller, now: datetime) -> ColumnElement[bool]:
    return or_(Touch.held_until.is_(None), Touch.held_until <= moment(now), _is(Touch.held_by, caller))


def _is(column: object, caller: Caller) -> ColumnElement[bool]:
    return _is_one_of(column, caller.staff_ids)


def _is_given(caller: Caller) -> ColumnElement[bool]:
    """It is assigned to the caller, or to somebody for whom they stand in."""
    return _is_one_of(Touch.assigned_to, (*caller.staff_ids, *caller.stands_in_for))


def _is_one_of(column: object, staff_ids: Sequence[int]) -> ColumnElement[bool]:
    theirs = column == any_(literal(list(staff_ids), ARRAY(BigInteger)))
    return func.coalesce(theirs, False)


def _still_due(
    connection: Connection, candidates: Sequence[Row[tuple[UUID, SubjectKind, int]]], now: datetime
) -> dict[UUID, CallItem]:
    kinds = {SubjectKind(candidate.subject_kind) for candidate in candidates}
    found: dict[UUID, CallItem] = {}
    for kind in sorted(kinds):
        of_kind = [candidate.id for candidate in candidates if candidate.subject_kind == kind]
        found |= still_due(connection, kind, of_kind, now)
    return found


def _put_off(connection: Connection, touch_ids: Sequence[UUID], now: datetime) -> set[UUID]:
    """Of some calls those that the law of their store does not allow now: they come back when it does, with a verdict
    that says so."""
    if not touch_ids:
        return set()
    held = read_held(connection, touch_ids, now)
    for touch_id, law in held.items():
        connection.execute(update(Touch).where(Touch.id == touch_id).values(not_before=law.until))
        verdict = {"touch_id": touch_id, "gate": Gate.LAW, "decision": Decision.HOLD, "figures": {}}
        why = {"reason": law.reason, "reason_figures": law.figures, "until": law.until, "decided_at": now}
        connection.execute(insert(Verdict).values(**verdict, **why))
    return set(held)


def _take(connection: Connection, caller: Caller, item: CallItem, store_id: int, now: datetime) -> HeldCall | None:
    """Hold a call, unless somebody else is just taking it or has taken it since it was looked at."""
    staff_id = acting_in(connection, caller.user, store_id)
    itself = replace(caller, staff_ids=(*caller.staff_ids, staff_id))
    still_there = select(Touch.id).where(Touch.id == item.id, *_to_be_had(itself, now))
    taken = connection.scalar(still_there.with_for_update(skip_locked=True))
    if taken is None:
        return None
    held_until = now + HELD_FOR
    connection.execute(update(Touch).where(Touch.id == item.id).values(held_by=staff_id, held_until=held_until))
    letters = letters_about(connection, [item.subject_kind], [item.id], now)
    script = letters[item.id].text if item.id in letters else ""
    return HeldCall(replace(item, script=script), staff_id, held_until)


def hold(connection: Connection, held: HeldCall, now: datetime) -> HeldCall | None:
    """Hold a call for longer, as long as it is open; None: it is settled, or another's by now."""
    until = now + HELD_FOR
    still = (Touch.id == held.item.id, Touch.state == TouchState.READY, Touch.held_by == held.staff_id)
    changed = connection.execute(update(Touch).where(*still).values(held_until=until))
    return replace(held, held_until=until) if changed.rowcount else None


def release(connection: Connection, held: HeldCall) -> None:
    """Let go of a call that somebody leaves; what they hold anew on another page, or what is another's, is left."""
    same = (Touch.held_by == held.staff_id, Touch.held_until == held.held_until)
    connection.execute(update(Touch).where(Touch.id == held.item.id, *same).values(held_by=None, held_until=None))


def read_standing(connection: Connection, caller: Caller, now: datetime, usual_zone: str) -> Standing:
    """What waits for a caller, and what they have done since midnight; `usual_zone` is for someone of every store."""
    time_zone = connection.scalar(select(Store.time_zone).where(Store.id == caller.store_id)) or usual_zone
    due = and_(Touch.not_before <= moment(now), Touch.valid_until > moment(now))
    waits = connection.execute(
        select(
            func.count().filter(due).label("waiting"),
            func.min(Touch.not_before).filter(Touch.not_before > moment(now)).label("next_at"),
        ).where(*_open_to(caller, now), Touch.not_before <= moment(now + LOOKED_AHEAD))
    ).one()
    made, first_at = connection.execute(_made(caller, now, time_zone)).one()
    finished = connection.scalar(_finished(caller, now, time_zone)) or 0
    return Standing(waits.waiting, waits.next_at, made + finished, first_at, time_zone)


def _made(caller: Caller, now: datetime, time_zone: str) -> Select[tuple[int, datetime]]:
    mine = CallAttempt.staff_id == any_(literal(list(caller.staff_ids), ARRAY(BigInteger)))
    today = CallAttempt.attempted_at.between(_midnight(now, time_zone), moment(now))
    return select(func.count(), func.min(CallAttempt.attempted_at)).where(mine, today)


def _finished(caller: Caller, now: datetime, time_zone: str) -> Select[tuple[int]]:
    mine = Touch.assigned_to == any_(literal(list(caller.staff_ids), ARRAY(BigInteger)))
    today = Touch.state_at.between(_midnight(now, time_zone), moment(now))
    return select(func.count()).where(Touch.kind != StepKind.CALL, Touch.state == TouchState.DONE, mine, today)


def _midnight(now: datetime, time_zone: str) -> ColumnElement[datetime]:
    zone = literal(time_zone, Text)
    return midnight(local_day(moment(now), zone), zone)
