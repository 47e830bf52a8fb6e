"""Postal addresses of customers, as they are shown."""

from sqlalchemy import ColumnElement, func

from models.people.tables import Customer


def address_line() -> ColumnElement[str | None]:
    """Street, postcode and city of a customer on one line, for a select; null where none of them is known."""
    town = func.nullif(func.concat_ws(" ", Customer.postcode, Customer.city), "")
    return func.nullif(func.concat_ws(", ", Customer.street, town), "")
