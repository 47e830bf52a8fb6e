"""API keys: created, revoked and recognised. Only a digest of each is stored."""

import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert

from models.core.errors import Conflict, InvalidInput, NotFound
from models.people.access import ApiKey
from models.people.api_scopes import OF_EVERY_STORE
from models.people.tables import Store
from tasks.access.api_scopes import all_scopes
from tasks.access.sessions import digest
from tasks.access.users import NoSuchStore
from tasks.ledger import audit

PREFIX = "ac_"
"""The prefix by which a leaked key can be recognised."""


class KeyNameTaken(Conflict):
    """The name of an existing key, revoked or not: the audit trail identifies keys by name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"There is, or was, a key '{name}'; each key has a name of its own.")


class NamelessKey(InvalidInput):
    """A key without a name."""

    def __init__(self) -> None:
        super().__init__("A key needs a name: that of the program which uses it.")


class NoScopes(InvalidInput):
    """A key without any scope."""

    def __init__(self) -> None:
        super().__init__(f"A key needs at least one scope of {', '.join(all_scopes())}.")


class UnknownScope(InvalidInput):
    """There is no such scope."""

    def __init__(self, scope: str) -> None:
        self.scope = scope
        super().__init__(f"'{scope}' is not a scope; expected one of {', '.join(all_scopes())}.")


class ScopeOfEveryStore(InvalidInput):
    """A key of one store with a scope that covers all stores."""

    def __init__(self, scope: str) -> None:
        self.scope = scope
        super().__init__(f"{scope} is about all stores, so a key of one store cannot have it.")


class UnknownKey(NotFound):
    """There is no key of this name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"There is no key '{name}'.")


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key to be created."""

    name: str
    scopes: Collection[str]
    store: str | None = None
    """The code of the store whose data it can access; None: all stores."""


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key as shown in lists."""

    name: str
    scopes: tuple[str, ...]
    store: str | None
    created_at: datetime
    created_by: str
    revoked_at: datetime | None
    last_used_on: datetime | None


@dataclass(frozen=True, slots=True)
class ApiCaller:
    """The calling program."""

    name: str
    scopes: frozenset[str]
    store_id: int | None
    """The store whose data it can access; None: all stores."""
    store: str | None

    def may(self, scope: str) -> bool:
        """Whether the key has a scope."""
        return scope in self.scopes and not (self.store_id is not None and scope in OF_EVERY_STORE)


def make_key(connection: Connection, new: NewKey, now: datetime, actor: str) -> str:
    """Create a key and return its text, which cannot be read again.

    Raises `NamelessKey`, `NoScopes`, `UnknownScope`, `ScopeOfEveryStore`, `NoSuchStore`, `KeyNameTaken`.
    """
    name, scopes = new.name.strip(), sorted(set(new.scopes))
    if not name:
        raise NamelessKey
    if not scopes:
        raise NoScopes
    known = all_scopes()
    for scope in scopes:
        if scope not in known:
            raise UnknownScope(scope)
        if new.store and scope in OF_EVERY_STORE:
            raise ScopeOfEveryStore(scope)
    text = PREFIX + secrets.token_urlsafe(32)
    values = {"name": name, "key_digest": digest(text), "scopes": [str(scope) for scope in scopes]}
    made = connection.scalar(
        insert(ApiKey)
        .values(**values, store_id=_store_id(connection, new.store), created_at=now, created_by=actor)
        .on_conflict_do_nothing(index_elements=["name"])
        .returning(ApiKey.id)
    )
    if made is None:
        raise KeyNameTaken(name)
    after = {"scopes": values["scopes"], "store": new.store}
    audit.record(connection, now, actor, "key.made", "api-key", name, None, after)
    return text


def _store_id(connection: Connection, code: str | None) -> int | None:
    if not code:
        return None
    found: int | None = connection.scalar(select(Store.id).where(Store.code == code))
    if found is None:
        raise NoSuchStore(code)
    return found


def revoke_key(connection: Connection, name: str, now: datetime, actor: str, store_id: int | None = None) -> None:
    """Revoke a key for good; only one of `store_id` if that is given. Raises `UnknownKey`."""
    found = select(ApiKey.id, ApiKey.revoked_at, ApiKey.store_id).where(ApiKey.name == name.strip()).with_for_update()
    key = connection.execute(found).one_or_none()
    if key is None or (store_id is not None and key.store_id != store_id):
        raise UnknownKey(name)
    if key.revoked_at is None:
        connection.execute(update(ApiKey).where(ApiKey.id == key.id).values(revoked_at=now))
        audit.record(connection, now, actor, "key.revoked", "api-key", name.strip())


def list_keys(connection: Connection, store_id: int | None = None) -> list[KeyRow]:
    """All keys, by name; or those of one store."""
    statement = (
        select(ApiKey.__table__, Store.code.label("store"))
        .outerjoin(Store, Store.id == ApiKey.store_id)
        .order_by(ApiKey.name)
    )
    of_store = statement if store_id is None else statement.where(ApiKey.store_id == store_id)
    rows = connection.execute(of_store).mappings()
    return [KeyRow(**{name: row[name] for name in KeyRow.__slots__} | {"scopes": tuple(row["scopes"])}) for row in rows]


def read_key(connection: Connection, text: str, now: datetime) -> ApiCaller | None:
    """The program of a key; None if the key is unknown or revoked. Records the hour of its use."""
    presented = digest(text)
    row = connection.execute(
        select(ApiKey.__table__, Store.code.label("store"))
        .outerjoin(Store, Store.id == ApiKey.store_id)
        .where(ApiKey.key_digest == presented, ApiKey.revoked_at.is_(None))
    ).one_or_none()
    if row is None or not hmac.compare_digest(row.key_digest, presented):
        return None
    hour = now.replace(minute=0, second=0, microsecond=0)
    if row.last_used_on is None or row.last_used_on < hour:
        connection.execute(update(ApiKey).where(ApiKey.id == row.id).values(last_used_on=hour))
    return ApiCaller(row.name, frozenset(row.scopes), row.store_id, row.store)
