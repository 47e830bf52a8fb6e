"""The members of a store's staff who may own customers, take over a desk, or stand in."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from models.core.errors import InvalidInput
from models.core.rows import AnyRow
from models.core.words import Role
from models.people.owners import OWNING
from models.people.tables import StaffMember, Store
from tasks.ledger import audit
from tasks.stores.staff import UnknownStaff


class WorksElsewhere(InvalidInput):
    """Somebody of another store."""

    def __init__(self, code: str, theirs: Sequence[str], store: str) -> None:
        self.code, self.theirs, self.store = code, ", ".join(theirs), store
        super().__init__(f"{code} works for {self.theirs} and not for {store}, so this cannot be theirs.")


class HasLeft(InvalidInput):
    """Somebody who is not active any more."""

    def __init__(self, code: str, name: str) -> None:
        self.code, self.name = code, name
        super().__init__(f"{name} ({code}) is no longer active, so nothing can become theirs.")


class CannotOwn(InvalidInput):
    """Somebody whose role does not speak with customers."""

    def __init__(self, name: str, role: Role) -> None:
        self.name, self.role = name, role
        super().__init__(f"{name} is {role}: that role makes no calls or sees no customers, so it owns none.")


def find_member(connection: Connection, code: str, store_id: int) -> AnyRow:
    """Whoever has a code in a store, active or not, locked against becoming inactive meanwhile.

    Raises `UnknownStaff`, and `WorksElsewhere` where another store has somebody of that code.
    """
    found = connection.execute(
        select(StaffMember.__table__)
        .where(StaffMember.store_id == store_id, func.lower(StaffMember.code) == code.strip().lower())
        .order_by((StaffMember.code == code.strip()).desc())
        .limit(1)
        .with_for_update(read=True)
    ).one_or_none()
    if found is not None:
        return found
    store = connection.execute(select(Store.code).where(Store.id == store_id)).scalar_one()
    elsewhere = (
        select(Store.code)
        .join(StaffMember, StaffMember.store_id == Store.id)
        .where(func.lower(StaffMember.code) == code.strip().lower())
    )
    others = connection.scalars(elsewhere.order_by(Store.code)).all()
    if others:
        raise WorksElsewhere(code.strip(), others, store)
    raise UnknownStaff(code.strip(), store)


def lock_members(connection: Connection, store_id: int, codes: Collection[str]) -> None:
    """Lock members of a store's staff, in the order of their numbers, so that nobody waits for each other."""
    theirs = func.lower(StaffMember.code).in_([code.strip().lower() for code in codes])
    locked = select(StaffMember.id).where(StaffMember.store_id == store_id, theirs).order_by(StaffMember.id)
    connection.execute(locked.with_for_update(key_share=True)).all()


def find_active(connection: Connection, code: str, store_id: int) -> AnyRow:
    """The same for somebody who is to get work. Also raises `HasLeft`."""
    member = find_member(connection, code, store_id)
    if not member.active:
        raise HasLeft(member.code, member.name)
    return member


def find_owner(connection: Connection, code: str, store_id: int) -> AnyRow:
    """The same for somebody who is to own customers. Also raises `CannotOwn`."""
    member = find_active(connection, code, store_id)
    check_owning(member)
    return member


def set_working(connection: Connection, store_id: int, code: str, now: datetime, actor: str, *, working: bool) -> None:
    """Somebody has left, or works here again. A file of staff that says otherwise is believed.

    Raises `UnknownStaff`.
    """
    member = find_member(connection, code, store_id)
    if member.active is working:
        return
    connection.execute(update(StaffMember).where(StaffMember.id == member.id).values(active=working))
    action = "staff.works-again" if working else "staff.left"
    audit.record(connection, now, actor, action, "staff", member.code, {"active": member.active}, {"active": working})


def check_owning(member: AnyRow) -> None:
    """Raises `CannotOwn`."""
    if member.role not in OWNING:
        raise CannotOwn(member.name, member.role)
