"""When warranties end, which follows from their dates, their limits, and what odometers read."""

from datetime import date

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Date,
    Integer,
    MetaData,
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
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.types import Text

from models.core.rows import AnySelect
from models.core.words import EndBasis
from models.subjects.warranty import Warranty, WarrantyEnd
from tasks.intake.merging import table_of
from tasks.subjects.vehicle.mileage import days_left, figures_of, known_paces

EVER = date(1, 1, 1)
"""The day from which on holds what was always so."""
FOREVER: ColumnElement[date] = literal_column("date 'infinity'", Date)

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
    day is estimated anew with each odometer reading from the second one on: as if the car went on at the pace that
    `tasks.subjects.vehicle.mileage` tells. Before, and where a car has not moved, the date counts.
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


def _versions(wanted: ColumnElement[bool]) -> AnySelect:
    """Every version of the wanted warranties' ends, each with the day until which it was the latest."""
    by_date = select(
        _warranties.c.id.label("warranty_id"),
        literal(EVER).label("known_from"),
        _warranties.c.ends_on,
        literal(EndBasis.DATE.value, Text).label("basis"),
        func.jsonb_build_object("date_ends_on", _warranties.c.ends_on).label("figures"),
    ).where(wanted)
    every = union_all(by_date, _by_mileage(wanted)).subquery()
    following = func.lead(every.c.known_from).over(partition_by=every.c.warranty_id, order_by=every.c.known_from)
    return select(
        every.c.warranty_id,
        every.c.known_from,
        func.coalesce(following, FOREVER).label("known_until"),
        every.c.ends_on,
        every.c.basis,
        every.c.figures,
    )


def _by_mileage(wanted: ColumnElement[bool]) -> AnySelect:
    """The ends as the readings tell them, of the warranties with a limit."""
    limited = and_(wanted, _warranties.c.limit_kilometres.is_not(None))
    paces = known_paces(select(_warranties.c.vehicle_id).where(limited))
    pace, limit = paces.c, _warranties.c.limit_kilometres
    left = days_left(pace, limit)
    # Only a limit that is reached before the date matters; the comparison also keeps the day within the calendar.
    sooner = and_(pace.driven_km > 0, left < _warranties.c.ends_on - pace.last_on)
    earliest = func.greatest(left, literal(EVER) - pace.last_on).cast(Integer)
    day = case((sooner, pace.last_on + earliest))
    date_ends_on = func.jsonb_build_object("date_ends_on", _warranties.c.ends_on, type_=JSONB)
    return select(
        _warranties.c.id,
        pace.known_from,
        func.coalesce(day, _warranties.c.ends_on),
        case((sooner, EndBasis.MILEAGE.value), else_=EndBasis.DATE.value).cast(Text),
        figures_of(pace, limit, day).op("||", return_type=JSONB())(date_ends_on),
    ).join_from(_warranties, paces, and_(paces.c.vehicle_id == _warranties.c.vehicle_id, limited))
