"""Who is due: one select per process that gives a row for each subject and step, with the touch it would become.

The sweep inserts what it gives, `why` shows it for one customer, the forecast counts it on a moved clock: they
cannot disagree.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    FromClause,
    Integer,
    Subquery,
    and_,
    case,
    cast,
    column,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import Text, TypeEngine

from models.core.base import WORD, enumeration, growing
from models.core.cadence import Series, as_kept, day_ends, later, moment
from models.core.offsets import Offset
from models.core.reasons import KEY, MOMENT, declare
from models.core.rows import AnySelect
from models.core.words import (
    ChannelName,
    LateRule,
    Purpose,
    Role,
    StepKind,
    SubjectKind,
    TouchState,
    Validity,
)
from models.ledger.tables import Touch
from models.ledger.touch_states import UNSETTLED
from models.policies.policy import Policy, Step
from tasks.database.statement_comments import holds, nameless_cte
from tasks.policies.catalogue import PolicyInForce
from tasks.subjects.contract import Among, DueWithin, RulesOf, Scope, Subject, Window, condition_array, counted_within
from tasks.subjects.customers import ONLY_IN_LETTERS
from tasks.subjects.registry import subject_of

AHEAD = timedelta(days=1)
"""How long before its due moment a touch is planned: long enough to be seen, approved and superseded."""
REMEMBERED = timedelta(days=3)
"""How long after its validity a step that was never planned is still recorded as missed."""
LONGEST = timedelta(days=400)
"""No booking is made longer before its appointment."""
CLOCK_CHANGE = timedelta(hours=2)
"""No clock is put forward or back by more."""
SAME_OCCASION = timedelta(days=180)
"""An anchor that moved by less is the same occasion: a step that does not repeat is not said again."""

BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)
"""Nothing that recurs counts from before: not even a birthday."""

EARLIER_OPEN = declare("earlier-occurrence-open")
PASSED = declare("time-passed")
PAST_LAST_STEP = declare("past-last-step", step=KEY, ended=MOMENT)
"""It calls for a contact, and its process has no step left for it."""
SAID_BEFORE = declare("said-before-move")
LATE = declare("found-too-late")


@dataclass(frozen=True, slots=True)
class Span:
    """Which due moments are looked at."""

    now: datetime
    due_until: datetime
    valid_after: datetime

    @classmethod
    def of_sweep(cls, now: datetime) -> "Span":
        """What a sweep plans: from what was missed lately to what is due within a day."""
        return cls(now, now + AHEAD, now - REMEMBERED)


def population(in_force: PolicyInForce, span: Span, scope: Scope | None = None) -> AnySelect:
    """Each subject and step in the span, or of `scope`, as the touch it would become.

    `wanted` says whether it would, `reason` why it would not. Over everyone, `figures` are those of the wanted only.
    """
    return as_touches(in_force, judged(in_force, span, scope).subquery("judged"))


def judged(in_force: PolicyInForce, span: Span, scope: Scope | None = None, *, past_too: bool = False) -> AnySelect:
    """Each subject and step in the span, or of `scope`: when it is due, and why it is not wanted.

    `past_too`: also what stays open though its last step is over, with that step. It holds only what differs from
    subject to subject, for a sweep keeps all these rows until it has counted them.
    """
    kinds = dict.fromkeys(step.subject for step in in_force.policy.steps)
    parts = [part for kind in kinds for part in _of_kind(in_force, kind, span, scope, past_too=past_too)]
    return select(union_all(*parts).subquery("population"))


def as_touches(in_force: PolicyInForce, rows: FromClause) -> AnySelect:
    """The touches that rows of `judged` would become, frozen with the policy and template versions.

    What was missed is skipped, and never sent late by accident (invariant 6). Every row has its step; joined by an
    outer join, PostgreSQL expects as many touches as rows.
    """
    steps = _steps(in_force.policy)
    row, step = rows.c, steps.c
    skipped = or_(row.passed, and_(row.late, step.skipped_when_late))
    return select(
        literal(in_force.policy.process, Text).label("process"),
        step.subject_kind,
        row.subject_id,
        row.anchor_at,
        row.step,
        case((row.late, step.kind_when_late), else_=step.kind).label("kind"),
        step.purpose,
        literal(in_force.policy.priority, Integer).label("priority"),
        step.obligation,
        step.works_holidays,
        row.store_id,
        row.customer_id,
        literal(in_force.version_id).label("policy_version_id"),
        row.template_version_id,
        case((row.late, step.channels_when_late), else_=step.channels).label("channels"),
        step.conditions,
        step.role,
        step.approval,
        step.effects,
        step.series,
        row.due_at,
        row.valid_until,
        row.not_before,
        case((skipped, literal(TouchState.SKIPPED, enumeration(TouchState))), else_=step.state).label("state"),
        case((row.passed, literal(PASSED, Text)), (row.late, literal(LATE, Text))).label("late"),
        row.figures,
        row.reason,
        row.wanted,
    ).join_from(rows, steps, step.step == row.step, isouter=True)


def _of_kind(
    in_force: PolicyInForce, kind: SubjectKind, span: Span, scope: Scope | None, *, past_too: bool
) -> list[AnySelect]:
    subject = subject_of(kind)
    steps = [step for step in in_force.policy.steps if step.subject == kind]
    windows = [(step, _window(in_force, step, span)) for step in steps]
    begun = [(step, window if step.every is None else Window(BEGINNING, window.until)) for step, window in windows]
    within = scope or DueWithin(span.now, begun, in_force.stores, in_force.among)
    known = subject.facts_under(span.now, within, RulesOf(in_force.policy.rules)).subquery("known")
    hidden = ONLY_IN_LETTERS | subject.only_in_letters()
    known_facts = select(*(column for column in known.c if column.name not in hidden))
    facts = nameless_cte(
        _of_its_campaign(known_facts, known, in_force.among),
        holds("the facts of each subject that a step may be due for"),
    )
    parts = [_of_step(in_force, subject, facts, step, span, window, everyone=scope is None) for step, window in windows]
    ends = past_too and subject.stays_open and not any(step.every for step in steps)
    return [*parts, _past_the_last(in_force, subject, facts, steps, span)] if ends else parts


def _past_the_last(in_force: PolicyInForce, subject: Subject, facts: Any, steps: list[Step], span: Span) -> AnySelect:
    """What still calls for the contact of its last step, all of whose steps were over before the span."""
    ends = [
        _valid_until(in_force, subject, facts, step, subject.due_at(facts, step, in_force.policy)) for step in steps
    ]
    last = max(steps, key=lambda step: step.nominal_due + step.nominal_validity)
    due_at = subject.due_at(facts, last, in_force.policy)
    dated = select(facts, due_at.label("due_at"), func.greatest(*ends).label("valid_until"))
    due = _worked_out(dated.where(facts.c.anchor_at.is_not(None)), f"past_{last.subject}")
    row, passed = due.c, literal(True, Boolean)
    return select(
        literal(last.key, Text).label("step"),
        row.subject_id,
        row.anchor_at,
        row.store_id,
        row.customer_id,
        _template(in_force, due, last).label("template_version_id"),
        row.due_at,
        row.valid_until,
        row.due_at.label("not_before"),
        passed.label("passed"),
        passed.label("late"),
        cast(null(), JSONB).label("figures"),
        literal(PAST_LAST_STEP, Text).label("reason"),
        literal(False, Boolean).label("wanted"),
    ).where(row.valid_until <= moment(span.valid_after), _reason(in_force, subject, due, last, span.now).is_(None))


def _of_its_campaign(facts: AnySelect, known: Subquery, among: Among | None) -> AnySelect:
    """Where a policy is a campaign's own, only its recipients go by it, whoever is looked at."""
    if among is None:
        return facts
    return facts.where(known.c.campaign_id == among.campaign_id, known.c.variant == among.variant)


