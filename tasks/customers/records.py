"""All rows about one customer, table by table, as the tables declare."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, Table, Text, and_, cast, literal, or_, select

from models.core.personal import ByEntity, ByKey, Itself, is_customers, persons_of
from models.database.tables import metadata
from models.ledger.tables import AuditEntry
from tasks.subjects.contract import OneCustomer

Conditions = Sequence[ColumnElement[bool]]
"""Each condition uses an index, and no row matches two."""


def rows_about(customer_id: OneCustomer) -> dict[Table, Conditions]:
    """The tables with customers' data, and the conditions for one customer's rows.

    A table comes after those that its foreign keys refer to.
    """
    return {table: conditions_of(table, customer_id) for table in metadata.sorted_tables if is_customers(table)}


def conditions_of(table: Table, customer_id: OneCustomer) -> Conditions:
    """The conditions for one customer's rows in a table that declares its owner."""
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
    """The audit entries about a customer, for some entities; each condition uses the index."""
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
    """By entity name: a customer's rows about such an entity."""
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
    """Whether an id stored as text belongs to a row about the customer."""
    persons = persons_of(table)
    if persons is not None and isinstance(persons.owner, Itself):
        itself = customer_id if isinstance(customer_id, BindParameter) else literal(customer_id)
        return entity_id == cast(itself, Text)
    theirs: Select[tuple[str]] = select(cast(_primary_key(table), Text)).where(or_(*conditions_of(table, customer_id)))
    return entity_id.in_(theirs)


def _primary_key(table: Table) -> ColumnElement[Any]:
    (key,) = table.primary_key.columns
    return key
