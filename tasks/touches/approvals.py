"""Approvals: touches that wait for a named person, shown as the customer will get them, approved or rejected."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import Connection, Select, Uuid, any_, bindparam, insert, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY

from models.core.base import Facts
from models.core.cadence import NOW
from models.core.errors import Conflict, NotAllowed
from models.core.ids import StaffId, TouchId
from models.core.reasons import NO_REASON, TEXT, declare, give
from models.core.rows import AnyRow, AnySelect
from models.core.words import Decision, Gate, Role, StepKind, SubjectKind, TouchState, stands_for
from models.ledger.tables import Touch, Verdict
from models.people.tables import Customer, Store
from tasks.access.reach import check_touch
from tasks.access.sessions import SignedIn
from tasks.database.paging import Cursor, Order, Page, read_page
from tasks.database.statistics import expect_many
from tasks.ledger import audit
from tasks.ledger.transitions import move
from tasks.messages.letters import Letter, kinds_of, letters_of
from tasks.planning.ending import still_true
from tasks.stores.laws.closing import read_held
from tasks.stores.staff import Actor, acting_in, actor_of
from tasks.touches.one_by_one import Decided, decide_each
from tasks.touches.picking import cancel_touches, check_still_true, lock_touch, short

APPROVED = declare("approved", name=TEXT)
APPROVED_WITH = declare("approved-with-note", name=TEXT, note=TEXT)
REFUSED = declare("refused", name=TEXT, note=TEXT)
MOST_COUNTED = 5000
TAKEN_BACK = declare("decision-taken-back", name=TEXT)
AT_A_TIME = 500
"""The number of touches checked per statement."""
IDS = bindparam("ids", type_=ARRAY(Uuid))
AS_DUE = Order(Touch.due_at, Touch.id)


class MayNotApprove(NotAllowed):
    """The user has none of the roles that may decide on the touch."""

    def __init__(self, actor: Actor, touch_id: UUID, roles: list[str]) -> None:
        self.name, self.role, self.touch_id, self.roles = actor.name, actor.role, touch_id, roles
        super().__init__(
            f"{actor.name} ({actor.code}) is {actor.role}; {short(touch_id)} is decided on by {' or '.join(roles)}."
        )


class DecisionStands(Conflict):
    """What was decided of a touch cannot be taken back any more."""

    def __init__(self, touch_id: UUID, state: TouchState) -> None:
        self.touch_id, self.state = touch_id, state
        super().__init__(f"{short(touch_id)} is {state}: what was decided of it can no longer be taken back.")


@dataclass(frozen=True, slots=True)
class WaitingTouch:
    """A touch that waits for approval."""

    id: TouchId
    kind: StepKind
    process: str
    step: str
    store: str
    """The store's code."""
    time_zone: str
    roles: tuple[Role, ...]
    """The roles that may decide."""
    customer_id: int
    customer: str
    channels: tuple[str, ...]
    due_at: datetime
    valid_until: datetime
    letter: Letter
    figures: Facts
    """The figures that the planner saw."""
    figures_now: Facts
    """The same figures from the current facts."""


def list_waiting(connection: Connection, now: datetime, *, store: str | None = None) -> list[WaitingTouch]:
    """The touches that wait for approval and are still true, earliest due first. `store` is a store's code."""
    page = read_waiting(connection, now, store=store, limit=AT_A_TIME)
    items = list(page.rows)
    while page.next:
        page = read_waiting(connection, now, store=store, limit=AT_A_TIME, after=page.next)
        items += page.rows
    return items


def read_waiting(
    connection: Connection, now: datetime, *, store: str | None, limit: int, after: Cursor | None = None
) -> Page[WaitingTouch]:
    """A page of the same list: of the `limit` touches after a cursor, those that are still true.

    Pages without any such touch are skipped, searching larger batches.
    """
    step = limit
    while True:
        looked_at = read_page(connection, _awaiting(store), AS_DUE, step, after)
        items = _still_waiting(connection, now, [row.id for row in looked_at.rows])
        if len(items) > limit:
            return Page(items[:limit], Cursor(items[limit - 1].due_at, items[limit - 1].id))
        if items or looked_at.next is None:
            return Page(items, looked_at.next)
        after, step = looked_at.next, AT_A_TIME


