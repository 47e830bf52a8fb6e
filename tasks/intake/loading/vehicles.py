"""Loading vehicles, what their odometers read, and their warranties."""

from typing import Any

from sqlalchemy import ColumnElement, exists, func, insert, literal, null, select, true, update
from sqlalchemy.dialects.postgresql import insert as upsert

from models.subjects.vehicles import OdometerReading, Vehicle, Warranty
from tasks.intake.loading.load import Load
from tasks.intake.loading.people import ERASED, GIVES_CUSTOMER, is_erased
from tasks.intake.merging import Field, assign_ids, collapse, find_by_key, merge, reject, renew_figures, table_of
from tasks.intake.references import bare_plate, find_customers, find_vehicles
from tasks.intake.staging import READINGS, TOUCHED_VEHICLES, Staged, analyze


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
    on_record = select(vehicles.c.customer_id).where(vehicles.c.id == rows.c.target_id).scalar_subquery()
    theirs = rows.c.plate.is_not(None) & is_erased(func.coalesce(rows.c.customer_id, on_record))
    reject(load.connection, staged, "plate", ERASED, theirs, whole=False)
    load.connection.execute(update(rows).values(plate=null()).where(theirs))


def _find_by_vin(load: Load, staged: Staged) -> None:
    rows, vehicles = staged.table, table_of(Vehicle)
    same = select(func.min(vehicles.c.id)).where(vehicles.c.store_id == rows.c.store_id, vehicles.c.vin == rows.c.vin)
    load.connection.execute(
        update(rows).values(target_id=same.scalar_subquery()).where(rows.c.target_id.is_(None), rows.c.vin.is_not(None))
    )


def _find_by_plate(load: Load, staged: Staged) -> None:
    """A plate goes from car to car: it tells one where either VIN is not known, and no other car has the plate."""
    rows, vehicles = staged.table, table_of(Vehicle)
    same = (
        select(rows.c.entry, func.min(vehicles.c.id).label("id"))
        .where(
            rows.c.target_id.is_(None),
            vehicles.c.store_id == rows.c.store_id,
            bare_plate(vehicles.c.plate) == bare_plate(rows.c.plate),
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


def note_readings(
    load: Load, staged: Staged, vehicle: str, day: ColumnElement[Any], where: ColumnElement[bool]
) -> None:
    """Take a reading out of rows of another kind; readings are merged when all kinds are in."""
    rows = staged.table
    said = select(rows.c.row_number, rows.c[vehicle], day, rows.c.odometer_km, literal(staged.kind.value)).where(
        where, rows.c[vehicle].is_not(None)
    )
    load.connection.execute(insert(READINGS).from_select(READINGS.columns.keys(), said))


def load_readings(load: Load, staged: Staged) -> None:
    """One reading a vehicle and day."""
    connection, rows, readings = load.connection, staged.table, table_of(OdometerReading)
    find_vehicles_of_rows(load, staged)
    load.keep_last(staged, "vehicle_id", "read_on")
    same = (readings.c.vehicle_id == rows.c.vehicle_id) & (readings.c.read_on == rows.c.read_on)
    connection.execute(update(rows).values(fresh=true()).where(~exists().where(same)))
    differs = exists().where(same, readings.c.kilometres != rows.c.kilometres)
    connection.execute(update(rows).values(touched=true()).where(differs))
    said = select(rows.c.row_number, rows.c.vehicle_id, rows.c.read_on, rows.c.kilometres, literal(staged.kind.value))
    connection.execute(insert(READINGS).from_select(READINGS.columns.keys(), said))


def find_vehicles_of_rows(load: Load, staged: Staged) -> None:
    """Find the vehicles that rows without a customer name."""
    find_vehicles(load.connection, staged, needed=True)


def merge_readings(load: Load) -> None:
    """Put the readings of the whole file on record; of several for a vehicle and day the file's last counts."""
    readings = table_of(OdometerReading)
    analyze(load.connection, READINGS)
    chosen = (
        select(READINGS.c.vehicle_id, READINGS.c.read_on, READINGS.c.kilometres, READINGS.c.source)
        .distinct(READINGS.c.vehicle_id, READINGS.c.read_on)
        .order_by(READINGS.c.vehicle_id, READINGS.c.read_on, READINGS.c.row_number.desc(), READINGS.c.kilometres.desc())
    )
    inserted = upsert(readings).from_select(["vehicle_id", "read_on", "kilometres", "source"], chosen)
    merged = (
        inserted.on_conflict_do_update(
            index_elements=["vehicle_id", "read_on"],
            set_={"kilometres": inserted.excluded.kilometres, "source": inserted.excluded.source},
            where=readings.c.kilometres != inserted.excluded.kilometres,
        )
        .returning(readings.c.vehicle_id)
        .cte("merged")
    )
    touched = insert(TOUCHED_VEHICLES).from_select(["id"], select(merged.c.vehicle_id).distinct())
    load.connection.execute(touched.add_cte(merged))
    renew_figures(load.connection, readings)


def load_warranties(load: Load, staged: Staged) -> None:
    """Warranties are known by key; without one, a vehicle has one warranty."""
    connection, rows, vehicles = load.connection, staged.table, table_of(Vehicle)
    find_vehicles_of_rows(load, staged)
    connection.execute(
        update(rows).values(key=vehicles.c.key).where(rows.c.key.is_(None), vehicles.c.id == rows.c.vehicle_id)
    )
    load.keep_last(staged, "store_id", "key")
    find_by_key(connection, staged, Warranty)
    assign_ids(connection, staged, Warranty)
    warranties = table_of(Warranty)
    if "starts_on" not in staged.present:
        before = exists().where(warranties.c.id == rows.c.target_id, warranties.c.starts_on > rows.c.ends_on)
        reject(connection, staged, "ends_on", "the warranty on record starts after this day", before)
    fields = [
        Field("vehicle_id", "vehicle_id", given_by=("vehicle",)),
        *(Field(name, name) for name in ("name", "starts_on", "ends_on", "limit_kilometres")),
    ]
    merge(connection, staged, Warranty, fields)
    load.remember(TOUCHED_VEHICLES, staged, "vehicle_id")
