"""The users of the console: added, given another password, disabled; each change is in the audit trail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from models.core.errors import AftercareError
from models.core.words import Role
from models.people.access import BrowserSession, User
from models.people.tables import StaffMember, Store
from tasks import audit
from tasks.access.passwords import hash_password, make_password

EVERYWHERE = frozenset({Role.ADMIN, Role.OPERATOR, Role.MARKETING, Role.FINANCE, Role.MANAGER})
"""The roles that may belong to no single store, and then see them all."""
FIRST = "admin"
FIRST_USER_LOCK = 727_005
"""The advisory lock that keeps two consoles, started at once, from making two."""


class UnknownUser(AftercareError):
    """A login that nobody has."""

    def __init__(self, login: str) -> None:
        self.login = login
        super().__init__(f"There is no user '{login}'.")


class NoLogin(AftercareError):
    """A user without a login."""

    def __init__(self) -> None:
        super().__init__("A user needs a login: what is typed to sign in.")


class LoginTaken(AftercareError):
    """A login that somebody has."""

    def __init__(self, login: str) -> None:
        self.login = login
        super().__init__(f"There is a user '{login}' already.")


class NeedsStore(AftercareError):
    """A role whose users work in one store, without the store."""

    def __init__(self, role: Role) -> None:
        self.role = role
        super().__init__(f"A user who is {role} works in one store: name it.")


class NoSuchStore(AftercareError):
    """A store code that there is not."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"There is no store '{code}'.")


class OfAnotherRole(AftercareError):
    """A staff code that somebody of another role has."""

    def __init__(self, code: str, theirs: Role, wanted: Role) -> None:
        self.code, self.theirs, self.wanted = code, theirs, wanted
        super().__init__(f"The staff member {code} is {theirs}, not {wanted}: a user works under their own name.")


class LastAdmin(AftercareError):
    """The one user who could let others in again."""

    def __init__(self, login: str) -> None:
        self.login = login
        super().__init__(f"'{login}' is the last active admin: without one, nobody could manage users any more.")


@dataclass(frozen=True, slots=True)
class NewUser:
    """A user to be added."""

    login: str
    role: Role
    store: str | None = None
    """A store's code; None: every store."""
    staff: str | None = None
    """The staff code to work under; None: one like the login is made."""
    name: str | None = None
    language: str | None = None
    """Without it, what their browser asks for at the first sign-in."""


@dataclass(frozen=True, slots=True)
class UserRow:
    """A user as a list shows one."""

    id: int
    login: str
    role: Role
    store: str | None
    staff: str | None
    name: str | None
    language: str | None
    active: bool
    locked_until: datetime | None


def add_user(connection: Connection, new: NewUser, password: str | None, now: datetime, actor: str) -> str:
    """Add a user; the password, a random one where none is given, which must then be changed at the first sign-in.

    Raises `NoLogin`, `LoginTaken`, `NeedsStore`, `NoSuchStore`, `OfAnotherRole`, `WeakPassword`.
    """
    login = new.login.strip().lower()
    if not login:
        raise NoLogin
    if connection.scalar(select(User.id).where(User.login == login)) is not None:
        raise LoginTaken(login)
    if new.store is None and new.role not in EVERYWHERE:
        raise NeedsStore(new.role)
    store_id = _store_id(connection, new.store) if new.store else None
    given = password or make_password()
    values: dict[str, Any] = {
        "login": login,
        "role": new.role,
        "store_id": store_id,
        "staff_id": _staff_id(connection, new, login, store_id),
        "language": new.language,
        "password_hash": hash_password(given),
        "must_change_password": password is None,
        "created_at": now,
    }
    connection.execute(insert(User).values(**values))
    after = {"role": new.role, "store": new.store, "staff": new.staff or login}
    audit.record(connection, now, actor, "user.added", "user", login, None, after)
    return given


def add_first_admin(connection: Connection, now: datetime) -> str | None:
    """Where there is no user yet, make `admin`; the password, to be shown once. None where there are users."""
    connection.execute(select(func.pg_advisory_xact_lock(FIRST_USER_LOCK)))
    if connection.scalar(select(func.count()).select_from(User)):
        return None
    return add_user(connection, NewUser(FIRST, Role.ADMIN), None, now, "system")


