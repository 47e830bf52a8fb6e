"""Console users: adding, changing passwords, disabling. Every change is in the audit trail."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from models.core.errors import Conflict, InvalidInput, NotFound
from models.core.rows import AnyRow
from models.core.words import MANAGING, Role
from models.people.access import BrowserSession, User
from models.people.tables import StaffMember, Store
from tasks.access.passwords import hash_password, make_password
from tasks.ledger import audit

EVERYWHERE = frozenset({Role.ADMIN, Role.OPERATOR, Role.MARKETING, Role.FINANCE, *MANAGING})
"""The roles that may have no store, and then see all of them."""
FIRST = "admin"
LOGIN = re.compile(r"[\w.@+-]+")
"""What a login is made of."""
FIRST_USER_LOCK = 727_005
"""The advisory lock that prevents two consoles started at once from both adding the first user."""


class UnknownUser(NotFound):
    """There is no user with this login."""

    def __init__(self, login: str) -> None:
        self.login = login
        super().__init__(f"There is no user '{login}'.")


class NoLogin(InvalidInput):
    """An empty login."""

    def __init__(self) -> None:
        super().__init__("A user needs a login: what is typed to sign in.")


class BadLogin(InvalidInput):
    """A login with a space or another character that cannot be typed reliably."""

    def __init__(self, login: str) -> None:
        self.login = login
        super().__init__(f"'{login}' is no login: it has letters, digits and . _ @ + - alone, without spaces.")


class UnknownStaffCode(InvalidInput):
    """A staff code that nobody of the store has."""

    def __init__(self, code: str, store: str) -> None:
        self.code, self.store = code, store
        super().__init__(f"Nobody of store '{store}' has the staff code '{code}'. Leave it empty for somebody new.")


class StaffNeedsStore(InvalidInput):
    """A staff code for a user of all stores."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"The staff code '{code}' belongs to one store: choose it, or leave the code empty.")


class LoginTaken(Conflict):
    """A login that is taken."""

    def __init__(self, login: str) -> None:
        self.login = login
        super().__init__(f"There is a user '{login}' already.")


class NeedsStore(InvalidInput):
    """A role that needs a store, without one."""

    def __init__(self, role: Role) -> None:
        self.role = role
        super().__init__(f"A user who is {role} works in one store: name it.")


class NoSuchStore(InvalidInput):
    """There is no such store."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"There is no store '{code}'.")


class OfAnotherRole(InvalidInput):
    """A staff code that belongs to another role."""

    def __init__(self, code: str, theirs: Role, wanted: Role) -> None:
        self.code, self.theirs, self.wanted = code, theirs, wanted
        super().__init__(f"The staff member {code} is {theirs}, not {wanted}: a user works under their own name.")


class LastAdmin(Conflict):
    """The last active admin, who cannot be disabled."""

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
    """The code of a member of the store's staff to work as; None: somebody new, whose code is the login."""
    name: str | None = None
    language: str | None = None
    """If not given, the browser's language at the first sign-in."""


@dataclass(frozen=True, slots=True)
class UserChange:
    """What a user is from now on."""

    role: Role
    store: str | None
    """A store's code; None: every store."""
    staff: str | None
    """The staff code that they work as; None: their own login."""
    name: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class UserRow:
    """A user as shown in lists."""

    id: int
    login: str
    role: Role
    store: str | None
    staff: str | None
    name: str | None
    language: str | None
    active: bool
    locked_until: datetime | None
    same_person: tuple[str, ...] = ()
    """The other logins of the same member of staff."""


def add_user(connection: Connection, new: NewUser, password: str | None, now: datetime, actor: str) -> str:
    """Add a user and return the password. A random one, if none is given, must be changed at the first sign-in.

    Raises `NoLogin`, `BadLogin`, `LoginTaken`, `NeedsStore`, `NoSuchStore`, `UnknownStaffCode`, `StaffNeedsStore`,
    `OfAnotherRole`, `WeakPassword`.
    """
    login = _read_login(new.login)
    if connection.scalar(select(User.id).where(User.login == login)) is not None:
        raise LoginTaken(login)
    if new.store is None and new.role not in EVERYWHERE:
        raise NeedsStore(new.role)
    store_id = _store_id(connection, new.store) if new.store else None
    given = password or make_password()
    values: dict[str, object] = {
        "login": login,
        "role": new.role,
        "store_id": store_id,
        "staff_id": _staff_id(connection, new, login, store_id),
        "name": (new.name or "").strip() or None,
        "language": new.language,
        "password_hash": hash_password(given),
        "must_change_password": password is None,
        "created_at": now,
    }
    connection.execute(insert(User).values(**values))
    after = {"role": new.role, "store": new.store, "staff": new.staff or login}
    audit.record(connection, now, actor, "user.added", "user", login, None, after)
    return given


def _read_login(text: str) -> str:
    login = text.strip().lower()
    if not login:
        raise NoLogin
    if not LOGIN.fullmatch(login):
        raise BadLogin(text.strip())
    return login


