"""Personal data, as each table and column declares it: whose it is, whether it is given out, and how it is erased.

A table says it by `persons` in its `info`, a column by `erasure` in its own. Export and erasure do what is declared
here and nothing else, and a test over the metadata fails for a table or a column that declares nothing.
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
"""The reason that stands where somebody's words stood."""
ERASED_NOTE = "erased on the customer's request"
"""What stands where a text was that cannot be empty."""


@dataclass(frozen=True, slots=True)
class Itself:
    """Each row is a customer."""


@dataclass(frozen=True, slots=True)
class ByKey:
    """A row belongs to the customer that a foreign key leads to, through other tables where it has to."""

    column: str
    sender: str | None = None
    """Where the key is null, a row is erased, too, that has a phone number or address of the customer's in here."""


@dataclass(frozen=True, slots=True)
class ByEntity:
    """A row names a row of another table by what it is and by its id, as text; no foreign key leads there."""

    entity: str
    entity_id: str
    tables: Mapping[str, str]
    """By the name of an entity, its table, which is a customer's."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Each row is about someone who works here."""


@dataclass(frozen=True, slots=True)
class Nobody:
    """No row is about a person. What it says of one in passing, such as who wrote it, its columns declare."""


Owner = Itself | ByKey | ByEntity | Staff | Nobody


@dataclass(frozen=True, slots=True)
class Persons:
    """What a table declares. The rows of a customer are given out whole, unless it says why not."""

    owner: Owner
    impersonal: frozenset[str]
    """The columns that say nothing of a person: dates of the business, amounts, states."""
    withheld: str | None = None
    """Why the rows are not given out to the customer whose they are."""
    deleted: bool = False
    """On erasure whole rows are deleted; otherwise they stay, and lose what their columns declare."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The column stays as it is when the customer is erased."""

    because: str


@dataclass(frozen=True, slots=True)
class Blanked:
    """The column becomes null."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """The column becomes a constant."""

    by: Any
    if_any: bool = False
    """Only where it was not null."""


@dataclass(frozen=True, slots=True)
class Pseudonym:
    """The column becomes a text that begins so and ends with the row's id."""

    prefix: str


@dataclass(frozen=True, slots=True)
class TimeOfErasure:
    """The column becomes the moment at which the customer was erased."""


@dataclass(frozen=True, slots=True)
class BlankedWhere:
    """The column becomes null where another column has one of some values, and stays elsewhere."""

    column: str
    values: tuple[Any, ...]
    because: str
    """Why it stays elsewhere."""


@dataclass(frozen=True, slots=True)
class Reduced:
    """Of a JSON object these keys stay; where there is none of them, it becomes null."""

    to: tuple[str, ...]
    because: str


Erasure = Kept | Blanked | Replaced | Pseudonym | TimeOfErasure | BlankedWhere | Reduced
Info = dict[Any, Any]


def customers(column: str, impersonal: str = "", *, sender: str | None = None, withheld: str | None = None) -> Persons:
    """A table whose rows belong to the customer that a foreign key leads to. `impersonal`: names between spaces."""
    return Persons(ByKey(column, sender), frozenset(impersonal.split()), withheld)


def customers_deleted(column: str, impersonal: str = "") -> Persons:
    """The same, of a table whose rows are deleted when the customer is erased."""
    return Persons(ByKey(column), frozenset(impersonal.split()), deleted=True)


def each_a_customer(impersonal: str) -> Persons:
    """The table of the customers themselves."""
    return Persons(Itself(), frozenset(impersonal.split()))


def by_entity(entity: str, entity_id: str, tables: Mapping[str, str], impersonal: str) -> Persons:
    """A table whose rows name what they are about, such as `touch` and its id."""
    return Persons(ByEntity(entity, entity_id, MappingProxyType(dict(tables))), frozenset(impersonal.split()))


def staff(impersonal: str = "") -> Persons:
    """A table about people who work here."""
    return Persons(Staff(), frozenset(impersonal.split()))


def nobody(impersonal: str = "") -> Persons:
    """A table about nobody."""
    return Persons(Nobody(), frozenset(impersonal.split()))


def erased(how: Erasure) -> Info:
    """The `info` of a column that holds something of a person."""
    return {ERASURE: how}


def kept(because: str) -> Info:
    """The `info` of a column that holds something of a person and stays when the customer is erased."""
    return erased(Kept(because))


def blanked() -> Info:
    """The `info` of a column that becomes null."""
    return erased(Blanked())


def persons_of(table: Table) -> Persons | None:
    """What a table declares; None: nothing."""
    found: Persons | None = table.info.get(PERSONS)
    return found


def erasure_of(column: Column[Any]) -> Erasure | None:
    """What a column declares; None: nothing."""
    found: Erasure | None = column.info.get(ERASURE)
    return found


def is_customers(table: Table) -> bool:
    """Whether rows of a table belong to customers, as it declares."""
    persons = persons_of(table)
    return persons is not None and isinstance(persons.owner, Itself | ByKey | ByEntity)
