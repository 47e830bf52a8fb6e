"""Ending what is planned but has lost its reason: the facts are read again for every open touch of a process."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Subquery,
    and_,
    case,
    cast,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased
from sqlalchemy.types import Text

from models.core.base import enumeration, growing
from models.core.cadence import Now, Series, moment
from models.core.reasons import declare
from models.core.rows import AnySelect
from models.core.words import ANCHOR, CAMPAIGNS, RECIPIENT, Decision, Gate, ProcessName, SubjectKind, TouchState
from models.kits.registry import traits_of
from models.ledger.accounts_of_runs import RunAccount
from models.ledger.tables import PolicyVersion, Touch, Verdict
from models.ledger.touch_states import OPEN
from tasks.database.statement_comments import holds
from tasks.ledger.transitions import change_each
from tasks.planning.population import EARLIER_OPEN, PASSED, earlier_open
from tasks.subjects.account.netting import ONCE
from tasks.subjects.contract import about_same, moment_of
from tasks.subjects.registry import subject_of

MOVED = declare("date-moved")
GONE = declare("subject-gone")
UNDONE = declare("undone-in-time")
WAYS = {
    TouchState.SUPERSEDED: OPEN,
    TouchState.CANCELLED: OPEN,
    TouchState.SKIPPED: (TouchState.PLANNED, TouchState.AWAITING_APPROVAL),
    TouchState.MISSED: (TouchState.READY,),
}
"""How an open touch ends, and in which states it is then found."""


def end_open(connection: Connection, process: ProcessName, now: datetime, run_id: UUID | None) -> RunAccount:
    """End the open touches of a process whose reason has gone, or whose time has passed: how many, in an account.

    What staff had on their list and let pass undone is `missed`, and counted by itself (invariant 6). A touch that
    somebody settles at this very moment is left as they leave it.
    """
    kinds = _kinds_of(connection, process)
    if not kinds:
        return RunAccount()
    ended = (
        _endings(process, kinds, now)
        .cte("ended")
        .prefix_with(holds("open touches whose reason has gone or whose time has passed"))
    )
    changed = (
        change_each(ended.c.state, WAYS, now)
        .where(Touch.id == ended.c.touch_id)
        .values(gate=ended.c.gate, reason=ended.c.reason, reason_figures=None)
        .returning(Touch.id, Touch.state, Touch.reason)
        .cte("changed")
        .prefix_with(holds("those touches in the state in which they end"))
    )
    recorded = insert(Verdict).from_select(
        ["touch_id", "gate", "decision", "reason", "figures", "decided_at", "run_id"],
        select(
            ended.c.touch_id,
            ended.c.gate,
            literal(Decision.STOP, enumeration(Decision)),
            ended.c.reason,
            ended.c.figures,
            moment(now),
            literal(run_id, Verdict.run_id.type),
        ).join(changed, changed.c.id == ended.c.touch_id),
    )
    parts = (changed.c.state, changed.c.reason)
    counted = select(*parts, func.count().label("touches")).group_by(*parts)
    account = RunAccount()
    for row in connection.execute(
        counted.add_cte(recorded.cte("recorded").prefix_with(holds("the verdicts on what ended, written down")))
    ):
        missed = row.state is TouchState.MISSED
        account += RunAccount(missed=row.touches) if missed else RunAccount(ended={row.reason: row.touches})
    return account


def _kinds_of(connection: Connection, process: ProcessName) -> list[SubjectKind]:
    """What a process is about by any version of its policy: a touch is ended by the facts, whatever planned it."""
    if process == CAMPAIGNS:
        return [RECIPIENT]
    steps = func.jsonb_array_elements(PolicyVersion.body["steps"]).table_valued("value")
    subject = steps.c.value.op("->>")("subject")
    named = select(subject).select_from(PolicyVersion).join(steps, true()).where(PolicyVersion.name == process)
    return [SubjectKind(kind) for kind in connection.scalars(named.distinct().order_by(subject))]


def _endings(process: ProcessName, kinds: Sequence[SubjectKind], now: datetime) -> AnySelect:
    """The open touches whose reason has gone, or whose time has passed, each with the state it ends in.

    What may have gone out before its dispatcher was cut off is left to the claim, which calls it unknown.
    """
    its_own = (Touch.process == process, Touch.state.in_(OPEN), ~Touch.resendable)
    open_touches = (
        select(Touch).where(*its_own).cte("open_touches").prefix_with(holds("the open touches of the process"))
    )
    judged = union_all(*(still_true(open_touches, kind, now) for kind in kinds)).subquery("judged")
    ended = or_(judged.c.moved, judged.c.gone.is_not(None), judged.c.passed)
    states, undone = enumeration(TouchState), judged.c.state == TouchState.READY
    return select(
        judged.c.touch_id,
        case(
            (judged.c.moved, literal(TouchState.SUPERSEDED, states)),
            (judged.c.gone.is_not(None), literal(TouchState.CANCELLED, states)),
            (undone, literal(TouchState.MISSED, states)),
            else_=literal(TouchState.SKIPPED, states),
        ).label("state"),
        case(
            (judged.c.moved, literal(Gate.ANCHOR, growing(Gate))),
            (judged.c.gone.is_not(None), literal(Gate.FACTS, growing(Gate))),
            else_=literal(Gate.VALIDITY, growing(Gate)),
        ).label("gate"),
        case(
            (judged.c.moved, literal(MOVED, Text)),
            (judged.c.gone.is_not(None), judged.c.gone),
            (undone, literal(UNDONE, Text)),
            else_=literal(PASSED, Text),
        ).label("reason"),
        func.coalesce(judged.c.figures, func.jsonb_build_object()).label("figures"),
    ).where(ended)


def still_true(touches: CTE, kind: SubjectKind, now: Now) -> AnySelect:
    """For touches about one kind of subject: whether the anchor moved, why the reason has gone, and the figures seen.

    `touches` is a CTE with the columns of `Touch`. This one select serves the sweep, the claim and the last look
    before the send.
    """
    subject = subject_of(kind)
    of_kind = func.coalesce(touches.c.subject_kind == kind, False)  # so that PostgreSQL expects half, not what was once
    about = select(touches.c.subject_id, touches.c.policy_version_id).where(of_kind)
    of_subjects = subject.facts_of_touches(now, about)
    facts = select(
        of_subjects.cte(f"{kind.replace('-', '_')}_once").prefix_with(
            ONCE, holds(f"the facts of each {kind} that a touch is about")
        )
    ).subquery(f"{kind.replace('-', '_')}_now")
    recurs = touches.c.series.is_not(None)
    elsewhere = case((recurs, _left_series(touches, facts, kind)), else_=facts.c.anchor_at != touches.c.anchor_at)
    moved_by = facts.c.anchor_at - touches.c.anchor_at
    due_now = case((and_(~recurs, elsewhere), touches.c.due_at + moved_by), else_=touches.c.due_at)
    by_facts = subject.reason(facts, now, touches.c.conditions, due_now, PolicyVersion.body["rules"])
    hindered = case((recurs, _earlier_open(touches, kind)), else_=False)
    gone = case((hindered, literal(EARLIER_OPEN, Text)), else_=by_facts)
    missing = facts.c.subject_id.is_(None)
    return (
        select(
            touches.c.id.label("touch_id"),
            touches.c.state,
            func.coalesce(and_(gone.is_(None), elsewhere), False).label("moved"),
            case((missing, literal(GONE, Text)), else_=cast(gone, Text)).label("gone"),
            (touches.c.valid_until <= moment(now)).label("passed"),
            subject.figures(facts).label("figures"),
        )
        .join(PolicyVersion, PolicyVersion.id == touches.c.policy_version_id)
        .outerjoin(facts, about_same(facts, touches.c))
        .where(of_kind)
    )


def _left_series(touches: CTE, facts: Subquery, kind: SubjectKind) -> ColumnElement[bool]:
    """Whether an occurrence belongs no more to the series of the moment that its step counts from: that has moved."""
    own = touches.c.series
    counted = own["counts_from"].astext
    others = [(counted == literal(name, Text), moment_of(facts, name)) for name in traits_of(kind).moments]
    origin = case(*others, else_=moment_of(facts, ANCHOR)) if others else moment_of(facts, ANCHOR)
    return ~Series.kept(own).has(touches.c.anchor_at, origin, facts.c.time_zone)


def _earlier_open(touches: CTE, kind: SubjectKind) -> ColumnElement[bool]:
    """Whether an earlier occurrence is still open: of a customer who asked to be called back, say."""
    other = aliased(Touch, name="earlier")
    own = (other.process == touches.c.process, other.subject_kind == kind, other.step == touches.c.step)
    return earlier_open(other, own, touches.c.subject_id, touches.c.due_at, touches.c.anchor_at)
