"""Which services of a car fall due: counted from its handover, and from each time they were done (R5)."""

from typing import Any

from sqlalchemy import (
    CTE,
    Column,
    ColumnElement,
    Connection,
    Integer,
    Select,
    String,
    Subquery,
    and_,
    any_,
    case,
    cast,
    column,
    delete,
    exists,
    extract,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    union_all,
    values,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import BigInteger, Boolean, Date, Text, TypeEngine

from models.core.rows import AnySelect
from models.stores.service_intervals import shipped_intervals
from models.subjects.due_item import DERIVED, DueItem, DueItemStatus
from models.subjects.handover import Handover
from models.subjects.repair_order import RepairOrder
from models.subjects.service_interval import ServiceInterval
from models.subjects.vehicle import OdometerReading, Vehicle
from tasks.intake.merging import table_of
from tasks.intake.staging import temporary_table
from tasks.subjects.due_item.days import derive_due_days
from tasks.subjects.vehicle.mileage import doubtful_readings

NEW_UP_TO = 1_000
"""Kilometres: a car that had gone farther when it was handed over was no new one."""
_items = table_of(DueItem)
_COLUMNS: dict[str, TypeEngine[Any]] = {
    "item": Text(), "works": ARRAY(Text), "once": Boolean(), "kilometres": Integer(), "months": Integer(),
    "days": Integer(), "call_kilometres": Integer(), "call_days": Integer(),
}  # fmt: skip
_SAID = ("customer_id", "vehicle_id", "issued_on", "ends_on", "limit_kilometres", "call_on", "call_kilometres", "works")
_WRITTEN = ["store_id", "key", "item", *_SAID]
_FOLLOWING = temporary_table("following_services", *(Column(name, _items.c[name].type) for name in _WRITTEN))


def derive_services(connection: Connection, vehicle_ids: Select[tuple[int]]) -> None:
    """Work out what falls due on some cars, and when. To do it again changes nothing.

    What a source says of a kind of item of a car goes before what would follow from the intervals. An item that does
    not follow any more is taken away, unless the customer said something of it.
    """
    _FOLLOWING.create(connection)
    connection.execute(_FOLLOWING.insert().from_select(_WRITTEN, _falling_due(vehicle_ids)))
    still = exists().where(_FOLLOWING.c.store_id == _items.c.store_id, _FOLLOWING.c.key == _items.c.key)
    connection.execute(
        delete(_items).where(
            _items.c.vehicle_id.in_(vehicle_ids),
            _items.c.key.startswith(DERIVED),
            _items.c.status == DueItemStatus.OPEN,
            ~still,
        )
    )
    made = insert(_items).from_select(_WRITTEN, select(_FOLLOWING))
    connection.execute(
        made.on_conflict_do_update(
            index_elements=["store_id", "key"],
            set_={name: made.excluded[name] for name in _SAID},
            where=tuple_(*(_items.c[name] for name in _SAID)).is_distinct_from(
                tuple_(*(made.excluded[name] for name in _SAID))
            ),
        )
    )
    _FOLLOWING.drop(connection)
    derive_due_days(connection, vehicle_ids)


def _falling_due(vehicle_ids: Select[tuple[int]]) -> AnySelect:
    """The items of some cars, as rows of `due_items`; of two that count from one day, one."""
    cars = _cars(vehicle_ids).cte("cars")
    every, since = _intervals(cars).cte("every"), _beginnings(cars, vehicle_ids).cte("since")
    begins = and_(
        since.c.vehicle_id == every.c.vehicle_id,
        or_(
            and_(since.c.work.is_(None), since.c.item.is_(None), or_(~every.c.once, since.c.new)),
            and_(~every.c.once, since.c.work == any_(every.c.works)),
            since.c.item == every.c.item,
        ),
    )
    ends_on = since.c.day + func.make_interval(0, func.coalesce(every.c.months, 0), 0, func.coalesce(every.c.days, 0))
    imported = exists().where(
        _items.c.vehicle_id == every.c.vehicle_id,
        _items.c.item == every.c.item,
        ~_items.c.key.startswith(DERIVED),
        _items.c.status == DueItemStatus.OPEN,
        _items.c.ends_on >= since.c.day,
    )
    return (
        select(
            every.c.store_id,
            func.concat(literal(DERIVED, Text), every.c.item, literal(":", Text), since.c.ref, type_=Text).label("key"),
            every.c.item,
            every.c.customer_id,
            every.c.vehicle_id,
            since.c.day.label("issued_on"),
            cast(ends_on, Date).label("ends_on"),
            (since.c.kilometres + every.c.kilometres).label("limit_kilometres"),
            (since.c.day + every.c.call_days).label("call_on"),
            (since.c.kilometres + every.c.call_kilometres).label("call_kilometres"),
            every.c.works,
        )
        .join_from(every, since, begins)
        .where(~imported)
        .distinct(every.c.vehicle_id, every.c.item, since.c.day)
        .order_by(every.c.vehicle_id, every.c.item, since.c.day, since.c.kilometres.nulls_last(), since.c.ref)
    )


def _cars(
    vehicle_ids: Select[tuple[int]],
) -> Select[tuple[int, int, int | None, str | None, str | None, int | None]]:
    return select(
        Vehicle.id, Vehicle.store_id, Vehicle.customer_id, Vehicle.make, Vehicle.model, Vehicle.model_year
    ).where(Vehicle.id.in_(vehicle_ids), Vehicle.customer_id.is_not(None))


def _intervals(cars: CTE) -> AnySelect:
    """For each car and kind of item the interval that says most of the car: the house's own, or else the shipped."""
    row, shipped = table_of(ServiceInterval).c, _shipped()
    known = shipped.c.item == row.item
    own = select(
        cars.c.id.label("vehicle_id"), cars.c.store_id, cars.c.customer_id, row.item,
        func.coalesce(row.works, shipped.c.works).label("works"), func.coalesce(shipped.c.once, False).label("once"),
        *(row[name] for name in list(_COLUMNS)[3:]),
        (case((row.model.is_not(None), 4), else_=0) + case((row.make.is_not(None), 2), else_=0)
         + case((or_(row.year_from.is_not(None), row.year_until.is_not(None)), 1), else_=0) + 1).label("rank"),
        row.id,
    ).join_from(cars, table_of(ServiceInterval), _fits(cars, row)).outerjoin(shipped, known)  # fmt: skip
    rest = select(
        cars.c.id, cars.c.store_id, cars.c.customer_id, *(shipped.c[name] for name in _COLUMNS),
        literal(0), cast(null(), BigInteger),
    ).select_from(cars.join(shipped, literal(True)))  # fmt: skip
    every = union_all(own, rest).subquery("of_either")
    best = (every.c.vehicle_id, every.c.item, every.c.rank.desc(), every.c.id.desc())
    return select(every).distinct(every.c.vehicle_id, every.c.item).order_by(*best)


def _fits(cars: CTE, row: Any) -> ColumnElement[bool]:
    return and_(
        row.store_id == cars.c.store_id,
        or_(row.make.is_(None), func.lower(row.make) == func.lower(cars.c.make)),
        or_(row.model.is_(None), func.lower(row.model) == func.lower(cars.c.model)),
        or_(row.year_from.is_(None), cars.c.model_year >= row.year_from),
        or_(row.year_until.is_(None), cars.c.model_year <= row.year_until),
    )


def _shipped() -> Subquery:
    """The shipped intervals, as a table."""
    said = [
        (one.item, [str(work) for work in one.works], *(getattr(one, name) for name in list(_COLUMNS)[2:]))
        for one in shipped_intervals().values()
    ]
    read = values(*(column(name, kind) for name, kind in _COLUMNS.items()), name="shipped").data(said)
    typed = (cast(read.c[name], kind).label(name) for name, kind in _COLUMNS.items())
    return select(*typed).subquery("shipped_intervals")


def _beginnings(cars: CTE, vehicle_ids: Select[tuple[int]]) -> AnySelect:
    """What items count from: handovers, work that was done, and what customers had done elsewhere; each with what the
    odometer read then."""
    nothing, no_work = cast(null(), Text), cast(null(), Text)
    handed = select(
        Handover.vehicle_id, Handover.handed_over_on.label("day"), Handover.handed_over_on.label("came_on"),
        func.concat("H", Handover.id.cast(String)).label("ref"), no_work.label("work"), nothing.label("item"),
    ).where(Handover.vehicle_id.in_(vehicle_ids))  # fmt: skip
    done = select(
        RepairOrder.vehicle_id, RepairOrder.closed_on, func.coalesce(RepairOrder.opened_on, RepairOrder.closed_on),
        func.concat("R", RepairOrder.id.cast(String)), cast(RepairOrder.work_kind, Text), nothing,
    ).where(RepairOrder.vehicle_id.in_(vehicle_ids), RepairOrder.closed_on.is_not(None))  # fmt: skip
    elsewhere = select(
        DueItem.vehicle_id, DueItem.status_on, DueItem.status_on, func.concat("E", DueItem.id.cast(String)), no_work,
        DueItem.item,
    ).where(
        DueItem.vehicle_id.in_(vehicle_ids), DueItem.status == DueItemStatus.ELSEWHERE, DueItem.status_on.is_not(None),
        DueItem.works.is_not(None),
    )  # fmt: skip
    every = union_all(handed, done, elsewhere).subquery("beginnings")
    apart = doubtful_readings(vehicle_ids).cte("doubtful_readings_of_cars")
    reading = _reading(every, apart)
    handover = and_(every.c.work.is_(None), every.c.item.is_(None))
    year = extract("year", every.c.day)
    looks_new = and_(
        handover,
        or_(cars.c.model_year.is_(None), year <= cars.c.model_year + 1),
        ~_came_before(every),
    )
    read = select(
        every, case((looks_new, func.coalesce(reading, 0)), else_=reading).label("kilometres"), looks_new.label("looks")
    ).join_from(every, cars, cars.c.id == every.c.vehicle_id)
    row = read.subquery("read_beginnings").c
    return select(
        row.vehicle_id, row.day, row.ref, row.work, row.item, row.kilometres,
        and_(row.looks, row.kilometres <= NEW_UP_TO).label("new"),
    )  # fmt: skip


def _came_before(every: Subquery) -> ColumnElement[bool]:
    """The car was handed over or read before that day."""
    readings, handovers = table_of(OdometerReading), table_of(Handover).alias("earlier_handovers")
    read = exists().where(readings.c.vehicle_id == every.c.vehicle_id, readings.c.read_on < every.c.day)
    handed = exists().where(handovers.c.vehicle_id == every.c.vehicle_id, handovers.c.handed_over_on < every.c.day)
    return or_(read, handed)


def _reading(every: Subquery, apart: CTE) -> ColumnElement[Any]:
    """What the odometer read when the car was there; null where nobody wrote it down."""
    readings = table_of(OdometerReading)
    out = exists().where(apart.c.vehicle_id == readings.c.vehicle_id, apart.c.read_on == readings.c.read_on)
    return (
        select(readings.c.kilometres)
        .where(
            readings.c.vehicle_id == every.c.vehicle_id,
            readings.c.read_on.between(every.c.came_on, every.c.day),
            ~out,
        )
        .order_by(readings.c.read_on.desc())
        .limit(1)
        .correlate(every)
        .scalar_subquery()
    )
