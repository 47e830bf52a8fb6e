"""Authentication of programs by API key, and their scopes."""

from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import Connection
from starlette.requests import Request

from console.api.problems import Refused
from console.shared.database import Database
from console.shared.limits import address_of, limits_of, present, retry_after
from tasks.access.api_keys import ApiCaller, read_key

BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="key",
    description="A key that `aftercare keys add` or the page of users has made: `Authorization: Bearer ac_…`.",
)
Presented = Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]
LONGEST_KEY = 200


def database_of(request: Request) -> Database:
    """The shared database, and the clock."""
    found: Database = request.app.state.database
    return found


SharedDatabase = Annotated[Database, Depends(database_of)]


def caller_with(scope: str) -> Callable[..., Coroutine[Any, Any, ApiCaller]]:
    """A dependency that returns the calling program. Its key must have the scope."""

    async def admit(request: Request, presented: Presented, database: SharedDatabase) -> ApiCaller:
        limits, address = limits_of(request), address_of(request)
        _check_wait(limits.strangers.wait(address, present()), "Too many calls without a valid key came from here")
        caller = None
        if presented is not None and len(presented.credentials) <= LONGEST_KEY:
            caller = await database.work(_read, presented.credentials, database.now)
        if caller is None:
            limits.strangers.take(address, present())
            sentence = "Send a key that is not revoked, as Authorization: Bearer ac_…."
            raise Refused(401, sentence, {"WWW-Authenticate": "Bearer"})
        _check_wait(limits.calls.take(caller.name, present()), f"The key of {caller.name} calls too often")
        if not caller.may(scope):
            raise Refused(403, f"The key of {caller.name} lacks the scope {scope}.")
        return caller

    return admit


def _check_wait(seconds: float, what: str) -> None:
    """Raises `Refused` if the caller must wait."""
    if seconds > 0:
        headers = retry_after(seconds)
        raise Refused(429, f"{what}; wait {headers['Retry-After']} s.", headers)


def _read(connection: Connection, text: str, now: datetime) -> ApiCaller | None:
    return read_key(connection, text, now)


def store_reached(caller: ApiCaller, wanted: str | None) -> str | None:
    """The store of a call: the key's own, or the one that is named. Raises `Refused`."""
    if caller.store is not None and wanted is not None and wanted.casefold() != caller.store.casefold():
        raise Refused(403, f"The key of {caller.name} is for the store {caller.store} only.")
    return caller.store or wanted
