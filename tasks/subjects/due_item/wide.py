"""The import kind of lists with a row per car and a column per thing that ends, as people keep them (R6)."""

from typing import Any

from sqlalchemy import Column as SqlColumn
from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    cast,
    exists,
    func,
    insert,
    literal,
    null,
    select,
    true,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.types import BigInteger, Date, Integer, String, Text

from models.core.reasons import TEXT, declare, give
from models.core.rows import AnySelect
from models.subjects.due_item import DueItem
from tasks.intake.columns import CUSTOMER_COLUMNS, STORE, VEHICLE, Column, KindName
from tasks.intake.files.reading import Holds
from tasks.intake.kinds import Kind
from tasks.intake.load import Load
from tasks.intake.maps.row_rules import Checked, House
from tasks.intake.merging import table_of
from tasks.intake.references import find_owners_and_cars
from tasks.intake.staging import Staged, temporary_table
from tasks.intake.values.plausibility import PAST, Window
from tasks.subjects.due_item.sample import LISTED

NO_DAY_AT_ALL = declare("row-without-a-day", columns=TEXT)
ENDS = {
    "insurance_ends_on": "insurance",
    "compulsory_insurance_ends_on": "compulsory-insurance",
    "annual_inspection_ends_on": "annual-inspection",
    "driving_licence_ends_on": "driving-licence",
}
"""What each column is the end of."""
OF_THE_PERSON = ("driving-licence",)
SAME_TERM = 180
"""Days: an end that differs by no more is a correction, one that differs by more another term."""
EVERY_OTHER_YEAR = 10
"""Cars are inspected every second year until they are so old, and then each year."""
LONGEST_LIFE = 60
_items = table_of(DueItem)
_SAID = ("provider", "number", "ends_on")
_UNFOLDED = temporary_table(
    "unfolded_items",
    SqlColumn("entry", Integer),
    *(SqlColumn(name, BigInteger) for name in ("store_id", "customer_id", "vehicle_id", "target_id")),
    *(SqlColumn(name, Text) for name in ("item", "provider", "number")),
    SqlColumn("ends_on", Date),
)


def check_row(row: Checked, _house: House) -> None:
    """A row says at least of one thing when it ends."""
    if not any(row.values[name] for name in (*ENDS, "registered_on")):
        row.refuse("insurance_ends_on", give(NO_DAY_AT_ALL, columns=", ".join(ENDS)))


def load_rows(load: Load, staged: Staged) -> None:
    """Each day of a row is a due item of its own. A day close to the one on record corrects it; a later one is the
    next term, which renews the item on record."""
    connection, rows = load.connection, staged.table
    find_owners_and_cars(connection, staged)
    load.keep_last(staged, "customer_id", "vehicle_id")
    _UNFOLDED.create(connection)
    today = load.now.date()
    parts = [_ends(rows, name, item, today) for name, item in ENDS.items()]
    names = ["entry", "store_id", "customer_id", "vehicle_id", "item", "provider", "number", "ends_on"]
    connection.execute(insert(_UNFOLDED).from_select(names, union_all(*parts)))
    connection.execute(update(_UNFOLDED).values(target_id=_on_record()))
    own = _UNFOLDED.c
    differs = tuple_(*(_items.c[name] for name in _SAID)).is_distinct_from(
        tuple_(func.coalesce(own.provider, _items.c.provider), func.coalesce(own.number, _items.c.number), own.ends_on)
    )
    known = and_(own.target_id == _items.c.id, differs)
    connection.execute(update(rows).values(touched=true()).where(exists().where(own.entry == rows.c.entry, known)))
    new = exists().where(own.entry == rows.c.entry, own.target_id.is_(None))
    connection.execute(update(rows).values(fresh=true()).where(new))
    connection.execute(
        update(_items)
        .values(
            provider=func.coalesce(own.provider, _items.c.provider),
            number=func.coalesce(own.number, _items.c.number),
            ends_on=own.ends_on,
        )
        .where(known)
    )
    connection.execute(insert(_items).from_select(["store_id", "key", "customer_id", "vehicle_id", "item", *_SAID],
                                                  _new()))  # fmt: skip
    _UNFOLDED.drop(connection)


