"""The rules of each store at a moment: quiet hours, caps, effects of an open complaint."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import CTE, Boolean, ColumnElement, Connection, Integer, column, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger, Text

from models.core.cadence import ZONED
from models.people.tables import Store
from models.policies.policy import ContactRules
from models.stores.contact_hours import ContactHours, is_open, next_open, opening_from
from tasks.database.statement_comments import holds
from tasks.policies.catalogue import contact_rules_in_force

Row = tuple[int, bool, bool, datetime, datetime, datetime, datetime, int, int, list[str], list[str]]
NAMES: tuple[tuple[str, Any], ...] = (
    ("store_id", BigInteger),
    ("works_holidays", Boolean),
    ("open", Boolean),
    ("opens_at", ZONED),
    ("day_begins", ZONED),
    ("week_begins", ZONED),
    ("tomorrow_opens_at", ZONED),
    ("per_day", Integer),
    ("per_week", Integer),
    ("complaint_holds", ARRAY(Text)),
    ("store_channels", ARRAY(Text)),
)


def read_store_rules(connection: Connection, now: datetime) -> list[Row]:
    """The rules at `now`, per store, with and without holidays."""
    contact_rules = contact_rules_in_force(connection)
    stores = connection.execute(
        select(
            Store.id, Store.time_zone, Store.contact_from, Store.contact_until, Store.holiday_country, Store.channels
        )
    ).all()
    return [
        _row(store, contact_rules[store.id], now, works_holidays=works_holidays)
        for store in stores
        for works_holidays in (False, True)
    ]


def _row(store: Any, rules: ContactRules, now: datetime, *, works_holidays: bool) -> Row:
    hours = hours_of(store)
    today = now.astimezone(hours.zone).date()
    return (
        store.id,
        works_holidays,
        is_open(hours, now, works_holidays=works_holidays),
        next_open(hours, now, works_holidays=works_holidays),
        datetime.combine(today, time(0), hours.zone),
        datetime.combine(today - timedelta(days=6), time(0), hours.zone),
        opening_from(hours, today + timedelta(days=1), works_holidays=works_holidays),
        rules.per_day,
        rules.per_week,
        [purpose.value for purpose in rules.complaint_holds],
        list(store.channels),
    )


def hours_of(store: Any) -> ContactHours:
    """The contact hours of a row of stores."""
    return ContactHours(ZoneInfo(store.time_zone), store.contact_from, store.contact_until, store.holiday_country)


def rules_table(rules: ColumnElement[Any]) -> CTE:
    """The rules as a table to join; `rules` is a JSON parameter from `as_parameter`."""
    columns = [column(name, kind() if isinstance(kind, type) else kind) for name, kind in NAMES]
    listed = func.jsonb_to_recordset(rules).table_valued(*columns, name="listed_rules")
    return (
        select(listed.render_derived(with_types=True))
        .cte("store_rules")
        .prefix_with(holds("per store: contact hours, caps and channels in force"))
    )


def as_parameter(rows: list[Row]) -> list[dict[str, object]]:
    """The rules as one JSON value."""
    return [_plain(row) for row in rows]


def _plain(row: Row) -> dict[str, object]:
    cells = zip(NAMES, row, strict=True)
    return {name: cell.isoformat() if isinstance(cell, datetime) else cell for (name, _), cell in cells}
