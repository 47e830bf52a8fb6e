"""Whose data a user can access: one store's or all. Every id from a request is checked here first."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, Select, select

from models.core.errors import NotFound
from models.core.words import MANAGING, Role
from models.ledger.tables import Case, Touch
from models.people.tables import Customer, StaffMember, Store
from models.subjects.appointment import Appointment
from tasks.access.sessions import SignedIn
from tasks.access.users import make_staff

LARGEST_KEY = 2**63 - 1


class NotYours(NotFound):
    """Something of another store, or something that does not exist; the message does not say which."""

    def __init__(self, kind: str, entity_id: object) -> None:
        self.kind, self.entity_id = kind, entity_id
        super().__init__(f"There is no {kind} {entity_id} that you may see.")


def check_customer(connection: Connection, store_id: int | None, customer_id: int) -> int:
    """Return the customer's store. Raises `NotYours`."""
    found = select(Customer.store_id).where(Customer.id == customer_id)
    return _check(connection, found, store_id, "customer", customer_id)


def check_touch(connection: Connection, store_id: int | None, touch_id: UUID) -> int:
    """Return the touch's store. Raises `NotYours`."""
    return _check(connection, select(Touch.store_id).where(Touch.id == touch_id), store_id, "touch", touch_id)


def check_case(connection: Connection, store_id: int | None, case_id: int) -> int:
    """Return the case's store. Raises `NotYours`."""
    return _check(connection, select(Case.store_id).where(Case.id == case_id), store_id, "case", case_id)


def check_appointment(connection: Connection, store_id: int | None, appointment_id: int) -> int:
    """Return the appointment's store. Raises `NotYours`."""
    found = select(Appointment.store_id).where(Appointment.id == appointment_id)
    return _check(connection, found, store_id, "appointment", appointment_id)


def _check(
    connection: Connection, statement: Select[tuple[int]], store_id: int | None, kind: str, entity_id: object
) -> int:
    found = connection.scalar(statement) if not isinstance(entity_id, int) or abs(entity_id) <= LARGEST_KEY else None
    if found is None or (store_id is not None and found != store_id):
        raise NotYours(kind, entity_id)
    return int(found)


def staff_code_in(connection: Connection, user: SignedIn, store_id: int) -> str:
    """The staff code that a user acts under in a store.

    A user of all stores is added to the store's staff on first use, with their own role: every action there has
    a named person.
    """
    if user.staff is not None:
        return user.staff
    known = select(StaffMember.id).where(StaffMember.store_id == store_id, StaffMember.code == user.works_as)
    if connection.scalar(known) is None:
        make_staff(connection, store_id, user.works_as, user.name, user.role)
    return user.works_as


def reached_store(connection: Connection, user: SignedIn, wanted: str | None) -> str | None:
    """The store whose data to show: the user's own if they have one, else the requested one (None: all)."""
    if user.store is not None:
        return user.store
    if wanted is not None and connection.scalar(select(Store.id).where(Store.code == wanted)) is None:
        raise NotYours("store", wanted)
    return wanted


def is_in_charge(user: SignedIn) -> bool:
    """Whether someone is responsible for others' work: a manager or an admin."""
    return user.role in (*MANAGING, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class StoreReached:
    """A store that a user may choose."""

    code: str
    name: str
    time_zone: str


def list_reached_stores(connection: Connection, user: SignedIn) -> list[StoreReached]:
    """The stores whose data a user sees, by code."""
    stores = select(Store.code, Store.name, Store.time_zone).order_by(Store.code)
    if user.store_id is not None:
        stores = stores.where(Store.id == user.store_id)
    return [StoreReached(*store) for store in connection.execute(stores)]
