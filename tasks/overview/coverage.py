"""How far customers were followed up: reached, tried, written to, or nobody (R2). One of the four each, never more."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Integer,
    Interval,
    Select,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)

from models.calls.outcomes import names_of
from models.calls.surveys import SurveyAnswer
from models.core.cadence import local_day, moment
from models.core.rows import AnyRow, AnySelect
from models.core.words import Purpose, StepKind, SubjectKind, TouchState
from models.ledger.standings import UNCOVERED, Coverage
from models.ledger.tables import CallAttempt, Touch
from models.people.tables import Store
from models.subjects import handover, repair_order
from models.subjects.handover import Handover
from models.subjects.repair_order import RepairOrder
from models.subjects.vehicle import Vehicle
from models.subjects.warranty import Warranty, WarrantyEnd
from tasks.overview.days import of_store

DAYS = 30
"""The number of days whose visits are counted."""
SETTLING = 7
"""Days allowed for the follow-up before a visit counts."""
IN_A_YEAR = timedelta(days=365)
"""How long a contact counts for a customer in warranty."""
LOOKS_AFTER = (Purpose.SERVICE, Purpose.FOLLOW_UP, Purpose.SURVEY)
"""Contacts that look after a customer. Dunning and advertising do not."""
BY_WRITING = (StepKind.MESSAGE, StepKind.LETTER)
REACHED, TRIED, WRITTEN_TO, NOBODY = 3, 2, 1, 0
"""The levels in SQL, the best of which counts."""


def measure_coverage(connection: Connection, now: datetime) -> dict[str, float]:
    """The figures of a run: of the visits of 30 days, up to a week ago, and of the customers in warranty."""
    visits = sum((one for _, one in read_coverage(connection, now, None)), UNCOVERED)
    return _figures("visits", visits) | _figures("in_warranty", read_in_warranty(connection, now, None))


def _figures(of: str, coverage: Coverage) -> dict[str, float]:
    percent = coverage.share.percent
    return {
        of: coverage.of,
        f"{of}_reached": coverage.reached,
        f"{of}_tried": coverage.tried,
        f"{of}_written_to": coverage.written_to,
        f"{of}_nobody": coverage.nobody,
        f"{of}_reached_percent": 100.0 if percent is None else percent,
    }


def read_coverage(connection: Connection, now: datetime, store_id: int | None) -> list[tuple[date, Coverage]]:
    """Handovers and repair orders by the day of the visit, of one store or of all (None)."""
    visits = union_all(
        _visits(Handover, Handover.handed_over_on, handover.KIND, now, store_id),
        _visits(RepairOrder, RepairOrder.closed_on, repair_order.KIND, now, store_id),
    ).subquery("visits")
    rows = connection.execute(
        select(visits.c.day, *_counts(visits.c.level)).group_by(visits.c.day).order_by(visits.c.day)
    )
    return [(row.day, _coverage(row)) for row in rows]


def read_in_warranty(connection: Connection, now: datetime, store_id: int | None) -> Coverage:
    """The customers with a car in warranty, by the best contact of the last year, of one store or of all (None)."""
    theirs = _in_warranty(now, store_id).cte("in_warranty")
    level = func.max(_level_of_touch(now))
    best = (
        select(Touch.customer_id, level.label("level"))
        .where(
            Touch.customer_id.in_(select(theirs.c.customer_id)),
            Touch.contacted_at > moment(now - IN_A_YEAR),
            Touch.contacted_at <= moment(now),
            Touch.purpose.in_(LOOKS_AFTER),
        )
        .group_by(Touch.customer_id)
        .subquery("best")
    )
    answered = exists(
        select(literal(1)).where(
            SurveyAnswer.customer_id == theirs.c.customer_id,
            SurveyAnswer.answered_at.between(moment(now - IN_A_YEAR), moment(now)),
        )
    )
    levels = select(case((answered, REACHED), else_=func.coalesce(best.c.level, NOBODY)).label("level")).outerjoin_from(
        theirs, best, best.c.customer_id == theirs.c.customer_id
    )
    each = levels.subquery("levels")
    return _coverage(connection.execute(select(*_counts(each.c.level))).one())


def _counts(level: ColumnElement[int]) -> Sequence[ColumnElement[int]]:
    names = {"reached": REACHED, "tried": TRIED, "written_to": WRITTEN_TO, "nobody": NOBODY}
    return [func.count().filter(level == number).label(name) for name, number in names.items()]


def _coverage(row: AnyRow) -> Coverage:
    return Coverage(row.reached, row.tried, row.written_to, row.nobody)


def _level_of_touch(now: datetime) -> ColumnElement[int]:
    """What one touch was for the customer. Only a call that reached them, or a visit to them, is a contact."""
    attempt = select(literal(1)).where(CallAttempt.touch_id == Touch.id, CallAttempt.attempted_at <= moment(now))
    talked = exists(attempt.where(CallAttempt.outcome.in_(names_of(reached=True))))
    seen = and_(Touch.kind == StepKind.VISIT, Touch.state == TouchState.DONE)
    written = and_(Touch.kind.in_(BY_WRITING), Touch.state.in_((TouchState.SENT, TouchState.DONE)))
    return case((or_(talked, seen), REACHED), (exists(attempt), TRIED), (written, WRITTEN_TO), else_=NOBODY)


def _visits(
    table: type[Handover] | type[RepairOrder], day: Any, kind: SubjectKind, now: datetime, store_id: int | None
) -> AnySelect:
    """The visits with enough time for a follow-up, each with its level."""
    today = local_day(moment(now), Store.time_zone)
    last = cast(today - literal(timedelta(days=SETTLING), Interval), Date)
    first = cast(last - literal(timedelta(days=DAYS), Interval), Date)
    bounds = ((now - timedelta(days=SETTLING + DAYS + 1)).date(), now.date())  # the index range, in any zone
    best = (
        select(func.max(_level_of_touch(now)))
        .where(Touch.subject_kind == kind, Touch.subject_id == table.id, Touch.contacted_at <= moment(now))
        .scalar_subquery()
    )
    answered = exists(
        select(literal(1)).where(
            SurveyAnswer.subject_kind == kind,
            SurveyAnswer.subject_id == table.id,
            SurveyAnswer.answered_at <= moment(now),
        )
    )
    level = case((answered, REACHED), else_=func.coalesce(best, cast(NOBODY, Integer)))
    visits = (
        select(day.label("day"), level.label("level"))
        .join(Store, Store.id == table.store_id)
        .where(day.between(*bounds), day.between(first, last))
    )
    return of_store(visits, table.store_id, store_id)


def _in_warranty(now: datetime, store_id: int | None) -> Select[tuple[int | None]]:
    """The customers with a car whose warranty has begun and not ended, by the store's day."""
    today = local_day(moment(now), Store.time_zone)
    theirs = (
        select(Vehicle.customer_id)
        .distinct()
        .join_from(WarrantyEnd, Warranty, Warranty.id == WarrantyEnd.warranty_id)
        .join(Vehicle, Vehicle.id == Warranty.vehicle_id)
        .join(Store, Store.id == Warranty.store_id)
        .where(
            WarrantyEnd.ends_on > today,
            WarrantyEnd.known_from <= today,
            WarrantyEnd.known_until > today,
            or_(Warranty.starts_on.is_(None), Warranty.starts_on <= today),
            or_(Vehicle.disposed_on.is_(None), Vehicle.disposed_on > today),
            Vehicle.customer_id.is_not(None),
        )
    )
    return of_store(theirs, Warranty.store_id, store_id)
