"""Which law pack each store goes by, and choosing another one."""

from dataclasses import dataclass
from datetime import datetime, time
from itertools import product

from sqlalchemy import Connection, select, update

from models.core.errors import InvalidInput
from models.core.words import Purpose, StepKind
from models.people.permissions import Permission
from models.people.tables import Store
from models.stores.laws.hours import leaves_time
from models.stores.laws.pack import Pack, pack_of
from models.stores.laws.places import Place, place
from tasks.access.reach import NotYours
from tasks.access.sessions import SignedIn
from tasks.access.users import NoSuchStore
from tasks.ledger import audit


class HoursLeaveNoTime(InvalidInput):
    """The store's contact hours and those of a law have no time in common."""

    def __init__(self, store: str, pack: str, purpose: Purpose, since: time, until: time) -> None:
        self.store, self.pack, self.purpose = store, pack, purpose
        self.since, self.until = f"{since:%H:%M}", f"{until:%H:%M}"
        super().__init__(
            f"Store {store}: its contact hours from {self.since} to {self.until} and the hours of the pack '{pack}' "
            f"leave no time for {purpose}; change the contact hours first."
        )


@dataclass(frozen=True, slots=True)
class LawOfStore:
    """The pack of a store."""

    store: str
    name: str
    law: str


def list_laws(connection: Connection, store_id: int | None = None) -> list[LawOfStore]:
    """The packs of one store, or of all."""
    statement = select(Store.code, Store.name, Store.law).order_by(Store.code)
    if store_id is not None:
        statement = statement.where(Store.id == store_id)
    return [LawOfStore(*row) for row in connection.execute(statement)]


def laws_in_use(connection: Connection, store_id: int | None = None) -> frozenset[str]:
    """The packs that one store goes by, or all of them."""
    statement = select(Store.law).distinct()
    if store_id is not None:
        statement = statement.where(Store.id == store_id)
    return frozenset(connection.scalars(statement))


def choose_law(connection: Connection, now: datetime, store: str, law: str, author: str) -> Pack:
    """Let a store go by a pack from now on; messages that wait are asked by it when they are due.

    Raises `UnknownPack`, `NoSuchStore`, `HoursLeaveNoTime`.
    """
    pack = pack_of(law)
    row = connection.execute(select(Store.__table__).where(Store.code == store).with_for_update()).one_or_none()
    if row is None:
        raise NoSuchStore(store)
    check_hours(pack, store, place(row.time_zone, row.holiday_country), row.contact_from, row.contact_until)
    if row.law != pack.name:
        connection.execute(update(Store).where(Store.id == row.id).values(law=pack.name))
        audit.record(connection, now, author, "store.law-chosen", "store", store, {"law": row.law}, {"law": pack.name})
    return pack


def choose_law_as(connection: Connection, user: SignedIn, now: datetime, store: str, law: str) -> Pack:
    """The same by a user of the console. Raises `MayNot` and `NotYours`, too."""
    user.check(Permission.CHANGE_POLICIES)
    if user.store is not None and user.store != store:
        raise NotYours("store", store)
    return choose_law(connection, now, store, law, user.login)


def check_hours(pack: Pack, store: str, where: Place, since: time, until: time) -> None:
    """Refuse contact hours that leave a purpose no time by a pack. Raises `HoursLeaveNoTime`."""
    for purpose, kind in product(Purpose, (StepKind.MESSAGE, StepKind.CALL)):
        if not leaves_time(pack, where, purpose, kind, since, until):
            raise HoursLeaveNoTime(store, pack.name, purpose, since, until)
