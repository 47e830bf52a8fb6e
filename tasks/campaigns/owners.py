"""The owners of cars, for the conditions of an audience: all that is asked of a car is asked of one and the same."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    Select,
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
from sqlalchemy.orm import aliased

from models.audiences import HasCar
from models.cadence import Now
from models.vehicles import OdometerReading, Vehicle, Warranty, WarrantyEnd
from tasks.campaigns.bounds import Yes, between, one_of
from tasks.subjects.customers import stores_today

KEPT = {"yes": True, "no": False, "either": None}


def owners(condition: HasCar, now: Now) -> Select[Any]:
    """The owners of a car of which all of it holds."""
    cars = _cars(condition, now)
    if condition.least_kilometres is None and condition.most_kilometres is None:
        return select(cars.c.customer_id).distinct()
    driven = _driven(cars, estimated=condition.estimated)
    enough = between(driven.c.kilometres, condition.least_kilometres, condition.most_kilometres)
    return select(driven.c.customer_id).where(enough).distinct()


def _cars(condition: HasCar, now: Now) -> Subquery:
    """The cars of which everything holds that is asked, but for what they have driven; each with its store's day."""
    stores = stores_today(now)
    cars = (
        select(Vehicle.id, Vehicle.customer_id, stores.c.today)
        .join(stores, stores.c.id == Vehicle.store_id)
        .where(Vehicle.customer_id.is_not(None), func.coalesce(_of_car(condition, stores.c.today), false()))
    )
    if condition.least_warranty_days is not None or condition.most_warranty_days is not None:
        cars = cars.where(_has_warranty(condition, stores.c.today))
    return cars.subquery("cars")


def _of_car(condition: HasCar, today: Any) -> Yes:
    """What stands on the car's own row. The caller coalesces it, so that PostgreSQL expects half of the cars."""
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


def _has_warranty(condition: HasCar, today: Any) -> Yes:
    """A warranty of the car, its end as it was known on the day, ends in so many days."""
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
    """Per car: what its odometer read last, or what it may read today."""
    spans, latest, first = _spans(cars), aliased(OdometerReading), aliased(OdometerReading)
    row = spans.c
    kilometres: SQLColumnExpression[Any] = latest.kilometres
    if estimated:
        driven = cast(func.greatest(latest.kilometres - first.kilometres, 0), BigInteger)
        since = driven * (row.today - row.last_on) // func.nullif(row.last_on - row.first_on, 0)
        kilometres = latest.kilometres + func.coalesce(since, 0)
    read = select(row.customer_id, kilometres.label("kilometres")).join(
        latest, and_(latest.vehicle_id == row.id, latest.read_on == row.last_on)
    )
    if estimated:
        read = read.join(first, and_(first.vehicle_id == row.id, first.read_on == row.first_on))
    return read.subquery("driven")


def _spans(cars: Subquery) -> Subquery:
    """The cars, each with the days of its first and its latest odometer reading."""
    first_on, last_on = func.min(OdometerReading.read_on), func.max(OdometerReading.read_on)
    return (
        select(cars, first_on.label("first_on"), last_on.label("last_on"))
        .join(OdometerReading, OdometerReading.vehicle_id == cars.c.id)
        .where(OdometerReading.read_on <= cars.c.today)
        .group_by(*cars.c)
        .subquery("spans")
    )
