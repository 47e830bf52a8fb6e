"""What people type for a touch and for themselves: the first characters of an id, a staff code. The tasks take ids."""

import re
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, func, select

from models.core.errors import InvalidInput, NotFound
from models.core.ids import StaffId, TouchId
from models.ledger.tables import Touch
from models.people.tables import StaffMember, Store
from tasks.stores.staff import find_actor

PREFIX = re.compile(r"[0-9a-f]{4,32}")
DIGITS = 32


class UnknownTouch(NotFound):
    """No touch has an id with this prefix."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        super().__init__(f"No touch has an id that begins with '{prefix}'; expected 4 or more of its first characters.")


class AmbiguousTouch(InvalidInput):
    """Several touches have an id with this prefix."""

    def __init__(self, prefix: str, candidates: Sequence[UUID]) -> None:
        self.prefix, self.candidates = prefix, candidates
        super().__init__(
            f"Several touches have an id that begins with '{prefix}': {', '.join(str(found) for found in candidates)}. "
            f"Give more characters."
        )


class WhichStoreOfStaff(InvalidInput):
    """It is not certain which store is meant."""

    def __init__(self, known: Sequence[str]) -> None:
        self.known = ", ".join(known)
        super().__init__(f"Say which store with --store; it may be {self.known or 'none: there is no store yet'}.")


def find_store(connection: Connection, code: str | None) -> int:
    """The store of a code, or the only one. Raises `WhichStoreOfStaff`."""
    stores = connection.execute(select(Store.id, Store.code).order_by(Store.code)).all()
    fitting = [store.id for store in stores if code in (None, store.code)]
    if len(fitting) != 1:
        raise WhichStoreOfStaff([store.code for store in stores])
    return int(fitting[0])


def store_of_staff(connection: Connection, code: str, store: str | None) -> int:
    """The named store, or the only one that has somebody of a staff code. Raises `WhichStoreOfStaff`."""
    if store is not None:
        return find_store(connection, store)
    having = connection.execute(
        select(Store.id, Store.code)
        .join(StaffMember, StaffMember.store_id == Store.id)
        .where(func.lower(StaffMember.code) == code.strip().lower())
        .order_by(Store.code)
    ).all()
    if len(having) > 1:
        raise WhichStoreOfStaff([one.code for one in having])
    return int(having[0].id) if having else find_store(connection, None)


def find_touch(connection: Connection, prefix: str) -> TouchId:
    """The touch whose id has this prefix, with or without dashes. Raises `UnknownTouch` or `AmbiguousTouch`."""
    digits = prefix.strip().lower().replace("-", "")
    if not PREFIX.fullmatch(digits):
        raise UnknownTouch(prefix)
    first, last = UUID(digits.ljust(DIGITS, "0")), UUID(digits.ljust(DIGITS, "f"))
    found = connection.scalars(select(Touch.id).where(Touch.id.between(first, last)).order_by(Touch.id).limit(3)).all()
    if not found:
        raise UnknownTouch(prefix)
    if len(found) > 1:
        raise AmbiguousTouch(prefix, found)
    return TouchId(found[0])


def find_staff(connection: Connection, code: str, touch_id: TouchId) -> StaffId:
    """Whoever has this staff code in the store of a touch, or is an admin with it anywhere.

    Raises `UnknownStaff` or `InactiveStaff`.
    """
    store_id = connection.execute(select(Touch.store_id).where(Touch.id == touch_id)).scalar_one()
    return find_actor(connection, code, store_id).id
