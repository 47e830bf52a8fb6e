"""Odometer readings, which come with many kinds of rows, and what follows from them."""

from datetime import date

from sqlalchemy import Column, ColumnElement, insert, literal, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.types import BigInteger, Date, Integer, Text

from models.subjects.vehicle import OdometerReading
from tasks.intake.kinds import Consequence
from tasks.intake.load import Load
from tasks.intake.merging import renew_figures, table_of
from tasks.intake.staging import Staged, analyze, table_of_ids, temporary_table
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


def note_readings(
    load: Load, staged: Staged, vehicle: str, day: ColumnElement[date], where: ColumnElement[bool]
) -> None:
    """Take a reading out of rows of another kind; readings are merged when all kinds are in."""
    rows = staged.table
    said = select(rows.c.row_number, rows.c[vehicle], day, rows.c.odometer_km, literal(staged.kind)).where(
        where, rows.c[vehicle].is_not(None)
    )
    load.connection.execute(insert(READINGS).from_select(READINGS.columns.keys(), said))


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
    merge_readings(load)
    analyze(load.connection, TOUCHED_VEHICLES)
    derive_warranty_ends(load.connection, select(TOUCHED_VEHICLES.c.id))


WARRANTY_ENDS = Consequence((READINGS, TOUCHED_VEHICLES), _work_out)
"""The readings go on record, and warranties end when they say."""