def _window(in_force: PolicyInForce, step: Step, span: Span) -> Window:
    """The moments from which the step is due in the span; with a time of day of its own, at whatever hour they are.
    Of a step that recurs, the moments of its occurrences."""
    first = span.valid_after - _longest_validity(in_force, step) - step.nominal_due
    last = span.due_until - step.nominal_due + (timedelta(days=1) if step.at else timedelta(0))
    return Window(first - CLOCK_CHANGE, last + CLOCK_CHANGE)


def _longest_validity(in_force: PolicyInForce, step: Step) -> timedelta:
    match step.valid_for:
        case Offset() as offset:
            return offset.nominal
        case Validity.UNTIL_NEXT_STEP if step.every:
            return step.every.longest + timedelta(days=1)
        case Validity.UNTIL_NEXT_STEP:
            following = in_force.policy.next_of(step)
            return following.nominal_due - step.nominal_due + timedelta(days=1) if following else timedelta(0)
        case _:
            return max(-step.nominal_due, timedelta(0)) + timedelta(days=1) if step.counts_from == "anchor" else LONGEST


def _of_step(
    in_force: PolicyInForce, subject: Subject, facts: Any, step: Step, span: Span, window: Window, *, everyone: bool
) -> AnySelect:
    """The touches of one step: of those due in the span, or of all where it is not over everyone."""
    if step.every is not None:
        facts = _occurrences(subject, facts, step, Series.of(step.every, step.missing_day), window)
    dated = _with_due_moments(in_force, subject, facts, step)
    if step.every is not None:
        ahead = facts.c.before <= moment(window.until)  # over some, the next one to come is shown, too
        dated = dated.where(counted_within(facts.c.occurs_at, window) if everyone else ahead)
    elif everyone:
        dated = dated.where(subject.near(facts, step, window))
    due = _worked_out(dated, f"dated_{step.key}")
    statement = select(due, _reason(in_force, subject, due, step, span.now).label("reason"))
    statement = statement.where(due.c.due_at.is_not(None), due.c.due_at < due.c.valid_until)
    if everyone:
        statement = statement.where(due.c.due_at <= moment(span.due_until))
    if everyone or step.every is not None:
        statement = statement.where(due.c.valid_until > moment(span.valid_after))
    row = _worked_out(statement, f"judged_{step.key}")
    meant = func.coalesce(row.c.reason.not_in(subject.not_meant), True) if everyone and subject.not_meant else true()
    wanted, figures = row.c.reason.is_(None), subject.figures(row)
    anchor_at = row.c.anchor_at if step.every is None else row.c.occurs_at
    return select(
        literal(step.key, Text).label("step"),
        row.c.subject_id,
        anchor_at.label("anchor_at"),
        row.c.store_id,
        row.c.customer_id,
        _template(in_force, row, step).label("template_version_id"),
        *_moments(row, step, span),
        (case((wanted, figures)) if everyone else figures).label("figures"),
        row.c.reason,
        wanted.label("wanted"),
    ).where(meant)


