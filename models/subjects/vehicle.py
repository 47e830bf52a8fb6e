"""Vehicles, and what their odometers read."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from models.core.base import Base, Key, table_info
from models.core.personal import blanked, customers, kept
from models.core.retention import ForEver

NAMES_THE_CAR = "it names the car, which has other owners, too: its warranty, its recalls and its next import go by it"


class Vehicle(Base):
    """A car. `customer_id` is its present owner."""

    __tablename__ = "vehicles"

    id: Mapped[Key]
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    key: Mapped[str] = mapped_column(info=kept(NAMES_THE_CAR))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    vin: Mapped[str | None] = mapped_column(index=True, info=kept(NAMES_THE_CAR))
    plate: Mapped[str | None] = mapped_column(index=True, info=blanked())
    make: Mapped[str | None]
    model: Mapped[str | None]
    model_year: Mapped[int | None]
    disposed_on: Mapped[date | None]
    """The day it was sold on or scrapped."""

    __table_args__ = (
        UniqueConstraint("store_id", "key"),
        Index("ix_vehicles_disposed", "id", "disposed_on", postgresql_where=sql("disposed_on is not null")),
        table_info(
            customers("customer_id", "make model model_year disposed_on"),
            ForEver("one row per car", "visits and warranties refer to it"),
        ),
    )


class OdometerReading(Base):
    """Kilometres on a day; at most one reading a vehicle and day."""

    __tablename__ = "odometer_readings"

    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicles.id", ondelete="CASCADE"), primary_key=True)
    read_on: Mapped[date] = mapped_column(primary_key=True)
    kilometres: Mapped[int]
    source: Mapped[str]

    __table_args__ = (
        CheckConstraint("kilometres >= 0", name="kilometres"),
        table_info(
            customers("vehicle_id", "read_on kilometres source"),
            ForEver("one row per visit", "a run as of a past day estimates from what was known then"),
        ),
    )