def edit_user(connection: Connection, login: str, change: UserChange, now: datetime, actor: str) -> None:
    """Change what a user is, with immediate effect.

    Raises `UnknownUser`, `LastAdmin`, `NeedsStore`, `NoSuchStore`, `UnknownStaffCode`, `StaffNeedsStore`,
    `OfAnotherRole`.
    """
    user = find_user(connection, login)
    if user.role == Role.ADMIN and change.role is not Role.ADMIN and user.active and _active_admins(connection) == 1:
        raise LastAdmin(user.login)
    if change.store is None and change.role not in EVERYWHERE:
        raise NeedsStore(change.role)
    (before,) = (row for row in list_users(connection) if row.login == user.login)
    store_id = _store_id(connection, change.store) if change.store else None
    name = (change.name or "").strip() or None
    wanted = NewUser(user.login, change.role, change.store, change.staff, name)
    if change.staff in (None, user.login) and store_id is not None:
        own = (StaffMember.store_id == store_id, StaffMember.code == user.login)
        connection.execute(update(StaffMember).where(*own).values(role=change.role))
    values = {
        "role": change.role, "store_id": store_id, "name": name, "language": change.language,
        "staff_id": _staff_id(connection, wanted, user.login, store_id),
    }  # fmt: skip
    connection.execute(update(User).where(User.id == user.id).values(**values))
    told = ("role", "store", "staff", "name", "language")
    after = {name: getattr(change, name) for name in told}
    was = {name: getattr(before, name) for name in told}
    audit.record(connection, now, actor, "user.changed", "user", user.login, was, after)


def add_first_admin(connection: Connection, now: datetime) -> str | None:
    """Add `admin` if there is no user yet, and return the password, to be shown once; otherwise None."""
    connection.execute(select(func.pg_advisory_xact_lock(FIRST_USER_LOCK)))
    if connection.scalar(select(func.count()).select_from(User)):
        return None
    return add_user(connection, NewUser(FIRST, Role.ADMIN), None, now, "system")


def change_password(
    connection: Connection, login: str, password: str | None, now: datetime, actor: str, *, keep: str | None = None
) -> str:
    """Set a user's password, unlock them and end their sessions, except the one with the digest `keep`.

    Returns the password; a random one must be changed. Raises `UnknownUser`, `WeakPassword`.
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
    """Enable or disable a user, with immediate effect. Raises `UnknownUser`, `LastAdmin`."""
    user = find_user(connection, login)
    if not active and user.role == Role.ADMIN and user.active and _active_admins(connection) == 1:
        raise LastAdmin(user.login)
    connection.execute(update(User).where(User.id == user.id).values(active=active, failures=0, locked_until=None))
    if not active:
        _end_sessions(connection, user.id, None)
    action = "user.enabled" if active else "user.disabled"
    audit.record(connection, now, actor, action, "user", user.login, {"active": user.active}, {"active": active})


def set_language(connection: Connection, login: str, language: str) -> None:
    """Set the console's language for a user: `zh-CN` or `en`."""
    connection.execute(update(User).where(User.login == login).values(language=language))


def find_user(connection: Connection, login: str) -> AnyRow:
    """Lock and return a user's row. Raises `UnknownUser`."""
    row = connection.execute(
        select(User.__table__).where(User.login == login.strip().lower()).with_for_update()
    ).one_or_none()
    if row is None:
        raise UnknownUser(login)
    return row


def list_users(connection: Connection) -> list[UserRow]:
    """All users, by login."""
    rows = (
        connection.execute(
            select(
                *(column for column in User.__table__.c if column.name != "name"),
                func.coalesce(User.name, StaffMember.name).label("name"),
                Store.code.label("store"),
                StaffMember.code.label("staff"),
            )
            .select_from(User)
            .outerjoin(Store, Store.id == User.store_id)
            .outerjoin(StaffMember, StaffMember.id == User.staff_id)
            .order_by(User.login)
        )
        .mappings()
        .all()
    )
    logins: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        if row["staff_id"] is not None:
            logins[row["staff_id"]].append(row["login"])
    return [_row(row, logins.get(row["staff_id"], [])) for row in rows]


def _row(row: Mapping[Any, Any], logins: Sequence[str]) -> UserRow:
    others = tuple(login for login in logins if login != row["login"])
    own = {name: row[name] for name in UserRow.__slots__ if name != "same_person"}
    return UserRow(**own, same_person=others)


def _store_id(connection: Connection, code: str) -> int:
    found: int | None = connection.scalar(select(Store.id).where(Store.code == code))
    if found is None:
        raise NoSuchStore(code)
    return found


def _staff_id(connection: Connection, new: NewUser, login: str, store_id: int | None) -> int | None:
    """The member of staff to work as; somebody new is added. None for a user of all stores until they act."""
    if store_id is None:
        if new.staff:
            raise StaffNeedsStore(new.staff)
        return None
    code = new.staff or login
    found = connection.execute(
        select(StaffMember.id, StaffMember.role).where(StaffMember.store_id == store_id, StaffMember.code == code)
    ).one_or_none()
    if found is None:
        if code != login:
            raise UnknownStaffCode(code, new.store or "")
        return make_staff(connection, store_id, code, new.name or login, new.role)
    if found.role != new.role:
        raise OfAnotherRole(code, found.role, new.role)
    return int(found.id)


def make_staff(connection: Connection, store_id: int, code: str, name: str, role: Role) -> int:
    """Add a member of staff for a user without one."""
    values = {"store_id": store_id, "code": code, "name": name, "role": role}
    return int(connection.execute(insert(StaffMember).values(**values).returning(StaffMember.id)).scalar_one())


def _end_sessions(connection: Connection, user_id: int, keep: str | None) -> None:
    ended = delete(BrowserSession).where(BrowserSession.user_id == user_id)
    connection.execute(ended if keep is None else ended.where(BrowserSession.token_digest != keep))


def _active_admins(connection: Connection) -> int:
    active = select(func.count()).select_from(User).where(User.active, User.role == Role.ADMIN)
    return int(connection.scalar(active) or 0)
