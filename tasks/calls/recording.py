"""What came of a call, and everything that follows from it, in one transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, and_, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from models.calls.outcomes import KEPT_ALIVE, all_outcomes, effects_of, names_of
from models.calls.queue import check_marks
from models.core.errors import Conflict, InvalidInput
from models.core.ids import StaffId, TouchId
from models.core.reasons import NO_REASON, WORD, declare, give
from models.core.rows import AnyRow
from models.core.words import CaseKind, ContactKind, Gate, OutcomeName, StepKind, SubjectKind, SurveySource, TouchState
from models.kits.outcomes import CallEffects, CallFacts, CallReport, PromiseMade
from models.ledger.case_causes import Received
from models.ledger.tables import CallAttempt, Case, Touch
from models.people.tables import Consent, ContactPoint, StaffMember, Store
from models.stores.contact_hours import ContactHours
from models.stores.working_hours import WorkingHours
from tasks.calls.visit_reports import VisitReport, keep_report
from tasks.cases.handling import NewCase, open_case
from tasks.ledger import audit
from tasks.ledger.transitions import move
from tasks.self_service.surveys import Answer, answer_survey
from tasks.stores.staff import Actor, actor_of
from tasks.subjects.registry import action_of, subject_of
from tasks.touches.picking import cancel_touches, lock_touch, short

REFUSED = declare("customer-refuses-contact")
WRONG_NUMBER = declare("wrong-number")
CALL_AGAIN = declare("call-again", outcome=WORD)
ON_A_LIST = (TouchState.READY,)
FINISHED = {
    StepKind.TASK: "task.finished",
    StepKind.VISIT: "visit.done",
    StepKind.LETTER: "letter.posted",
}
"""What is done without an outcome of a call, and how the audit trail calls it."""
LET_GO = {"held_by": None, "held_until": None}
"""What is recorded is on nobody's screen any more."""


class NotOfThatKind(InvalidInput):
    """A call that is finished like a desk task, a task that is given the outcome of a call, or a message."""

    def __init__(self, touch_id: UUID, kind: StepKind, expected: StepKind) -> None:
        """`expected`: what it should have been."""
        self.touch_id, self.kind, self.expected = touch_id, kind, expected
        wants = "say what came of it with an outcome" if kind is StepKind.CALL else "it has no outcome of a call"
        super().__init__(f"The {kind} {short(touch_id)} is not a {expected}: {wants}.")


class HeldByAnother(Conflict):
    """A call or task that somebody else has on the screen."""

    def __init__(self, touch_id: UUID, kind: StepKind, holder: str) -> None:
        self.touch_id, self.kind, self.holder = touch_id, kind, holder
        super().__init__(f"{holder} is at the {kind} {short(touch_id)} at this moment; nothing was recorded.")


@dataclass(frozen=True, slots=True)
class CallRecorded:
    """What a recorded outcome has led to."""

    touch_id: TouchId
    state: TouchState
    again_at: datetime | None
    time_zone: str
    phone: str | None
    """The number to try, where the call is to be made again."""
    case_id: int | None
    promise_id: int | None
    cancelled: int
    """Other touches of the customer that were cancelled."""


def record_outcome(
    connection: Connection, touch_id: TouchId, report: CallReport, now: datetime, staff_id: StaffId
) -> CallRecorded:
    """Record what came of a ready call. Times of the report are aware.

    Raises `WrongState`, `NotOfThatKind`, `UnknownStaff`, `InactiveStaff`,
    `IncompleteOutcome`, `UnfitOutcome`, `HeldByAnother`, `NotAMarkOfACall`.
    """
    touch, actor = take_ready(connection, touch_id, (StepKind.CALL,), staff_id, now)
    phones = _phones(connection, touch)
    facts = _facts(connection, touch, phones, now)
    effects = effects_of(report, facts)
    check_marks(report.marks, report.outcome, touch.purpose, touch.subject_kind)
    attempt_id = _note_attempt(connection, touch, report, effects, actor, now)
    used, following = (phones[0], phones[1:]) if phones else (None, [])
    number = following[0] if effects.invalidates_number and following else used
    _settle(connection, touch, report.outcome, effects, number, now)
    if effects.invalidates_number and used:
        _invalidate(connection, used, actor, now)
    _keep_outcome(connection, touch, report, facts)
    for effect in effects.carries_out:
        action_of(touch.subject_kind, effect.do)(connection, Touch.id == touch.id, now)
    recorded = CallRecorded(
        touch_id=touch.id,
        state=effects.state,
        again_at=effects.again_at,
        time_zone=touch.time_zone,
        phone=number.value if number and effects.state is TouchState.READY else None,
        case_id=_open_complaint(connection, touch, report, effects, actor, now),
        promise_id=_promise(connection, touch, attempt_id, effects.promise, facts) if effects.promise else None,
        cancelled=_refuse(connection, touch, effects, report, now),
    )
    _audit(connection, touch, recorded, report, actor, now)
    return recorded


