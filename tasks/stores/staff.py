"""Acting members of staff: identified by code, active, and of the store concerned."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, or_, select

from models.core.errors import InvalidInput
from models.core.ids import StaffId
from models.core.words import Role
from models.people.tables import StaffMember, Store
from tasks.access.reach import staff_code_in
from tasks.access.sessions import SignedIn


class UnknownStaff(InvalidInput):
    """The store has no member of staff with this code."""

    def __init__(self, code: str, store: str) -> None:
        self.code, self.store = code, store
        super().__init__(f"Nobody of store '{store}' has the staff code '{code}'.")


class InactiveStaff(InvalidInput):
    """The member of staff is no longer active."""

    def __init__(self, code: str, name: str) -> None:
        self.code, self.name = code, name
        super().__init__(f"{name} ({code}) is no longer active, so nothing can be recorded under that name.")


@dataclass(frozen=True, slots=True)
class Actor:
    """A member of staff who acts."""

    id: StaffId
    code: str
    name: str
    role: Role


def find_actor(connection: Connection, code: str, store_id: int) -> Actor:
    """The member of staff acting in a store, or an admin of any store. Raises `UnknownStaff` or `InactiveStaff`."""
    return _acting(connection, StaffMember.code == code.strip(), code, store_id)


def actor_of(connection: Connection, staff_id: StaffId, store_id: int) -> Actor:
    """The same by id."""
    return _acting(connection, StaffMember.id == staff_id, str(staff_id), store_id)


def acting_in(connection: Connection, user: SignedIn, store_id: int) -> StaffId:
    """The member of staff as whom a user acts in a store: see `staff_code_in`. Raises `InactiveStaff`."""
    return find_actor(connection, staff_code_in(connection, user, store_id), store_id).id


def _acting(connection: Connection, whoever: ColumnElement[bool], name: str, store_id: int) -> Actor:
    row = connection.execute(
        select(StaffMember.id, StaffMember.code, StaffMember.name, StaffMember.role, StaffMember.active)
        .where(whoever, or_(StaffMember.store_id == store_id, StaffMember.role == Role.ADMIN))
        .order_by((StaffMember.store_id == store_id).desc(), StaffMember.active.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        store = connection.execute(select(Store.code).where(Store.id == store_id)).scalar_one()
        raise UnknownStaff(name, store)
    if not row.active:
        raise InactiveStaff(row.code, row.name)
    return Actor(StaffId(row.id), row.code, row.name, row.role)
