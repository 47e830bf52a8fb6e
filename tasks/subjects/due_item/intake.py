"""The import kind of due items."""

import re
from zoneinfo import ZoneInfo

from sqlalchemy import and_, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from models.core.reasons import TEXT, declare, give
from models.ledger.tables import PolicyVersion
from models.stores.service_intervals import works_of
from models.subjects.due_item import NAMES, DueItem, DueItemStatus
from tasks.intake.columns import CUSTOMER_COLUMNS, GIVES_OWNER, STORE, VEHICLE, Column, KindName, key
from tasks.intake.files.reading import Holds, alike, choice
from tasks.intake.kinds import Kind
from tasks.intake.load import Load
from tasks.intake.maps.row_rules import Checked, House
from tasks.intake.merging import Field, assign_ids, find_by_key, merge, reject
from tasks.intake.references import find_owners_and_cars
from tasks.intake.staging import Staged
from tasks.intake.values.cells import Unusable, bare
from tasks.intake.values.choices import words_of
from tasks.intake.values.plausibility import RECENT, Window
from tasks.subjects.due_item.sample import SAMPLE
from tasks.subjects.due_item.wide import WHAT_ENDS
from tasks.subjects.vehicle.readings import WARRANTY_ENDS, note_serviced

__all__ = ["DUE_ITEMS", "WHAT_ENDS"]

ITEMS = {bare(name): name for name in NAMES} | {
    bare(alias): name
    for name, aliases in {
        "first-service": "first maintenance,首保,首次保养,erstinspektion",
        "service": "maintenance,regular service,保养,定期保养,wartung",
        "tyres": "tyre rotation,tire rotation,tires,轮胎换位,轮胎,reifen",
        "insurance": "commercial insurance,car insurance,motor insurance,商业险,车险,保险,商业保险,kaskoversicherung",
        "compulsory-insurance": "compulsory,交强险,强制险,交强保险,haftpflicht",
        "annual-inspection": "statutory inspection,mot,年检,年审,hauptuntersuchung,hu,tüv",
        "driving-licence": "driving license,licence,license,驾照,驾驶证,führerschein",
        "package": "maintenance package,service package,套餐,保养套餐,servicepaket",
        "contract": "agreement,合同,vertrag",
        "maturity": "deposit,fixed deposit,存款,定期存款,到期存款,festgeld",
    }.items()
    for alias in aliases.split(",")
}
"""Each kind of item by what sources call it."""
OWN_WORD = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
LONGEST_ITEM = 40
STATUSES = words_of(
    DueItemStatus,
    {
        DueItemStatus.OPEN: "active,valid,due,有效,未续,未续保,offen",
        DueItemStatus.RENEWED: "extended,paid,done,已续,已续保,续保,已办理,verlängert",
        DueItemStatus.ELSEWHERE: "renewed elsewhere,lost,other insurer,他处续保,外店续保,脱保他投,anderswo",
        DueItemStatus.DECLINED: "not wanted,refused,cancelled,放弃,不续,不续保,已退保,abgelehnt",
    },
)


ITEM_EXPECTED = declare("due-item-expected", items=TEXT)
MILEAGE_EXPECTED, VEHICLE_BESIDE_MILEAGE = declare("mileage-expected"), declare("vehicle-beside-mileage")
UNKNOWN_ITEM = declare("item-of-no-policy", items=TEXT)
ENDS_BEFORE_ISSUED = declare("ends-before-issued", day=TEXT)


def read_item(text: str, _zone: ZoneInfo) -> str:
    """One of the kinds that are known, whatever the source calls it, or a word of the house's own."""
    known = ITEMS.get(bare(text))
    own = text.strip().lower().replace(" ", "-")
    if known is None and not (OWN_WORD.fullmatch(own) and len(own) <= LONGEST_ITEM):
        raise Unusable(give(ITEM_EXPECTED, items=", ".join(NAMES)))
    return known or own


def check_due_item(row: Checked, _house: House) -> None:
    """An item ends after it was issued, and only a car has a mileage; a mileage of zero is none."""
    values = row.values
    values["works"] = [str(work) for work in works_of(values["item"])] or None
    if values["due_kilometres"] == 0:
        row.refuse("due_kilometres", give(MILEAGE_EXPECTED), 0)
    if values["due_kilometres"] and not values["vehicle"]:
        row.refuse("due_kilometres", give(VEHICLE_BESIDE_MILEAGE), values["due_kilometres"])
    if values["issued_on"] and values["ends_on"] and values["ends_on"] < values["issued_on"]:
        row.refuse("ends_on", give(ENDS_BEFORE_ISSUED, day=values["issued_on"].isoformat()), values["ends_on"])


