"""User management: an admin of one store sees and changes only that store's users."""

from datetime import datetime

from sqlalchemy import Connection, select

from models.people.access import User
from tasks.access.reach import NotYours
from tasks.access.sessions import SignedIn
from tasks.access.users import NewUser, UserRow, add_user, change_password, list_users, set_active


def list_managed(connection: Connection, user: SignedIn) -> list[UserRow]:
    """The users whom someone may manage, by login."""
    return [row for row in list_users(connection) if user.store is None or row.store == user.store]


def add_managed(connection: Connection, user: SignedIn, new: NewUser, now: datetime) -> str:
    """Add a user and return the random password. Raises `NotYours` for another store, and what `add_user` raises."""
    if user.store is not None and new.store != user.store:
        raise NotYours("store", new.store or "for all")
    return add_user(connection, new, None, now, user.login)


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