def _occurrences(subject: Subject, facts: Any, step: Step, series: Series, window: Window) -> Subquery:
    """The facts once for each occurrence that may lie in the window, and once for the next after it: `occurs_at`, with
    the occurrences `before` and `following` it. Those of earlier years are never made."""
    origin, zone = subject.counted_from(facts, step), facts.c.time_zone
    first, last = series.numbers_within(window.since, window.until, origin, zone)
    counted = func.generate_series(first, last + 1).table_valued(column("number", Integer)).render_derived()
    numbers = counted.lateral(f"numbers_{step.key}".replace("-", "_"))
    number = numbers.c.number
    return (
        select(
            facts,
            series.occurrence(origin, zone, number).label("occurs_at"),
            series.occurrence(origin, zone, number + 1).label("following"),
            case((number == 0, moment(BEGINNING)), else_=series.occurrence(origin, zone, number - 1)).label("before"),
        )
        .join_from(facts, numbers, true())
        .offset(0)
        .subquery(f"occurring_{step.key}".replace("-", "_"))
    )


def _worked_out(statement: AnySelect, name: str) -> Subquery:
    """A subquery whose expressions are worked out once a row: OFFSET 0 keeps PostgreSQL from copying them outwards."""
    return statement.offset(0).subquery(name.replace("-", "_"))


