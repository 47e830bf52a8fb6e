"""Policies edited by people in the console: within their own store, and never over somebody else's change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from models.core.errors import Conflict
from models.ledger.tables import PolicyVersion, TemplateVersion
from models.people.permissions import Permission
from models.people.tables import Store
from models.policies.policy import MADE_FOR_CAMPAIGNS, ContactRules, Policy, body_of_today
from tasks.access.reach import NotYours
from tasks.access.sessions import SignedIn
from tasks.ledger import audit
from tasks.policies.changing import (
    NoSuchPolicy,
    PolicyRow,
    change_policy,
    check_policy,
    list_policies,
    list_versions,
    read_version,
)
from tasks.policies.processes import standing_processes


class ChangedMeanwhile(Conflict):
    """Somebody else has saved another version since the one that was edited was read."""

    def __init__(self, name: str, by: str, version: int) -> None:
        self.name, self.by, self.version = name, by, version
        super().__init__(
            f"'{name}' was changed meanwhile: {by} saved version {version}. Nothing of yours was saved; "
            "open the page again and make your change to that version."
        )


class NothingOfTheirs(Conflict):
    """A store that goes by what holds for all already, so that there is nothing to end."""

    def __init__(self, name: str, store: str | None) -> None:
        self.name, self.store = name, store
        super().__init__(f"The store '{store}' has no '{name}' of its own that could be ended.")


class NothingForAll(Conflict):
    """Something that a store alone has: without it, the store would have none."""

    def __init__(self, name: str, store: str | None) -> None:
        self.name, self.store = name, store
        super().__init__(f"There is no '{name}' for all stores, so the store '{store}' keeps its own.")


@dataclass(frozen=True, slots=True)
class PolicyRead:
    """A policy as it holds for a store or for all."""

    version_id: int
    """What a change says it is based on."""
    version: int
    own: bool
    """Whether it is exactly theirs; False: a store goes by what holds for all."""
    body: dict[str, Any]
    created_at: datetime
    created_by: str
    templates: tuple[str, ...]
    """What its steps may say."""


def store_id_of(connection: Connection, user: SignedIn, store: str | None) -> int | None:
    """The store that a user wants to edit for; None: for all. Raises `NotYours`: a store's people edit for it alone."""
    if user.store_id is not None:
        if store != user.store:
            raise NotYours("store", store or "for all")
        return user.store_id
    if store is None:
        return None
    found = connection.scalar(select(Store.id).where(Store.code == store))
    if found is None:
        raise NotYours("store", store)
    return int(found)


def store_codes(connection: Connection, store_id: int | None) -> list[tuple[str, str]]:
    """The stores that a user may choose from, each by code and name."""
    statement = select(Store.code, Store.name).order_by(Store.code)
    if store_id is not None:
        statement = statement.where(Store.id == store_id)
    return [(row.code, row.name) for row in connection.execute(statement)]


def read_in_force(connection: Connection, user: SignedIn, name: str, store: str | None) -> PolicyRead:
    """The policy that holds for a store or for all. Raises `NoSuchPolicy`, `NotYours`."""
    if name.startswith(MADE_FOR_CAMPAIGNS):
        raise NoSuchPolicy(name, store, None, standing_processes(connection))
    store_id = store_id_of(connection, user, store)
    found = read_version(connection, name, store, store_id, None)
    return PolicyRead(
        found["id"],
        found["version"],
        found["store_id"] == store_id,
        body_of_today(found["body"]),
        found["created_at"],
        found["created_by"],
        tuple(_templates(connection, store_id)),
    )


def read_kept(connection: Connection, user: SignedIn, name: str, store: str | None, version: int) -> dict[str, object]:
    """What a kept version says; of the user's own store, or of all. Raises `NoSuchPolicy`, `NotYours`."""
    if store is not None and user.store_id is not None and store != user.store:
        raise NotYours("store", store)
    store_id = connection.scalar(select(Store.id).where(Store.code == store)) if store else None
    if store and store_id is None:
        raise NoSuchPolicy(name, store, version, standing_processes(connection))
    return body_of_today(read_version(connection, name, store, store_id, version)["body"])


def list_active(connection: Connection, store: str | None, *, every: bool) -> list[PolicyRow]:
    """The active policies: those for all stores, and those of one store or of every store."""
    return [row for row in list_policies(connection) if every or row.store in (None, store)]


def list_own_versions(connection: Connection, name: str, store: str | None, *, every: bool) -> list[PolicyRow]:
    """The versions for all stores and those of one store, or of every store, the newest first."""
    rows = [row for row in list_versions(connection, name) if every or row.store in (None, store)]
    return sorted(rows, key=lambda row: (row.store or "", -row.version))


def check_draft(
    connection: Connection, user: SignedIn, data: dict[str, object], store: str | None
) -> Policy | ContactRules:
    """The policy that a draft describes. Raises `NotYours`, and what `check_policy` raises."""
    return check_policy(connection, data, store_id_of(connection, user, store))


def save_policy(
    connection: Connection,
    user: SignedIn,
    now: datetime,
    name: str,
    data: dict[str, object],
    store: str | None,
    based_on: int,
) -> int:
    """Activate a draft as the next version, if what it was made from still holds; its number.

    Raises `ChangedMeanwhile`, `NotYours`, `MayNot`, and what `check_policy` raises.
    """
    user.check(Permission.CHANGE_POLICIES)
    store_id = store_id_of(connection, user, store)
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"policy {name}"))))
    held = read_version(connection, name, store, store_id, None)
    if held["id"] != based_on:
        raise ChangedMeanwhile(name, held["created_by"], held["version"])
    return change_policy(connection, now, data, store_id, user.login)


def end_own_policy(
    connection: Connection, user: SignedIn, now: datetime, name: str, store: str | None, based_on: int, reason: str
) -> None:
    """Let a store go by the policy for all again; what is planned by its own goes on by that.

    Raises `ChangedMeanwhile`, `NothingOfTheirs`, `NothingForAll`, `NotYours`, `MayNot`.
    """
    user.check(Permission.CHANGE_POLICIES)
    store_id = store_id_of(connection, user, store)
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"policy {name}"))))
    held = read_version(connection, name, store, store_id, None)
    if store_id is None or held["store_id"] != store_id:
        raise NothingOfTheirs(name, store)
    if held["id"] != based_on:
        raise ChangedMeanwhile(name, held["created_by"], held["version"])
    kept = PolicyVersion
    for_all = select(kept.id).where(kept.name == name, kept.store_id.is_(None), kept.active)
    if connection.scalar(for_all) is None:
        raise NothingForAll(name, store)
    connection.execute(update(kept).where(kept.id == held["id"]).values(active=False))
    before, after = {"store": store, "version": held["version"]}, {"reason": reason}
    audit.record(connection, now, user.login, "policy.own-ended", "policy", name, before, after)


def _templates(connection: Connection, store_id: int | None) -> Sequence[str]:
    whose = TemplateVersion.store_id.is_(None) | TemplateVersion.store_id.is_not_distinct_from(store_id)
    people_s = ~TemplateVersion.key.startswith(MADE_FOR_CAMPAIGNS)
    keys = select(TemplateVersion.key).where(TemplateVersion.active, whose, people_s).distinct()
    return connection.scalars(keys.order_by(TemplateVersion.key)).all()
