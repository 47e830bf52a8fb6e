"""Days on the stores' calendars: one moment may be different days in different zones."""

from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import CTE, Connection, Date, Interval, Select, SQLColumnExpression, cast, literal, select

from models.core.cadence import local_day, midnight, moment
from models.core.rows import Cells
from models.people.tables import Store


class Bounds(NamedTuple):
    """Moments that enclose some days of all stores concerned, for index range scans."""

    first: datetime
    end: datetime
    """Exclusive."""


def read_zones(connection: Connection, store_id: int | None) -> list[ZoneInfo]:
    """The time zones of the stores."""
    zones = of_store(select(Store.time_zone).distinct().order_by(Store.time_zone), Store.id, store_id)
    return [ZoneInfo(zone) for zone in connection.scalars(zones)]


def bounds_of(zones: list[ZoneInfo], now: datetime, days: int) -> Bounds:
    """The bounds of the last `days` days including today, over all zones."""
    days_of = [(zone, now.astimezone(zone).date()) for zone in zones]
    first = min(datetime.combine(day - timedelta(days=days - 1), time(), zone) for zone, day in days_of)
    return Bounds(first, max(datetime.combine(day + timedelta(days=1), time(), zone) for zone, day in days_of))


def calendar(now: datetime, days: int, store_id: int | None) -> CTE:
    """Each store with its time zone, and the bounds of its last `days` local days."""
    today = local_day(moment(now), Store.time_zone)
    first = cast(today - literal(timedelta(days=days - 1), Interval), Date)
    tomorrow = cast(today + literal(timedelta(days=1), Interval), Date)
    stores = select(
        Store.id,
        Store.time_zone,
        midnight(first, Store.time_zone).label("first"),
        midnight(tomorrow, Store.time_zone).label("end"),
    )
    return of_store(stores, Store.id, store_id).cte("calendar").prefix_with("materialized", dialect="postgresql")


def of_store(statement: Select[Cells], column: SQLColumnExpression[int | None], store_id: int | None) -> Select[Cells]:
    """A statement, restricted to a store if given."""
    return statement if store_id is None else statement.where(column == store_id)
