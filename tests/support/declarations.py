"""What tables and columns have to declare of persons and of how long they are kept, and what they leave unsaid."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ARRAY, JSON, BigInteger, Column, Enum, MetaData, String, Table, Uuid

from models.core.personal import (
    Blanked,
    BlankedWhere,
    ByEntity,
    ByKey,
    Itself,
    Kept,
    Nobody,
    Persons,
    Pseudonym,
    Reduced,
    erasure_of,
    is_customers,
    persons_of,
)
from models.core.retention import DaysKept, Purged, WithParent, retention_of

ROOT = "customers"


def unsaid(metadata: MetaData) -> list[str]:
    """A sentence for each table and column that says too little, or what cannot be."""
    return [sentence for table in metadata.sorted_tables for sentence in _of_table(table)]


def tables_of_customers(metadata: MetaData) -> set[str]:
    """The tables from which foreign keys lead to the customers, over however many others."""
    found, before = {ROOT}, set[str]()
    while found != before:
        before = set(found)
        found |= {
            table.name
            for table in metadata.tables.values()
            if any(key.column.table.name in before for key in table.foreign_keys)
        }
    return found


def _of_table(table: Table) -> Iterator[str]:
    yield from _of_retention(table)
    persons = persons_of(table)
    if persons is None:
        yield f"{table.name}: say in `info` whose data it holds, as models/core/personal.py has it."
        return
    if table.name in tables_of_customers(table.metadata) and not is_customers(table):
        yield f"{table.name}: foreign keys lead to {ROOT}; say by which of them its rows belong to one."
    yield from _of_owner(table, persons)
    for name in sorted(persons.impersonal - set(table.columns.keys())):
        yield f"{table.name}: it calls a column {name!r} impersonal that it does not have."
    for column in table.columns:
        yield from _of_column(column, persons)


def _of_owner(table: Table, persons: Persons) -> Iterator[str]:
    match persons.owner:
        case ByKey(key, sender):
            leads = [fk.column.table for fk in table.c[key].foreign_keys] if key in table.c else []
            if len(leads) != 1 or not is_customers(leads[0]):
                yield f"{table.name}: no foreign key leads from {key!r} to a table of customers."
            if sender is not None and sender not in table.c:
                yield f"{table.name}: it has no column {sender!r}."
        case ByEntity(entity, entity_id, tables):
            for name in (entity, entity_id):
                if name not in table.c:
                    yield f"{table.name}: it has no column {name!r}."
            for name in tables.values():
                if name not in table.metadata.tables or not is_customers(table.metadata.tables[name]):
                    yield f"{table.name}: {name} is no table of customers."
        case Itself() if table.name != ROOT:
            yield f"{table.name}: only {ROOT} are customers themselves."


def _of_column(column: Column[Any], persons: Persons) -> Iterator[str]:
    where, how, plain = f"{column.table.name}.{column.name}", erasure_of(column), column.name in persons.impersonal
    if how is not None and plain:
        yield f"{where}: it is impersonal and holds something of a person at once."
    if how is None and not plain and _must_say(column, persons):
        yield f"{where}: say in `info` how it is erased, or call it impersonal."
    if isinstance(how, Blanked | BlankedWhere | Reduced) and not column.nullable:
        yield f"{where}: it cannot become null."
    if isinstance(how, Kept | BlankedWhere | Reduced) and not how.because:
        yield f"{where}: say why it is kept."
    if isinstance(how, Pseudonym) and "id" not in column.table.c:
        yield f"{where}: there is no id to make a pseudonym of."
    if isinstance(how, BlankedWhere) and how.column not in column.table.c:
        yield f"{where}: there is no column {how.column!r}."


def _must_say(column: Column[Any], persons: Persons) -> bool:
    """Keys say nothing by themselves; in tables about nobody only what is in words or in JSON can name somebody."""
    if column.foreign_keys or (column.primary_key and isinstance(column.type, BigInteger | Uuid)):
        return False
    return is_in_words(column) if isinstance(persons.owner, Nobody) else True


def is_in_words(column: Column[Any]) -> bool:
    """Whether a column holds text that is not one of a few values, JSON, or lists of texts."""
    return isinstance(column.type, String | JSON | ARRAY) and not isinstance(column.type, Enum)


def _of_retention(table: Table) -> Iterator[str]:
    retention = retention_of(table)
    match retention:
        case None:
            yield f"{table.name}: say in `info` how long its rows are kept, as models/core/retention.py has it."
            return
        case WithParent(parent=parent):
            cascades = {key.column.table.name for key in table.foreign_keys if key.ondelete == "CASCADE"}
            if parent not in cascades:
                yield f"{table.name}: no foreign key deletes its rows with those of {parent}."
        case Purged(since=since, after=after):
            if since not in table.c:
                yield f"{table.name}: it has no column {since!r}."
            if isinstance(after, str) and after not in DaysKept.model_fields:
                yield f"{table.name}: there is no setting {after!r}."
    if not retention.because or not retention.grows:
        yield f"{table.name}: say why its rows are kept, and how fast it grows."
