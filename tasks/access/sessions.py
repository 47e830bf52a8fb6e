"""Signing in and out: browser sessions, and the lockout after wrong passwords."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from models.core.errors import NotAllowed
from models.core.rows import AnyRow
from models.core.words import Role
from models.people.access import BrowserSession, User
from models.people.permissions import Permission, may
from models.people.tables import StaffMember, Store
from tasks.access.passwords import is_password
from tasks.ledger import audit

LASTS = timedelta(hours=12)
IDLE = timedelta(hours=2)
NOTED = timedelta(minutes=1)
USUAL_LANGUAGE = "zh-CN"
"""The precision with which the last use of a session is recorded."""
FREE_FAILURES = 5
"""The number of consecutive wrong passwords allowed. Each further one doubles the lockout."""
FIRST_LOCK = timedelta(minutes=1)
LONGEST_LOCK = timedelta(hours=1)


class NotSignedIn(NotAllowed):
    """Wrong login or password, or a disabled user; the message does not say which."""

    def __init__(self) -> None:
        super().__init__("The login or the password is wrong.")


class Locked(NotAllowed):
    """Too many wrong passwords."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__("There were too many wrong passwords; wait a while and try again.")


class MayNot(NotAllowed):
    """The user's role does not permit this."""

    def __init__(self, login: str, permission: Permission) -> None:
        self.login, self.permission = login, permission
        super().__init__(f"'{login}' may not do this ({permission}).")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A signed-in user."""

    user_id: int
    login: str
    name: str
    role: Role
    store_id: int | None
    """The store whose data they see; None: all stores."""
    store: str | None
    """Its code."""
    staff: str | None
    """The staff code that they work under."""
    language: str
    must_change_password: bool
    token_digest: str
    store_zone: str | None = None
    """The time zone of that store."""

    @property
    def works_as(self) -> str:
        """The staff code they act under: their own, or one that no import uses."""
        return self.staff or f"user:{self.login}"

    def may(self, permission: Permission) -> bool:
        """Whether they may do something."""
        return may(self.role, permission)

    def check(self, permission: Permission) -> None:
        """Raises `MayNot`."""
        if not self.may(permission):
            raise MayNot(self.login, permission)


def sign_in(
    connection: Connection, login: str, password: str, now: datetime, language: str = USUAL_LANGUAGE
) -> str | NotSignedIn | Locked:
    """Start a session and return its token. Errors are returned, not raised, so that the failure is committed.

    `language` is the browser's. It becomes the user's if they have not chosen one.
    """
    user = connection.execute(
        select(User.__table__).where(User.login == login.strip().lower()).with_for_update()
    ).one_or_none()
    if user is not None and user.locked_until is not None and user.locked_until > now:
        return Locked(user.locked_until)
    right = is_password(password, user.password_hash if user is not None else None)
    if user is None:
        return NotSignedIn()
    if not right or not user.active:
        return _note_failure(connection, user, now)
    values = {"failures": 0, "locked_until": None, "language": user.language or language}
    connection.execute(update(User).where(User.id == user.id).values(values))
    audit.record(connection, now, user.login, "user.signed-in", "user", user.login)
    return _open(connection, user.id, now)


def _note_failure(connection: Connection, user: AnyRow, now: datetime) -> NotSignedIn | Locked:
    failures = user.failures + 1
    over = failures - FREE_FAILURES
    lock = min(FIRST_LOCK * 2 ** min(over, 10), LONGEST_LOCK) if over >= 0 else None
    until = now + lock if lock else None
    connection.execute(update(User).where(User.id == user.id).values(failures=failures, locked_until=until))
    if until is None:
        return NotSignedIn()
    audit.record(connection, now, user.login, "user.locked", "user", user.login, None, {"until": until.isoformat()})
    return Locked(until)


def _open(connection: Connection, user_id: int, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    values = {"token_digest": digest(token), "user_id": user_id, "created_at": now, "seen_at": now}
    connection.execute(insert(BrowserSession).values(**values, expires_at=now + LASTS))
    return token


def digest(token: str) -> str:
    """The digest of a token. Reading the table is not enough to sign in."""
    return hashlib.sha256(token.encode()).hexdigest()


def read_session(connection: Connection, token: str, now: datetime) -> SignedIn | None:
    """The user of a session token; None if the session has ended."""
    return read_session_of_digest(connection, digest(token), now)


def read_session_of_digest(connection: Connection, token_digest: str, now: datetime) -> SignedIn | None:
    """The same by digest, for pages that stay open."""
    row = connection.execute(
        select(
            BrowserSession.seen_at, User.__table__, Store.code.label("store"), Store.time_zone,
            StaffMember.code.label("staff"), StaffMember.name.label("staff_name"),
        )
        .join_from(BrowserSession, User, User.id == BrowserSession.user_id)
        .outerjoin(Store, Store.id == User.store_id)
        .outerjoin(StaffMember, StaffMember.id == User.staff_id)
        .where(
            BrowserSession.token_digest == token_digest,
            BrowserSession.expires_at > now,
            BrowserSession.seen_at > now - IDLE,
            User.active,
        )
    ).one_or_none()  # fmt: skip
    if row is None:
        return None
    if now - row.seen_at > NOTED:
        seen = update(BrowserSession).where(BrowserSession.token_digest == token_digest).values(seen_at=now)
        connection.execute(seen)
    return SignedIn(
        user_id=row.id,
        login=row.login,
        name=row.name or row.staff_name or row.login,
        role=row.role,
        store_id=row.store_id,
        store=row.store,
        staff=row.staff,
        language=row.language or USUAL_LANGUAGE,
        must_change_password=row.must_change_password,
        token_digest=token_digest,
        store_zone=row.time_zone,
    )


def sign_out(connection: Connection, token_digest: str) -> None:
    """End a session."""
    connection.execute(delete(BrowserSession).where(BrowserSession.token_digest == token_digest))