def load_due_items(load: Load, staged: Staged) -> None:
    """Due items are known by key. One that is renewed is another item, with the key of the new term."""
    find_owners_and_cars(load.connection, staged)
    _refuse_unknown_kinds(load, staged)
    unknown_car = and_(staged.table.c.due_kilometres.is_not(None), staged.table.c.vehicle_id.is_(None))
    reject(load.connection, staged, "due_kilometres", give(VEHICLE_BESIDE_MILEAGE), unknown_car)
    load.keep_last(staged, "store_id", "key")
    find_by_key(load.connection, staged, DueItem)
    assign_ids(load.connection, staged, DueItem)
    fields = [
        Field("customer_id", "customer_id", given_by=GIVES_OWNER),
        Field("vehicle_id", "vehicle_id", given_by=("vehicle",)),
        *(Field(name, name) for name in ("item", "provider", "number", "issued_on", "ends_on")),
        Field("status", "status", default=DueItemStatus.OPEN.value),
        Field("status_on", "status_on", given_by=("status",)),
        Field("status_reason", "status_reason"),
        Field("limit_kilometres", "due_kilometres"),
        Field("works", "works", given_by=("item",)),
    ]
    merge(load.connection, staged, DueItem, fields)
    note_serviced(load, staged, "vehicle_id")


def _refuse_unknown_kinds(load: Load, staged: Staged) -> None:
    """Keep out items of a kind that no process asks about: a slip of the pen would never be noticed."""
    rows, asks = staged.table, PolicyVersion.body["rules"]["items"]
    named = select(literal(1)).where(asks.op("@>")(func.to_jsonb(rows.c.item)))
    known = rows.c.item == any_(literal(list(NAMES), ARRAY(Text)))
    reason = give(UNKNOWN_ITEM, items=", ".join(NAMES))
    reject(load.connection, staged, "item", reason, and_(~known, ~named.exists()))


DUE_ITEMS = Kind(
    name=KindName("due-items"),
    meaning="Something of a customer's that ends or falls due on a day: an insurance, a licence, a service, a deposit.",
    columns=(
        STORE,
        key("number of the item; a renewed item has another"),
        *CUSTOMER_COLUMNS,
        VEHICLE,
        Column(
            "item",
            Holds("kind of item", alike(read_item), example="insurance"),
            f"{', '.join(NAMES)}, or a word of your own that a policy names",
            required=True,
        ),
        Column("provider", Holds.TEXT, "with whom it is: the insurer, the bank", spare=True),
        Column("number", Holds.TEXT, "number of the policy or contract, as the provider has it", spare=True),
        Column(
            "issued_on",
            Holds.DATE,
            "the day it was taken out; one that it renews counts as renewed from then on",
            plausible=RECENT,
        ),
        Column("ends_on", Holds.DATE, "last day", required=True, plausible=Window(10, 40)),
        Column("due_kilometres", Holds.KILOMETRES, "it is due earlier when the odometer of the vehicle reaches this"),
        Column("status", choice("status of an item", STATUSES), "open, renewed, elsewhere, declined; open"),
        Column(
            "status_on",
            Holds.DATE,
            "since when the status holds; without it, always so; goes with the status",
            plausible=RECENT,
        ),
        Column("status_reason", Holds.TEXT, "why it was done elsewhere or is not wanted any more", spare=True),
    ),
    made={"works": ARRAY(Text)},
    consequences=(WARRANTY_ENDS,),
    identity="store and key",
    one_of=(("customer", "customer_phone", "vehicle"),),
    after=("vehicles", "leads"),
    check=check_due_item,
    sample=SAMPLE,
    load=load_due_items,
    example={
        "store": "SH01",
        "key": "I-7001",
        "customer": "C-1001",
        "vehicle": "V-2001",
        "item": "商业险",
        "provider": "PICC",
        "number": "PDAA2026310000001",
        "issued_on": "2025-06-20",
        "ends_on": "2026-06-19",
        "status": "open",
    },
)