def finish_task(connection: Connection, touch_id: TouchId, now: datetime, staff_id: StaffId, note: str | None) -> None:
    """Settle a ready desk task, visit or letter. `note` is kept as the result of a visit.

    Raises what `record_outcome` raises of touch and staff.
    """
    touch, actor = take_ready(connection, touch_id, FINISHED, staff_id, now)
    settle_by_hand(connection, touch, actor, now)
    if touch.kind is StepKind.VISIT:
        keep_report(connection, touch, VisitReport(now.astimezone(ZoneInfo(touch.time_zone)).date(), note))
    before, after = {"state": touch.state}, {"state": TouchState.DONE, "note": note}
    audit.record(connection, now, actor.code, FINISHED[touch.kind], "touch", touch.id, before, after)


def settle_by_hand(connection: Connection, touch: AnyRow, actor: Actor, now: datetime) -> None:
    """A ready touch without an outcome of a call is done."""
    values = {"gate": None, **NO_REASON, "assigned_to": actor.id, **LET_GO}
    move(connection, [touch.id], TouchState.DONE, ON_A_LIST, now, **values)


def take_ready(
    connection: Connection, touch_id: TouchId, kinds: Collection[StepKind], staff_id: StaffId, now: datetime
) -> tuple[AnyRow, Actor]:
    """A ready touch of one of some kinds, locked, and who acts. Raises as `record_outcome` does."""
    touch = lock_touch(connection, touch_id, ON_A_LIST)
    if touch.kind not in kinds:
        raise NotOfThatKind(touch.id, touch.kind, next(iter(kinds)))
    actor = actor_of(connection, staff_id, touch.store_id)
    if touch.held_by not in (None, actor.id) and touch.held_until > now:
        holder = connection.execute(select(StaffMember.name).where(StaffMember.id == touch.held_by)).scalar_one()
        raise HeldByAnother(touch.id, touch.kind, holder)
    return touch, actor


def _phones(connection: Connection, touch: AnyRow) -> Sequence[Row[tuple[int, str]]]:
    """The customer's usable numbers; first the one that the call is at."""
    at_it = func.coalesce(ContactPoint.id == touch.contact_point_id, False)
    return connection.execute(
        select(ContactPoint.id, ContactPoint.value)
        .where(
            ContactPoint.customer_id == touch.customer_id,
            ContactPoint.kind == ContactKind.PHONE,
            ContactPoint.invalid_since.is_(None),
        )
        .order_by(at_it.desc(), ContactPoint.rank, ContactPoint.id)
    ).all()


def _facts(connection: Connection, touch: AnyRow, phones: Sequence[Row[tuple[int, str]]], now: datetime) -> CallFacts:
    store = connection.execute(select(Store.__table__).where(Store.id == touch.store_id)).one()
    contact = ContactHours(ZoneInfo(store.time_zone), store.contact_from, store.contact_until, store.holiday_country)
    unanswered = connection.execute(
        select(func.count())
        .select_from(CallAttempt)
        .where(CallAttempt.touch_id == touch.id, CallAttempt.outcome.in_(names_of(unanswered=True)))
    ).scalar_one()
    return CallFacts(
        now=now,
        hours=WorkingHours(contact, store.opening_hours),
        works_holidays=touch.works_holidays,
        subject=SubjectKind(touch.subject_kind),
        unanswered=unanswered,
        another_phone=len(phones) > 1,
        figures=touch.figures,
    )


def _note_attempt(
    connection: Connection, touch: AnyRow, report: CallReport, effects: CallEffects, actor: Actor, now: datetime
) -> int:
    values = {"outcome": report.outcome, "note": report.note, "again_at": effects.again_at}
    statement = insert(CallAttempt).values(touch_id=touch.id, attempted_at=now, staff_id=actor.id, **values)
    return connection.execute(statement.returning(CallAttempt.id)).scalar_one()


def _settle(
    connection: Connection,
    touch: AnyRow,
    outcome: OutcomeName,
    effects: CallEffects,
    number: Row[tuple[int, str]] | None,
    now: datetime,
) -> None:
    """Done; or on the list again, and valid for long enough."""
    values: dict[str, Any] = {"gate": None, "outcome": outcome}
    values |= NO_REASON | LET_GO
    if effects.again_at is not None:
        valid_until = max(touch.valid_until, effects.again_at + KEPT_ALIVE)
        values |= {
            "not_before": effects.again_at,
            "valid_until": valid_until,
            **give(CALL_AGAIN, outcome=outcome).columns,
        }
    values["contact_point_id"] = number.id if number else None
    move(connection, [touch.id], effects.state, ON_A_LIST, now, **values)


