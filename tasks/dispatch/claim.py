"""Claiming due touches: the facts are read again and every gate is asked in the same statement (invariants 2, 3, 7).

A customer is claimed as a whole. Their row is locked first, so that no two dispatchers weigh the touches of one
customer at once, and the caps and the merging hold whatever runs beside.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Connection,
    Insert,
    Row,
    Select,
    Update,
    and_,
    case,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from models.base import enumeration
from models.cadence import moment
from models.ledger import Touch, Verdict
from models.people import Customer
from models.words import ChannelName, Decision, Gate, ProcessName, StepKind, SubjectKind, TouchState
from tasks.dispatch.gates import judge
from tasks.dispatch.store_rules import as_table, read_store_rules
from tasks.dispatch.tasks_of_desks import carry_out


@dataclass(frozen=True, slots=True)
class Judged:
    """What the claim made of one touch."""

    id: UUID
    kind: StepKind
    store_id: int
    state: TouchState
    decision: Decision
    gate: Gate
    reason: str | None
    channel: ChannelName | None
    merged_into: UUID | None


def claim(
    connection: Connection,
    now: datetime,
    *,
    dispatcher_id: int,
    limit: int,
    process: ProcessName | None = None,
    run_id: UUID | None = None,
) -> list[Judged]:
    """Claim the due touches of at most `limit` customers; of one process only, where it is named.

    Messages that pass become `claimed`; calls and tasks that pass become `ready` for staff. Everything else is
    deferred, cancelled, superseded or skipped, with its verdict. Empty when nothing is due that is not held by
    another dispatcher at this moment.
    """
    customers = connection.scalars(_locked_customers(now, limit, process)).all()
    if not customers:
        return []
    of_customers = _due(customers, now)
    kinds = connection.scalars(select(Touch.subject_kind).where(*of_customers).distinct()).all()
    if not kinds:
        return []
    statement = _judgement(connection, customers, sorted(kinds), now, dispatcher_id, process, run_id)
    judged = [_read(row) for row in connection.execute(statement)]
    carry_out(
        connection, [one.id for one in judged if one.kind is StepKind.TASK and one.state is TouchState.READY], now
    )
    return judged


def _read(row: Row[Any]) -> Judged:
    """One row of the judgement; the channel's name comes out of an array, as text."""
    values = row._asdict() | {"channel": ChannelName(row.channel) if row.channel else None}
    return Judged(**values)


def _locked_customers(now: datetime, limit: int, process: ProcessName | None) -> Select[Any]:
    """Customers with a due touch, the most urgent first, that no other dispatcher holds."""
    due = [Touch.state == TouchState.PLANNED, Touch.not_before <= moment(now)]
    if process is not None:
        due.append(Touch.process == process.value)
    urgent = (
        select(Touch.customer_id)
        .where(*due)
        .order_by(Touch.priority.desc(), Touch.not_before)
        .limit(limit * 4)
        .subquery("urgent")
    )
    return (
        select(Customer.id)
        .where(Customer.id.in_(select(urgent.c.customer_id)))
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    )


def _due(customers: Sequence[int], now: datetime) -> list[ColumnElement[bool]]:
    """The due touches of the locked customers, of every process: they compete for the customer's attention."""
    return [
        Touch.customer_id == func.any(literal(list(customers), ARRAY(BigInteger))),
        Touch.state == TouchState.PLANNED,
        Touch.not_before <= moment(now),
    ]


def _judgement(
    connection: Connection,
    customers: Sequence[int],
    kinds: Sequence[SubjectKind],
    now: datetime,
    dispatcher_id: int,
    process: ProcessName | None,
    run_id: UUID | None,
) -> Select[Any]:
    """One statement: read the facts, ask the gates, move the touches, keep the verdicts."""
    mine = true() if process is None else Touch.process == process.value
    due = select(Touch, mine.label("mine")).where(*_due(customers, now)).with_for_update(skip_locked=True).cte("due")
    store_rules = as_table(read_store_rules(connection, now))
    judged = judge(due, store_rules, kinds, now)
    moved = _movement(judged, now, dispatcher_id).returning(Touch.id, Touch.state, Touch.store_id).cte("moved")
    recorded = _record(judged, now, run_id).cte("recorded")
    row = judged.c
    return (
        select(
            row.id, row.kind, moved.c.store_id, moved.c.state, row.decision, row.gate, row.reason, row.channel,
            row.merged_into,
        )
        .join(moved, moved.c.id == row.id)
        .add_cte(recorded)
    )  # fmt: skip


def _movement(judged: CTE, now: datetime, dispatcher_id: int) -> Update:
    """Each touch goes where its verdict sends it."""
    row = judged.c
    passes = row.decision == Decision.PASS
    claimed = and_(passes, row.kind == StepKind.MESSAGE)
    holds = row.decision == Decision.HOLD
    return (
        update(Touch)
        .where(Touch.id == row.id, row.mine)
        .values(
            state=_state(row, passes, holds),
            state_at=moment(now),
            gate=case((~passes, row.gate)),
            reason=row.reason,
            not_before=case((holds, row.until), else_=Touch.not_before),
            claimed_by=case((claimed, literal(dispatcher_id)), else_=null()),
            contacted_at=case((passes, moment(now)), (Touch.resendable, Touch.contacted_at), else_=null()),
            channel=case((passes, row.channel), (Touch.resendable, Touch.channel), else_=null()),
            contact_point_id=case(
                (passes, row.contact_point_id), (Touch.resendable, Touch.contact_point_id), else_=null()
            ),
            merged_into=case((passes, row.merged_into), (Touch.resendable, Touch.merged_into), else_=null()),
        )
    )


def _state(row: Any, passes: ColumnElement[bool], holds: ColumnElement[bool]) -> ColumnElement[Any]:
    """A touch that may have gone out before it was cut off is never called cancelled: it becomes unknown."""
    states = enumeration(TouchState)
    return case(
        (and_(passes, row.kind == StepKind.MESSAGE), literal(TouchState.CLAIMED, states)),
        (passes, literal(TouchState.READY, states)),
        (holds, literal(TouchState.PLANNED, states)),
        (Touch.resendable, literal(TouchState.UNKNOWN, states)),
        (row.gate == Gate.ANCHOR, literal(TouchState.SUPERSEDED, states)),
        (or_(row.gate == Gate.VALIDITY, _ran_out(row)), literal(TouchState.SKIPPED, states)),
        else_=literal(TouchState.CANCELLED, states),
    )


def _ran_out(row: Any) -> ColumnElement[bool]:
    """A gate would have held it beyond its validity."""
    return row.gate.in_((Gate.QUIET_HOURS, Gate.CAP, Gate.COMPLAINT, Gate.CHANNEL))  # type: ignore[no-any-return]


def _record(judged: CTE, now: datetime, run_id: UUID | None) -> Insert:
    """The verdict on every touch judged, with the figures it was judged on."""
    row = judged.c
    return insert(Verdict).from_select(
        ["touch_id", "gate", "decision", "reason", "figures", "decided_at", "until", "run_id"],
        select(
            row.id,
            row.gate,
            row.decision,
            row.reason,
            row.figures,
            moment(now),
            row.until,
            literal(run_id, Verdict.run_id.type),
        ).where(row.mine),
    )
