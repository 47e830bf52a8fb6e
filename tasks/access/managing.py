"""User management: an admin of one store sees and changes only that store's users."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from models.core.words import Role
from models.people.access import User
from models.people.tables import StaffMember, Store
from tasks.access.reach import NotYours
from tasks.access.sessions import SignedIn
from tasks.access.users import (
    NewUser,
    UserChange,
    UserRow,
    add_user,
    change_password,
    edit_user,
    list_users,
    set_active,
)


class StaffChoice(NamedTuple):
    """A member of staff whom a user may be linked with."""

    store: str
    code: str
    name: str
    role: Role


def list_managed(connection: Connection, user: SignedIn) -> list[UserRow]:
    """The users whom someone may manage, by login."""
    return [row for row in list_users(connection) if user.store is None or row.store == user.store]


def add_managed(connection: Connection, user: SignedIn, new: NewUser, now: datetime) -> str:
    """Add a user and return the random password. Raises `NotYours` for another store, and what `add_user` raises."""
    if user.store is not None and new.store != user.store:
        raise NotYours("store", new.store or "for all")
    return add_user(connection, new, None, now, user.login)


def edit(connection: Connection, user: SignedIn, login: str, change: UserChange, now: datetime) -> None:
    """Change what a user is. Raises `NotYours` for another store's user or store, and what `edit_user` raises."""
    _check(connection, user, login)
    if user.store is not None and change.store != user.store:
        raise NotYours("store", change.store or "for all")
    edit_user(connection, login, change, now, user.login)


def list_staff(connection: Connection, user: SignedIn) -> list[StaffChoice]:
    """The active staff of the stores whose users someone manages, by store and code."""
    statement = (
        select(Store.code.label("store"), StaffMember.code, StaffMember.name, StaffMember.role)
        .join(Store, Store.id == StaffMember.store_id)
        .where(StaffMember.active, ~StaffMember.code.startswith("user:"))
        .order_by(Store.code, StaffMember.code)
    )
    if user.store_id is not None:
        statement = statement.where(Store.id == user.store_id)
    return [StaffChoice(*row) for row in connection.execute(statement)]


def give_password(connection: Connection, user: SignedIn, login: str, now: datetime) -> str:
    """Give a user a new random password. Raises `NotYours`, `UnknownUser`."""
    _check(connection, user, login)
    return change_password(connection, login, None, now, user.login)


def switch(connection: Connection, user: SignedIn, login: str, now: datetime, *, active: bool) -> None:
    """Enable or disable a user. Raises `NotYours`, `UnknownUser`, `LastAdmin`."""
    _check(connection, user, login)
    set_active(connection, login, now, user.login, active=active)


def _check(connection: Connection, user: SignedIn, login: str) -> None:
    if user.store_id is None:
        return
    if connection.scalar(select(User.store_id).where(User.login == login)) != user.store_id:
        raise NotYours("user", login)
