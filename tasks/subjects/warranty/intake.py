"""The import kind of warranties."""

from sqlalchemy import exists, update

from models.core.reasons import TEXT, declare, give
from models.subjects.vehicle import Vehicle
from models.subjects.warranty import Warranty
from tasks.intake.columns import STORE, Column, KindName, key
from tasks.intake.files.reading import Holds
from tasks.intake.kinds import Kind
from tasks.intake.load import Load
from tasks.intake.maps.row_rules import Checked, House
from tasks.intake.merging import Field, assign_ids, find_by_key, merge, reject, table_of
from tasks.intake.references import find_vehicles
from tasks.intake.staging import Staged
from tasks.intake.values.plausibility import Window
from tasks.subjects.vehicle.readings import TOUCHED_VEHICLES, WARRANTY_ENDS

ENDS_BEFORE_START = declare("ends-before-start", day=TEXT)
STARTS_LATER = declare("warranty-starts-later")


def check_warranty(row: Checked, _house: House) -> None:
    """A warranty ends after it starts; a limit of zero is none."""
    values = row.values
    values["limit_kilometres"] = values["limit_kilometres"] or None
    if values["starts_on"] and values["ends_on"] and values["ends_on"] < values["starts_on"]:
        row.refuse("ends_on", give(ENDS_BEFORE_START, day=values["starts_on"].isoformat()), values["ends_on"])


def load_warranties(load: Load, staged: Staged) -> None:
    """Warranties are known by key; without one, a vehicle has one warranty."""
    connection, rows, vehicles = load.connection, staged.table, table_of(Vehicle)
    find_vehicles(connection, staged, needed=True)
    connection.execute(
        update(rows).values(key=vehicles.c.key).where(rows.c.key.is_(None), vehicles.c.id == rows.c.vehicle_id)
    )
    load.keep_last(staged, "store_id", "key")
    find_by_key(connection, staged, Warranty)
    assign_ids(connection, staged, Warranty)
    warranties = table_of(Warranty)
    if "starts_on" not in staged.present:
        before = exists().where(warranties.c.id == rows.c.target_id, warranties.c.starts_on > rows.c.ends_on)
        reject(connection, staged, "ends_on", give(STARTS_LATER), before)
    fields = [
        Field("vehicle_id", "vehicle_id", given_by=("vehicle",)),
        *(Field(name, name) for name in ("name", "starts_on", "ends_on", "limit_kilometres")),
    ]
    merge(connection, staged, Warranty, fields)
    load.remember(TOUCHED_VEHICLES, staged, "vehicle_id")


WARRANTIES = Kind(
    name=KindName("warranties"),
    meaning="A warranty, by date and perhaps by mileage.",
    columns=(
        STORE,
        key("number of the warranty; without it the vehicle's key", required=False),
        Column("vehicle", Holds.VEHICLE, "key, VIN or plate of the vehicle", required=True),
        Column("name", Holds.TEXT, "manufacturer's warranty, powertrain …"),
        Column("starts_on", Holds.DATE, "first day", spare=True, plausible=Window(40, 10)),
        Column("ends_on", Holds.DATE, "last day", required=True, plausible=Window(40, 40)),
        Column("limit_kilometres", Holds.KILOMETRES, "ends earlier when the odometer reaches this"),
    ),
    identity="store and key",
    after=("vehicles",),
    check=check_warranty,
    consequences=(WARRANTY_ENDS,),
    load=load_warranties,
    example={
        "store": "SH01",
        "key": "W-6001",
        "vehicle": "V-2001",
        "name": "manufacturer's warranty",
        "starts_on": "2023-06-20",
        "ends_on": "2026-06-19",
        "limit_kilometres": "100,000",
    },
)
