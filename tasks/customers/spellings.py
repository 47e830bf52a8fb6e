"""In how many ways what names a customer may be written: phone numbers, addresses, plates, VINs, keys."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

import phonenumbers
from sqlalchemy import Connection, Select, Text, func, literal, select, union
from sqlalchemy.dialects.postgresql import ARRAY

from models.core.words import ContactKind
from models.people.tables import ContactPoint, CustomerKey, Store
from models.subjects.vehicle import Vehicle

HOME_COUNTRY = "CN"
"""The country of a number that is written without one, beside those whose holidays the stores keep."""
SIGNS = re.compile(r"[\s·•.\-]+")
LETTERS_OF_PLATE = 2
"""After so many characters of a Chinese plate stands a point, or a space, or nothing."""


def identified_by(connection: Connection, text: str) -> Select[tuple[int]]:
    """The customers with that key, contact point, plate or VIN, however it is written."""
    plain = unicodedata.normalize("NFKC", text).strip()
    names = literal(_spellings(text.strip(), plain), ARRAY(Text))
    contacts = literal([*_phone_numbers(connection, plain), text.strip(), plain, plain.lower()], ARRAY(Text))
    stores = literal(list(connection.scalars(select(Store.id))), ARRAY(Store.id.type))
    found = union(
        # With the stores named, the key is found by the primary key's index.
        select(CustomerKey.customer_id.label("customer_id")).where(
            CustomerKey.store_id == func.any(stores), CustomerKey.key == func.any(names)
        ),
        *(
            select(ContactPoint.customer_id).where(ContactPoint.kind == kind, ContactPoint.value == func.any(contacts))
            for kind in ContactKind
        ),
        select(Vehicle.customer_id).where(Vehicle.plate == func.any(names)),
        select(Vehicle.customer_id).where(Vehicle.vin == func.any(names)),
    ).subquery("found")
    return select(found.c.customer_id).where(found.c.customer_id.is_not(None)).order_by(found.c.customer_id)


def _spellings(text: str, plain: str) -> list[str]:
    bare = SIGNS.sub("", plain).upper()
    front, back = bare[:LETTERS_OF_PLATE], bare[LETTERS_OF_PLATE:]
    return list(dict.fromkeys((text, plain, plain.upper(), bare, f"{front}·{back}", f"{front} {back}")))


def _phone_numbers(connection: Connection, text: str) -> Sequence[str]:
    """The E.164 numbers that a text may be, in the countries of the stores."""
    countries = connection.scalars(select(Store.holiday_country).distinct()).all()
    return sorted({number for country in {HOME_COUNTRY, *countries} for number in _parsed(text, country)})


def _parsed(text: str, country: str | None) -> Iterable[str]:
    for spelling in (text, f"+{text}"):  # gateways and people leave the plus sign out
        try:
            number = phonenumbers.parse(spelling, country)
        except phonenumbers.NumberParseException:
            continue
        yield phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
