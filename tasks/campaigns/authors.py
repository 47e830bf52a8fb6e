"""Authors of campaigns: users of the console or the command, and programs with a key."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from models.campaigns.tables import Campaign
from models.core.errors import NotFound
from models.core.rows import AnyRow, AnySelect
from models.core.words import Role
from models.people.access import User
from models.people.permissions import Permission, may
from models.people.tables import Store
from tasks.access.reach import LARGEST_KEY, NotYours
from tasks.access.sessions import MayNot, SignedIn


class NoSuchUser(NotFound):
    """There is no active user with this login."""

    def __init__(self, login: str) -> None:
        self.login = login
        super().__init__(f"There is no active user '{login}'; `aftercare users` names them.")


@dataclass(frozen=True, slots=True)
class Author:
    """Someone who creates, approves or steers campaigns."""

    login: str
    role: Role
    store_id: int | None
    """The store whose campaigns they can access; None: all stores."""

    def check(self, permission: Permission) -> None:
        """Raises `MayNot`."""
        if not may(self.role, permission):
            raise MayNot(self.login, permission)


def author_of(user: SignedIn) -> Author:
    """A signed-in user as an author."""
    return Author(user.login, user.role, user.store_id)


def program(name: str, store_id: int | None) -> Author:
    """A program with a key as an author. It has the permissions of marketing, but approves nothing."""
    return Author(f"key:{name}", Role.MARKETING, store_id)


def find_author(connection: Connection, login: str) -> Author:
    """The active user of a login, as an author. Raises `NoSuchUser`."""
    row = connection.execute(
        select(User.login, User.role, User.store_id).where(User.login == login.strip().lower(), User.active)
    ).one_or_none()
    if row is None:
        raise NoSuchUser(login)
    return Author(*row)


def reached_campaigns(author: Author) -> AnySelect:
    """The campaigns that an author can access, with each store's code."""
    statement = select(Campaign.__table__, Store.code.label("store")).outerjoin(Store, Store.id == Campaign.store_id)
    return statement if author.store_id is None else statement.where(Campaign.store_id == author.store_id)


def lock_campaign(connection: Connection, author: Author, campaign_id: int) -> AnyRow:
    """Lock a campaign's row for this transaction. Raises `NotYours`."""
    if abs(campaign_id) > LARGEST_KEY:
        raise NotYours("campaign", campaign_id)
    statement = reached_campaigns(author).where(Campaign.id == campaign_id).with_for_update(of=Campaign)
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise NotYours("campaign", campaign_id)
    return row
