"""What every subject's select says of the customer, the store and the car."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func

from models.cadence import local_day, moment
from models.people import Customer, Store
from models.vehicles import Vehicle


def about_customer(now: datetime) -> list[ColumnElement[Any]]:
    """The columns that each row of facts has, from the joined customer and store."""
    return [
        Store.time_zone.label("time_zone"),
        func.coalesce(Customer.language, Store.language).label("language"),
        local_day(moment(now), Store.time_zone).label("today"),
        Customer.name.label("customer"),
        Customer.salutation.label("salutation"),
        Store.name.label("store"),
        Store.phone.label("store_phone"),
    ]


COMMON_LETTER = ("customer", "salutation", "store", "store_phone", "today", "time_zone", "language")
"""What every letter is made from."""


def vehicle_name() -> ColumnElement[str | None]:
    """How a letter names the car: model and plate, as far as they are known."""
    return func.nullif(func.concat_ws(" ", func.coalesce(Vehicle.model, Vehicle.make), Vehicle.plate), "")
