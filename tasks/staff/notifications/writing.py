"""Writing word to staff: the facts of what they are told, read again right before it goes."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    Select,
    SQLColumnExpression,
    and_,
    case,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from models.core.cadence import moment
from models.core.rows import AnyRow, AnySelect
from models.core.saying import say_word
from models.core.settings import Settings
from models.core.words import (
    BY_STAFF,
    CaseState,
    ChangeKind,
    PartsState,
    TouchState,
    WarningLevel,
    stands_for,
)
from models.inbound.tables import Inbound
from models.ledger.tables import Case, Touch
from models.messages.letters import write_day
from models.people.notifications.letters import (
    Counted,
    Line,
    Word,
    initial,
    read_staff_wording,
    say_to_staff,
    write_at,
    write_digest,
    write_matters,
)
from models.people.notifications.words import Topic
from models.people.tables import Customer, StaffMember
from models.subjects.appointment import Appointment, AppointmentChange, DepartmentNotice
from models.subjects.department_sheet import DepartmentSheet, DepartmentSheetLine
from models.subjects.vehicle import Vehicle
from tasks.inbound.listing import IS_OPEN
from tasks.staff.notifications.choosing import Member
from tasks.staff.notifications.links import make_staff_link

OF_DEPARTMENTS = (Topic.APPOINTMENT_CHANGED, Topic.SHEET)
"""What is acknowledged, also by a link."""
WAITING = (CaseState.OPEN, CaseState.ANSWERED)
NO_PARTS = (PartsState.UNKNOWN, PartsState.ORDERED, PartsState.MISSING)


@dataclass(frozen=True, slots=True)
class Notice:
    """What somebody is to be told."""

    id: int
    topic: Topic
    about: int | None
    detail: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Written:
    """What became of somebody's notices."""

    words: tuple[tuple[Word, tuple[int, ...]], ...]
    """Each message with the notices that it tells."""
    over: tuple[int, ...]
    """The notices that are settled already."""


def write_to(
    connection: Connection, settings: Settings, member: Member, notices: Sequence[Notice], now: datetime
) -> Written:
    """Write to one member of staff: what is told at once together, and the digest by itself."""
    at_once = [one for one in notices if one.topic is not Topic.DIGEST]
    digests = [one for one in notices if one.topic is Topic.DIGEST]
    told = _lines(connection, member, at_once)
    words = []
    if told:
        words.append((_matters(settings, member, told, now), tuple(notice.id for notice, _ in told)))
    over = [one.id for one in at_once if one.id not in {notice.id for notice, _ in told}]
    counts = list(_counts(connection, member, now)) if digests else []
    if counts:
        digest = write_digest(member.language, member.store_name, counts, member.zone, settings.links_begin)
        words.append((digest, tuple(one.id for one in digests)))
    else:
        over += [one.id for one in digests]
    return Written(tuple(words), tuple(over))


def _matters(settings: Settings, member: Member, told: Sequence[tuple[Notice, Line]], now: datetime) -> Word:
    lines = [line for _, line in told]
    of_departments = all(notice.topic in OF_DEPARTMENTS for notice, _ in told)
    link = make_staff_link(settings, member.id, now) if of_departments else None
    return write_matters(member.language, member.store_name, lines, settings.links_begin, link)


def _lines(connection: Connection, member: Member, notices: Sequence[Notice]) -> list[tuple[Notice, Line]]:
    """A line for each notice that still holds, in the order in which they were written down."""
    by_topic = defaultdict(list)
    for one in notices:
        by_topic[one.topic].append(one)
    found: dict[int, Line] = {}
    for topic, some in by_topic.items():
        select_facts, write = WRITERS[topic]
        facts = {row.id: row for row in connection.execute(select_facts([one.about for one in some]))}
        for one in some:
            row = facts.get(one.about)
            if row is not None:
                found[one.id] = write(member, one, row)
    return [(one, found[one.id]) for one in notices if one.id in found]


