"""The import kind of repair orders."""

from sqlalchemy import and_, func

from models.core.reasons import TEXT, declare, give
from models.core.words import WorkKind
from models.subjects.repair_order import RepairOrder
from tasks.intake.columns import (
    ADVISOR,
    CUSTOMER_COLUMNS,
    GIVES_OWNER,
    STORE,
    VEHICLE,
    WORK_KIND,
    Column,
    KindName,
    key,
)
from tasks.intake.files.reading import Holds
from tasks.intake.kinds import Kind
from tasks.intake.load import Load
from tasks.intake.maps.row_rules import Checked, House
from tasks.intake.merging import Field, assign_ids, find_by_key, merge
from tasks.intake.references import find_advisors, find_owners_and_cars
from tasks.intake.staging import Staged
from tasks.intake.values.plausibility import RECENT
from tasks.subjects.vehicle.readings import WARRANTY_ENDS, note_readings, note_serviced

CLOSED_BEFORE = declare("closed-before-opened", day=TEXT)


def check_repair_order(row: Checked, _house: House) -> None:
    """A car is given back after it came in."""
    values = row.values
    if values["opened_on"] and values["closed_on"] and values["closed_on"] < values["opened_on"]:
        row.refuse("closed_on", give(CLOSED_BEFORE, day=values["opened_on"].isoformat()), values["closed_on"])


def load_repair_orders(load: Load, staged: Staged) -> None:
    """Repair orders are known by key."""
    rows = staged.table
    find_owners_and_cars(load.connection, staged)
    find_advisors(load.connection, staged)
    load.keep_last(staged, "store_id", "key")
    find_by_key(load.connection, staged, RepairOrder)
    assign_ids(load.connection, staged, RepairOrder)
    fields = [
        Field("customer_id", "customer_id", given_by=GIVES_OWNER),
        Field("vehicle_id", "vehicle_id", given_by=("vehicle",)),
        Field("advisor_id", "advisor_id", given_by=("advisor",)),
        Field("work", "work"),
        Field("work_kind", "work_kind", default=WorkKind.OTHER.value),
        Field("opened_on", "opened_on"),
        Field("closed_on", "closed_on"),
    ]
    merge(load.connection, staged, RepairOrder, fields)
    note_serviced(load, staged, "vehicle_id")
    day = func.coalesce(rows.c.opened_on, rows.c.closed_on)
    note_readings(load, staged, "vehicle_id", day, and_(rows.c.odometer_km.is_not(None), day.is_not(None)))


REPAIR_ORDERS = Kind(
    name=KindName("repair-orders"),
    meaning="Work on a car; closed when the customer has it back.",
    columns=(
        STORE,
        key("number of the repair order"),
        *CUSTOMER_COLUMNS,
        VEHICLE,
        ADVISOR,
        Column("work", Holds.TEXT, "what was done"),
        WORK_KIND,
        Column("opened_on", Holds.DATE, "the day the car came in", spare=True, plausible=RECENT),
        Column(
            "closed_on",
            Holds.DATE,
            "the day it was given back; empty while the car is in the workshop",
            plausible=RECENT,
        ),
        Column("odometer_km", Holds.KILOMETRES, "odometer on the day it came in, or else was given back", spare=True),
    ),
    identity="store and key",
    one_of=(("customer", "customer_phone", "vehicle"),),
    after=("staff", "customers", "vehicles"),
    check=check_repair_order,
    consequences=(WARRANTY_ENDS,),
    load=load_repair_orders,
    example={
        "store": "SH01",
        "key": "R-5001",
        "customer": "C-1001",
        "vehicle": "V-2001",
        "advisor": "A1",
        "work": "Oil change",
        "work_kind": "maintenance",
        "opened_on": "2026-02-10",
        "closed_on": "2026-02-11",
        "odometer_km": "35,200",
    },
)
