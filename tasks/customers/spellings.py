"""Spelling variants of customer identifiers: phone numbers, addresses, plates, VINs, keys."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

import phonenumbers
from sqlalchemy import Connection, Select, Text, any_, literal, select, union
from sqlalchemy.dialects.postgresql import ARRAY

from models.core.words import ContactKind
from models.people.tables import ContactPoint, CustomerKey, Store
from models.subjects.vehicle import Vehicle

HOME_COUNTRY = "CN"
"""The default country of a number without a country code, in addition to the stores' countries."""
SIGNS = re.compile(r"[\s·•.\-]+")
LETTERS_OF_PLATE = 2
"""The position in a Chinese plate where a dot or a space may be."""


def identified_by(connection: Connection, text: str) -> Select[tuple[int]]:
    """The customers with this key, contact point, plate or VIN, in any spelling."""
    plain = unicodedata.normalize("NFKC", text).strip()
    names = literal(_spellings(text.strip(), plain), ARRAY(Text))
    contacts = literal([*_phone_numbers(connection, plain), text.strip(), plain, plain.lower()], ARRAY(Text))
    stores = literal(list(connection.scalars(select(Store.id))), ARRAY(Store.id.type))
    found = union(
        # With the stores given, the primary key's index finds the key.
        select(CustomerKey.customer_id.label("customer_id")).where(
            CustomerKey.store_id == any_(stores), CustomerKey.key == any_(names)
        ),
        *(
            select(ContactPoint.customer_id).where(ContactPoint.kind == kind, ContactPoint.value == any_(contacts))
            for kind in ContactKind
        ),
        select(Vehicle.customer_id).where(Vehicle.plate == any_(names)),
        select(Vehicle.customer_id).where(Vehicle.vin == any_(names)),
    ).subquery("found")
    return select(found.c.customer_id).where(found.c.customer_id.is_not(None)).order_by(found.c.customer_id)


def _spellings(text: str, plain: str) -> list[str]:
    bare = SIGNS.sub("", plain).upper()
    front, back = bare[:LETTERS_OF_PLATE], bare[LETTERS_OF_PLATE:]
    return list(dict.fromkeys((text, plain, plain.upper(), bare, f"{front}·{back}", f"{front} {back}")))


def _phone_numbers(connection: Connection, text: str) -> Sequence[str]:
    """The E.164 numbers that a text may mean, in the countries of the stores."""
    countries = connection.scalars(select(Store.holiday_country).distinct()).all()
    return sorted({number for country in {HOME_COUNTRY, *countries} for number in _parsed(text, country)})


def _parsed(text: str, country: str | None) -> Iterable[str]:
    for spelling in (text, f"+{text}"):  # gateways and people omit the plus sign
        try:
            number = phonenumbers.parse(spelling, country)
        except phonenumbers.NumberParseException:
            continue
        yield phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
