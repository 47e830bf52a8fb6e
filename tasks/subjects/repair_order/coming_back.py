"""The same kind of work on the same car within thirty days, and how often the first time was enough (R24)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Date, and_, case, cast, exists, func, literal, select
from sqlalchemy.orm import aliased

from models.core.cadence import local_day, moment
from models.core.words import WorkKind
from models.people.tables import Store
from models.subjects.repair_order import CAME_BACK_DAYS, RepairOrder

MONTHS = 6
"""So many months back the rate is told."""


@dataclass(frozen=True, slots=True)
class FixRate:
    """How the repair orders of one store and month did."""

    store: str
    month: date
    """Its first day."""
    orders: int
    """Given back in the month, of a known kind of work on a known car."""
    came_back: int
    """The car came in again for the same kind of work within 30 days."""
    pending: int
    """Neither has the car come back, nor have 30 days passed."""

    @property
    def rate(self) -> float | None:
        """The share that did not come back, in percent, of those that are known; None: none is known yet."""
        known = self.orders - self.pending
        return round(100 * (known - self.came_back) / known, 1) if known else None


def _came_in(order: Any) -> ColumnElement[date]:
    return func.coalesce(order.opened_on, order.closed_on, type_=Date)


def _same(first: Any, again: Any) -> ColumnElement[bool]:
    """`again` is the same kind of work on the same car, for which it came in within so many days after `first`.

    Work of no kind that is known is never the same.
    """
    days = _came_in(again) - first.closed_on
    return and_(
        again.vehicle_id == first.vehicle_id,
        again.work_kind == first.work_kind,
        first.work_kind != WorkKind.OTHER,
        again.id != first.id,
        _came_in(again) >= first.closed_on,
        days <= CAME_BACK_DAYS,
        _came_in(again) > _came_in(first),
    )


def follows_the_same() -> ColumnElement[bool]:
    """Whether a repair order is about a car that came back: a condition on `RepairOrder`."""
    earlier = aliased(RepairOrder)
    return exists(select(literal(1)).where(_same(earlier, RepairOrder)))


def read_fix_rates(connection: Connection, now: datetime, store: str | None = None) -> Sequence[FixRate]:
    """The first-time-fix rate per store and month, of this month and the five before, the latest first.

    `store`: a store's code; None: all stores.
    """
    later = aliased(RepairOrder)
    today = local_day(moment(now), Store.time_zone)
    back = exists(select(literal(1)).where(_same(RepairOrder, later), _came_in(later) <= today))
    month = cast(func.date_trunc("month", RepairOrder.closed_on), Date)
    first_month = cast(func.date_trunc("month", today), Date) - func.make_interval(0, MONTHS - 1)
    rows = (
        select(
            Store.code.label("store"),
            month.label("month"),
            case((back, 1), else_=0).label("back"),
            case((and_(~back, RepairOrder.closed_on + CAME_BACK_DAYS >= today), 1), else_=0).label("pending"),
        )
        .join(Store, Store.id == RepairOrder.store_id)
        .where(
            RepairOrder.closed_on <= today,
            RepairOrder.closed_on >= first_month,
            RepairOrder.vehicle_id.is_not(None),
            RepairOrder.work_kind != WorkKind.OTHER,
        )
    )
    if store is not None:
        rows = rows.where(Store.code == store)
    each = rows.subquery("each")
    statement = (
        select(each.c.store, each.c.month, func.count(), func.sum(each.c.back), func.sum(each.c.pending))
        .group_by(each.c.store, each.c.month)
        .order_by(each.c.month.desc(), each.c.store)
    )
    return [FixRate(*row) for row in connection.execute(statement)]
