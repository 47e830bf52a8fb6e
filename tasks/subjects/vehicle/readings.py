"""Odometer readings, which come with many kinds of rows, and what follows from them."""

from datetime import date

from sqlalchemy import Column, ColumnElement, Select, insert, literal, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.types import BigInteger, Date, Integer, Text

from models.core.reasons import NUMBER, TEXT, GivenReason, declare, give
from models.subjects.vehicle import OdometerReading, Vehicle
from tasks.intake.kinds import Consequence
from tasks.intake.load import Load
from tasks.intake.merging import renew_figures, table_of
from tasks.intake.staging import Staged, analyze, table_of_ids, temporary_table
from tasks.subjects.due_item.services import derive_services
from tasks.subjects.vehicle.mileage import MOST_A_DAY, doubtful_readings
from tasks.subjects.warranty.ends import derive_warranty_ends

READINGS = temporary_table(
    "staged_readings",
    Column("row_number", Integer),
    Column("vehicle_id", BigInteger),
    Column("read_on", Date),
    Column("kilometres", Integer),
    Column("source", Text),
)
"""Odometer readings of all kinds of one file, which are merged at the end."""
TOUCHED_VEHICLES = table_of_ids("touched_vehicles")
"""The cars whose warranties may end on another day now."""
SERVICED_VEHICLES = table_of_ids("serviced_vehicles")
"""The cars of which something else may fall due now."""
MOST_NAMED = 6
"""So many readings that are held apart are named in the report of an import."""
HELD_APART = declare("readings-of-file-held-apart", readings=NUMBER, most=NUMBER, which=TEXT)


def note_readings(
    load: Load, staged: Staged, vehicle: str, day: ColumnElement[date], where: ColumnElement[bool]
) -> None:
    """Take a reading out of rows of another kind; readings are merged when all kinds are in."""
    rows = staged.table
    said = select(rows.c.row_number, rows.c[vehicle], day, rows.c.odometer_km, literal(staged.kind)).where(
        where, rows.c[vehicle].is_not(None)
    )
    load.connection.execute(insert(READINGS).from_select(READINGS.columns.keys(), said))


def note_serviced(load: Load, staged: Staged, vehicle: str) -> None:
    """Note the cars of rows that made or changed a fact from which services follow."""
    rows = staged.table
    said = select(rows.c[vehicle]).where(rows.c[vehicle].is_not(None), rows.c.fresh | rows.c.touched)
    load.connection.execute(insert(SERVICED_VEHICLES).from_select(["id"], said))


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


def _work_out(load: Load) -> None:
    connection = load.connection
    merge_readings(load)
    touched, serviced = select(TOUCHED_VEHICLES.c.id), select(SERVICED_VEHICLES.c.id)
    connection.execute(insert(SERVICED_VEHICLES).from_select(["id"], touched))
    if connection.execute(touched.limit(1)).one_or_none():
        analyze(connection, TOUCHED_VEHICLES)
        derive_warranty_ends(connection, touched)
        load.notices += _what_is_held_apart(load, touched)
    if connection.execute(serviced.limit(1)).one_or_none():
        analyze(connection, SERVICED_VEHICLES)
        derive_services(connection, serviced)


def _what_is_held_apart(load: Load, touched: Select[tuple[int]]) -> list[GivenReason]:
    """The readings of the file's cars that no estimate goes by."""
    found = doubtful_readings(touched).subquery("doubtful")
    vehicles = table_of(Vehicle)
    rows = load.connection.execute(
        select(vehicles.c.key, found.c.read_on, found.c.kilometres)
        .join(vehicles, vehicles.c.id == found.c.vehicle_id)
        .order_by(vehicles.c.key, found.c.read_on)
    ).all()
    if not rows:
        return []
    named = "; ".join(f"'{row.key}' {row.kilometres:,} km {row.read_on}" for row in rows[:MOST_NAMED])
    more = " …" if len(rows) > MOST_NAMED else ""
    return [give(HELD_APART, readings=len(rows), most=MOST_A_DAY, which=f"{named}{more}")]


WARRANTY_ENDS = Consequence((READINGS, TOUCHED_VEHICLES, SERVICED_VEHICLES), _work_out)
"""The readings go on record, warranties end when they say, and what falls due on the cars is worked out."""