def _inbound_facts(ids: Sequence[int | None]) -> Executable:
    return (
        select(Inbound.id, Inbound.kind, Inbound.due_at, Customer.name.label("customer"))
        .outerjoin(Customer, Customer.id == Inbound.customer_id)
        .where(Inbound.id.in_(ids), IS_OPEN)
    )


def _inbound_line(member: Member, _: Notice, row: AnyRow) -> Line:
    language = member.language
    sentence = say_to_staff(
        language, "inbound-overdue", kind=say_word(language, row.kind), customer=initial(row.customer, language),
        at=write_at(row.due_at, member.zone),
    )  # fmt: skip
    return Line(sentence, f"/inbox/{row.id}")


def _case_facts(ids: Sequence[int | None]) -> Executable:
    owner = aliased(StaffMember)
    return (
        select(Case.id, Case.kind, Case.solve_by, Customer.name.label("customer"), owner.name.label("owner"))
        .join(Customer, Customer.id == Case.customer_id)
        .outerjoin(owner, owner.id == Case.owner_id)
        .where(Case.id.in_(ids), Case.state.in_(WAITING))
    )


def _case_line(member: Member, notice: Notice, row: AnyRow) -> Line:
    language = member.language
    key, at = str(Topic.CASE_ESCALATED), row.solve_by
    if notice.topic is Topic.CASE_DEADLINE:
        key, at = f"{notice.topic}-{notice.detail or WarningLevel.NEAR}", notice.at
    sentence = say_to_staff(
        language, key, kind=say_word(language, row.kind), customer=initial(row.customer, language),
        at=write_at(at, member.zone), owner=row.owner or read_staff_wording()["nobody"][language],
    )  # fmt: skip
    return Line(sentence, f"/cases/{row.id}")


def _change_facts(ids: Sequence[int | None]) -> Executable:
    return (
        select(
            DepartmentNotice.id, DepartmentNotice.department, AppointmentChange.kind,
            AppointmentChange.from_starts_at, AppointmentChange.to_starts_at, Vehicle.model,
        )
        .join(AppointmentChange, AppointmentChange.id == DepartmentNotice.change_id)
        .join(Appointment, Appointment.id == AppointmentChange.appointment_id)
        .outerjoin(Vehicle, Vehicle.id == Appointment.vehicle_id)
        .where(DepartmentNotice.id.in_(ids), DepartmentNotice.acknowledged_at.is_(None))
    )  # fmt: skip


def _change_line(member: Member, _: Notice, row: AnyRow) -> Line:
    language = member.language
    sentence = say_to_staff(
        language, "moved" if row.kind is ChangeKind.MOVED else "cancelled",
        department=say_word(language, row.department), car=row.model or read_staff_wording()["a-car"][language],
        start=write_at(row.from_starts_at, member.zone), moved_to=write_at(row.to_starts_at, member.zone),
    )  # fmt: skip
    return Line(sentence, f"/notices?department={row.department}")


def _sheet_facts(ids: Sequence[int | None]) -> Executable:
    lines = (
        select(
            DepartmentSheetLine.sheet_id,
            func.count().label("visits"),
            func.min(Appointment.starts_at).label("first"),
            func.count().filter(Appointment.parts_state.in_(NO_PARTS)).label("missing"),
        )
        .join(Appointment, Appointment.id == DepartmentSheetLine.appointment_id)
        .group_by(DepartmentSheetLine.sheet_id)
        .subquery("lines")
    )
    return (
        select(DepartmentSheet.id, DepartmentSheet.department, DepartmentSheet.day, lines)
        .join(lines, lines.c.sheet_id == DepartmentSheet.id)
        .where(DepartmentSheet.id.in_(ids), DepartmentSheet.acknowledged_at.is_(None))
    )


def _sheet_line(member: Member, notice: Notice, row: AnyRow) -> Line:
    language = member.language
    sentence = say_to_staff(
        language, str(notice.topic), department=say_word(language, row.department), count=row.visits,
        day=write_day(row.day, language), first=f"{row.first.astimezone(member.zone):%H:%M}", missing=row.missing,
    )  # fmt: skip
    return Line(sentence, f"/notices?department={row.department}")


