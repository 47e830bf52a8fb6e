"""The import kind of service intervals: how often what falls due, by make, model and year."""

from zoneinfo import ZoneInfo

from sqlalchemy import exists, insert, select

from models.core.reasons import NUMBER, TEXT, declare, give
from models.core.words import WorkKind
from models.stores.service_intervals import works_of
from models.subjects.service_interval import ServiceInterval
from models.subjects.vehicle import Vehicle
from tasks.intake.columns import STORE, Column, KindName, key
from tasks.intake.files.reading import Holds, alike, choices_of, whole_number
from tasks.intake.kinds import Kind
from tasks.intake.load import Load
from tasks.intake.maps.row_rules import Checked, House
from tasks.intake.merging import Field, assign_ids, find_by_key, merge, table_of
from tasks.intake.staging import Staged
from tasks.intake.values.choices import WORK
from tasks.subjects.due_item.intake import MILEAGE_EXPECTED, read_item
from tasks.subjects.service_interval.sample import SAMPLE
from tasks.subjects.vehicle.readings import SERVICED_VEHICLES, WARRANTY_ENDS

MONTHS_OR_DAYS = declare("months-or-days")
YEARS_BACKWARDS, CALLED_TOO_SOON = declare("years-backwards", year=TEXT), declare("called-too-soon", kilometres=NUMBER)
WORKS_EXPECTED = declare("works-expected", works=TEXT)
MONTHS, DAYS = whole_number("months", 1, 240), whole_number("days", 1, 3_650)


def _item(text: str, zone: ZoneInfo) -> str:
    return read_item(text, zone)


def check_interval(row: Checked, _house: House) -> None:
    """An interval lasts so many months or days; without a key it is known by what it is about."""
    said = row.values
    for name in ("kilometres", "call_kilometres"):
        if said[name] == 0:
            row.refuse(name, give(MILEAGE_EXPECTED), 0)
    if not row.refused and (said["months"] is None) == (said["days"] is None):
        row.refuse("months", give(MONTHS_OR_DAYS), said["months"] or "")
    if said["year_from"] and said["year_until"] and said["year_until"] < said["year_from"]:
        row.refuse("year_until", give(YEARS_BACKWARDS, year=said["year_from"]), said["year_until"])
    if said["call_kilometres"] and said["kilometres"] and said["call_kilometres"] <= said["kilometres"]:
        row.refuse("call_kilometres", give(CALLED_TOO_SOON, kilometres=said["kilometres"]), said["call_kilometres"])
    known = (said["item"], said["make"], said["model"], said["year_from"], said["year_until"])
    said["key"] = said["key"] or "/".join("" if part is None else str(part) for part in known)
    works = said["works"] or [str(work) for work in works_of(str(said["item"]))]
    said["works"] = list(works) or None
    if not row.refused and not works:
        row.refuse("works", give(WORKS_EXPECTED, works=", ".join(WorkKind)), "")


def load_intervals(load: Load, staged: Staged) -> None:
    """Intervals are known by key. What falls due on the cars of the store is worked out anew where one changed."""
    connection, rows, vehicles = load.connection, staged.table, table_of(Vehicle)
    load.keep_last(staged, "store_id", "key")
    find_by_key(connection, staged, ServiceInterval)
    assign_ids(connection, staged, ServiceInterval)
    fields = [
        *(Field(name, name) for name in ("item", "make", "model", "year_from", "year_until")),
        Field("works", "works", given_by=("item",)),
        *(Field(name, name) for name in ("kilometres", "months", "days", "call_kilometres", "call_days")),
    ]
    merge(connection, staged, ServiceInterval, fields)
    changed = exists().where(rows.c.store_id == vehicles.c.store_id, rows.c.fresh | rows.c.touched)
    connection.execute(insert(SERVICED_VEHICLES).from_select(["id"], select(vehicles.c.id).where(changed)))


SERVICE_INTERVALS = Kind(
    name=KindName("service-intervals"),
    meaning="After how long and how far a service falls due, for cars of a make, a model and some years.",
    columns=(
        STORE,
        key("number of the interval; without it item, make, model and years", required=False),
        Column(
            "item",
            Holds("kind of item", alike(_item), example="service"),
            "first-service, service, tyres, or a word of your own",
            required=True,
        ),
        Column("make", Holds.TEXT, "make; empty: every make"),
        Column("model", Holds.TEXT, "model; empty: every model"),
        Column("year_from", Holds.YEAR, "first model year; empty: from the beginning"),
        Column("year_until", Holds.YEAR, "last model year; empty: until today"),
        Column(
            "works",
            choices_of("kinds of work", WORK),
            "the kinds of work that do it; without a word, those of the shipped kind",
        ),
        Column("kilometres", Holds.KILOMETRES, "after so many kilometres"),
        Column("months", MONTHS, "after so many months, at the latest"),
        Column("days", DAYS, "after so many days, in place of months"),
        Column("call_kilometres", Holds.KILOMETRES, "not done after so many kilometres, it is called about"),
        Column("call_days", DAYS, "not done after so many days, it is called about"),
    ),
    identity="store and key",
    after=("vehicles",),
    check=check_interval,
    consequences=(WARRANTY_ENDS,),
    sample=SAMPLE,
    load=load_intervals,
    example={
        "store": "SH01",
        "item": "service",
        "make": "Aurora",
        "model": "Comet",
        "year_from": "2020",
        "kilometres": "7500",
        "months": "6",
    },
)
