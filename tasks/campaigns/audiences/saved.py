"""Saved audiences, each for one store or all. Optimistic locking prevents overwriting someone else's change.

A campaign keeps its own copy of the rule: changing or deleting a saved audience changes no campaign.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from models.campaigns.audiences import AudienceRule, conditions_of, read_audience
from models.campaigns.conditions.contact import OnList, WasInCampaign
from models.campaigns.tables import Audience, AudienceList, Campaign
from models.core.errors import Conflict, InvalidInput
from models.core.rows import AnyRow, AnySelect
from models.people.permissions import Permission
from models.people.tables import Store
from tasks.access.reach import LARGEST_KEY, NotYours
from tasks.ledger import audit
from tasks.policies.editing import ChangedMeanwhile

LONGEST_NAME = 120


class Keeper(Protocol):
    """Who saves audiences: a signed-in user, or a program with a key."""

    @property
    def login(self) -> str:
        """Who they are."""
        ...

    @property
    def store_id(self) -> int | None:
        """The store they work for; None: all stores."""
        ...

    def check(self, permission: Permission) -> None:
        """Raises `MayNot`."""
        ...


class UnusableName(InvalidInput):
    """A missing name, or one that is too long."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"A name has 1 to {LONGEST_NAME} characters; found '{name[:LONGEST_NAME]}'.")