WRITERS: Mapping[
    Topic, tuple[Callable[[Sequence[int | None]], Executable], Callable[[Member, Notice, AnyRow], Line]]
] = {
    Topic.INBOUND_OVERDUE: (_inbound_facts, _inbound_line),
    Topic.CASE_DEADLINE: (_case_facts, _case_line),
    Topic.CASE_ESCALATED: (_case_facts, _case_line),
    Topic.APPOINTMENT_CHANGED: (_change_facts, _change_line),
    Topic.SHEET: (_sheet_facts, _sheet_line),
    Topic.SHEET_IGNORED: (_sheet_facts, _sheet_line),
}
"""The facts of each topic that still hold, and the line that tells one of them."""


def _counts(connection: Connection, member: Member, now: datetime) -> Iterator[Counted]:
    """What is open for somebody, kind by kind; nothing for a kind of which nothing is."""
    for key, path, statement in _open_for(member, now):
        row = connection.execute(statement).one()
        if row.open:
            yield Counted(key, row.open, path, row.late, row.first)


def _open_for(member: Member, now: datetime) -> Iterator[tuple[str, str, Executable]]:
    yield (
        "digest-inbound",
        "/inbox?view=mine",
        _count(Inbound.due_at, now, IS_OPEN, Inbound.responsible_id == member.id),
    )
    deadline = case(
        (Case.answered_at.is_(None), func.coalesce(Case.answer_by, Case.solve_by)), else_=Case.solve_by
    )  # the next one
    yield "digest-cases", "/cases", _count(deadline, now, Case.state.in_(WAITING), Case.owner_id == member.id)
    theirs = or_(
        Touch.assigned_to == member.id,
        and_(Touch.assigned_to.is_(None), Touch.role == member.role, Touch.store_id == member.store_id),
    )
    ready = (Touch.state == TouchState.READY, Touch.kind.in_(BY_STAFF), Touch.not_before <= moment(now))
    yield "digest-calls", "/calls", _count(Touch.valid_until, now, *ready, Touch.valid_until > moment(now), theirs)
    decides = Touch.approval.overlap([role.value for role in stands_for(member.role)])
    waiting = (Touch.state == TouchState.AWAITING_APPROVAL, Touch.valid_until > moment(now))
    of_store = Touch.store_id == member.store_id
    yield "digest-approvals", "/approvals", _count(Touch.valid_until, now, *waiting, decides, of_store)
    yield "digest-notices", "/notices", _unacknowledged(member)


def _count(
    deadline: SQLColumnExpression[datetime | None], now: datetime, *conditions: ColumnElement[bool]
) -> Select[tuple[int, int, datetime | None]]:
    late = func.count().filter(deadline < moment(now))
    return select(func.count().label("open"), late.label("late"), func.min(deadline).label("first")).where(*conditions)


def _unacknowledged(member: Member) -> AnySelect:
    """The changes and sheets of somebody's department."""
    departments = [one for one in (member.department, member.role.value) if one]
    changes = (
        select(func.count())
        .select_from(DepartmentNotice)
        .join(AppointmentChange, AppointmentChange.id == DepartmentNotice.change_id)
        .join(Appointment, Appointment.id == AppointmentChange.appointment_id)
        .where(
            DepartmentNotice.acknowledged_at.is_(None),
            DepartmentNotice.department.in_(departments),
            Appointment.store_id == member.store_id,
        )
    )
    sheets = (
        select(func.count())
        .select_from(DepartmentSheet)
        .where(
            DepartmentSheet.acknowledged_at.is_(None),
            DepartmentSheet.department.in_(departments),
            DepartmentSheet.store_id == member.store_id,
        )
    )
    total = changes.scalar_subquery() + sheets.scalar_subquery()
    return select(total.label("open"), literal(0).label("late"), null().label("first"))