def _ends(rows: Any, name: str, item: str, today: Any) -> AnySelect:
    """The due items that one column of the rows gives."""
    insured = item in ("insurance", "compulsory-insurance")
    day: ColumnElement[Any] = rows.c[name]
    if item == "annual-inspection":
        day = func.coalesce(day, _next_inspection(rows.c.registered_on, today))
    return select(
        rows.c.entry,
        rows.c.store_id,
        rows.c.customer_id,
        cast(null(), BigInteger) if item in OF_THE_PERSON else rows.c.vehicle_id,
        literal(item, Text),
        rows.c.insurer if insured else cast(null(), Text),
        rows.c.policy_number if item == "insurance" else cast(null(), Text),
        day,
    ).where(day.is_not(None))


def _next_inspection(registered_on: ColumnElement[Any], today: Any) -> ColumnElement[Any]:
    """The last day of the month of the next inspection, counted from the registration."""
    year = func.generate_series(1, LONGEST_LIFE).column_valued("year")
    month = func.date_trunc("month", cast(registered_on, Date)) + func.make_interval(year, 1)
    last_day = cast(month, Date) - 1
    inspected = case((year > EVERY_OTHER_YEAR, true()), else_=year % 2 == 0)
    return select(func.min(last_day)).where(inspected, last_day >= literal(today, Date)).scalar_subquery()


def _on_record() -> Any:
    """The item on record that the day is of: the one whose end is nearest to it, if they are of one term."""
    own = _UNFOLDED.c
    apart = func.abs(_items.c.ends_on - own.ends_on)
    return (
        select(_items.c.id)
        .where(
            _items.c.store_id == own.store_id,
            _items.c.customer_id == own.customer_id,
            _items.c.vehicle_id.is_not_distinct_from(own.vehicle_id),
            _items.c.item == own.item,
            apart <= SAME_TERM,
        )
        .order_by(apart, _items.c.id.desc())
        .limit(1)
        .correlate(_UNFOLDED)
        .scalar_subquery()
    )


def _new() -> AnySelect:
    own = _UNFOLDED.c
    whose = case(
        (own.vehicle_id.is_(None), func.concat("C", own.customer_id.cast(String))),
        else_=func.concat("V", own.vehicle_id.cast(String)),
    )
    key = func.concat_ws(":", own.item, whose, own.ends_on.cast(String))
    return (
        select(
            own.store_id, key.label("key"), own.customer_id, own.vehicle_id, own.item, *(own[name] for name in _SAID)
        )
        .where(own.target_id.is_(None))
        .distinct(own.store_id, key)
    )


def _end(name: str, meaning: str) -> Column:
    return Column(name, Holds.DATE, meaning, plausible=Window(10, 40))


WHAT_ENDS = Kind(
    name=KindName("ends"),
    meaning="What ends of a customer and their car, a column each, as lists of renewals are kept.",
    columns=(
        STORE,
        *CUSTOMER_COLUMNS,
        VEHICLE,
        Column("insurer", Holds.TEXT, "with whom the car is insured", spare=True),
        Column("policy_number", Holds.TEXT, "number of the insurance", spare=True),
        _end("insurance_ends_on", "last day of the insurance (商业险到期)"),
        _end("compulsory_insurance_ends_on", "last day of the compulsory insurance (交强险到期)"),
        _end("annual_inspection_ends_on", "last day of the annual inspection (年审到期)"),
        _end("driving_licence_ends_on", "last day of the driving licence (驾照到期)"),
        Column(
            "registered_on",
            Holds.DATE,
            "when the car was registered: without the day of the annual inspection, it "
            "is counted from then: every second year, from the tenth on each year",
            plausible=PAST,
        ),
    ),
    identity="customer and vehicle; each day is a due item",
    one_of=(("customer", "customer_phone", "vehicle"), (*ENDS, "registered_on")),
    after=("vehicles", "due-items"),
    check=check_row,
    sample=LISTED,
    load=load_rows,
    example={
        "store": "SH01",
        "customer": "C-1001",
        "vehicle": "V-2001",
        "insurer": "PICC",
        "policy_number": "PDAA2026310000001",
        "insurance_ends_on": "2026-06-19",
        "compulsory_insurance_ends_on": "2026-06-19",
        "annual_inspection_ends_on": "2026-06-30",
        "driving_licence_ends_on": "2029-04-02",
    },
)