def change_password(
    connection: Connection, login: str, password: str | None, now: datetime, actor: str, *, keep: str | None = None
) -> str:
    """Give a user another password, unlock them and end their sessions, but the one whose digest is `keep`.

    The password; without one a random one, to be changed. Raises `UnknownUser`, `WeakPassword`.
    """
    user = find_user(connection, login)
    given = password or make_password()
    connection.execute(
        update(User)
        .where(User.id == user.id)
        .values(
            password_hash=hash_password(given), must_change_password=password is None, failures=0, locked_until=None
        )
    )
    _end_sessions(connection, user.id, keep)
    audit.record(connection, now, actor, "user.password-changed", "user", user.login)
    return given


def set_active(connection: Connection, login: str, now: datetime, actor: str, *, active: bool) -> None:
    """Let a user in again, or no longer, at once. Raises `UnknownUser`, `LastAdmin`."""
    user = find_user(connection, login)
    if not active and user.role == Role.ADMIN and user.active and _active_admins(connection) == 1:
        raise LastAdmin(user.login)
    connection.execute(update(User).where(User.id == user.id).values(active=active, failures=0, locked_until=None))
    if not active:
        _end_sessions(connection, user.id, None)
    action = "user.enabled" if active else "user.disabled"
    audit.record(connection, now, actor, action, "user", user.login, {"active": user.active}, {"active": active})


def set_language(connection: Connection, login: str, language: str) -> None:
    """The language that the console speaks to a user: `zh-CN` or `en`."""
    connection.execute(update(User).where(User.login == login).values(language=language))


def find_user(connection: Connection, login: str) -> Row[Any]:
    """A user's row, locked. Raises `UnknownUser`."""
    row = connection.execute(
        select(User.__table__).where(User.login == login.strip().lower()).with_for_update()
    ).one_or_none()
    if row is None:
        raise UnknownUser(login)
    return row


def list_users(connection: Connection) -> list[UserRow]:
    """All users, by login."""
    rows = connection.execute(
        select(User.__table__, Store.code.label("store"), StaffMember.code.label("staff"), StaffMember.name)
        .outerjoin(Store, Store.id == User.store_id)
        .outerjoin(StaffMember, StaffMember.id == User.staff_id)
        .order_by(User.login)
    ).mappings()
    return [_row(row) for row in rows]


def _row(row: Mapping[Any, Any]) -> UserRow:
    return UserRow(**{name: row[name] for name in UserRow.__slots__})


def _store_id(connection: Connection, code: str) -> int:
    found: int | None = connection.scalar(select(Store.id).where(Store.code == code))
    if found is None:
        raise NoSuchStore(code)
    return found


def _staff_id(connection: Connection, new: NewUser, login: str, store_id: int | None) -> int | None:
    """The member of staff to work under, made where there is none; None for someone of every store, till they act."""
    if store_id is None:
        return None
    code = new.staff or login
    found = connection.execute(
        select(StaffMember.id, StaffMember.role).where(StaffMember.store_id == store_id, StaffMember.code == code)
    ).one_or_none()
    if found is None:
        return make_staff(connection, store_id, code, new.name or new.login, new.role)
    if found.role != new.role:
        raise OfAnotherRole(code, found.role, new.role)
    return int(found.id)


def make_staff(connection: Connection, store_id: int, code: str, name: str, role: Role) -> int:
    """A member of staff for a user who has none."""
    values = {"store_id": store_id, "code": code, "name": name, "role": role}
    return int(connection.execute(insert(StaffMember).values(**values).returning(StaffMember.id)).scalar_one())


def _end_sessions(connection: Connection, user_id: int, keep: str | None) -> None:
    ended = delete(BrowserSession).where(BrowserSession.user_id == user_id)
    connection.execute(ended if keep is None else ended.where(BrowserSession.token_digest != keep))


def _active_admins(connection: Connection) -> int:
    active = select(func.count()).select_from(User).where(User.active, User.role == Role.ADMIN)
    return int(connection.scalar(active) or 0)
