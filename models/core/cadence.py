"""When a step is due and how long it is valid: rules over a subject's columns, correct across DST changes.

They are SQL expressions, because planning never loops over customers. Each is a pure function of its arguments.
"""

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Interval,
    SQLColumnExpression,
    Time,
    bindparam,
    cast,
    func,
    literal,
    type_coerce,
)
from sqlalchemy.types import TIMESTAMP

from models.core.offsets import Offset

ZONED = TIMESTAMP(timezone=True)
LOCAL = TIMESTAMP(timezone=False)
Column = SQLColumnExpression[Any]
Zone = SQLColumnExpression[str]


Now = datetime | ColumnElement[datetime]
"""The moment of a statement, or the bind parameter for it."""
NOW: BindParameter[datetime] = bindparam("now", type_=ZONED)
"""The bind parameter, for statements that are built once and run many times."""


def moment(value: Now) -> ColumnElement[datetime]:
    """A timezone-aware moment as a bound value."""
    return value if isinstance(value, ColumnElement) else literal(value, ZONED)


def local_time(at: Column, zone: Zone) -> ColumnElement[datetime]:
    """The store's local time at a moment."""
    return type_coerce(func.timezone(zone, at), LOCAL)


def local_day(at: Column, zone: Zone) -> ColumnElement[date]:
    """The store-local day of a moment."""
    return cast(local_time(at, zone), Date)


def at_local(day: Column, hour: time, zone: Zone) -> ColumnElement[datetime]:
    """The moment of local time `hour` on `day`; in a DST gap, later by the length of the gap."""
    return type_coerce(func.timezone(zone, day + literal(hour, Time)), ZONED)


def midnight(day: Column, zone: Zone) -> ColumnElement[datetime]:
    """The moment at which a store-local day begins."""
    return at_local(day, time(0), zone)


def shift(
    base: Column, zone: Zone, offset: Offset, at: time | None = None, day: Column | None = None
) -> ColumnElement[datetime]:
    """`base` moved by `offset`: days are calendar days of the store, hours and minutes are elapsed time.

    `day` is the store-local day of `base`, if a column holds it.
    """
    if at is not None:
        return at_local((local_day(base, zone) if day is None else day) + literal(offset.days), at, zone)
    if offset.days:
        days = literal(timedelta(days=offset.days), Interval)
        return type_coerce(func.timezone(zone, local_time(base, zone) + days), ZONED)
    if offset.minutes:
        return type_coerce(base + literal(timedelta(minutes=offset.minutes), Interval), ZONED)
    return type_coerce(base, ZONED)


def later(at: Column, offset: Offset) -> ColumnElement[datetime]:
    """`offset` after a moment, as elapsed time: how long a step stays valid."""
    return type_coerce(at + literal(offset.nominal, Interval), ZONED)
