"""The coverage of the follow-up: the share of customers really followed up after a visit (R2)."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Date, Interval, Select, cast, func, literal, select, union_all

from models.core.cadence import local_day, moment
from models.core.words import SubjectKind, TouchState
from models.ledger.standings import NONE, Share
from models.ledger.tables import Touch
from models.people.tables import Store
from models.subjects import handover, repair_order
from models.subjects.handover import Handover
from models.subjects.repair_order import RepairOrder

DAYS = 30
"""The number of days whose visits are counted."""
SETTLING = 7
"""Days allowed for the follow-up before a visit counts."""
FOLLOWED_UP = (TouchState.SENT, TouchState.DONE)


def measure_coverage(connection: Connection, now: datetime) -> dict[str, float]:
    """Handovers and repair orders of 30 days, up to a week ago: how many, and how many were followed up."""
    covered = sum((share for _, share in read_coverage(connection, now, None)), NONE)
    percent = 100.0 if covered.percent is None else covered.percent
    return {"delivered": covered.of, "followed_up": covered.good, "coverage_percent": percent}


def read_coverage(connection: Connection, now: datetime, store_id: int | None) -> list[tuple[date, Share]]:
    """The same by the day of the visit, of one store or of all (None)."""
    visits = union_all(
        _visits(Handover, Handover.handed_over_on, handover.KIND, now, store_id),
        _visits(RepairOrder, RepairOrder.closed_on, repair_order.KIND, now, store_id),
    ).subquery("visits")
    rows = connection.execute(
        select(
            visits.c.day, func.count().label("of"), func.count().filter(visits.c.followed_up).label("followed_up")
        )
        .group_by(visits.c.day)
        .order_by(visits.c.day)
    )  # fmt: skip
    return [(row.day, Share(row.followed_up, row.of)) for row in rows]


def _visits(
    table: type[Handover] | type[RepairOrder], day: Any, kind: SubjectKind, now: datetime, store_id: int | None
) -> Select[Any]:
    """The visits with enough time for a follow-up, and whether a message was sent or a call made."""
    today = local_day(moment(now), Store.time_zone)
    last = cast(today - literal(timedelta(days=SETTLING), Interval), Date)
    first = cast(last - literal(timedelta(days=DAYS), Interval), Date)
    bounds = ((now - timedelta(days=SETTLING + DAYS + 1)).date(), now.date())  # the index range, in any zone
    followed_up = (
        select(literal(1))
        .where(
            Touch.subject_kind == kind,
            Touch.subject_id == table.id,
            Touch.state.in_(FOLLOWED_UP),
            Touch.contacted_at <= moment(now),
        )
        .exists()
    )
    visits = (
        select(day.label("day"), followed_up.label("followed_up"))
        .join(Store, Store.id == table.store_id)
        .where(day.between(*bounds), day.between(first, last))
    )
    return visits if store_id is None else visits.where(table.store_id == store_id)
