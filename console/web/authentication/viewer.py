"""The viewer of a page: read from the session cookie, and checked again at every change."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from starlette.requests import HTTPConnection, Request

from console.shared.database import Database
from console.shared.words import say
from models.core.errors import NotAllowed
from models.core.reasons import GivenReason
from models.core.saying import say_word
from models.people.permissions import Permission
from tasks.access.sessions import SignedIn, read_session_of_digest

P = ParamSpec("P")
T = TypeVar("T")


class SignedOut(NotAllowed):
    """The session of this page has ended."""

    def __init__(self) -> None:
        super().__init__("You are no longer signed in; please sign in again.")


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in user at one page."""

    user: SignedIn
    database: Database

    @property
    def now(self) -> datetime:
        """The installation's clock."""
        return self.database.now

    @property
    def store_id(self) -> int | None:
        """The one store whose data they see; None: all."""
        return self.user.store_id

    @property
    def time_zone(self) -> str:
        """The zone for times that belong to no store: their own store's, or the installation's."""
        return self.user.store_zone or self.database.settings.time_zone

    @property
    def language(self) -> str:
        """`zh-CN` or `en`."""
        return self.user.language

    def say(self, key: str, **values: object) -> str:
        """A sentence of the console in their language."""
        return say(self.language, key, **values)

    def word(self, word: str) -> str:
        """A word of the business in their language."""
        return say_word(self.language, word)

    def reason(self, reason: GivenReason | None) -> str:
        """A reason in their language; empty for none."""
        return reason.say(self.language, ZoneInfo(self.time_zone)) if reason else ""

    def may(self, permission: Permission) -> bool:
        """Whether their role has a permission: decides what is shown. `change` checks again before acting."""
        return self.user.may(permission)

    async def read(self, job: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `job(connection, …)`, which only reads."""
        return await self.database.work(job, *args, **kwargs)

    async def change(
        self,
        permission: Permission,
        job: Callable[Concatenate[Connection, SignedIn, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run `job(connection, user, …)` in one transaction, with the user's permissions as of now.

        Someone disabled or signed out a second ago changes nothing. Raises `SignedOut`, `MayNot`, what the job raises.
        """

        def changed(connection: Connection) -> T:
            user = read_session_of_digest(connection, self.user.token_digest, self.now)
            if user is None:
                raise SignedOut
            user.check(permission)
            return job(connection, user, *args, **kwargs)

        return await self.database.work(changed)


def viewer_of(connection: HTTPConnection | Request) -> Viewer:
    """The viewer of a page. The guard has already required a session."""
    user: SignedIn = connection.scope["state"]["signed_in"]
    database: Database = connection.scope["state"]["database"]
    return Viewer(user, database)