def _reason(
    in_force: PolicyInForce, subject: Subject, due: Subquery, step: Step, now: datetime
) -> ColumnElement[str | None]:
    conditions = condition_array(step.conditions)
    rules = literal(in_force.policy.rules.model_dump(mode="json"), JSONB)
    hindered = (
        (_said_before(in_force, due, step), literal(SAID_BEFORE, Text))
        if step.every is None
        else (_earlier_open(in_force, due, step), literal(EARLIER_OPEN, Text))
    )
    return case(hindered, else_=subject.reason(due, now, conditions, due.c.due_at, rules))


def _earlier_open(in_force: PolicyInForce, due: Subquery, step: Step) -> ColumnElement[bool]:
    """Whether an earlier occurrence will still be open when this one is due: a customer asked to be called back, or
    the step recurred at another pace when that was planned."""
    own = (Touch.process == in_force.policy.process, Touch.subject_kind == step.subject, Touch.step == step.key)
    return earlier_open(Touch, own, due.c.subject_id, due.c.due_at, due.c.occurs_at)


def earlier_open(
    touch: type[Touch],
    own: Iterable[ColumnElement[bool]],
    subject_id: ColumnElement[int],
    due_at: ColumnElement[datetime],
    occurs_at: ColumnElement[datetime],
) -> ColumnElement[bool]:
    """Whether among the touches that `own` describes an occurrence for a subject was due earlier and is still open."""
    return (
        select(literal(1))
        .where(
            *own,
            touch.subject_id == subject_id,
            touch.anchor_at != occurs_at,
            touch.due_at < due_at,
            touch.valid_until > due_at,
            touch.state.in_(UNSETTLED),
        )
        .exists()
    )


def _with_due_moments(in_force: PolicyInForce, subject: Subject, facts: Any, step: Step) -> AnySelect:
    """The facts, and when the step is due, until when it is valid, and the same of the step it may be merged with."""
    if step.every is not None:
        return _with_moments_of_occurrence(in_force, subject, facts, step)
    following = in_force.policy.next_of(step)
    due_at = subject.due_at(facts, step, in_force.policy)
    columns = [due_at.label("due_at"), _valid_until(in_force, subject, facts, step, due_at).label("valid_until")]
    if step.when_late is LateRule.MERGE and following:
        next_due = subject.due_at(facts, following, in_force.policy)
        next_valid = _valid_until(in_force, subject, facts, following, next_due)
        columns += [next_due.label("next_due_at"), next_valid.label("next_valid_until")]
    return select(facts, *columns)


def _with_moments_of_occurrence(in_force: PolicyInForce, subject: Subject, facts: Any, step: Step) -> AnySelect:
    """An occurrence ends where the next is due, whatever the clocks did to its validity in between."""
    due_at = subject.due_at(facts, step, in_force.policy, facts.c.occurs_at)
    ends = subject.due_at(facts, step, in_force.policy, facts.c.following)
    if isinstance(step.valid_for, Offset):
        ends = func.least(later(due_at, step.valid_for), ends)
    return select(facts, due_at.label("due_at"), _on_its_day(facts, step, due_at, ends).label("valid_until"))


def _valid_until(
    in_force: PolicyInForce, subject: Subject, facts: Any, step: Step, due_at: ColumnElement[datetime]
) -> ColumnElement[datetime]:
    following = in_force.policy.next_of(step)
    ends: ColumnElement[datetime]
    match step.valid_for:
        case Offset() as offset:
            ends = later(due_at, offset)
        case Validity.UNTIL_NEXT_STEP if following:
            ends = subject.due_at(facts, following, in_force.policy)
        case _:
            ends = facts.c.anchor_at
    return _on_its_day(facts, step, due_at, ends)


def _on_its_day(
    facts: FromClause, step: Step, due_at: ColumnElement[datetime], ends: ColumnElement[datetime]
) -> ColumnElement[datetime]:
    """The end of a validity: no later than the store's day, where the step is of no use after it."""
    return func.least(ends, day_ends(due_at, facts.c.time_zone)) if step.only_on_its_day else ends


