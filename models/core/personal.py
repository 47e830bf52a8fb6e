"""Declarations of personal data per table and column: data subject, export and erasure.

A table declares `persons` in its `info`, a column declares `erasure`. Export and erasure do exactly what is
declared, and a test over the metadata fails for a table or column without a declaration.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import Column, Table

from models.core.reasons import declare

PERSONS, ERASURE = "persons", "erasure"
"""The keys in `info`, of a table and of a column."""
ERASED = declare("erased-on-request")
"""The reason that replaces a person's words."""
ERASED_NOTE = "erased on the customer's request"
"""The replacement for a text that cannot be empty."""


@dataclass(frozen=True, slots=True)
class Itself:
    """Each row is a customer."""


@dataclass(frozen=True, slots=True)
class ByKey:
    """A row belongs to the customer that a foreign key leads to, possibly through other tables."""

    column: str
    sender: str | None = None
    """A column with a phone number or address. If the key is null, rows that match the customer's are erased too."""


@dataclass(frozen=True, slots=True)
class ByEntity:
    """A row refers to a row of another table by entity name and id, as text, without a foreign key."""

    entity: str
    entity_id: str
    tables: Mapping[str, str]
    """The customer-owned table of each entity, by entity name."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Each row is about a member of staff."""


@dataclass(frozen=True, slots=True)
class Nobody:
    """No row is about a person. Columns declare incidental personal data, such as the author."""


Owner = Itself | ByKey | ByEntity | Staff | Nobody


@dataclass(frozen=True, slots=True)
class Persons:
    """A table's declaration. A customer's rows are exported in full, unless it gives a reason not to."""

    owner: Owner
    impersonal: frozenset[str]
    """Columns without personal data: business dates, amounts, states."""
    withheld: str | None = None
    """Why the rows are not exported to their customer."""
    deleted: bool = False
    """Whether erasure deletes whole rows. Otherwise they stay, and each column is erased as it declares."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The column is kept when the customer is erased."""

    because: str


@dataclass(frozen=True, slots=True)
class Blanked:
    """The column becomes null."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """The column becomes a constant."""

    by: Any
    if_any: bool = False
    """Only if it was not null."""


@dataclass(frozen=True, slots=True)
class Pseudonym:
    """The column becomes this prefix followed by the row's id."""

    prefix: str


@dataclass(frozen=True, slots=True)
class TimeOfErasure:
    """The column becomes the moment at which the customer was erased."""


@dataclass(frozen=True, slots=True)
class BlankedWhere:
    """The column becomes null if another column has one of certain values, and is kept otherwise."""

    column: str
    values: tuple[Any, ...]
    because: str
    """Why it is kept otherwise."""


@dataclass(frozen=True, slots=True)
class Reduced:
    """Only these keys of a JSON object are kept; without any of them it becomes null."""

    to: tuple[str, ...]
    because: str


Erasure = Kept | Blanked | Replaced | Pseudonym | TimeOfErasure | BlankedWhere | Reduced
Info = dict[Any, Any]


def customers(column: str, impersonal: str = "", *, sender: str | None = None, withheld: str | None = None) -> Persons:
    """A table whose rows belong to the customer of a foreign key. `impersonal`: names separated by spaces."""
    return Persons(ByKey(column, sender), frozenset(impersonal.split()), withheld)


def customers_deleted(column: str, impersonal: str = "") -> Persons:
    """The same, for a table whose rows are deleted when the customer is erased."""
    return Persons(ByKey(column), frozenset(impersonal.split()), deleted=True)


def each_a_customer(impersonal: str) -> Persons:
    """The table of the customers themselves."""
    return Persons(Itself(), frozenset(impersonal.split()))


def by_entity(entity: str, entity_id: str, tables: Mapping[str, str], impersonal: str) -> Persons:
    """A table whose rows refer to entities by name and id, such as `touch` and its id."""
    return Persons(ByEntity(entity, entity_id, MappingProxyType(dict(tables))), frozenset(impersonal.split()))


def staff(impersonal: str = "") -> Persons:
    """A table about members of staff."""
    return Persons(Staff(), frozenset(impersonal.split()))


def nobody(impersonal: str = "") -> Persons:
    """A table about nobody."""
    return Persons(Nobody(), frozenset(impersonal.split()))


def erased(how: Erasure) -> Info:
    """The `info` of a column with personal data."""
    return {ERASURE: how}


def kept(because: str) -> Info:
    """The `info` of a column with personal data that is kept when the customer is erased."""
    return erased(Kept(because))


def blanked() -> Info:
    """The `info` of a column that becomes null."""
    return erased(Blanked())


def persons_of(table: Table) -> Persons | None:
    """A table's declaration; None if it has none."""
    found: Persons | None = table.info.get(PERSONS)
    return found


def erasure_of(column: Column[Any]) -> Erasure | None:
    """A column's declaration; None if it has none."""
    found: Erasure | None = column.info.get(ERASURE)
    return found


def is_customers(table: Table) -> bool:
    """Whether a table declares that its rows belong to customers."""
    persons = persons_of(table)
    return persons is not None and isinstance(persons.owner, Itself | ByKey | ByEntity)