def count_held_by_law(connection: Connection, now: datetime, *, store: str | None) -> int:
    """How many of the touches that wait a law would hold at `now` if they were approved; of the first thousands."""
    waiting = _awaiting(store).order_by(Touch.due_at, Touch.id).limit(MOST_COUNTED)
    ids = [row.id for row in connection.execute(waiting)]
    return len(read_held(connection, ids, now)) if ids else 0


def _still_waiting(connection: Connection, now: datetime, touch_ids: list[UUID]) -> list[WaitingTouch]:
    kinds = kinds_of(connection, touch_ids)
    if not kinds:
        return []
    rows = connection.execute(_waiting(frozenset(kinds)), {"ids": touch_ids, "now": now}).all()
    letters = letters_of(connection, [row.id for row in rows], now)
    return [_item(row, letters[row.id]) for row in rows if row.id in letters]


def _awaiting(store: str | None) -> Select[tuple[datetime, UUID]]:
    statement = select(Touch.due_at, Touch.id).where(Touch.state == TouchState.AWAITING_APPROVAL)
    return statement if store is None else statement.join(Store, Store.id == Touch.store_id).where(Store.code == store)


@cache
def _waiting(kinds: frozenset[SubjectKind]) -> AnySelect:
    """A cached statement for the touches with these kinds of subject that are still true."""
    named = (
        select(Touch.__table__, Store.code.label("store"), Store.time_zone)
        .join(Store, Store.id == Touch.store_id)
        .where(Touch.id == any_(IDS))
    )
    waiting = expect_many(named).cte("waiting")
    judged = union_all(*(still_true(waiting, kind, NOW) for kind in sorted(kinds))).subquery("judged")
    return (
        select(waiting, Customer.name.label("customer"), judged.c.figures.label("figures_now"))
        .join(judged, judged.c.touch_id == waiting.c.id)
        .join(Customer, Customer.id == waiting.c.customer_id)
        .where(~judged.c.moved, judged.c.gone.is_(None), ~judged.c.passed)
        .order_by(waiting.c.due_at, waiting.c.id)
    )


def _item(row: AnyRow, letter: Letter) -> WaitingTouch:
    return WaitingTouch(
        id=row.id,
        kind=row.kind,
        process=row.process,
        step=row.step,
        store=row.store,
        time_zone=row.time_zone,
        roles=tuple(Role(role) for role in row.approval),
        customer_id=row.customer_id,
        customer=row.customer,
        channels=tuple(row.channels),
        due_at=row.due_at,
        valid_until=row.valid_until,
        letter=letter,
        figures=row.figures,
        figures_now=row.figures_now,
    )


def approve_each(
    connection: Connection, user: SignedIn, touch_ids: Iterable[TouchId], note: str | None, now: datetime
) -> list[Decided]:
    """Approve touches one by one, in the name of a user with access to their stores."""
    return decide_each(
        connection,
        touch_ids,
        lambda touch_id: approve(connection, touch_id, now, _acting_on(connection, user, touch_id), note),
    )


def refuse_each(
    connection: Connection, user: SignedIn, touch_ids: Iterable[TouchId], reason: str, now: datetime
) -> list[Decided]:
    """Reject touches one by one, in the name of a user with access to their stores."""
    return decide_each(
        connection,
        touch_ids,
        lambda touch_id: refuse(connection, touch_id, now, _acting_on(connection, user, touch_id), reason),
    )


def take_back_each(
    connection: Connection, user: SignedIn, touch_ids: Iterable[TouchId], now: datetime
) -> list[Decided]:
    """Take back what was decided of touches one by one, in the name of a user with access to their stores."""
    return decide_each(
        connection,
        touch_ids,
        lambda touch_id: take_back(connection, touch_id, now, _acting_on(connection, user, touch_id)),
    )


