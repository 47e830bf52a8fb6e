"""Claiming due touches: the facts are read again and every gate is asked in the same statement (invariants 2, 3, 7).

A customer is claimed as a whole. Their row is locked first, so that no two dispatchers weigh the touches of one
customer at once, and the caps and the merging hold whatever runs beside.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Connection,
    Insert,
    Select,
    Update,
    and_,
    any_,
    bindparam,
    case,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import Text

from models.core.base import enumeration
from models.core.cadence import NOW, moment
from models.core.reasons import ReasonCode
from models.core.rows import AnyRow, AnySelect
from models.core.words import ChannelName, Decision, Gate, ProcessName, StepKind, SubjectKind, TouchState
from models.ledger.tables import OF_CAMPAIGNS, OF_PROCESSES, Touch, Verdict
from models.people.tables import Customer
from tasks.database.statement_comments import holds
from tasks.database.statistics import each_of
from tasks.dispatch.gates import HELD_PAST_VALIDITY, judge
from tasks.dispatch.households import campaign_of, sharing_with_another_dispatcher
from tasks.dispatch.owners_first import give_to_owners
from tasks.dispatch.tasks_of_desks import carry_out
from tasks.ledger.transitions import change_each
from tasks.stores.laws.closing import laws_table, read_laws
from tasks.stores.rules import as_parameter, read_store_rules, rules_table

CLAIMED_AS = (
    TouchState.CLAIMED, TouchState.READY, TouchState.PLANNED, TouchState.UNKNOWN, TouchState.SUPERSEDED,
    TouchState.SKIPPED, TouchState.CANCELLED,
)  # fmt: skip
"""What a due touch may become by its verdict."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the claim made of one touch."""

    id: UUID
    kind: StepKind
    store_id: int
    state: TouchState
    decision: Decision
    gate: Gate
    reason: ReasonCode | None
    channel: ChannelName | None
    merged_into: UUID | None


def claim(
    connection: Connection,
    now: datetime,
    *,
    dispatcher_id: int,
    limit: int,
    process: ProcessName | None = None,
    policies: Sequence[int] | None = None,
    run_id: UUID | None = None,
) -> list[Judged]:
    """Claim the due touches of at most `limit` customers; of one process only, where it is named.

    Those of campaigns are claimed by their `policies` (policy versions) alone: a campaign may be paused, has a pace
    and a budget of its own, and keeps nothing else waiting.

    Messages that pass become `claimed`; calls and tasks that pass become `ready` for staff. Everything else is
    deferred, cancelled, superseded or skipped, with its verdict. Empty when nothing is due that is not held by
    another dispatcher at this moment.
    """
    if policies is not None and not policies:
        return []
    customers = list(connection.scalars(_locked_customers(now, limit, process, policies)))
    if not customers:
        return []
    elsewhere = set(connection.scalars(sharing_with_another_dispatcher(), {"customers": customers}))
    customers = [customer for customer in customers if customer not in elsewhere]
    parameters = {"customers": customers, "now": now}
    kinds = connection.scalars(_kinds_due(), parameters).all()
    if not kinds:
        return []
    parameters |= {"dispatcher": dispatcher_id, "run": run_id, "only_process": process, "only_policies": policies}
    parameters["rules"] = as_parameter(read_store_rules(connection, now))
    parameters["laws"] = read_laws(connection, select(func.unnest(literal(customers, ARRAY(BigInteger)))), now)
    judged = [_read(row) for row in connection.execute(_judgement(frozenset(kinds)), parameters)]
    ready = [one.id for one in judged if one.state is TouchState.READY]
    give_to_owners(connection, ready, now)
    carry_out(
        connection, [one.id for one in judged if one.kind is StepKind.TASK and one.state is TouchState.READY], now
    )
    return judged


def _read(row: AnyRow) -> Judged:
    """One row of the judgement; the channel's name comes out of an array, as text."""
    touch_id, kind, store_id, state, decision, gate, reason, channel, merged_into = row
    way = ChannelName(channel) if channel else None
    return Judged(touch_id, kind, store_id, state, decision, gate, reason, way, merged_into)


def _locked_customers(
    now: datetime, limit: int, process: ProcessName | None, policies: Sequence[int] | None
) -> Select[tuple[int]]:
    """Customers with a due touch, the most urgent first, that no other dispatcher holds."""
    due = select(Touch.customer_id).where(Touch.state == TouchState.PLANNED, Touch.not_before <= moment(now))
    if policies is None:
        found = due.where(OF_PROCESSES).order_by(Touch.priority.desc(), Touch.not_before).limit(limit * 4)
        if process is not None:
            found = found.where(Touch.process == process)
    else:
        found = _of_campaign(due, policies, limit * 4)
    urgent = found.subquery("urgent")
    return (
        select(Customer.id)
        .where(Customer.id.in_(select(urgent.c.customer_id)))
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    )


