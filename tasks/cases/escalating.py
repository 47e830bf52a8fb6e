"""What nobody did is told: calls that were missed, and deadlines that come near or have passed (F5, R10)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Subquery,
    and_,
    case,
    cast,
    func,
    insert,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.types import Text

from models.core.base import enumeration, growing
from models.core.cadence import moment
from models.core.rows import AnySelect
from models.core.words import CaseKind, CaseState, Role, StepKind, TouchState, WarningLevel
from models.ledger.cases import A_DAY, NEAR_WITHIN, TITLES, WARNINGS
from models.ledger.tables import OF_PROCESSES, Case, CaseNote, CaseWarning, Touch
from models.people.tables import StaffMember, Store
from models.subjects.appointment import Appointment, AppointmentChange, DepartmentNotice
from tasks.cases.deadlines import deadlines_everywhere
from tasks.cases.feedback import tell_late_feedback
from tasks.cases.repeating import escalate_repeated
from tasks.ledger.case_owners import owner_for, somebody
from tasks.stores.notices import IN_TIME

MARKED_WITHIN = timedelta(days=1)
"""Calls that were marked as missed longer ago open no cases, so that an upgrade does not open those of years."""
TO_CUSTOMERS = (StepKind.CALL, StepKind.VISIT)
SYSTEM = "aftercare"


def open_cases_for_missed_calls(connection: Connection, now: datetime) -> int:
    """A case for a manager for each call or visit that was just marked as missed; how many. Each only once.

    Those of campaigns are left out: their results count them, and a campaign may have thousands.
    """
    missed = select(Touch.store_id, Touch.customer_id, Touch.id, Touch.id.label("touch_id")).where(
        Touch.state == literal(TouchState.MISSED, enumeration(TouchState), literal_execute=True),
        Touch.state_at > moment(now - MARKED_WITHIN),
        Touch.state_at <= moment(now),
        Touch.kind.in_(TO_CUSTOMERS),
        OF_PROCESSES,
    )
    return _open_for_a_manager(connection, now, CaseKind.MISSED_CALL, "missed:", missed.subquery("missed"))


def open_cases_for_ignored_notices(connection: Connection, now: datetime) -> int:
    """A case for a manager for each notice that a department has not acknowledged in time; how many. Each only once."""
    ignored = (
        select(
            Appointment.store_id,
            Appointment.customer_id,
            DepartmentNotice.id,
            func.concat(DepartmentNotice.department, ": ", Appointment.key).label("note"),
        )
        .select_from(DepartmentNotice)
        .join(AppointmentChange, AppointmentChange.id == DepartmentNotice.change_id)
        .join(Appointment, Appointment.id == AppointmentChange.appointment_id)
        .where(
            DepartmentNotice.acknowledged_at.is_(None),
            DepartmentNotice.told_at <= moment(now - IN_TIME),
            DepartmentNotice.told_at > moment(now - MARKED_WITHIN),
        )
    )
    return _open_for_a_manager(connection, now, CaseKind.NOTICE_IGNORED, "notice:", ignored.subquery("ignored"))


def _open_for_a_manager(connection: Connection, now: datetime, kind: CaseKind, cause: str, about: Subquery) -> int:
    """A case of the kind for each row, which has `store_id`, `customer_id`, the `id` that makes it unique together
    with `cause`, and whatever else a case has a column for; how many are new."""
    deadlines = deadlines_everywhere(connection, now).subquery("deadlines")
    values: dict[str, ColumnElement[Any]] = {
        "kind": literal(kind, growing(CaseKind)),
        "cause": func.concat(cause, cast(about.c.id, Text)),
        "title": case(TITLES[kind], value=Store.language),
        "state": literal(CaseState.OPEN, enumeration(CaseState)),
        "opened_at": moment(now),
        "solve_by": deadlines.c.solve_by,
        "owner_id": owner_for(literal(kind.value), about.c.store_id, about.c.customer_id, now),
        **{name: column for name, column in about.c.items() if name != "id"},
    }
    rows = (
        select(*values.values())
        .join_from(about, Store, Store.id == about.c.store_id)
        .join(deadlines, and_(deadlines.c.store_id == Store.id, deadlines.c.kind == kind.value))
    )
    opened = upsert(Case).from_select(list(values), rows).on_conflict_do_nothing(index_elements=["kind", "cause"])
    return len(connection.execute(opened.returning(Case.id)).all())


def escalate_cases(connection: Connection, now: datetime) -> int:
    """Give every open case an owner, and tell of deadlines: before one the owner, after it a manager, a day later the
    general manager. How many were told; each deadline is told once per level, and noted on the case.

    Customers who complain a second time, and departments that are late with an answer, are told to the manager, too.
    """
    _give_owners(connection, now)
    repeated, late = escalate_repeated(connection, now), tell_late_feedback(connection, now)
    told = connection.execute(
        upsert(CaseWarning)
        .from_select(["case_id", "deadline", "level", "told_id", "told_at"], _to_tell(now))
        .on_conflict_do_nothing()
        .returning(CaseWarning.case_id, CaseWarning.deadline, CaseWarning.level, CaseWarning.told_id)
    ).all()
    if told:
        _note(connection, told, now)
    return len(told) + repeated + late


def _give_owners(connection: Connection, now: datetime) -> None:
    """Whoever is there by rule, of the cases that are still nobody's."""
    owner = owner_for(cast(Case.kind, Text), Case.store_id, Case.customer_id, now, Case.touch_id)
    nobodys = and_(Case.owner_id.is_(None), Case.state != CaseState.CLOSED)
    connection.execute(update(Case).where(nobodys, owner.is_not(None)).values(owner_id=owner, version=Case.version + 1))


