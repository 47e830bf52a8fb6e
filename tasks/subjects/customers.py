"""What every subject's select says of the customer, the store and the car."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, ScalarSelect, SQLColumnExpression, Subquery, func, select

from models.core.cadence import Now, local_day, moment
from models.core.reasons import declare
from models.people.tables import Customer, Store
from models.subjects.vehicle import Vehicle

SOLD = declare("vehicle-sold")


def stores_today(now: Now) -> Subquery:
    """The stores, each with the `today` of its time zone.

    OFFSET 0 has PostgreSQL work the day out once for a store, and not again for each row that is joined to it.
    """
    today = local_day(moment(now), Store.time_zone).label("today")
    return (
        select(Store.id, Store.time_zone, Store.language, Store.name, Store.phone, today).offset(0).subquery("stores")
    )


def own_languages() -> Subquery:
    """The customers who are written to in a language of their own, and not in their store's.

    They have an index to themselves. Facts join it, and the customers by an outer join, which PostgreSQL leaves out
    where nothing else is asked of them: a sweep need not look at every customer to learn their language.
    """
    return select(Customer.id, Customer.language).where(Customer.language.is_not(None)).subquery("own_languages")


def about_customer(
    stores: Subquery, languages: FromClause = Customer.__table__
) -> Sequence[SQLColumnExpression[object]]:
    """The columns that each row of facts has, from the joined customer and `stores_today`.

    `languages` are `own_languages`, where they are joined too.
    """
    return [
        stores.c.time_zone,
        func.coalesce(languages.c.language, stores.c.language).label("language"),
        stores.c.today,
        Customer.name.label("customer"),
        Customer.salutation.label("salutation"),
        stores.c.name.label("store"),
        stores.c.phone.label("store_phone"),
    ]


COMMON_LETTER = ("customer", "salutation", "store", "store_phone", "today", "time_zone", "language")
"""What every letter is made from."""
ONLY_IN_LETTERS = frozenset({"customer", "salutation", "store", "store_phone"})
"""Those of `about_customer` that no rule asks for."""


def vehicle_name() -> ColumnElement[str | None]:
    """How a letter names the car: model and plate, as far as they are known."""
    return func.nullif(func.concat_ws(" ", func.coalesce(Vehicle.model, Vehicle.make), Vehicle.plate), "")


def model_and_plate() -> ColumnElement[str | None]:
    """How a list names the car."""
    return func.nullif(func.concat_ws(" ", Vehicle.model, Vehicle.plate), "")


def newest_car_of(customer_id: SQLColumnExpression[int]) -> ScalarSelect[Any]:
    """How a letter names the newest car that a customer has kept."""
    return _newest_car(vehicle_name(), customer_id)


def newest_car_id(customer_id: SQLColumnExpression[int]) -> ScalarSelect[Any]:
    """That car."""
    return _newest_car(Vehicle.id, customer_id)


def _newest_car(what: SQLColumnExpression[object], customer_id: SQLColumnExpression[int]) -> ScalarSelect[Any]:
    return (
        select(what)
        .where(Vehicle.customer_id == customer_id, Vehicle.disposed_on.is_(None))
        .order_by(Vehicle.model_year.desc().nulls_last(), Vehicle.id.desc())
        .limit(1)
        .scalar_subquery()
    )
