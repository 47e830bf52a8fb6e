"""One planning pass of a process over its whole population: set-based, any number of times, by any number at once."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Insert,
    Select,
    Subquery,
    Update,
    case,
    func,
    insert,
    literal,
    select,
    union_all,
)
from sqlalchemy.types import Text

from models.core.base import enumeration, growing
from models.core.cadence import moment
from models.core.rows import AnyRow, AnySelect
from models.core.words import Decision, Gate, ProcessName, TouchState
from models.ledger.accounts_of_runs import Counts, RunAccount
from models.ledger.tables import Touch, Verdict
from tasks.database.statement_comments import holds
from tasks.database.statistics import analyze_touches, prepare_for_large_statements
from tasks.ledger.transitions import change_each
from tasks.planning.ending import end_open
from tasks.planning.insertion import InsertOnce
from tasks.planning.population import Span, as_touches, judged
from tasks.policies.catalogue import PolicyInForce, policies_in_force

FEW = 1000
"""So many new touches change nothing in how PostgreSQL goes about the open ones."""
LOOKED_AT, PLANNED, REVIVED = "looked at", "planned", "revived"
REVIVABLE = (TouchState.CANCELLED, TouchState.SUPERSEDED)
REVIVED_AS = (TouchState.PLANNED, TouchState.AWAITING_APPROVAL)
RECOMPUTED = (
    "due_at",
    "valid_until",
    "not_before",
    "policy_version_id",
    "template_version_id",
    "conditions",
    "series",
    "figures",
)


def plan(connection: Connection, process: ProcessName, now: datetime, run_id: UUID | None) -> RunAccount:
    """Plan what is due for everyone by `now` and a day ahead, and end what has lost its reason or was let pass.

    One statement per policy in force. Planners of one process wait for each other, and the second finds nothing
    left to plan. Raises `BadPolicy`.
    """
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"plan {process}"))))
    prepare_for_large_statements(connection)
    account = end_open(connection, process, now, run_id)
    for in_force in policies_in_force(connection, process):
        rows = connection.execute(sweep(in_force, Span.of_sweep(now), run_id)).all()
        account += account_of(rows)
    if account.planned > FEW:
        analyze_touches(connection)
    return account


def sweep(in_force: PolicyInForce, span: Span, run_id: UUID | None) -> AnySelect:
    """Look at the population, insert the touches that are not there yet, and count, in one statement."""
    now = span.now
    looked_at = (
        judged(in_force, span, past_too=True)
        .cte("looked_at")
        .prefix_with(holds("each subject and step in the span: when it is due, and why it is not wanted"))
    )
    wanted = as_touches(in_force, looked_at).where(looked_at.c.wanted).subquery("wanted")
    planned = (
        _insertion(wanted, now, run_id)
        .returning(Touch.id, Touch.state, Touch.reason)
        .cte("planned")
        .prefix_with(holds("the touches that were not there yet, inserted"))
    )
    revived = (
        _revival(wanted, now)
        .returning(Touch.id)
        .cte("revived")
        .prefix_with(holds("ended touches whose reason is back, planned again"))
    )
    recorded = (
        _late_verdicts(planned, now, run_id)
        .cte("recorded")
        .prefix_with(holds("the verdicts on what was found late, written down"))
    )
    return select(
        union_all(
            _count(LOOKED_AT, looked_at, looked_at.c.reason),
            _count(PLANNED, planned, planned.c.reason),
            _count(REVIVED, revived, literal(None, Text)),
        ).subquery("counted")
    ).add_cte(recorded)


def _count(part: str, rows: CTE, reason: ColumnElement[str]) -> Select[tuple[str, str, int]]:
    counted = select(literal(part, Text).label("part"), reason.label("reason"), func.count().label("touches"))
    return counted.select_from(rows).group_by(reason)


def _insertion(wanted: Subquery, now: datetime, run_id: UUID | None) -> Insert:
    """Once (invariant 1): a touch that is there already stays as it is."""
    columns = [column for column in wanted.c if column.name not in ("wanted", "reason", "late")]
    late = wanted.c.state == TouchState.SKIPPED
    stamps = {
        "state_at": moment(now),
        "planned_at": moment(now),
        "planned_by": literal(run_id, Touch.planned_by.type),
    }
    return InsertOnce(Touch, "uq_touches_once").from_select(
        [*(column.name for column in columns), *stamps, "gate", "reason"],
        select(
            *columns,
            *stamps.values(),
            case((late, literal(Gate.VALIDITY, growing(Gate)))),
            case((late, wanted.c.late)),
        ),
    )


def _revival(wanted: Subquery, now: datetime) -> Update:
    """A touch that ended because its reason had gone is due again when the reason is back and nothing was said."""
    return (
        change_each(wanted.c.state, dict.fromkeys(REVIVED_AS, REVIVABLE), now)
        .where(
            Touch.process == wanted.c.process,
            Touch.subject_kind == wanted.c.subject_kind,
            Touch.subject_id == wanted.c.subject_id,
            Touch.anchor_at == wanted.c.anchor_at,
            Touch.step == wanted.c.step,
            Touch.state.in_(REVIVABLE),
            Touch.gate.in_((Gate.FACTS, Gate.ANCHOR)),
            Touch.contacted_at.is_(None),
            wanted.c.state != TouchState.SKIPPED,
        )
        .values(
            gate=None,
            reason=None,
            reason_figures=None,
            approved_at=None,
            approved_by=None,
            **{name: wanted.c[name] for name in RECOMPUTED},
        )
    )


def _late_verdicts(planned: CTE, now: datetime, run_id: UUID | None) -> Insert:
    """The record of what was skipped because it was found late (invariant 6)."""
    skipped = select(
        planned.c.id,
        literal(Gate.VALIDITY, growing(Gate)),
        literal(Decision.STOP, enumeration(Decision)),
        planned.c.reason,
        func.jsonb_build_object(),
        moment(now),
        literal(run_id, Verdict.run_id.type),
    ).where(planned.c.state == TouchState.SKIPPED)
    return insert(Verdict).from_select(
        ["touch_id", "gate", "decision", "reason", "figures", "decided_at", "run_id"], skipped
    )


def account_of(rows: Iterable[AnyRow]) -> RunAccount:
    """The account of one statement."""
    counts: dict[str, dict[str | None, int]] = {LOOKED_AT: {}, PLANNED: {}, REVIVED: {}}
    for row in rows:
        counts[row.part][row.reason] = row.touches
    suppressed: Counts = {reason: count for reason, count in counts[LOOKED_AT].items() if reason is not None}
    skipped = {reason: count for reason, count in counts[PLANNED].items() if reason is not None}
    planned = counts[PLANNED].get(None, 0) + sum(counts[REVIVED].values())
    return RunAccount(
        eligible=sum(counts[LOOKED_AT].values()),
        planned=planned,
        already_planned=counts[LOOKED_AT].get(None, 0) - planned - sum(skipped.values()),
        suppressed=dict(sorted((suppressed | skipped).items())),
    )