def _of_campaign(due: Select[tuple[int]], policies: Sequence[int], limit: int) -> Select[tuple[int]]:
    """The earliest of each policy of a campaign: asked one by one, the index gives them in that order, however many
    more there are."""
    of_campaigns = due.where(OF_CAMPAIGNS)
    return select(
        union_all(
            *(
                select(
                    of_campaigns.where(Touch.policy_version_id == policy)
                    .order_by(Touch.not_before)
                    .limit(limit)
                    .subquery()
                )
                for policy in policies
            )
        ).subquery("of_policies")
    )


def _due() -> list[ColumnElement[bool]]:
    """The due touches of the locked customers, of every process: they compete for the customer's attention."""
    return [
        Touch.customer_id.in_(each_of("customers", BigInteger())),
        Touch.state == TouchState.PLANNED,
        Touch.not_before <= NOW,
    ]


def _due_unguessed() -> list[ColumnElement[bool]]:
    """The same, so worded that PostgreSQL does not guess how few they are.

    In a ledger with a past hardly any touch is planned, until a sweep has just planned a hundred thousand. Expecting
    one row, it would join each part of the judgement to the next row by row, and take a minute for a thousand
    customers. Of a coalesced condition it expects that it holds for every second row.
    """
    theirs, *conditions = _due()
    return [theirs, *(func.coalesce(condition, literal(False)) for condition in conditions)]


@cache
def _kinds_due() -> Select[tuple[SubjectKind]]:
    return select(Touch.subject_kind).where(*_due()).distinct()


@cache
def _judgement(kinds: frozenset[SubjectKind]) -> AnySelect:
    """One statement: read the facts, ask the gates, move the touches, keep the verdicts.

    It is made once for the kinds of subjects that it looks at; its parameters say for whom, when and by whom. None may
    have the name of a column, or SQLAlchemy takes it for a value to set.
    """
    process = bindparam("only_process", type_=Text)
    policies = bindparam("only_policies", type_=ARRAY(BigInteger))
    mine = case(
        (policies.is_not(None), Touch.policy_version_id == any_(policies)),
        (process.is_(None), OF_PROCESSES),
        else_=Touch.process == process,
    )
    campaign_id = case((~OF_PROCESSES, campaign_of(Touch.policy_version_id))).label("campaign_id")
    theirs = select(Touch, mine.label("mine"), campaign_id).where(*_due_unguessed())
    due = (
        theirs.with_for_update(of=Touch, skip_locked=True)
        .cte("due")
        .prefix_with(holds("the due touches of the locked customers, locked"))
    )
    laws = laws_table(bindparam("laws", type_=JSONB))
    judged = judge(due, rules_table(bindparam("rules", type_=JSONB)), laws, sorted(kinds), NOW)
    moved = (
        _movement(judged)
        .returning(Touch.id, Touch.state, Touch.store_id)
        .cte("moved")
        .prefix_with(holds("the touches as they stand after their verdicts"))
    )
    recorded = _record(judged).cte("recorded").prefix_with(holds("the verdicts, written down"))
    row = judged.c
    return (
        select(
            row.id, row.kind, moved.c.store_id, moved.c.state, row.decision, row.gate, row.reason, row.channel,
            row.merged_into,
        )
        .join(moved, moved.c.id == row.id)
        .add_cte(recorded)
    )  # fmt: skip


def _movement(judged: CTE) -> Update:
    """Each touch goes where its verdict sends it."""
    row = judged.c
    passes = row.decision == Decision.PASS
    claimed = and_(passes, row.kind == StepKind.MESSAGE)
    holds = row.decision == Decision.HOLD
    return (
        change_each(_state(row, passes, holds), dict.fromkeys(CLAIMED_AS, (TouchState.PLANNED,)), NOW)
        .where(Touch.id == row.id, row.mine)
        .values(
            gate=case((~passes, row.gate)),
            reason=row.reason,
            reason_figures=row.reason_figures,
            not_before=case((holds, row.until), else_=Touch.not_before),
            claimed_by=case((claimed, bindparam("dispatcher", type_=BigInteger)), else_=null()),
            contacted_at=case((passes, NOW), (Touch.resendable, Touch.contacted_at), else_=null()),
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


def _ran_out(row: AnyRow) -> ColumnElement[bool]:
    """A gate would have held it beyond its validity."""
    return row.reason == HELD_PAST_VALIDITY  # type: ignore[no-any-return]


def _record(judged: CTE) -> Insert:
    """The verdict on every touch judged, with the figures it was judged on."""
    row = judged.c
    return insert(Verdict).from_select(
        ["touch_id", "gate", "decision", "reason", "reason_figures", "figures", "decided_at", "until", "run_id"],
        select(
            row.id,
            row.gate,
            row.decision,
            row.reason,
            row.reason_figures,
            row.figures,
            NOW,
            row.until,
            bindparam("run", type_=Verdict.run_id.type),
        ).where(row.mine),
    )
