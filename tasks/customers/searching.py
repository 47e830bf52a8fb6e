"""Customer search: by a name or a part of it, or by a unique identifier."""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Text, and_, any_, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY

from models.core.rows import AnySelect
from models.core.words import ContactKind
from models.people import tables as people
from models.people.tables import ContactPoint, Customer, Store
from models.subjects.vehicle import Vehicle
from tasks.customers.spellings import identified_by

PAGE = 20
MOST = 500
"""The maximum number of hits to page through; with more, the search should be narrowed."""
PLAIN_PART = re.compile(r"[0-9a-z]{3}")
"""The minimum length of a part inside a name: the index has trigrams of plain letters"""
OTHER_LETTER = re.compile(r"[^\W_ -~]")
"""and single other characters, such as Chinese ones."""
LAST = "\U0010ffff"
"""Sorts after every letter."""
LOWER_NAME = func.lower(Customer.name)
NAME_LETTERS: ColumnElement[Any] = literal_column(people.NAME_LETTERS)
HAS_SUCH_LETTERS: ColumnElement[bool] = literal_column(people.HAS_SUCH_LETTERS)


@dataclass(frozen=True, slots=True)
class CustomerFound:
    """A customer as shown in the list of hits."""

    id: int
    name: str
    salutation: str | None
    store: str
    phone: str | None
    plates: list[str]
    level: str | None
    erased: bool


@dataclass(frozen=True, slots=True)
class Hits:
    """One page of hits."""

    customers: list[CustomerFound]
    page: int
    """Counted from 1."""
    more: bool
    too_many: bool
    """Whether there are more than can be paged through."""
    exact: int | None
    """The customer that the text identifies uniquely, if any."""


def search_customers(connection: Connection, store_id: int | None, text: str, page: int = 1) -> Hits:
    """The customers that match a text, in a store or all: by identifier, or else by name."""
    wanted = "".join(sign for sign in " ".join(text.split()) if sign.isprintable())
    if not wanted:
        return Hits([], 1, more=False, too_many=False, exact=None)
    identified = list(connection.scalars(_identified(connection, wanted, store_id)))
    found = identified or _named(connection, wanted.lower(), store_id)
    ids = found[:MOST]
    page = max(1, min(page, -(-len(ids) // PAGE)))
    shown = read_customers(connection, ids[(page - 1) * PAGE : page * PAGE])
    alone = shown[0] if len(ids) == 1 else None
    exact = alone.id if alone and (identified or alone.name.lower() == wanted.lower()) else None
    return Hits(shown, page, len(ids) > page * PAGE, len(found) > MOST, exact)


def _identified(connection: Connection, text: str, store_id: int | None) -> Select[tuple[int]]:
    found = identified_by(connection, text).limit(MOST + 1).subquery("identified")
    theirs = select(Customer.id).join(found, found.c.customer_id == Customer.id).order_by(Customer.id)
    return theirs if store_id is None else theirs.where(Customer.store_id == store_id)


def _named(connection: Connection, text: str, store_id: int | None) -> list[int]:
    """Customers whose name starts with the text, by name; then those whose name contains it."""
    # The operators compare by code point, like the index, so that it is always used.
    begins = and_(LOWER_NAME.op("~>=~")(text), LOWER_NAME.op("~<~")(text + LAST))
    in_order = LOWER_NAME.op("using")(literal_column("~<~"))
    first = _branch(begins, store_id).order_by(in_order, Customer.id).limit(MOST + 1)
    found = list(connection.scalars(first))
    inside = _inside(text)
    if inside and len(found) <= MOST:
        further = _branch(and_(*inside, ~begins), store_id).limit(MOST + 1 - len(found)).subquery("further")
        found += connection.scalars(select(further.c.id).order_by(further.c.name, further.c.id))
    return found


def _inside(text: str) -> list[ColumnElement[bool]]:
    """Conditions that a name contains a part, using the indexes; empty if every name would have to be read."""
    contains = LOWER_NAME.contains(text, autoescape=True)
    letters = OTHER_LETTER.findall(text)
    if letters:
        holds = NAME_LETTERS.op("@>")(literal(letters, ARRAY(Text)))
        return [HAS_SUCH_LETTERS, holds, contains]
    return [contains] if PLAIN_PART.search(text) else []


def _branch(fits: ColumnElement[bool], store_id: int | None) -> AnySelect:
    named = select(Customer.id, LOWER_NAME.label("name")).where(fits)
    return named if store_id is None else named.where(Customer.store_id == store_id)


def read_customers(connection: Connection, ids: list[int]) -> list[CustomerFound]:
    """Customers as lists of hits show them, in the order of `ids`."""
    phone = (
        select(ContactPoint.value)
        .where(
            ContactPoint.customer_id == Customer.id,
            ContactPoint.kind == ContactKind.PHONE,
            ContactPoint.invalid_since.is_(None),
        )
        .order_by(ContactPoint.rank, ContactPoint.id)
        .limit(1)
        .scalar_subquery()
    )
    plates = (
        select(func.coalesce(func.array_agg(Vehicle.plate), literal([], ARRAY(Text))))
        .where(Vehicle.customer_id == Customer.id, Vehicle.plate.is_not(None))
        .scalar_subquery()
    )
    wanted = literal(ids, ARRAY(Customer.id.type))
    rows = connection.execute(
        select(
            Customer.id,
            Customer.name,
            Customer.salutation,
            Store.code.label("store"),
            phone.label("phone"),
            plates.label("plates"),
            Customer.level,
            Customer.erased_at.is_not(None).label("erased"),
        )
        .join(Store, Store.id == Customer.store_id)
        .where(Customer.id == any_(wanted))
        .order_by(func.array_position(wanted, Customer.id))
    ).mappings()
    return [CustomerFound(**row) for row in rows]
