"""Visits by staff in a month: how many were planned and how many were made, by person (R9)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta
from sqlalchemy import ColumnElement, Connection, func, select

from models.core.cadence import local_day, moment
from models.core.words import StepKind, TouchState
from models.ledger.tables import Touch
from models.ledger.visits_and_letters import StaffVisit
from models.people.tables import StaffMember, Store

OFF = (TouchState.CANCELLED, TouchState.SUPERSEDED, TouchState.SKIPPED)
"""No visit was to be made any more."""
LONGEST_VALID = timedelta(days=100)
"""A visit is made so long after it was due at most."""


@dataclass(frozen=True, slots=True)
class VisitsOfPerson:
    """The visits of one person in a month; those that nobody has planned or made are together."""

    store: str
    staff: str | None
    """The staff code; null: nobody's yet."""
    name: str | None
    planned: int
    """All that were made in the month, planned for a day of it, or, unless planned, due in it."""
    made: int
    missed: int
    waiting: int


def read_visit_plan(connection: Connection, month: date, store: str | None = None) -> list[VisitsOfPerson]:
    """The visits of the month in which a day lies, by store and person. `store` is a store's code."""
    first = month.replace(day=1)
    after = first + relativedelta(months=1)
    day = func.coalesce(StaffVisit.done_on, StaffVisit.planned_for, local_day(Touch.due_at, Store.time_zone))
    statement = (
        select(
            Store.code,
            StaffMember.code,
            StaffMember.name,
            func.count(),
            _of(TouchState.DONE),
            _of(TouchState.MISSED),
            func.count() - _of(TouchState.DONE) - _of(TouchState.MISSED),
        )
        .select_from(Touch)
        .join(Store, Store.id == Touch.store_id)
        .outerjoin(StaffVisit, StaffVisit.touch_id == Touch.id)
        .outerjoin(StaffMember, StaffMember.id == func.coalesce(StaffVisit.planned_by, Touch.assigned_to))
        .where(
            Touch.kind == StepKind.VISIT,
            Touch.state.not_in(OFF),
            Touch.due_at.between(
                moment(_midnight(first) - LONGEST_VALID), moment(_midnight(after) + timedelta(days=1))
            ),
            day >= first,
            day < after,
            *([Store.code == store] if store is not None else []),
        )
        .group_by(Store.code, StaffMember.code, StaffMember.name)
        .order_by(Store.code, StaffMember.name.nulls_last(), StaffMember.code)
    )
    return [VisitsOfPerson(*row) for row in connection.execute(statement)]


def _of(state: TouchState) -> ColumnElement[int]:
    return func.count().filter(Touch.state == state)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), UTC)
