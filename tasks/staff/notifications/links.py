"""Links by which a department acknowledges without signing in: signed, for one member of staff, and expiring."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import Connection, select

from models.core.errors import NotFound
from models.core.settings import Settings
from models.people.tables import StaffMember
from tasks.messages.links import read_secret

PATH = "/d/"
LASTS = timedelta(days=2)
"""A sheet is of the coming day."""
MINUTE = 60
LONGEST = 100


class NotOurStaffLink(NotFound):
    """An invalid link, or of somebody who has left."""

    def __init__(self) -> None:
        super().__init__("This link was not made here, or it is no longer valid.")


class StaffLinkOver(NotFound):
    """The link has expired."""

    def __init__(self) -> None:
        super().__init__("This link has expired. The newest message has a new one; or sign in to the console.")


def make_staff_link(settings: Settings, staff_id: int, now: datetime) -> str | None:
    """The address for one member of staff; None: they could not open it."""
    root = settings.links_begin
    return f"{root.rstrip('/')}{PATH}{write_staff_token(settings, staff_id, now)}" if root else None


def write_staff_token(settings: Settings, staff_id: int, now: datetime) -> str:
    """The token of a link."""
    return str(_signer(settings).dumps([staff_id, int((now + LASTS).timestamp()) // MINUTE]))


def read_staff_token(connection: Connection, settings: Settings, token: str, now: datetime) -> int:
    """The member of staff whose link it is. Raises `NotOurStaffLink`, `StaffLinkOver`."""
    if len(token) > LONGEST or not token.isascii():
        raise NotOurStaffLink
    try:
        staff_id, minute = (int(one) for one in _signer(settings).loads(token))
    except (BadData, ValueError, TypeError) as error:
        raise NotOurStaffLink from error
    if connection.scalar(select(StaffMember.id).where(StaffMember.id == staff_id, StaffMember.active)) is None:
        raise NotOurStaffLink
    if datetime.fromtimestamp(minute * MINUTE, UTC) <= now:
        raise StaffLinkOver
    return staff_id


def _signer(settings: Settings) -> URLSafeSerializer:
    return URLSafeSerializer(
        read_secret(settings), salt="aftercare.staff-links", signer_kwargs={"digest_method": sha256}
    )
