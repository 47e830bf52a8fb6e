"""Questions about a case to a department, and its answers, due within two working days of the store (R10, R11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, select, update

from models.core.cadence import moment
from models.core.errors import Conflict, InvalidInput, NotFound
from models.core.words import CaseState, Role
from models.ledger.case_causes import FEEDBACK_LATE, department_name, feedback_due, shipped_departments
from models.ledger.tables import Case, CaseFeedback, CaseNote
from models.people.tables import StaffMember, Store
from models.stores.working_hours import WorkingHours
from tasks.cases.causes import UnknownDepartment
from tasks.cases.handling import CaseIsClosed, lock_case
from tasks.ledger import audit
from tasks.ledger.case_owners import somebody
from tasks.stores.rules import hours_of
from tasks.stores.staff import find_actor

LONGEST_TEXT = 2000
SYSTEM = "aftercare"


class NothingAsked(InvalidInput):
    """A question or an answer without words, or with too many."""

    field = "text"

    def __init__(self) -> None:
        self.longest = LONGEST_TEXT
        super().__init__(f"Write something, of {LONGEST_TEXT} characters at most.")


class UnknownFeedback(NotFound):
    """There is no such question to a department."""

    def __init__(self, feedback_id: int) -> None:
        self.feedback_id = feedback_id
        super().__init__(f"There is no question {feedback_id} to a department that you may see.")


class FeedbackAnswered(Conflict):
    """The department has answered already."""

    def __init__(self, feedback_id: int) -> None:
        self.feedback_id = feedback_id
        super().__init__(f"Question {feedback_id} is answered already.")


@dataclass(frozen=True, slots=True)
class FeedbackItem:
    """A question to a department, and its answer."""

    id: int
    case_id: int
    store: str
    time_zone: str
    department: str
    part: str | None
    model: str | None
    question: str
    asked_at: datetime
    asked_by: str
    due_at: datetime
    late: bool
    """It was not answered in time."""
    answered_at: datetime | None
    answered_by: str | None
    answer: str | None


def ask_department(
    connection: Connection, case_id: int, department: str, question: str, now: datetime, staff_code: str
) -> int:
    """Ask a department about an open case; the question's id.

    Raises `UnknownCase`, `CaseIsClosed`, `UnknownDepartment`, `NothingAsked`, `UnknownStaff`, `InactiveStaff`.
    """
    found = lock_case(connection, case_id, None)
    if found.state == CaseState.CLOSED:
        raise CaseIsClosed(case_id)
    if department not in shipped_departments():
        raise UnknownDepartment(department)
    text = _words(question)
    actor = find_actor(connection, staff_code, found.store_id)
    store = connection.execute(select(Store.__table__).where(Store.id == found.store_id)).one()
    due_at = feedback_due(WorkingHours(hours_of(store), store.opening_hours), now)
    values = {"department": department, "question": text, "asked_at": now, "asked_by": actor.id, "due_at": due_at}
    made: int = connection.execute(
        insert(CaseFeedback).values(case_id=case_id, **values).returning(CaseFeedback.id)
    ).scalar_one()
    after = {"department": department, "due_at": due_at.isoformat()}
    audit.record(connection, now, actor.code, "case.asked", "case", case_id, None, after)
    return made


def answer_feedback(connection: Connection, feedback_id: int, answer: str, now: datetime, staff_code: str) -> None:
    """Write down a department's answer, late or not.

    Raises `UnknownFeedback`, `FeedbackAnswered`, `NothingAsked`, `UnknownStaff`, `InactiveStaff`.
    """
    found = connection.execute(
        select(CaseFeedback.case_id, CaseFeedback.department, CaseFeedback.answered_at, Case.store_id)
        .join(Case, Case.id == CaseFeedback.case_id)
        .where(CaseFeedback.id == feedback_id)
        .with_for_update(of=CaseFeedback)
    ).one_or_none()
    if found is None:
        raise UnknownFeedback(feedback_id)
    if found.answered_at is not None:
        raise FeedbackAnswered(feedback_id)
    text = _words(answer)
    actor = find_actor(connection, staff_code, found.store_id)
    values = {"answered_at": now, "answered_by": actor.id, "answer": text}
    connection.execute(update(CaseFeedback).where(CaseFeedback.id == feedback_id).values(**values))
    after = {"department": found.department}
    audit.record(connection, now, actor.code, "case.feedback-given", "case", found.case_id, None, after)


def _words(text: str) -> str:
    words = text.strip()
    if not words or len(words) > LONGEST_TEXT:
        raise NothingAsked
    return words


def list_feedback(
    connection: Connection,
    now: datetime,
    *,
    store: str | None = None,
    store_id: int | None = None,
    case_id: int | None = None,
    departments: Sequence[str] | None = None,
    everything: bool = False,
) -> list[FeedbackItem]:
    """What departments were asked, the earliest deadline first; without `everything`, what is not answered.

    `store` is a store's code, `store_id` its id; `departments` None: of all.
    """
    asking, answering = (StaffMember.__table__.alias(name) for name in ("asking", "answering"))
    late = func.coalesce(CaseFeedback.answered_at, moment(now)) > CaseFeedback.due_at
    statement = (
        select(
            CaseFeedback.id, CaseFeedback.case_id, Store.code, Store.time_zone, CaseFeedback.department, Case.part,
            Case.model, CaseFeedback.question, CaseFeedback.asked_at, asking.c.name, CaseFeedback.due_at, late,
            CaseFeedback.answered_at, answering.c.name, CaseFeedback.answer,
        )
        .join(Case, Case.id == CaseFeedback.case_id)
        .join(Store, Store.id == Case.store_id)
        .join(asking, asking.c.id == CaseFeedback.asked_by)
        .outerjoin(answering, answering.c.id == CaseFeedback.answered_by)
        .order_by(CaseFeedback.due_at, CaseFeedback.id)
    )  # fmt: skip
    chosen = [
        *([Store.code == store] if store is not None else []),
        *([Store.id == store_id] if store_id is not None else []),
        *([CaseFeedback.case_id == case_id] if case_id is not None else []),
        *([CaseFeedback.department.in_(departments)] if departments is not None else []),
        *([] if everything else [CaseFeedback.answered_at.is_(None)]),
    ]
    return [FeedbackItem(*row) for row in connection.execute(statement.where(*chosen))]


def feedback_in_reach(
    connection: Connection, feedback_id: int, store_id: int | None, departments: Sequence[str] | None
) -> int:
    """The store of a question that somebody of a store and of some departments may answer. Raises
    `UnknownFeedback`."""
    found = connection.execute(
        select(Case.store_id, CaseFeedback.department)
        .join(Case, Case.id == CaseFeedback.case_id)
        .where(CaseFeedback.id == feedback_id)
    ).one_or_none()
    if (
        found is None
        or (store_id is not None and found.store_id != store_id)
        or (departments is not None and found.department not in departments)
    ):
        raise UnknownFeedback(feedback_id)
    return int(found.store_id)


def is_late(now: datetime) -> ColumnElement[bool]:
    """A question that a department has not answered in time."""
    return and_(CaseFeedback.answered_at.is_(None), CaseFeedback.due_at < moment(now))


def tell_late_feedback(connection: Connection, now: datetime) -> int:
    """Tell the manager of each question that is late, once, by a note on its case; how many."""
    late = (
        update(CaseFeedback)
        .where(is_late(now), CaseFeedback.late_told_at.is_(None))
        .where(CaseFeedback.case_id.in_(select(Case.id).where(Case.state != CaseState.CLOSED)))
        .values(late_told_at=moment(now))
        .returning(CaseFeedback.case_id, CaseFeedback.department, CaseFeedback.due_at)
    )
    found = connection.execute(late).all()
    if found:
        _note(connection, found, now)
    return len(found)


def _note(connection: Connection, late: Sequence[Row[tuple[int, str, datetime]]], now: datetime) -> None:
    told = (
        select(Case.id, Store.language, Store.time_zone, StaffMember.name)
        .join(Store, Store.id == Case.store_id)
        .outerjoin(StaffMember, StaffMember.id == somebody(Role.MANAGER, Case.store_id))
        .where(Case.id.in_({row.case_id for row in late}))
    )
    about = {row.id: row for row in connection.execute(told)}
    notes = []
    for row in late:
        case_row = about[row.case_id]
        due = row.due_at.astimezone(ZoneInfo(case_row.time_zone))
        text = FEEDBACK_LATE[case_row.language].format(
            department=department_name(row.department, case_row.language),
            deadline=f"{due:%Y-%m-%d %H:%M}",
            name=case_row.name or "-",
        )
        notes.append({"case_id": row.case_id, "written_at": now, "author": SYSTEM, "text": text})
    connection.execute(insert(CaseNote), notes)
