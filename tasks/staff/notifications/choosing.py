"""How each member of staff is reached: what they choose, what their store allows, and who cannot be reached at all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from models.core.errors import InvalidInput, NotFound
from models.core.rows import AnySelect
from models.core.words import Role
from models.people.access import User
from models.people.notifications.rules import SHIPPED, HouseRules, OwnChoice, digest_times, ways_to
from models.people.notifications.tables import StaffPreference, StaffWordRules
from models.people.notifications.words import StaffChannel
from models.people.permissions import Permission
from models.people.tables import StaffMember, Store
from tasks.access.reach import NotYours
from tasks.access.sessions import SignedIn
from tasks.ledger import audit
from tasks.staff.notifications.ways import Ways
from tasks.stores.contact import StoreChanged


class UnknownMember(NotFound):
    """There is no such member of staff."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"There is no member of staff '{code}' there.")


class ChannelNotAllowed(InvalidInput):
    """A channel that the store does not allow for word to staff."""

    def __init__(self, channel: str, allowed: Iterable[str]) -> None:
        self.channel, self.allowed = channel, tuple(allowed)
        super().__init__(f"'{channel}' is not allowed in this store; it has {', '.join(self.allowed) or 'none'}.")


class TimeNotOffered(InvalidInput):
    """A time at which the store sends no digest."""

    def __init__(self, at: time, offered: Iterable[time]) -> None:
        self.time, self.times = f"{at:%H:%M}", ", ".join(f"{one:%H:%M}" for one in offered)
        super().__init__(f"There is no digest at {self.time}; choose among {self.times or 'none'}.")


class NeedsWecomId(InvalidInput):
    """WeCom without an id."""

    def __init__(self) -> None:
        super().__init__("Give the WeCom id that messages are sent to.")


class DigestWhileQuiet(InvalidInput):
    """A digest within the quiet hours, which would never go out."""

    def __init__(self, at: time) -> None:
        self.time = f"{at:%H:%M}"
        super().__init__(f"The digest at {self.time} is within the quiet hours.")


class NoWayLeft(InvalidInput):
    """A store must allow at least one channel."""

    def __init__(self) -> None:
        super().__init__("Allow at least one way to reach staff.")


class NotATimeOfDay(InvalidInput):
    """A text that is no time of day."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"'{text}' is no time of day; expected HH:MM, such as 08:30.")


@dataclass(frozen=True, slots=True)
class StoreRules:
    """A store and what it allows."""

    id: int
    store: str
    """The store's code."""
    rules: HouseRules


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff, how they may be reached and how they are."""

    id: int
    code: str
    name: str
    role: Role
    department: str | None
    store_id: int
    store: str
    """The store's code."""
    store_name: str
    time_zone: str
    language: str
    house: HouseRules
    choice: OwnChoice
    addresses: dict[StaffChannel, str]
    ways: tuple[StaffChannel, ...]
    """By which channels they are told, in the order in which they are tried; empty: by none."""

    @property
    def wecom(self) -> str | None:
        """Their WeCom id."""
        return self.addresses.get(StaffChannel.WECOM)

    @property
    def zone(self) -> ZoneInfo:
        """Their store's."""
        return ZoneInfo(self.time_zone)

    @property
    def digest_at(self) -> tuple[time, ...]:
        """When they get a digest, store-local."""
        return digest_times(self.house, self.choice)


def list_members(
    connection: Connection, ways: Ways, *, store_id: int | None = None, ids: Iterable[int] | None = None
) -> list[Member]:
    """The active staff of one store, or of all, by store and code. `ways`: those that are set up."""
    statement = _members().where(StaffMember.active).order_by(Store.code, StaffMember.code)
    if store_id is not None:
        statement = statement.where(StaffMember.store_id == store_id)
    if ids is not None:
        statement = statement.where(StaffMember.id.in_(list(ids)))
    available: dict[str, frozenset[StaffChannel]] = {}
    members = []
    for row in connection.execute(statement):
        if row.store not in available:
            available[row.store] = ways.available(row.store)
        members.append(_member(row, available[row.store]))
    return members


def find_member(connection: Connection, ways: Ways, store_id: int, code: str) -> Member:
    """One of a store's active staff by their code. Raises `UnknownMember`."""
    found = [one for one in list_members(connection, ways, store_id=store_id) if one.code == code.strip()]
    if not found:
        raise UnknownMember(code)
    return found[0]


def house_rules(connection: Connection) -> dict[int, HouseRules]:
    """What each store allows, by its id."""
    rows = connection.execute(_rules_of_stores()).all()
    return {row.store_id: _house(row) for row in rows}


def list_store_rules(connection: Connection, store_id: int | None = None) -> list[StoreRules]:
    """What one store allows, or each of them, by code."""
    rules = house_rules(connection)
    stores = select(Store.id, Store.code).order_by(Store.code)
    if store_id is not None:
        stores = stores.where(Store.id == store_id)
    return [StoreRules(row.id, row.code, rules[row.id]) for row in connection.execute(stores)]


def change_store_rules(
    connection: Connection, user: SignedIn, now: datetime, seen: StoreRules, wanted: HouseRules
) -> None:
    """Set what a store allows, if it is still as the user has seen it.

    Raises `MayNot`, `NotYours`, `StoreChanged`, `NoWayLeft`, `DigestWhileQuiet`.
    """
    user.check(Permission.CHANGE_POLICIES)
    if user.store_id not in (None, seen.id):
        raise NotYours("store", seen.store)
    connection.execute(select(Store.id).where(Store.id == seen.id).with_for_update())
    if house_rules(connection)[seen.id] != seen.rules:
        raise StoreChanged(seen.store)
    set_house_rules(connection, seen.id, seen.rules, wanted, now, user.login)


