"""On which day what has a mileage falls due, as known from day to day: its date, or earlier by the odometer (R5)."""

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Select,
    Table,
    and_,
    case,
    delete,
    exists,
    func,
    literal,
    select,
    text,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.types import Text

from models.core.rows import AnySelect
from models.core.words import EndBasis
from models.subjects.due_item import DueItem, DueItemDay
from tasks.intake.merging import table_of
from tasks.subjects.vehicle.mileage import day_of, figures_of, known_paces
from tasks.subjects.warranty.ends import EVER, FOREVER

_items = table_of(DueItem)
_days = table_of(DueItemDay)
_VERSIONS = Table(
    "due_day_versions",
    MetaData(),
    *(Column(column.name, column.type) for column in _days.columns),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)


def derive_due_days(connection: Connection, vehicle_ids: Select[tuple[int]]) -> None:
    """Work out when the items of some cars that have a mileage fall due, as known from day to day.

    An item falls due on its date, or on the day on which the odometer will reach its mileage, if that comes first, but
    not before the reading that shows it. Readings after the item was due by its date change nothing any more.
    """
    wanted = _items.c.vehicle_id.in_(vehicle_ids)
    _VERSIONS.create(connection)
    connection.execute(insert(_VERSIONS).from_select(_VERSIONS.columns.keys(), _versions(wanted, vehicle_ids)))
    connection.execute(text(f"ANALYZE {_VERSIONS.name}"))
    still = exists().where(_VERSIONS.c.due_item_id == _days.c.due_item_id, _VERSIONS.c.known_from == _days.c.known_from)
    theirs = _days.c.due_item_id.in_(select(_items.c.id).where(wanted))
    connection.execute(delete(_days).where(theirs, ~still))
    merged = insert(_days).from_select(_VERSIONS.columns.keys(), select(_VERSIONS))
    rest = [column.name for column in _days.columns if not column.primary_key]
    connection.execute(
        merged.on_conflict_do_update(
            index_elements=list(_days.primary_key.columns),
            set_={name: merged.excluded[name] for name in rest},
            where=tuple_(*(_days.c[name] for name in rest)).is_distinct_from(
                tuple_(*(merged.excluded[name] for name in rest))
            ),
        )
    )
    _VERSIONS.drop(connection)


def _versions(wanted: ColumnElement[bool], vehicle_ids: Select[tuple[int]]) -> AnySelect:
    """Every version of the wanted items' days, each with the day until which it was the latest."""
    limited = and_(wanted, _items.c.limit_kilometres.is_not(None))
    by_date = select(
        _items.c.id.label("due_item_id"),
        literal(EVER).label("known_from"),
        _items.c.ends_on.label("due_on"),
        _items.c.call_on,
        literal(EndBasis.DATE.value, Text).label("basis"),
        func.jsonb_build_object("limit_km", _items.c.limit_kilometres, type_=JSONB).label("figures"),
    ).where(limited)
    every = union_all(by_date, _by_mileage(limited, vehicle_ids)).subquery("versions")
    following = func.lead(every.c.known_from).over(partition_by=every.c.due_item_id, order_by=every.c.known_from)
    return select(
        every.c.due_item_id,
        every.c.known_from,
        func.coalesce(following, FOREVER).label("known_until"),
        every.c.due_on,
        every.c.call_on,
        every.c.basis,
        every.c.figures,
    )


def _by_mileage(limited: ColumnElement[bool], vehicle_ids: Select[tuple[int]]) -> AnySelect:
    """The days as the readings tell them: from what was known when the item came about, until it was due by date."""
    known = known_paces(vehicle_ids)
    following = func.lead(known.c.known_from).over(partition_by=known.c.vehicle_id, order_by=known.c.known_from)
    paces = select(known, following.label("known_until")).subquery("paces_until")
    pace, limit = paces.c, _items.c.limit_kilometres
    reached = func.greatest(day_of(pace, limit), pace.last_on)
    sooner = and_(pace.driven_km > 0, reached < _items.c.ends_on)
    day = case((sooner, reached))
    called_at = day_of(pace, _items.c.call_kilometres)
    call_by = case((called_at.is_not(None), func.greatest(called_at, pace.last_on)))
    in_its_time = and_(
        paces.c.vehicle_id == _items.c.vehicle_id,
        limited,
        func.coalesce(pace.known_until > _items.c.issued_on, True),
        pace.known_from <= func.greatest(_items.c.ends_on, _items.c.call_on),
    )
    return select(
        _items.c.id,
        pace.known_from,
        func.coalesce(day, _items.c.ends_on),
        func.least(_items.c.call_on, call_by),
        case((sooner, EndBasis.MILEAGE.value), else_=EndBasis.DATE.value).cast(Text),
        figures_of(pace, limit, day),
    ).join_from(_items, paces, in_its_time)