def _to_tell(now: datetime) -> AnySelect:
    """Each deadline of an open case that is near or has passed, with its level and whom to tell."""
    answer = (Case.answer_by, and_(Case.state == CaseState.OPEN, Case.answered_at.is_(None)))
    solve = (Case.solve_by, and_(Case.state.in_((CaseState.OPEN, CaseState.ANSWERED)), Case.solved_at.is_(None)))
    each = union_all(
        *(
            select(Case.id, Case.store_id, Case.owner_id, deadline.label("deadline")).where(
                waiting, deadline <= moment(now + NEAR_WITHIN)
            )
            for deadline, waiting in (answer, solve)
        )
    ).subquery("each")
    row = each.c
    level = case(
        (row.deadline <= moment(now - A_DAY), literal(WarningLevel.A_DAY_LATER, growing(WarningLevel))),
        (row.deadline <= moment(now), literal(WarningLevel.PASSED, growing(WarningLevel))),
        else_=literal(WarningLevel.NEAR, growing(WarningLevel)),
    )
    return select(row.id, row.deadline, level, _whom(row, now), moment(now))


def _whom(row: Any, now: datetime) -> ColumnElement[int | None]:
    """By the level; where the store has nobody of a role, the one below."""
    manager = func.coalesce(somebody(Role.MANAGER, row.store_id), row.owner_id)
    general = func.coalesce(somebody(Role.GENERAL_MANAGER, row.store_id), _anywhere(), manager)
    return case(
        (row.deadline <= moment(now - A_DAY), general), (row.deadline <= moment(now), manager), else_=row.owner_id
    )


def _anywhere() -> ColumnElement[int | None]:
    """The general manager of the group."""
    people = select(StaffMember.id).where(StaffMember.role == Role.GENERAL_MANAGER, StaffMember.active)
    return people.order_by(StaffMember.code).limit(1).scalar_subquery()


def _note(
    connection: Connection, told: Sequence[Row[tuple[int, datetime, WarningLevel, int | None]]], now: datetime
) -> None:
    """Note on each case, in the store's language, who was told."""
    about = {
        row.id: row
        for row in connection.execute(
            select(Case.id, Store.language, Store.time_zone)
            .join(Store, Store.id == Case.store_id)
            .where(Case.id.in_({one.case_id for one in told}))
        )
    }
    names = dict(
        connection.execute(
            select(StaffMember.id, StaffMember.name).where(StaffMember.id.in_({one.told_id for one in told}))
        )
        .tuples()
        .all()
    )
    notes = []
    for one in told:
        case_row = about[one.case_id]
        due = one.deadline.astimezone(ZoneInfo(case_row.time_zone))
        text = WARNINGS[one.level][case_row.language].format(
            name=names.get(one.told_id, "-"), deadline=f"{due:%Y-%m-%d %H:%M}"
        )
        notes.append({"case_id": one.case_id, "written_at": now, "author": SYSTEM, "text": text})
    connection.execute(insert(CaseNote), notes)
