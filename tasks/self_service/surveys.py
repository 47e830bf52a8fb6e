"""What customers say of a visit: kept once a visit, newer marks in place of older; a bad one is a complaint."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from models.calls.surveys import BELOW_PAR, DIMENSIONS, HIGHEST, LOWEST, SurveyAnswer, write_marks
from models.core.errors import InvalidInput
from models.core.words import CaseKind, SubjectKind, SurveySource
from models.inbound.words import InboundKind, InboundWay
from models.ledger.case_causes import Received
from tasks.cases.handling import NewCase, open_case
from tasks.inbound.recording import SURVEY, NewInbound, record_inbound
from tasks.ledger import audit
from tasks.ledger.case_owners import advisor_of
from tasks.subjects.visits import visits_of

LONGEST_COMMENT = 1000


class NotAMark(InvalidInput):
    """A mark outside the scale, or none at all."""

    def __init__(self, marks: Mapping[str, int]) -> None:
        self.marks = dict(marks)
        super().__init__(f"Expected at least one mark, each from {LOWEST} to {HIGHEST}.")


class CommentTooLong(InvalidInput):
    """The comment is too long."""

    def __init__(self, length: int) -> None:
        self.length = length
        super().__init__(f"A comment has at most {LONGEST_COMMENT} characters; this one has {length}.")


@dataclass(frozen=True, slots=True)
class Visit:
    """What a customer is asked about, and what they said before."""

    kind: SubjectKind
    day: date | None
    vehicle: str | None
    work: str | None
    marks: dict[str, int]
    comment: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a customer says of one visit."""

    kind: SubjectKind
    subject_id: int
    store_id: int
    customer_id: int
    marks: Mapping[str, int]
    """What was marked; what was not keeps its mark."""
    comment: str | None
    """None: nothing is said, and what was said before stands."""
    source: SurveySource
    owner_id: int | None = None
    """Whose a complaint becomes that it opens; None: by rule."""


def see_visit(connection: Connection, kind: SubjectKind, subject_id: int) -> Visit:
    """The visit, a handover or a repair order, with the customer's answer where there is one."""
    row = connection.execute(visits_of(kind).seen(subject_id)).one()
    same = (SurveyAnswer.subject_kind == kind, SurveyAnswer.subject_id == subject_id)
    answer = connection.execute(select(SurveyAnswer.__table__).where(*same)).one_or_none()
    marks = {name: mark for name in DIMENSIONS if (mark := getattr(answer, name, None)) is not None}
    return Visit(kind, row.day, row.vehicle, row.work, marks, (answer.comment if answer else None) or "")


def answer_survey(connection: Connection, answer: Answer, now: datetime) -> int | None:
    """Keep an answer; the complaint that a mark below par opens, if any. Raises `NotAMark`, `CommentTooLong`."""
    _check(answer)
    values = {
        "store_id": answer.store_id,
        "customer_id": answer.customer_id,
        "answered_at": now,
        "source": answer.source,
        **answer.marks,
    }
    if answer.comment is not None:
        values["comment"] = answer.comment or None
    statement = insert(SurveyAnswer).values(subject_kind=answer.kind, subject_id=answer.subject_id, **values)
    kept = statement.on_conflict_do_update(index_elements=["subject_kind", "subject_id"], set_=values)
    answer_id = connection.execute(kept.returning(SurveyAnswer.id)).scalar_one()
    after = {"marks": dict(answer.marks)}
    actor = f"customer:{answer.customer_id}"
    audit.record(connection, now, actor, "survey.answered", "survey", answer_id, None, after)
    below = {name: mark for name, mark in answer.marks.items() if mark < BELOW_PAR}
    if below:
        return _complain(connection, answer, answer_id, below, now)
    _pass_on(connection, answer, answer_id, now)
    return None


def _check(answer: Answer) -> None:
    known = answer.marks.keys() <= set(DIMENSIONS)
    if not answer.marks or not known or not all(LOWEST <= mark <= HIGHEST for mark in answer.marks.values()):
        raise NotAMark(answer.marks)
    if answer.comment is not None and len(answer.comment) > LONGEST_COMMENT:
        raise CommentTooLong(len(answer.comment))


def _pass_on(connection: Connection, answer: Answer, answer_id: int, now: datetime) -> None:
    """Hand a comment beside good marks to a person, once."""
    if answer.comment and answer.source is SurveySource.LINK:
        new = NewInbound(
            way=InboundWay.PAGE_WISH,
            text=answer.comment,
            received_at=now,
            source=SURVEY,
            source_key=f"{answer_id}:{hashlib.sha256(answer.comment.encode()).hexdigest()[:16]}",
            kind=InboundKind.WISH,
            customer_id=answer.customer_id,
            store_id=answer.store_id,
        )
        record_inbound(connection, new, now)


def _complain(connection: Connection, answer: Answer, answer_id: int, below: Mapping[str, int], now: datetime) -> int:
    """A survey opens one complaint, however often it is answered; the marks in it are the first bad ones."""
    marks = write_marks(below)
    case = NewCase(
        store_id=answer.store_id,
        customer_id=answer.customer_id,
        kind=CaseKind.COMPLAINT,
        cause=f"survey:{answer_id}",
        note="\n".join(part for part in (marks, answer.comment) if part),
        owner_id=answer.owner_id or advisor_of(connection, answer.kind, answer.subject_id),
        received=Received.OUR_CALL if answer.source is SurveySource.CALL else Received.SURVEY,
    )
    return open_case(connection, case, now)
