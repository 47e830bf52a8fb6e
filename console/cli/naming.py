"""What people type for a touch and for themselves: the first characters of an id, a staff code. The tasks take ids."""

import re
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, select

from models.core.errors import InvalidInput, NotFound
from models.core.ids import StaffId, TouchId
from models.ledger.tables import Touch
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
