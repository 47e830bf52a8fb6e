"""When warranties end, which follows from their dates, their limits, and what odometers read."""

from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    Column,
    ColumnElement,
    Connection,
    Date,
    Integer,
    MetaData,
    Numeric,
    Select,
    Table,
    and_,
    case,
    delete,
    exists,
    func,
    literal,
    literal_column,
    select,
    text,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.types import Text

from models.core.words import EndBasis
from models.subjects.vehicle import OdometerReading
from models.subjects.warranty import Warranty, WarrantyEnd
from tasks.intake.merging import table_of

EVER = date(1, 1, 1)
"""The day from which on holds what was always so."""
FOREVER: ColumnElement[date] = literal_column("date 'infinity'", Date)

_readings = table_of(OdometerReading)
_warranties = table_of(Warranty)
_ends = table_of(WarrantyEnd)
_VERSIONS = Table(
    "warranty_end_versions",
    MetaData(),
    *(Column(column.name, column.type) for column in _ends.columns),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)


def derive_warranty_ends(connection: Connection, vehicle_ids: Select[tuple[int]] | None = None) -> None:
    """Work out the ends of the warranties (of all vehicles, unless some are given), as known from day to day.

    A warranty ends on its date, or on the day on which the mileage limit will be reached, if that comes first. That
    day is estimated anew with each odometer reading from the second one on: as if the car went on at the average
    kilometres a day between its first reading and this one. Before, and where a car has not moved, the date counts.
    """
    wanted = _warranties.c.vehicle_id.in_(vehicle_ids) if vehicle_ids is not None else literal(True)
    _VERSIONS.create(connection)
    connection.execute(insert(_VERSIONS).from_select(_VERSIONS.columns.keys(), _versions(wanted)))
    connection.execute(text(f"ANALYZE {_VERSIONS.name}"))
    affected = select(_warranties.c.id).where(wanted)
    still = exists().where(_VERSIONS.c.warranty_id == _ends.c.warranty_id, _VERSIONS.c.known_from == _ends.c.known_from)
    connection.execute(delete(_ends).where(_ends.c.warranty_id.in_(affected), ~still))
    merged = insert(_ends).from_select(_VERSIONS.columns.keys(), select(_VERSIONS))
    rest = [column.name for column in _ends.columns if not column.primary_key]
    connection.execute(
        merged.on_conflict_do_update(
            index_elements=list(_ends.primary_key.columns),
            set_={name: merged.excluded[name] for name in rest},
            where=tuple_(*(_ends.c[name] for name in rest)).is_distinct_from(
                tuple_(*(merged.excluded[name] for name in rest))
            ),
        )
    )
    _VERSIONS.drop(connection)


def _versions(wanted: ColumnElement[bool]) -> Select[Any]:
    """Every version of the wanted warranties' ends, each with the day until which it was the latest."""
    estimates = _estimates(wanted).cte("estimates")
    by_date = select(
        _warranties.c.id.label("warranty_id"),
        literal(EVER).label("known_from"),
        _warranties.c.ends_on,
        literal(EndBasis.DATE.value, Text).label("basis"),
        func.jsonb_build_object("date_ends_on", _warranties.c.ends_on).label("figures"),
    ).where(wanted)
    every = union_all(by_date, _by_mileage(estimates)).subquery()
    following = func.lead(every.c.known_from).over(partition_by=every.c.warranty_id, order_by=every.c.known_from)
    return select(
        every.c.warranty_id,
        every.c.known_from,
        func.coalesce(following, FOREVER).label("known_until"),
        every.c.ends_on,
        every.c.basis,
        every.c.figures,
    )


def _estimates(wanted: ColumnElement[bool]) -> Select[Any]:
    """For each warranty with a limit and each odometer reading from the second one on, the figures of the estimate."""
    window: dict[str, Any] = {"partition_by": _readings.c.vehicle_id, "order_by": _readings.c.read_on}
    readings = select(
        _readings.c.vehicle_id,
        _readings.c.read_on.label("last_on"),
        _readings.c.kilometres.label("last_km"),
        func.first_value(_readings.c.read_on).over(**window).label("first_on"),
        func.first_value(_readings.c.kilometres).over(**window).label("first_km"),
    ).where(_readings.c.vehicle_id.in_(select(_warranties.c.vehicle_id).where(wanted)))
    each = readings.subquery()
    return (
        select(
            _warranties.c.id.label("warranty_id"),
            _warranties.c.ends_on.label("date_ends_on"),
            _warranties.c.limit_kilometres.label("limit_km"),
            *(each.c[name] for name in ("first_on", "first_km", "last_on", "last_km")),
            (each.c.last_km - each.c.first_km).label("driven_km"),
            (each.c.last_on - each.c.first_on).cast(Integer).label("days"),
        )
        .join(each, each.c.vehicle_id == _warranties.c.vehicle_id)
        .where(wanted, _warranties.c.limit_kilometres.is_not(None), each.c.last_on > each.c.first_on)
    )


def _by_mileage(estimates: CTE) -> Select[Any]:
    """The ends as the readings tell them. `days_left` is worked out in whole numbers, so that it is exact."""
    known = estimates.c
    left = (known.limit_km - known.last_km).cast(Numeric) * known.days
    days_left = func.floor(left / func.nullif(known.driven_km, 0))
    by_date = known.date_ends_on - known.last_on
    # Only a limit that is reached before the date matters; the comparison also keeps the day within the calendar.
    sooner = and_(known.driven_km > 0, days_left < by_date)
    earliest = func.greatest(days_left, literal(EVER) - known.last_on).cast(Integer)
    return select(
        known.warranty_id,
        known.last_on,
        case((sooner, known.last_on + earliest), else_=known.date_ends_on),
        case((sooner, EndBasis.MILEAGE.value), else_=EndBasis.DATE.value).cast(Text),
        func.jsonb_build_object(
            *(part for name in FIGURES for part in (name, known[name])),
            "km_per_day",
            func.round(known.driven_km.cast(Numeric) / known.days, 2),
        ),
    )


FIGURES = ("first_on", "first_km", "last_on", "last_km", "limit_km", "date_ends_on")
"""What an estimate was made of, beside the kilometres a day."""
