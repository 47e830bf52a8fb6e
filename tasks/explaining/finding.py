"""Whom a person means: a customer by key, phone number, e-mail address, name, number plate or VIN."""

from collections.abc import Iterable

import phonenumbers
from sqlalchemy import ColumnElement, Connection, Select, Text, func, literal, select, union
from sqlalchemy.dialects.postgresql import ARRAY

from models.errors import AftercareError
from models.masking import mask_contact
from models.people import ContactPoint, Customer, CustomerKey, Store
from models.vehicles import Vehicle

MOST_NAMED = 10
HOME_COUNTRY = "CN"
"""The country of a number that is written without one, beside those whose holidays the stores keep."""


class UnknownCustomer(AftercareError):
    """Nobody is known by that."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(
            f"No customer is known by '{text}'; expected a customer key, a phone number, an e-mail address, a name, "
            f"a number plate or a VIN."
        )


class AmbiguousCustomer(AftercareError):
    """Several customers are known by that."""

    def __init__(self, text: str, candidates: list[str]) -> None:
        self.text, self.candidates = text, candidates
        named = "; ".join(candidates[:MOST_NAMED])
        rest = len(candidates) - MOST_NAMED
        more = f"; and {rest} more" if rest > 0 else ""
        super().__init__(f"'{text}' may be any of {len(candidates)} customers: {named}{more}. Give the key of one.")


def find_customer(connection: Connection, text: str) -> int:
    """The id of the customer that a text names. Raises `UnknownCustomer` or `AmbiguousCustomer`."""
    wanted = text.strip()
    for statement in (_by_identity(connection, wanted), _by_name(wanted)):
        found = list(connection.scalars(statement))
        if len(found) == 1:
            return int(found[0])
        if found:
            raise AmbiguousCustomer(text, _describe(connection, found))
    raise UnknownCustomer(text)


def _by_identity(connection: Connection, text: str) -> Select[tuple[int]]:
    """Customers with that key, contact point, plate or VIN."""
    spellings = literal([text, text.upper(), text.replace(" ", "").upper()], ARRAY(Text))
    contacts = literal([*_phone_numbers(connection, text), text, text.lower()], ARRAY(Text))
    found = union(
        select(CustomerKey.customer_id.label("customer_id")).where(CustomerKey.key == func.any(spellings)),
        select(ContactPoint.customer_id).where(ContactPoint.value == func.any(contacts)),
        select(Vehicle.customer_id).where(Vehicle.plate == func.any(spellings)),
        select(Vehicle.customer_id).where(Vehicle.vin == func.any(spellings)),
    ).subquery("found")
    return select(found.c.customer_id).where(found.c.customer_id.is_not(None)).order_by(found.c.customer_id)


def _phone_numbers(connection: Connection, text: str) -> list[str]:
    """The E.164 numbers that a text may be, in the countries of the stores."""
    countries = connection.scalars(select(Store.holiday_country).distinct()).all()
    return sorted({number for country in {HOME_COUNTRY, *countries} for number in _parsed(text, country)})


def _parsed(text: str, country: str | None) -> Iterable[str]:
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return
    yield phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _by_name(text: str) -> Select[tuple[int]]:
    """Customers of that name, whatever its case."""
    same: ColumnElement[bool] = func.lower(Customer.name) == text.lower()
    return select(Customer.id).where(same).order_by(Customer.id)


def _describe(connection: Connection, customer_ids: list[int]) -> list[str]:
    """Each candidate by key, name and store, with a number to tell two namesakes apart."""
    key = select(func.min(CustomerKey.key)).where(CustomerKey.customer_id == Customer.id).scalar_subquery()
    contact = (
        select(ContactPoint.value)
        .where(ContactPoint.customer_id == Customer.id)
        .order_by(ContactPoint.rank, ContactPoint.id)
        .limit(1)
        .scalar_subquery()
    )
    rows = connection.execute(
        select(key.label("key"), Customer.name, Store.code, contact.label("contact"))
        .join(Store, Store.id == Customer.store_id)
        .where(Customer.id == func.any(literal(customer_ids, ARRAY(Customer.id.type))))
        .order_by(Customer.id)
    )
    return [
        f"{row.key or '(no key)'} {row.name}, {row.code}" + (f", {mask_contact(row.contact)}" if row.contact else "")
        for row in rows
    ]
