"""Acting members of staff: identified by code, active, and of the store concerned."""

from dataclasses import dataclass

from sqlalchemy import Connection, or_, select

from models.core.errors import InvalidInput
from models.core.words import Role
from models.people.tables import StaffMember, Store


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

    id: int
    code: str
    name: str
    role: Role


def find_actor(connection: Connection, code: str, store_id: int) -> Actor:
    """The member of staff acting in a store, or an admin of any store. Raises `UnknownStaff` or `InactiveStaff`."""
    row = connection.execute(
        select(StaffMember.id, StaffMember.code, StaffMember.name, StaffMember.role, StaffMember.active)
        .where(StaffMember.code == code.strip())
        .where(or_(StaffMember.store_id == store_id, StaffMember.role == Role.ADMIN))
        .order_by((StaffMember.store_id == store_id).desc(), StaffMember.active.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        store = connection.execute(select(Store.code).where(Store.id == store_id)).scalar_one()
        raise UnknownStaff(code, store)
    if not row.active:
        raise InactiveStaff(row.code, row.name)
    return Actor(row.id, row.code, row.name, row.role)
