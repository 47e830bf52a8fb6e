"""Which store a row belongs to."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select

from models.core.reasons import TEXT, GivenReason, declare, give
from models.people.tables import Store
from tasks.intake.errors import UnknownStore
from tasks.intake.values.cells import fold

MAIN = "main"
STORE_MADE = declare("first-store-made", store=TEXT, zone=TEXT)


@dataclass(frozen=True)
class StoreFound:
    """A store as rows need it."""

    id: int
    code: str
    zone: ZoneInfo


@dataclass
class Stores:
    """The stores that rows may belong to.

    Into a database without any, the stores that the import names are made: an installation with one store need not
    know that there could be several. As soon as there is a store, an unknown one is a mistake.
    """

    connection: Connection
    zone_name: str
    by_name: dict[str, StoreFound]
    founding: bool
    default_code: str | None
    notices: list[GivenReason] = field(default_factory=list)

    @property
    def codes(self) -> list[str]:
        """The codes of the stores that there are."""
        return sorted({store.code for store in self.by_name.values()})

    def find(self, name: str) -> StoreFound | None:
        """The store of a code or name, made when the database is being founded."""
        found = self.by_name.get(fold(name))
        return found or (self._make(name) if self.founding else None)

    def default(self) -> StoreFound | None:
        """The store of rows that name none; nothing when there are several to choose from."""
        if self.default_code is not None:
            return self.find(self.default_code)
        stores = {store.id: store for store in self.by_name.values()}
        if not stores and self.founding:
            return self._make(MAIN)
        return next(iter(stores.values())) if len(stores) == 1 else None

    def _make(self, code: str) -> StoreFound:
        statement = insert(Store).values(code=code, name=code, time_zone=self.zone_name).returning(Store.id)
        store = StoreFound(self.connection.execute(statement).scalar_one(), code, ZoneInfo(self.zone_name))
        self.by_name[fold(code)] = store
        self.notices.append(give(STORE_MADE, store=code, zone=self.zone_name))
        return store


def read_stores(connection: Connection, default_code: str | None, zone_name: str, *, confined: bool = False) -> Stores:
    """The stores there are; `confined`: the default alone. Raises `UnknownStore` when the default is none of them."""
    by_name: dict[str, StoreFound] = {}
    statement = select(Store.id, Store.code, Store.name, Store.time_zone).order_by(Store.id)
    rows = connection.execute(statement.where(Store.code == default_code) if confined else statement).all()
    for row in rows:
        by_name.setdefault(fold(row.name), StoreFound(row.id, row.code, ZoneInfo(row.time_zone)))
    for row in rows:
        by_name[fold(row.code)] = StoreFound(row.id, row.code, ZoneInfo(row.time_zone))
    stores = Stores(connection, zone_name, by_name, not rows, default_code)
    if default_code is not None and rows and stores.find(default_code) is None:
        raise UnknownStore(default_code, stores.codes)
    return stores