def _acting_on(connection: Connection, user: SignedIn, touch_id: TouchId) -> StaffId:
    return acting_in(connection, user, check_touch(connection, user.store_id, touch_id))


def approve(
    connection: Connection, touch_id: TouchId, now: datetime, staff_id: StaffId, note: str | None = None
) -> None:
    """Approve a waiting touch, to be sent at its due moment.

    Raises `WrongState`, `NoLongerTrue`, `UnknownStaff`, `InactiveStaff`,
    `MayNotApprove`.
    """
    touch, actor = _take(connection, touch_id, staff_id)
    check_still_true(connection, touch, now)
    values = {"gate": None, **NO_REASON, "approved_at": now, "approved_by": actor.id}
    move(connection, [touch.id], TouchState.PLANNED, (TouchState.AWAITING_APPROVAL,), now, **values)
    said = give(APPROVED_WITH, name=actor.name, note=note) if note else give(APPROVED, name=actor.name)
    connection.execute(
        insert(Verdict).values(
            touch_id=touch.id,
            gate=Gate.APPROVAL,
            decision=Decision.PASS,
            **said.columns,
            figures={"staff": actor.code},
            decided_at=now,
        )
    )
    before, after = {"state": touch.state}, {"state": TouchState.PLANNED, "reason": note}
    audit.record(connection, now, actor.code, "touch.approved", "touch", touch.id, before, after)


def refuse(connection: Connection, touch_id: TouchId, now: datetime, staff_id: StaffId, reason: str) -> None:
    """Reject a waiting touch for good. Raises what `approve` raises, except `NoLongerTrue`."""
    touch, actor = _take(connection, touch_id, staff_id)
    cancel_touches(
        connection,
        Touch.id == touch.id,
        Gate.APPROVAL,
        give(REFUSED, name=actor.name, note=reason),
        now,
        {"staff": actor.code},
    )
    before, after = {"state": touch.state}, {"state": TouchState.CANCELLED, "reason": reason}
    audit.record(connection, now, actor.code, "touch.refused", "touch", touch.id, before, after)


def take_back(connection: Connection, touch_id: TouchId, now: datetime, staff_id: StaffId) -> None:
    """Let a touch wait for approval again that was approved and has not gone, or was rejected and is still true.

    Raises `DecisionStands`, `NoLongerTrue`, `UnknownStaff`, `InactiveStaff`, `MayNotApprove`.
    """
    touch = lock_touch(connection, touch_id, tuple(TouchState))
    actor = _check_may_decide(connection, touch, staff_id)
    approved = touch.state == TouchState.PLANNED and touch.approved_at is not None and not touch.resendable
    refused = touch.state == TouchState.CANCELLED and touch.reason == REFUSED
    if not (approved or refused):
        raise DecisionStands(touch.id, touch.state)
    check_still_true(connection, touch, now)
    values = {"gate": None, **NO_REASON, "approved_at": None, "approved_by": None}
    move(connection, [touch.id], TouchState.AWAITING_APPROVAL, (touch.state,), now, **values)
    connection.execute(
        insert(Verdict).values(
            touch_id=touch.id,
            gate=Gate.APPROVAL,
            decision=Decision.HOLD,
            **give(TAKEN_BACK, name=actor.name).columns,
            figures={"staff": actor.code},
            decided_at=now,
        )
    )
    before, after = {"state": touch.state}, {"state": TouchState.AWAITING_APPROVAL}
    audit.record(connection, now, actor.code, "touch.decision-taken-back", "touch", touch.id, before, after)


def _take(connection: Connection, touch_id: TouchId, staff_id: StaffId) -> tuple[AnyRow, Actor]:
    touch = lock_touch(connection, touch_id, (TouchState.AWAITING_APPROVAL,))
    return touch, _check_may_decide(connection, touch, staff_id)


def _check_may_decide(connection: Connection, touch: AnyRow, staff_id: StaffId) -> Actor:
    actor = actor_of(connection, staff_id, touch.store_id)
    if actor.role is not Role.ADMIN and not set(stands_for(actor.role)) & set(touch.approval):
        raise MayNotApprove(actor, touch.id, touch.approval)
    return actor