def read_times(text: str) -> tuple[time, ...]:
    """Times of day, separated by spaces or commas, the earliest first. Raises `NotATimeOfDay`."""
    return tuple(sorted({read_time(one) for one in text.replace(",", " ").replace("，", " ").split()}))


def read_time(text: str) -> time:
    """A time of day to the minute. Raises `NotATimeOfDay`."""
    try:
        return datetime.strptime(text.strip(), "%H:%M").time()  # noqa: DTZ007  a time of day has no zone
    except ValueError as error:
        raise NotATimeOfDay(text.strip()) from error


def choose(
    connection: Connection, member: Member, choice: OwnChoice, wecom: str | None, now: datetime, actor: str
) -> None:
    """Set how a member of staff is told. Raises `ChannelNotAllowed`, `TimeNotOffered`, `NeedsWecomId`."""
    wecom = (wecom or "").strip() or None
    for channel in choice.channels or ():
        if channel not in member.house.channels:
            raise ChannelNotAllowed(channel, member.house.channels)
        if channel is StaffChannel.WECOM and wecom is None:
            raise NeedsWecomId
    for at in choice.digest_at or ():
        if at not in member.house.digest_at:
            raise TimeNotOffered(at, member.house.digest_at)
    values: dict[str, object] = {
        "channels": None if choice.channels is None else [one.value for one in choice.channels],
        "digest_at": None if choice.digest_at is None else list(choice.digest_at),
        "wecom": wecom,
        "changed_at": now,
    }
    kept = insert(StaffPreference).values(staff_id=member.id, **values)
    connection.execute(kept.on_conflict_do_update(index_elements=["staff_id"], set_=values))
    after = {"channels": values["channels"], "times": [f"{one:%H:%M}" for one in choice.digest_at or ()]}
    audit.record(connection, now, actor, "staff.word-chosen", "staff", member.id, None, after)


def set_house_rules(
    connection: Connection, store_id: int, seen: HouseRules, wanted: HouseRules, now: datetime, actor: str
) -> None:
    """Set what a store allows. Raises `NoWayLeft`, `DigestWhileQuiet`."""
    if not wanted.channels:
        raise NoWayLeft
    for at in wanted.digest_at:
        if wanted.is_quiet(at):
            raise DigestWhileQuiet(at)
    values: dict[str, object] = {
        "channels": [one.value for one in wanted.channels],
        "digest_at": sorted(set(wanted.digest_at)),
        "quiet_from": wanted.quiet_from,
        "quiet_until": wanted.quiet_until,
        "sheet_at": wanted.sheet_at,
    }
    kept = insert(StaffWordRules).values(store_id=store_id, **values)
    connection.execute(kept.on_conflict_do_update(index_elements=["store_id"], set_=values))
    audit.record(connection, now, actor, "staff.word-rules", "store", store_id, _plain(seen), _plain(wanted))


def _plain(rules: HouseRules) -> dict[str, object]:
    return {
        "channels": [one.value for one in rules.channels],
        "times": [f"{one:%H:%M}" for one in rules.digest_at],
        "quiet": f"{rules.quiet_from:%H:%M}-{rules.quiet_until:%H:%M}",
        "sheet": f"{rules.sheet_at:%H:%M}",
    }


def _rules_of_stores() -> AnySelect:
    rules = [column for column in StaffWordRules.__table__.c if column.name != "store_id"]
    return select(Store.id.label("store_id"), *rules).outerjoin(StaffWordRules, StaffWordRules.store_id == Store.id)


def _members() -> AnySelect:
    rules = [column.label(f"house_{column.name}") for column in StaffWordRules.__table__.c]
    language = (
        select(User.language)
        .where(User.staff_id == StaffMember.id, User.active, User.language.is_not(None))
        .order_by(User.id)
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(
            StaffMember.id, StaffMember.code, StaffMember.name, StaffMember.role, StaffMember.department,
            StaffMember.store_id, StaffMember.phone, StaffMember.email, Store.code.label("store"),
            Store.name.label("store_name"), Store.time_zone, Store.language, language.label("own_language"),
            StaffPreference.channels, StaffPreference.digest_at, StaffPreference.wecom, *rules,
        )
        .join(Store, Store.id == StaffMember.store_id)
        .outerjoin(StaffPreference, StaffPreference.staff_id == StaffMember.id)
        .outerjoin(StaffWordRules, StaffWordRules.store_id == Store.id)
    )  # fmt: skip


def _member(row: Any, available: frozenset[StaffChannel]) -> Member:
    house = _house(row, "house_")
    choice = OwnChoice(
        None if row.channels is None else _known(row.channels),
        None if row.digest_at is None else tuple(row.digest_at),
    )
    given = {StaffChannel.EMAIL: row.email, StaffChannel.WECOM: row.wecom, StaffChannel.SMS: row.phone}
    addresses = {channel: address for channel, address in given.items() if address}
    names = ("id", "code", "name", "role", "department", "store_id", "store", "store_name", "time_zone")
    return Member(
        **{name: getattr(row, name) for name in names}, language=row.own_language or row.language,
        house=house, choice=choice, addresses=addresses, ways=ways_to(house, choice, addresses, available),
    )  # fmt: skip


def _house(row: Any, prefix: str = "") -> HouseRules:
    values = {name: getattr(row, f"{prefix}{name}") for name in HouseRules.__dataclass_fields__}
    if values["channels"] is None:
        return SHIPPED
    return HouseRules(**values | {"channels": _known(values["channels"]), "digest_at": tuple(values["digest_at"])})


def _known(channels: Iterable[str]) -> tuple[StaffChannel, ...]:
    """Those that are still known."""
    return tuple(StaffChannel(one) for one in channels if one in set(StaffChannel))
