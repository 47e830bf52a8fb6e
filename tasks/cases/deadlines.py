"""The deadlines of each store's cases: around the clock, or in working hours."""

from datetime import datetime
from typing import Any, assert_never

from sqlalchemy import Connection, column, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import BigInteger, Text

from models.core.cadence import ZONED
from models.core.rows import AnySelect
from models.core.words import CaseKind, DeadlineClock
from models.ledger.cases import Deadlines, deadlines_of
from models.people.tables import Store
from models.stores.working_hours import WorkingHours
from tasks.stores.rules import hours_of

COLUMNS = (
    column("store_id", BigInteger),
    column("kind", Text),
    column("answer_by", ZONED),
    column("solve_by", ZONED),
)


def deadlines_in_store(connection: Connection, store_id: int, kind: CaseKind, now: datetime) -> Deadlines:
    """The deadlines of a case that is opened in a store now."""
    store = connection.execute(select(Store.__table__).where(Store.id == store_id)).one()
    return deadlines_of(kind, now, _hours_that_count(store))


def deadlines_everywhere(connection: Connection, now: datetime) -> AnySelect:
    """The deadlines per store and kind, for a statement that opens many cases now."""
    stores = connection.execute(select(Store.__table__)).all()
    rows = [
        {"store_id": store.id, "kind": kind, **_plain(deadlines_of(kind, now, _hours_that_count(store)))}
        for store in stores
        for kind in CaseKind
    ]
    listed = func.jsonb_to_recordset(literal(rows, JSONB)).table_valued(*COLUMNS, name="listed_deadlines")
    return select(listed.render_derived(with_types=True))


def _hours_that_count(store: Any) -> WorkingHours | None:
    clock = DeadlineClock(store.deadline_clock)
    match clock:
        case DeadlineClock.AROUND_THE_CLOCK:
            return None
        case DeadlineClock.WORKING_HOURS:
            return WorkingHours(hours_of(store), store.opening_hours)
        case _:
            assert_never(clock)


def _plain(deadlines: Deadlines) -> dict[str, str | None]:
    return {name: until.isoformat() if until else None for name, until in deadlines._asdict().items()}