class NameTaken(Conflict):
    """Another audience or list has this name, for the same store or for all."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"There is already one of the name '{name}'; choose another name, or change that one.")


class UnknownInAudience(InvalidInput):
    """A rule refers to a list or campaign that its store does not have."""

    def __init__(self, kind: str, number: int) -> None:
        self.kind, self.number = kind, number
        super().__init__(f"The audience refers to {kind} {number}, which does not exist.")


@dataclass(frozen=True, slots=True)
class SavedAudience:
    """A saved audience."""

    audience_id: int
    name: str
    store_id: int | None
    store: str | None
    """The code of its store; None: all stores."""
    rule: AudienceRule
    version: int
    """The version for optimistic locking."""
    changed_at: datetime
    changed_by: str


def list_audiences(connection: Connection, keeper: Keeper) -> list[SavedAudience]:
    """The audiences someone may use, by name: of their own store and for all stores; or all of them."""
    keeper.check(Permission.SEE_CAMPAIGNS)
    return [_read(row) for row in connection.execute(_usable(keeper).order_by(Audience.name, Audience.id))]


def keep_audience(
    connection: Connection, keeper: Keeper, name: str, data: dict[str, Any], now: datetime, store_id: int | None = None
) -> int:
    """Save a rule under a new name, for one store or all; returns its id. A user of one store saves it for that store.

    Raises `MayNot`, `BadAudience`, `UnknownInAudience`, `UnusableName`, `NameTaken`.
    """
    keeper.check(Permission.MAKE_CAMPAIGNS)
    whose = keeper.store_id if keeper.store_id is not None else store_id
    values: dict[str, Any] = {"name": check_name(name), "rule": _checked(connection, data, whose)}
    made = insert(Audience).values(**values, store_id=whose, changed_at=now, changed_by=keeper.login)
    audience_id: int = _named(connection, made.returning(Audience.id), values["name"]).scalar_one()
    audit.record(connection, now, keeper.login, "audience.kept", "audience", audience_id, None, values)
    return audience_id


def change_audience(
    connection: Connection,
    keeper: Keeper,
    audience_id: int,
    name: str,
    data: dict[str, Any],
    based_on: int,
    now: datetime,
) -> int:
    """Change the rule or the name, based on version `based_on`; returns the new version.

    Raises `NotYours`, `ChangedMeanwhile`, and what `keep_audience` raises.
    """
    held = _lock(connection, keeper, audience_id, based_on)
    values: dict[str, Any] = {"name": check_name(name), "rule": _checked(connection, data, held.store_id)}
    before = {"name": held.name, "rule": held.rule}
    if values == before:
        return int(held.version)
    version = int(held.version) + 1
    changed = update(Audience).where(Audience.id == audience_id)
    changed = changed.values(**values, version=version, changed_at=now, changed_by=keeper.login)
    _named(connection, changed, values["name"])
    audit.record(connection, now, keeper.login, "audience.changed", "audience", audience_id, before, values)
    return version


def delete_audience(connection: Connection, keeper: Keeper, audience_id: int, based_on: int, now: datetime) -> None:
    """Delete a saved audience. Campaigns keep their copies.

    Raises `MayNot`, `NotYours`, `ChangedMeanwhile`.
    """
    held = _lock(connection, keeper, audience_id, based_on)
    connection.execute(delete(Audience).where(Audience.id == audience_id))
    before = {"name": held.name, "rule": held.rule}
    audit.record(connection, now, keeper.login, "audience.deleted", "audience", audience_id, before, None)


def check_references(connection: Connection, rule: AudienceRule, store_id: int | None) -> None:
    """Check that the lists and campaigns in a rule exist for that store or for all.

    Raises `UnknownInAudience`.
    """
    conditions = conditions_of(rule)
    lists = {condition.list for condition in conditions if isinstance(condition, OnList)}
    campaigns = {one.campaign for one in conditions if isinstance(one, WasInCampaign) and one.campaign is not None}
    for kind, table, named in (("list", AudienceList, lists), ("campaign", Campaign, campaigns)):
        theirs = or_(table.store_id.is_(None), table.store_id == store_id) if store_id is not None else table.id > 0
        found = set(connection.scalars(select(table.id).where(table.id.in_(named), theirs)))
        for number in sorted(named - found):
            raise UnknownInAudience(kind, number)


def check_name(name: str) -> str:
    """Strip and check a name. Raises `UnusableName`."""
    wanted = name.strip()
    if not 1 <= len(wanted) <= LONGEST_NAME or not wanted.isprintable():
        raise UnusableName(wanted)
    return wanted


def _usable(keeper: Keeper) -> AnySelect:
    statement = select(Audience.__table__, Store.code.label("store")).outerjoin(Store, Store.id == Audience.store_id)
    if keeper.store_id is None:
        return statement
    return statement.where(or_(Audience.store_id.is_(None), Audience.store_id == keeper.store_id))


def _lock(connection: Connection, keeper: Keeper, audience_id: int, based_on: int) -> AnyRow:
    """Lock an audience that they may change. Audiences for all stores belong to users of all stores."""
    keeper.check(Permission.MAKE_CAMPAIGNS)
    statement = select(Audience.__table__).where(Audience.id == _key(audience_id)).with_for_update()
    row = connection.execute(statement).one_or_none()
    if row is None or (keeper.store_id is not None and row.store_id != keeper.store_id):
        raise NotYours("audience", audience_id)
    if row.version != based_on:
        raise ChangedMeanwhile(row.name, row.changed_by, row.version)
    return row


def _key(number: int) -> int:
    """The number as a key; 0, which matches no row, if it is outside the range of keys."""
    return number if abs(number) <= LARGEST_KEY else 0


def _checked(connection: Connection, data: dict[str, object], store_id: int | None) -> dict[str, object]:
    """The rule in stored form."""
    rule = read_audience(data)
    check_references(connection, rule, store_id)
    return rule.model_dump(mode="json")


def _named(connection: Connection, statement: Any, name: str) -> Any:
    """Run a statement that assigns a name, which must be free."""
    try:
        with connection.begin_nested():
            return connection.execute(statement)
    except IntegrityError as error:
        if "uq_audiences_store_id" in str(error.orig):
            raise NameTaken(name) from error
        raise


def _read(row: AnyRow) -> SavedAudience:
    return SavedAudience(
        row.id, row.name, row.store_id, row.store, read_audience(row.rule), row.version, row.changed_at, row.changed_by
    )
