"""Car owners, for the conditions of an audience. All criteria must hold for the same car."""

from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    SQLColumnExpression,
    Subquery,
    and_,
    cast,
    exists,
    extract,
    false,
    func,
    literal,
    or_,
    select,
)

from models.campaigns.conditions.car import HasCar
from models.core.cadence import Now
from models.core.rows import AnySelect
from models.subjects.vehicle import OdometerReading, Vehicle
from models.subjects.warranty import Warranty, WarrantyEnd
from tasks.campaigns.audiences.bounds import Yes, between, one_of
from tasks.subjects.customers import stores_today

EPOCH = cast(literal(date(1970, 1, 1)), Date)
BITS = 32
PLACES = 2**BITS
"""Larger than any mileage."""
KEPT = {"yes": True, "no": False, "either": None}


def owners(condition: HasCar, now: Now) -> AnySelect:
    """The owners of a car that meets all criteria."""
    cars = _cars(condition, now)
    if condition.least_kilometres is None and condition.most_kilometres is None:
        return select(cars.c.customer_id).distinct()
    driven = _driven(cars, estimated=condition.estimated)
    enough = between(driven.c.kilometres, condition.least_kilometres, condition.most_kilometres)
    return select(driven.c.customer_id).where(enough).distinct()


def _cars(condition: HasCar, now: Now) -> Subquery:
    """The cars that meet all criteria except mileage, each with its store's current day."""
    stores = stores_today(now)
    cars = (
        select(Vehicle.id, Vehicle.customer_id, stores.c.today)
        .join(stores, stores.c.id == Vehicle.store_id)
        .where(Vehicle.customer_id.is_not(None), func.coalesce(_of_car(condition, stores.c.today), false()))
    )
    if condition.least_warranty_days is not None or condition.most_warranty_days is not None:
        cars = cars.where(_has_warranty(condition, stores.c.today))
    return cars.subquery("cars")


def _of_car(condition: HasCar, today: ColumnElement[date]) -> Yes:
    """Criteria on the car's own row. The caller coalesces them, so that PostgreSQL estimates half of the cars."""
    age = cast(extract("year", today), Integer) - Vehicle.model_year
    asked = [
        between(Vehicle.model_year, condition.least_model_year, condition.most_model_year),
        between(age, condition.least_age, condition.most_age),
    ]
    asked += [one_of(Vehicle.make, condition.makes)] if condition.makes else []
    asked += [one_of(Vehicle.model, condition.models)] if condition.models else []
    kept = or_(Vehicle.disposed_on.is_(None), Vehicle.disposed_on > today)
    facts = (
        (kept, KEPT[condition.kept]),
        (Vehicle.plate.is_not(None), condition.has_plate),
        (Vehicle.vin.is_not(None), condition.has_vin),
    )
    return and_(*asked, *(fact.is_(wanted) for fact, wanted in facts if wanted is not None))


def _has_warranty(condition: HasCar, today: object) -> Yes:
    """A warranty of the car ends within the range of days, by its end as known on the day."""
    left = WarrantyEnd.ends_on - today
    return exists(
        select(literal(1))
        .join_from(WarrantyEnd, Warranty, Warranty.id == WarrantyEnd.warranty_id)
        .where(
            Warranty.vehicle_id == Vehicle.id,
            WarrantyEnd.known_from <= today,
            WarrantyEnd.known_until > today,
            between(left, condition.least_warranty_days or 0, condition.most_warranty_days),
        )
    )


def _driven(cars: Subquery, *, estimated: bool) -> Subquery:
    """Per car: the latest odometer reading, or today's estimate."""
    row = _spans(cars).c
    kilometres: SQLColumnExpression[object] = _kilometres_of(row.last)
    if estimated:
        driven = func.greatest(kilometres - _kilometres_of(row.first), 0)
        since_last, between_both = _day(row.today) - _day_of(row.last), _day_of(row.last) - _day_of(row.first)
        a_day = func.nullif(between_both, 0, type_=BigInteger)
        kilometres = kilometres + func.coalesce(driven * since_last / a_day, 0)
    return select(row.customer_id, kilometres.label("kilometres")).subquery("driven")


def _spans(cars: Subquery) -> Subquery:
    """The cars with their first and latest odometer readings.

    Day and kilometres are packed into one number, so that the latest reading is the largest. One pass finds it;
    joining back on the first and latest day would take twice as long.
    """
    reading = _day(OdometerReading.read_on) * PLACES + OdometerReading.kilometres
    return (
        select(cars, func.min(reading).label("first"), func.max(reading).label("last"))
        .join(OdometerReading, OdometerReading.vehicle_id == cars.c.id)
        .where(OdometerReading.read_on <= cars.c.today)
        .group_by(*cars.c)
        .subquery("spans")
    )


def _day(day: SQLColumnExpression[date]) -> ColumnElement[int]:
    """A day as a number."""
    return cast(day - EPOCH, BigInteger)


def _day_of(reading: SQLColumnExpression[object]) -> SQLColumnExpression[Any]:
    return reading.bitwise_rshift(literal(BITS, Integer))


def _kilometres_of(reading: SQLColumnExpression[object]) -> SQLColumnExpression[Any]:
    return reading.bitwise_and(literal(PLACES - 1, BigInteger))
