"""The coverage of the follow-up: how many of those a car was given to were really followed up (R2)."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Date, Interval, Select, cast, func, literal, select, union_all

from models.cadence import local_day, moment
from models.ledger import Touch
from models.people import Store
from models.service import Handover, RepairOrder
from models.words import ProcessName, SubjectKind, TouchState

DAYS = 30
"""The visits of so many days are looked at."""
SETTLING = 7
"""A visit is given so many days to be followed up before it counts."""
FOLLOWED_UP = (TouchState.SENT, TouchState.DONE)


def measure_coverage(connection: Connection, now: datetime) -> dict[str, float]:
    """Of the handovers and repair orders of 30 days, up to a week ago: how many there were, and were followed up."""
    visits = union_all(
        _visits(Handover, Handover.handed_over_on, SubjectKind.HANDOVER, now),
        _visits(RepairOrder, RepairOrder.closed_on, SubjectKind.REPAIR_ORDER, now),
    ).subquery("visits")
    row = connection.execute(
        select(func.count().label("delivered"), func.count().filter(visits.c.followed_up).label("followed_up"))
        .select_from(visits)
    ).one()  # fmt: skip
    covered = 100.0 if row.delivered == 0 else round(100 * row.followed_up / row.delivered, 1)
    return {"delivered": row.delivered, "followed_up": row.followed_up, "coverage_percent": covered}


def _visits(table: type[Handover] | type[RepairOrder], day: Any, kind: SubjectKind, now: datetime) -> Select[Any]:
    """The visits that had time to be followed up, each with whether a message went out or a call was made."""
    today = local_day(moment(now), Store.time_zone)
    last = cast(today - literal(timedelta(days=SETTLING), Interval), Date)
    first = cast(last - literal(timedelta(days=DAYS), Interval), Date)
    bounds = ((now - timedelta(days=SETTLING + DAYS + 1)).date(), now.date())  # the index range, in any zone
    followed_up = (
        select(literal(1))
        .where(
            Touch.process == ProcessName.POST_DELIVERY_FOLLOWUP.value,
            Touch.subject_kind == kind,
            Touch.subject_id == table.id,
            Touch.state.in_(FOLLOWED_UP),
            Touch.contacted_at <= moment(now),
        )
        .exists()
    )
    return (
        select(table.id, followed_up.label("followed_up"))
        .join(Store, Store.id == table.store_id)
        .where(day.between(*bounds), day.between(first, last))
    )
