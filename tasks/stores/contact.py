"""A store's contact settings, changed in the console."""

from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import Connection, Row, Select, select, update

from models.core.base import Facts
from models.core.errors import Conflict, InvalidInput
from models.core.words import ChannelName
from models.people.permissions import Permission
from models.people.tables import Store
from models.stores.contact_hours import knows_country
from models.stores.laws.pack import pack_of
from models.stores.laws.places import place
from tasks.access.reach import NotYours
from tasks.access.sessions import SignedIn
from tasks.ledger import audit
from tasks.stores.laws.choosing import check_hours


class HoursBackwards(InvalidInput):
    """Hours that end before they begin."""

    def __init__(self, since: time, until: time) -> None:
        self.since, self.until = since, until
        super().__init__(f"The hours end at {until:%H:%M}, which is not after they begin at {since:%H:%M}.")


class UnknownCountry(InvalidInput):
    """A country whose public holidays are unknown."""

    def __init__(self, country: str) -> None:
        self.country = country
        super().__init__(f"The holidays of '{country}' are not known; expected a country's two letters, such as CN.")


class NoChannelLeft(InvalidInput):
    """A store must keep at least one channel."""

    def __init__(self) -> None:
        super().__init__("Choose at least one channel.")


class StoreChanged(Conflict):
    """Someone else has changed the store's contact settings since they were read."""

    def __init__(self, store: str) -> None:
        self.store = store
        super().__init__(f"The store {store} was changed meanwhile. Nothing of yours was saved; look at it again.")


@dataclass(frozen=True, slots=True)
class ContactRulesOfStore:
    """A store's contact settings: customers are not contacted outside the hours or on holidays."""

    store: str
    """The store's code."""
    since: time
    until: time
    """Exclusive; both store-local."""
    country: str | None
    """ISO 3166 code of the country whose public holidays it observes; None: none."""
    channels: tuple[str, ...]
    """The channels in use."""

    def facts(self) -> Facts:
        """The form for the audit trail."""
        return {
            "contact_from": f"{self.since:%H:%M}",
            "contact_until": f"{self.until:%H:%M}",
            "holiday_country": self.country,
            "channels": list(self.channels),
        }


def list_store_contact(connection: Connection, store_id: int | None) -> list[ContactRulesOfStore]:
    """The settings of one store, or of all."""
    statement = _stores().order_by(Store.code)
    if store_id is not None:
        statement = statement.where(Store.id == store_id)
    return [_read(row) for row in connection.execute(statement)]


def change_store_contact(
    connection: Connection, user: SignedIn, now: datetime, seen: ContactRulesOfStore, wanted: ContactRulesOfStore
) -> None:
    """Change the settings, if they are still as the user has seen them.

    Raises `MayNot`, `NotYours`, `HoursBackwards`, `UnknownCountry`, `NoChannelLeft`, `StoreChanged`,
    `HoursLeaveNoTime`.
    """
    user.check(Permission.CHANGE_POLICIES)
    _check(wanted)
    row = connection.execute(_stores().where(Store.code == seen.store).with_for_update()).one_or_none()
    if row is None or (user.store_id is not None and row.id != user.store_id):
        raise NotYours("store", seen.store)
    if _read(row) != seen:
        raise StoreChanged(seen.store)
    law = connection.execute(select(Store.law, Store.time_zone).where(Store.id == row.id)).one()
    check_hours(pack_of(law.law), seen.store, place(law.time_zone, wanted.country), wanted.since, wanted.until)
    values = {
        "contact_from": wanted.since, "contact_until": wanted.until, "holiday_country": wanted.country,
        "channels": list(wanted.channels),
    }  # fmt: skip
    connection.execute(update(Store).where(Store.id == row.id).values(**values))
    audit.record(
        connection, now, user.login, "store.contact-changed", "store", seen.store, seen.facts(), wanted.facts()
    )


def _check(wanted: ContactRulesOfStore) -> None:
    if wanted.since >= wanted.until:
        raise HoursBackwards(wanted.since, wanted.until)
    if wanted.country is not None and not knows_country(wanted.country):
        raise UnknownCountry(wanted.country)
    if not set(wanted.channels) & set(ChannelName):
        raise NoChannelLeft


def _stores() -> Select[tuple[int, str, time, time, str | None, list[str]]]:
    return select(Store.id, Store.code, Store.contact_from, Store.contact_until, Store.holiday_country, Store.channels)


def _read(row: Row[tuple[int, str, time, time, str | None, list[str]]]) -> ContactRulesOfStore:
    return ContactRulesOfStore(row.code, row.contact_from, row.contact_until, row.holiday_country, tuple(row.channels))