def _said_before(in_force: PolicyInForce, due: Subquery, step: Step) -> ColumnElement[bool]:
    """Whether a step that does not repeat was said under an anchor close to this one."""
    if step.repeats:
        return literal(False, Boolean)
    return (
        select(literal(1))
        .where(
            Touch.process == in_force.policy.process,
            Touch.subject_kind == step.subject,
            Touch.subject_id == due.c.subject_id,
            Touch.step == step.key,
            Touch.contacted_at.is_not(None),
            Touch.anchor_at != due.c.anchor_at,
            Touch.anchor_at.between(due.c.anchor_at - SAME_OCCASION, due.c.anchor_at + SAME_OCCASION),
        )
        .exists()
    )


def _moments(due: Subquery, step: Step, span: Span) -> list[ColumnElement[Any]]:
    """When the touch is due and until when it is valid; when it is merged, both are those of the next step."""
    row = due.c
    late = row.due_at + step.late_after.nominal < moment(span.now)
    merged = late if step.when_late is LateRule.MERGE and "next_due_at" in row else None
    return [
        row.due_at,
        (row.valid_until if merged is None else case((merged, row.next_valid_until), else_=row.valid_until)).label(
            "valid_until"
        ),
        (row.due_at if merged is None else case((merged, row.next_due_at), else_=row.due_at)).label("not_before"),
        (row.valid_until <= moment(span.now)).label("passed"),
        late.label("late"),
    ]


OF_STEPS: dict[str, TypeEngine[Any]] = {
    "step": Text(),
    "subject_kind": WORD,
    "kind": enumeration(StepKind),
    "kind_when_late": enumeration(StepKind),
    "purpose": enumeration(Purpose),
    "obligation": Boolean(),
    "works_holidays": Boolean(),
    "channels": ARRAY(Text),
    "channels_when_late": ARRAY(Text),
    "conditions": ARRAY(Text),
    "role": growing(Role),
    "approval": ARRAY(Text),
    "effects": JSONB(),
    "series": JSONB(none_as_null=True),
    "state": enumeration(TouchState),
    "skipped_when_late": Boolean(),
}
"""What all touches of a step have in common."""


def _steps(policy: Policy) -> FromClause:
    """The steps of a policy as rows."""
    rows = func.jsonb_to_recordset(literal([_of_step_alone(step) for step in policy.steps], JSONB))
    columns = (column(name, kind) for name, kind in OF_STEPS.items())
    return rows.table_valued(*columns).render_derived(name="steps", with_types=True)


def _of_step_alone(step: Step) -> dict[str, object]:
    call, phone = StepKind.CALL, [ChannelName.PHONE.value]
    becomes_call = step.when_late is LateRule.CALL
    recurs = {"counts_from": step.counts_from, **as_kept(step.every, step.missing_day)} if step.every else None
    channels = phone if step.kind is call else [channel.value for channel in step.channels]
    return {
        "step": step.key,
        "subject_kind": step.subject,
        "kind": step.kind,
        "kind_when_late": call if becomes_call else step.kind,
        "purpose": step.purpose,
        "obligation": step.obligation,
        "works_holidays": step.works_holidays,
        "channels": channels,
        "channels_when_late": phone if becomes_call else channels,
        "conditions": list(step.conditions),
        "role": step.role or (Role.AGENT if becomes_call else None),
        "approval": list(step.approval),
        "effects": [effect.model_dump(mode="json") for effect in step.effects],
        **({"series": recurs} if recurs else {}),
        "state": TouchState.AWAITING_APPROVAL if step.approval else TouchState.PLANNED,
        "skipped_when_late": step.when_late is LateRule.SKIP,
    }


def _template(in_force: PolicyInForce, due: Subquery, step: Step) -> ColumnElement[int]:
    """The template version in the customer's language, or in the other one where there is none."""
    versions = {language: number for (key, language), number in in_force.templates.items() if key == step.template}
    fallback = next(iter(versions.values()))
    return case(
        *((due.c.language == language, literal(number)) for language, number in versions.items()),
        else_=literal(fallback),
    )
