"""The import kind of deliveries: cars handed over to their buyers."""

from sqlalchemy import update

from models.core.reasons import declare, give
from models.subjects.handover import Handover
from models.subjects.vehicle import Vehicle
from tasks.intake.columns import CUSTOMER_COLUMNS, GIVES_OWNER, STORE, VEHICLE, Column, KindName, key
from tasks.intake.files.reading import Holds
from tasks.intake.kinds import Kind
from tasks.intake.load import Load
from tasks.intake.merging import Field, assign_ids, find_by_key, merge, reject, table_of
from tasks.intake.references import find_owners_and_cars
from tasks.intake.staging import Staged
from tasks.intake.values.plausibility import Window
from tasks.subjects.vehicle.readings import WARRANTY_ENDS, note_readings, note_serviced

KEY_OR_VEHICLE = declare("key-or-known-vehicle")


def load_deliveries(load: Load, staged: Staged) -> None:
    """Handovers are known by key; without one, a vehicle is handed over once."""
    connection, rows, vehicles = load.connection, staged.table, table_of(Vehicle)
    find_owners_and_cars(connection, staged)
    connection.execute(
        update(rows).values(key=vehicles.c.key).where(rows.c.key.is_(None), vehicles.c.id == rows.c.vehicle_id)
    )
    reject(connection, staged, "key", give(KEY_OR_VEHICLE), rows.c.key.is_(None))
    load.keep_last(staged, "store_id", "key")
    find_by_key(connection, staged, Handover)
    assign_ids(connection, staged, Handover)
    fields = [
        Field("customer_id", "customer_id", given_by=GIVES_OWNER),
        Field("vehicle_id", "vehicle_id", given_by=("vehicle",)),
        Field("salesperson", "salesperson"),
        Field("handed_over_on", "handed_over_on"),
    ]
    merge(connection, staged, Handover, fields)
    note_serviced(load, staged, "vehicle_id")
    note_readings(load, staged, "vehicle_id", rows.c.handed_over_on, rows.c.odometer_km.is_not(None))


DELIVERIES = Kind(
    name=KindName("deliveries"),
    meaning="A car handed over to its buyer.",
    columns=(
        STORE,
        key("number of the sale; without it the vehicle's key", required=False),
        *CUSTOMER_COLUMNS,
        VEHICLE,
        Column("salesperson", Holds.TEXT, "who sold it"),
        Column("handed_over_on", Holds.DATE, "the day the car was handed over", required=True, plausible=Window(40, 3)),
        Column("odometer_km", Holds.KILOMETRES, "odometer at the handover", spare=True),
    ),
    identity="store and key",
    one_of=(("customer", "customer_phone", "vehicle"), ("key", "vehicle")),
    after=("customers", "vehicles"),
    consequences=(WARRANTY_ENDS,),
    load=load_deliveries,
    example={
        "store": "SH01",
        "key": "D-4001",
        "customer": "C-1001",
        "vehicle": "V-2001",
        "salesperson": "唐一帆",
        "handed_over_on": "2023-06-20",
    },
)
