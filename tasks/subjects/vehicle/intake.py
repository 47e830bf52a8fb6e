"""The import kinds of cars, and of what their odometers read."""

from sqlalchemy import exists, func, insert, literal, null, select, true, update

from models.core.reasons import declare, give
from models.subjects.vehicle import OdometerReading, Vehicle
from tasks.intake.columns import CUSTOMER_COLUMNS, GIVES_CUSTOMER, STORE, Column, KindName, key
from tasks.intake.files.reading import Holds
from tasks.intake.kinds import Kind
from tasks.intake.load import Load
from tasks.intake.maps.row_rules import Checked, House
from tasks.intake.merging import Field, assign_ids, collapse, find_by_key, merge, reject, table_of
from tasks.intake.references import ERASED, bare_plate, find_customers, find_vehicles, is_erased
from tasks.intake.staging import Staged
from tasks.intake.values.plausibility import PAST, Window
from tasks.subjects.vehicle.readings import READINGS, WARRANTY_ENDS, note_readings, note_serviced

KEY_VIN_OR_PLATE, DAY_OF_READING = declare("key-vin-or-plate"), declare("day-of-reading-expected")


def check_vehicle(row: Checked, _house: House) -> None:
    """A vehicle is known by its VIN or its plate where the source has no key for it."""
    values = row.values
    values["vin"] = values["vin"].upper().replace(" ", "") if values["vin"] else None
    values["key"] = values["key"] or values["vin"] or values["plate"]
    if not values["key"]:
        row.refuse("key", give(KEY_VIN_OR_PLATE))
    if values["odometer_km"] is not None and not values["odometer_read_on"]:
        row.leave_out("odometer_km", give(DAY_OF_READING), values["odometer_km"])
        values["odometer_km"] = None


def load_vehicles(load: Load, staged: Staged) -> None:
    """Vehicles are known by key; with a new key by their VIN, or by their plate where not both have a VIN."""
    connection, rows = load.connection, staged.table
    find_customers(connection, staged)
    _leave_out_sales_of_former_owners(load, staged)
    load.keep_last(staged, "store_id", "key", gathers=True)
    find_by_key(connection, staged, Vehicle)
    _find_by_vin(load, staged)
    _find_by_plate(load, staged)
    assign_ids(connection, staged, Vehicle)
    _unite_by_vin(load, staged)
    collapse(connection, staged, ("target_id",), gathers=True)
    _leave_out_plates_of_erased(load, staged)
    _forget_sales_of_former_owners(load, staged)
    fields = [
        Field("customer_id", "customer_id", given_by=GIVES_CUSTOMER, keeps=True),
        *(Field(name, name, keeps=True) for name in ("vin", "plate", "make", "model", "model_year", "disposed_on")),
    ]
    merge(connection, staged, Vehicle, fields)
    said = rows.c.odometer_km.is_not(None) & rows.c.odometer_read_on.is_not(None)
    note_readings(load, staged, "target_id", rows.c.odometer_read_on, said)
    note_serviced(load, staged, "target_id")


def _leave_out_sales_of_former_owners(load: Load, staged: Staged) -> None:
    """That one owner sold the car is nothing that the next one, in a later row, did."""
    rows, later = staged.table, staged.table.alias("later")
    sold_on = exists().where(
        later.c.store_id == rows.c.store_id,
        later.c.key == rows.c.key,
        later.c.entry > rows.c.entry,
        later.c.customer_id != rows.c.customer_id,
    )
    load.connection.execute(update(rows).values(disposed_on=null()).where(rows.c.disposed_on.is_not(None), sold_on))


def _forget_sales_of_former_owners(load: Load, staged: Staged) -> None:
    """A car on record that has a new owner is nobody's former car any more, unless they sold it as well."""
    rows, vehicles = staged.table, table_of(Vehicle)
    load.connection.execute(
        update(vehicles)
        .values(disposed_on=null())
        .where(
            vehicles.c.id == rows.c.target_id,
            vehicles.c.disposed_on.is_not(None),
            rows.c.disposed_on.is_(None),
            rows.c.customer_id != vehicles.c.customer_id,
        )
    )


def _leave_out_plates_of_erased(load: Load, staged: Staged) -> None:
    """The car of a customer who was erased stays; its plate, which leads to them, does not come back."""
    rows, vehicles = staged.table, table_of(Vehicle)
    owner = select(vehicles.c.customer_id).where(vehicles.c.id == rows.c.target_id)
    on_record = owner.correlate(rows).scalar_subquery()  # it stands two queries deep
    theirs = rows.c.plate.is_not(None) & is_erased(func.coalesce(rows.c.customer_id, on_record))
    reject(load.connection, staged, "plate", give(ERASED), theirs, whole=False)
    load.connection.execute(update(rows).values(plate=null()).where(theirs))


def _find_by_vin(load: Load, staged: Staged) -> None:
    rows, vehicles = staged.table, table_of(Vehicle)
    same = select(func.min(vehicles.c.id)).where(vehicles.c.store_id == rows.c.store_id, vehicles.c.vin == rows.c.vin)
    load.connection.execute(
        update(rows).values(target_id=same.scalar_subquery()).where(rows.c.target_id.is_(None), rows.c.vin.is_not(None))
    )


