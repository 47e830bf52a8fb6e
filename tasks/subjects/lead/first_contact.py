"""By when a lead is to be called first: two working hours of its store after it came in (R8)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, func, literal, select, update
from sqlalchemy import column as sql_column
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import BigInteger

from models.core.cadence import ZONED, midnight, moment
from models.people.tables import Store
from models.stores.contact_hours import ContactHours
from models.stores.working_hours import WorkingHours, after_working
from models.subjects.lead import HOURS_TO_FIRST_CONTACT, Lead

LATELY = timedelta(days=45)
"""What came in longer ago is no longer called first: no holiday of any store lasts so long."""
AT_ONCE = 5_000
SPAN = timedelta(hours=HOURS_TO_FIRST_CONTACT)


class _CameIn(NamedTuple):
    id: int
    store_id: int
    at: datetime


def set_first_contact(connection: Connection, chosen: ColumnElement[bool], now: datetime) -> None:
    """Work out until when the chosen leads are to be called first.

    It counts the store's opening hours within its contact hours, and no public holidays.
    """
    zone = select(Store.time_zone).where(Store.id == Lead.store_id).scalar_subquery()
    came_in = func.coalesce(Lead.came_in_at, midnight(Lead.created_on, zone), type_=ZONED)
    lately = came_in > moment(now - LATELY)
    rows = [_CameIn(*row) for row in connection.execute(select(Lead.id, Lead.store_id, came_in).where(chosen, lately))]
    deadlines = _deadlines(connection, rows)
    while some := list(islice(deadlines, AT_ONCE)):
        connection.execute(_written(some))


def _deadlines(connection: Connection, rows: list[_CameIn]) -> Iterator[dict[str, object]]:
    """Each moment of a store is worked out once: most sources give no more than a day."""
    hours = {store.id: _hours(store) for store in connection.execute(select(Store.__table__))}
    known: dict[tuple[int, datetime], str] = {}
    for row in rows:
        asked = row.store_id, row.at
        if asked not in known:
            known[asked] = after_working(hours[row.store_id], row.at, SPAN).astimezone(UTC).isoformat()
        yield {"id": row.id, "by": known[asked]}


def _hours(store: Any) -> WorkingHours:
    zone = ZoneInfo(store.time_zone)
    contact = ContactHours(zone, store.contact_from, store.contact_until, store.holiday_country)
    return WorkingHours(contact, store.opening_hours)


def _written(rows: list[dict[str, object]]) -> Any:
    columns = (sql_column("id", BigInteger), sql_column("by", ZONED))
    listed = func.jsonb_to_recordset(literal(rows, JSONB)).table_valued(*columns, name="deadlines")
    given = listed.render_derived(with_types=True)
    return update(Lead).where(Lead.id == given.c.id).values(first_contact_by=given.c.by)
