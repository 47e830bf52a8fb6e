"""Erasing a customer on request: personal data is deleted, business records are kept under a pseudonym."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, assert_never

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Table,
    Text,
    and_,
    case,
    cast,
    delete,
    func,
    literal,
    select,
    update,
)

from models.core.base import Facts
from models.core.errors import Conflict, InvalidInput
from models.core.personal import (
    ERASED,
    Blanked,
    BlankedWhere,
    ByKey,
    Kept,
    Pseudonym,
    Reduced,
    Replaced,
    TimeOfErasure,
    erasure_of,
    persons_of,
)
from models.core.reasons import give
from models.core.rows import AnyRow
from models.core.words import Gate, TouchState
from models.ledger.tables import Touch
from models.people.tables import ContactPoint, Customer
from tasks.access.reach import check_customer
from tasks.access.sessions import SignedIn
from tasks.customers.consent import NeedsReason
from tasks.customers.records import rows_about
from tasks.ledger import audit
from tasks.touches.picking import cancel_touches

IN_FLIGHT = (TouchState.CLAIMED, TouchState.SENDING)


class AlreadyErased(Conflict):
    """The customer is already erased."""

    def __init__(self, customer_id: int) -> None:
        self.customer_id = customer_id
        super().__init__("This customer's data was erased before.")


class MessageUnderWay(Conflict):
    """A message to the customer is being sent at this moment."""

    def __init__(self, customer_id: int) -> None:
        self.customer_id = customer_id
        super().__init__("A message to this customer is being sent at this moment; try again in a minute.")


class NotTheirName(InvalidInput):
    """The name typed as confirmation does not match."""

    def __init__(self) -> None:
        super().__init__("To confirm, type the customer's name exactly as it stands above.")


class ReasonNamesCustomer(InvalidInput):
    """The reason contains the customer's personal data."""

    def __init__(self) -> None:
        super().__init__("The reason stays on record: say it without the customer's name, number or address.")


def erase_customer(
    connection: Connection, user: SignedIn, now: datetime, customer_id: int, typed: str, reason: str
) -> None:
    """Erase a customer's personal data everywhere, irreversibly, and cancel open touches. `typed` confirms the name.

    Source keys are kept, so that imports recognise them and bring nothing back. Raises `NotYours`,
    `AlreadyErased`, `NotTheirName`, `NeedsReason`, `ReasonNamesCustomer`, `MessageUnderWay`.
    """
    check_customer(connection, user.store_id, customer_id)
    customer = connection.execute(select(Customer.__table__).where(Customer.id == customer_id).with_for_update()).one()
    _check(connection, customer, typed, reason)
    cancel_touches(connection, Touch.customer_id == customer_id, Gate.FACTS, give(ERASED), now, {})
    theirs = rows_about(customer_id)
    for table in theirs:  # first, while the numbers can still be read
        _erase_rows(connection, table, _sent_by(table, customer_id), now)
    for table, conditions in reversed(theirs.items()):
        _erase_rows(connection, table, conditions, now)
    audit.record(
        connection, now, user.login, "customer.erased", "customer", customer_id, None, {"reason": reason.strip()}
    )


def _check(connection: Connection, customer: AnyRow, typed: str, reason: str) -> None:
    if customer.erased_at is not None:
        raise AlreadyErased(customer.id)
    if " ".join(typed.split()) != " ".join(customer.name.split()):
        raise NotTheirName
    if not reason.strip():
        raise NeedsReason
    values = connection.scalars(select(ContactPoint.value).where(ContactPoint.customer_id == customer.id))
    if any(known.casefold() in reason.casefold() for known in (customer.name, *values)):
        raise ReasonNamesCustomer
    in_flight = select(Touch.id).where(Touch.customer_id == customer.id, Touch.state.in_(IN_FLIGHT)).limit(1)
    if connection.scalar(in_flight) is not None:
        raise MessageUnderWay(customer.id)


def _erase_rows(connection: Connection, table: Table, conditions: Iterable[ColumnElement[bool]], now: datetime) -> None:
    """Delete rows, or replace their values as the columns declare."""
    persons = persons_of(table)
    if persons is not None and persons.deleted:
        for condition in conditions:
            connection.execute(delete(table).where(condition))
        return
    values = {column.name: _instead(column, now) for column in table.columns if _goes(column)}
    for condition in conditions if values else ():
        connection.execute(update(table).where(condition).values(values))


def _sent_by(table: Table, customer_id: int) -> Iterator[ColumnElement[bool]]:
    """Rows with the customer's number or address that were never linked to them."""
    persons = persons_of(table)
    if persons is not None and isinstance(persons.owner, ByKey) and persons.owner.sender is not None:
        theirs = select(ContactPoint.value).where(ContactPoint.customer_id == customer_id)
        yield and_(table.c[persons.owner.column].is_(None), table.c[persons.owner.sender].in_(theirs))


def _goes(column: Column[Any]) -> bool:
    how = erasure_of(column)
    return how is not None and not isinstance(how, Kept)


def _instead(column: Column[Any], now: datetime) -> object:
    """The new value of a column."""
    how = erasure_of(column)
    match how:
        case None | Kept():
            return column
        case Blanked():
            return None
        case Replaced(by, if_any):
            return case((column.is_not(None), literal(by, column.type))) if if_any else by
        case Pseudonym(prefix):
            return literal(prefix, Text) + cast(column.table.c.id, Text)
        case TimeOfErasure():
            return now
        case BlankedWhere(other, values):
            return case((column.table.c[other].in_(values), None), else_=column)
        case Reduced(to):
            return _reduced(column, to)
        case _:
            assert_never(how)


def _reduced(facts: Column[Any], to: Sequence[str]) -> ColumnElement[Facts | None]:
    """Some keys of a JSON object; null if it has none of them or is not an object."""
    is_object = func.jsonb_typeof(facts) == "object"
    parts = func.jsonb_each(case((is_object, facts))).table_valued("key", "value").render_derived()
    kept: ColumnElement[Facts | None] = (
        select(func.jsonb_object_agg(parts.c.key, parts.c.value)).where(parts.c.key.in_(to)).scalar_subquery()
    )
    return kept