def _find_by_plate(load: Load, staged: Staged) -> None:
    """A plate goes from car to car: it tells one where either VIN is not known, and no other car has the plate.

    One that the file gives to cars of several customers, such as a trade plate, tells none of them.
    """
    rows, vehicles = staged.table, table_of(Vehicle)
    plate = bare_plate(rows.c.plate)
    shared = (
        select(rows.c.store_id, plate.label("plate"))
        .where(rows.c.plate.is_not(None))
        .group_by(rows.c.store_id, plate)
        .having(func.count(rows.c.customer_id.distinct()) > 1)
        .cte("shared")
    )
    same = (
        select(rows.c.entry, func.min(vehicles.c.id).label("id"))
        .where(
            rows.c.target_id.is_(None),
            vehicles.c.store_id == rows.c.store_id,
            bare_plate(vehicles.c.plate) == plate,
            ~exists().where(shared.c.store_id == rows.c.store_id, shared.c.plate == plate),
            rows.c.vin.is_(None) | vehicles.c.vin.is_(None),
            vehicles.c.disposed_on.is_(None),
        )
        .group_by(rows.c.entry)
        .having(func.count() == 1)
        .subquery()
    )
    load.connection.execute(update(rows).values(target_id=same.c.id).where(rows.c.entry == same.c.entry))


def _unite_by_vin(load: Load, staged: Staged) -> None:
    """Rows of one file with one VIN are one car, whatever their keys."""
    rows = staged.table
    first = (
        select(rows.c.store_id, rows.c.vin, func.min(rows.c.target_id).label("id"))
        .where(rows.c.fresh, rows.c.vin.is_not(None))
        .group_by(rows.c.store_id, rows.c.vin)
        .having(func.count() > 1)
        .subquery()
    )
    load.connection.execute(
        update(rows)
        .values(target_id=first.c.id)
        .where(rows.c.fresh, rows.c.store_id == first.c.store_id, rows.c.vin == first.c.vin)
    )


VEHICLES = Kind(
    name=KindName("vehicles"),
    meaning="A car and its present owner.",
    columns=(
        STORE,
        key("the number that the source knows the vehicle by; without it the VIN, or else the plate", required=False),
        *CUSTOMER_COLUMNS,
        Column("vin", Holds.PLATE, "vehicle identification number"),
        Column("plate", Holds.PLATE, "licence plate"),
        Column("make", Holds.TEXT, "make"),
        Column("model", Holds.TEXT, "model"),
        Column("model_year", Holds.YEAR, "model year", spare=True),
        Column("disposed_on", Holds.DATE, "the day it was sold on or scrapped", plausible=Window(40, 2, left_out=True)),
        Column("odometer_km", Holds.KILOMETRES, "an odometer reading", spare=True),
        Column(
            "odometer_read_on", Holds.DATE, "its day, without which the reading is left out", spare=True, plausible=PAST
        ),
    ),
    identity="store and key; with a new key, the VIN, or else the plate",
    one_of=(("key", "vin", "plate"),),
    after=("customers",),
    check=check_vehicle,
    consequences=(WARRANTY_ENDS,),
    api_scope="vehicles:write",
    load=load_vehicles,
    example={
        "store": "SH01",
        "key": "V-2001",
        "customer": "C-1001",
        "vin": "LSVAA4182E2123456",
        "plate": "沪A12345",
        "model": "Comet",
        "model_year": "2023",
    },
)


def load_readings(load: Load, staged: Staged) -> None:
    """One reading a vehicle and day."""
    connection, rows, readings = load.connection, staged.table, table_of(OdometerReading)
    find_vehicles(connection, staged, needed=True)
    load.keep_last(staged, "vehicle_id", "read_on")
    same = (readings.c.vehicle_id == rows.c.vehicle_id) & (readings.c.read_on == rows.c.read_on)
    connection.execute(update(rows).values(fresh=true()).where(~exists().where(same)))
    differs = exists().where(same, readings.c.kilometres != rows.c.kilometres)
    connection.execute(update(rows).values(touched=true()).where(differs))
    said = select(rows.c.row_number, rows.c.vehicle_id, rows.c.read_on, rows.c.kilometres, literal(staged.kind))
    connection.execute(insert(READINGS).from_select(READINGS.columns.keys(), said))


ODOMETER_READINGS = Kind(
    name=KindName("odometer-readings"),
    meaning="What an odometer read on a day.",
    columns=(
        STORE,
        Column("vehicle", Holds.VEHICLE, "key, VIN or plate of the vehicle", required=True),
        Column("read_on", Holds.DATE, "the day it was read", required=True, plausible=PAST),
        Column("kilometres", Holds.KILOMETRES, "what it read", required=True),
    ),
    identity="vehicle and day",
    after=("vehicles", "warranties"),
    consequences=(WARRANTY_ENDS,),
    load=load_readings,
    example={"store": "SH01", "vehicle": "V-2001", "read_on": "2026-02-11", "kilometres": "35,200"},
)
