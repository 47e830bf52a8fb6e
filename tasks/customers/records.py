"""Every row that is kept about one customer, table by table, as the tables themselves declare it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, Table, Text, and_, cast, literal, or_, select

from models.core.personal import ByEntity, ByKey, Itself, is_customers, persons_of
from models.database.tables import metadata
from models.ledger.tables import AuditEntry
from tasks.subjects.contract import OneCustomer

Conditions = Sequence[ColumnElement[bool]]
"""By each of which an index finds rows; no row is found by two."""


def rows_about(customer_id: OneCustomer) -> dict[Table, Conditions]:
    """The tables that hold something of customers, and the conditions by which the rows of one are found.

    A table comes after those that its foreign keys lead to.
    """
    return {table: conditions_of(table, customer_id) for table in metadata.sorted_tables if is_customers(table)}


def conditions_of(table: Table, customer_id: OneCustomer) -> Conditions:
    """How the rows of one customer are found in a table that declares whose they are."""
    persons = persons_of(table)
    match persons.owner if persons else None:
        case Itself():
            return [_primary_key(table) == customer_id]
        case ByKey(column):
            return [_by_key(table, column, customer_id)]
        case ByEntity():
            return list(_by_entity(table, customer_id).values())
    return []


def audit_entries_about(customer_id: OneCustomer, entities: Sequence[str]) -> Conditions:
    """The entries of the audit trail about a customer, of some of the entities; each is found by the index."""
    conditions = _by_entity(metadata.tables[AuditEntry.__tablename__], customer_id)
    return [conditions[entity] for entity in entities]


def _by_key(table: Table, column: str, customer_id: OneCustomer) -> ColumnElement[bool]:
    (key,) = table.c[column].foreign_keys
    parent = persons_of(key.column.table)
    if parent is not None and isinstance(parent.owner, Itself):
        return table.c[column] == customer_id
    theirs = select(key.column).where(or_(*conditions_of(key.column.table, customer_id)))
    return table.c[column].in_(theirs)


def _by_entity(table: Table, customer_id: OneCustomer) -> Mapping[str, ColumnElement[bool]]:
    """By the name of each entity: the rows about a customer that are about such a one."""
    persons = persons_of(table)
    owner = persons.owner if persons else None
    if not isinstance(owner, ByEntity):
        return {}
    return {
        entity: and_(
            table.c[owner.entity] == entity, _is_named(table.c[owner.entity_id], metadata.tables[name], customer_id)
        )
        for entity, name in owner.tables.items()
    }


def _is_named(entity_id: ColumnElement[str], table: Table, customer_id: OneCustomer) -> ColumnElement[bool]:
    """An id, kept as text, is that of a row about the customer."""
    persons = persons_of(table)
    if persons is not None and isinstance(persons.owner, Itself):
        itself = customer_id if isinstance(customer_id, BindParameter) else literal(customer_id)
        return entity_id == cast(itself, Text)
    theirs: Select[Any] = select(cast(_primary_key(table), Text)).where(or_(*conditions_of(table, customer_id)))
    return entity_id.in_(theirs)


def _primary_key(table: Table) -> ColumnElement[Any]:
    (key,) = table.primary_key.columns
    return key