def _invalidate(connection: Connection, phone: Row[tuple[int, str]], actor: Actor, now: datetime) -> None:
    connection.execute(
        update(ContactPoint).where(ContactPoint.id == phone.id).values(invalid_since=now, invalid_reason=WRONG_NUMBER)
    )
    audit.record(
        connection, now, actor.code, "contact-point.invalid", "contact-point", phone.id,
        {"invalid_since": None}, {"invalid_since": now.isoformat(), "invalid_reason": WRONG_NUMBER},
    )  # fmt: skip


def _open_complaint(
    connection: Connection, touch: AnyRow, report: CallReport, effects: CallEffects, actor: Actor, now: datetime
) -> int | None:
    """One complaint at most, whether the customer said it or gave a mark that says it."""
    by_marks = _keep_marks(connection, touch, report, actor, now) if report.marks else None
    if by_marks is not None:
        connection.execute(update(Case).where(Case.id == by_marks).values(touch_id=touch.id))
        return by_marks
    return _complain(connection, touch, report, actor, now) if effects.opens_complaint else None


def _keep_marks(connection: Connection, touch: AnyRow, report: CallReport, actor: Actor, now: datetime) -> int | None:
    """The complaint that the marks open, if any."""
    answer = Answer(
        kind=SubjectKind(touch.subject_kind),
        subject_id=touch.subject_id,
        store_id=touch.store_id,
        customer_id=touch.customer_id,
        marks=report.marks,
        comment=report.note,
        source=SurveySource.CALL,
        owner_id=actor.id,
    )
    return answer_survey(connection, answer, now)


def _complain(connection: Connection, touch: AnyRow, report: CallReport, actor: Actor, now: datetime) -> int:
    """The case of a customer who was not satisfied; whoever called owns it."""
    return open_case(
        connection,
        NewCase(
            store_id=touch.store_id,
            customer_id=touch.customer_id,
            kind=CaseKind.COMPLAINT,
            cause=f"touch:{touch.id}",
            note=report.note,
            owner_id=actor.id,
            touch_id=touch.id,
            received=Received.OUR_CALL,
        ),
        now,
    )


def _promise(connection: Connection, touch: AnyRow, attempt_id: int, promise: PromiseMade, facts: CallFacts) -> int:
    return subject_of(facts.subject).take_promise(connection, touch.subject_id, promise, facts.today, attempt_id)


def _keep_outcome(connection: Connection, touch: AnyRow, report: CallReport, facts: CallFacts) -> None:
    """The kit of the subject keeps what is its own of the outcome."""
    outcome = all_outcomes()[report.outcome]
    if outcome.kept:
        answers = outcome.answered(report.answers)
        subject_of(facts.subject).take_outcome(connection, touch.subject_id, outcome.name, answers, facts.today)


def _refuse(connection: Connection, touch: AnyRow, effects: CallEffects, report: CallReport, now: datetime) -> int:
    """Withdraw consent for what was refused, and cancel what is open of it; how many touches."""
    if not effects.refuses:
        return 0
    withdrawn = [
        {"customer_id": touch.customer_id, "purpose": purpose, "channel": None, "granted": False, "given_at": now}
        for purpose in effects.refuses
    ]
    statement = upsert(Consent).values(
        [row | {"source": "call", "reason": report.note or REFUSED} for row in withdrawn]
    )
    connection.execute(statement.on_conflict_do_nothing())
    theirs = and_(Touch.customer_id == touch.customer_id, Touch.purpose.in_(effects.refuses), Touch.id != touch.id)
    return cancel_touches(connection, theirs, Gate.CONSENT, give(REFUSED), now, {"refused_in": f"touch:{touch.id}"})


def _audit(
    connection: Connection, touch: AnyRow, recorded: CallRecorded, report: CallReport, actor: Actor, now: datetime
) -> None:
    before = {"state": touch.state, "not_before": touch.not_before.isoformat()}
    after = {
        "outcome": report.outcome,
        "state": recorded.state,
        "again_at": recorded.again_at.isoformat() if recorded.again_at else None,
        "case": recorded.case_id,
        "promise": recorded.promise_id,
        "cancelled": recorded.cancelled,
    }
    audit.record(connection, now, actor.code, "call.recorded", "touch", touch.id, before, after)
