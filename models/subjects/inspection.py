"""Inspections before a warranty ends: thirteen points, what was found, and the claim that came of it (R3)."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CHAR, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.core.base import LONGEST_WORD, Base, Key, Money, enumeration, table_info
from models.core.personal import customers, kept
from models.core.retention import ForEver, WithParent
from models.subjects.keeping import OF_THE_CAR, OF_THE_SOURCE, WORK_DONE

GROUPS: dict[str, tuple[str, ...]] = {
    "power": ("engine", "gearbox", "cooling", "exhaust"),
    "chassis": ("steering", "brakes", "tyres", "suspension"),
    "comfort": ("air-conditioning", "battery", "lights", "wipers", "locks"),
}
"""The points of an inspection, in the order in which they are looked at (R3)."""
POINTS = tuple(point for points in GROUPS.values() for point in points)


class Finding(StrEnum):
    """What was found at a point."""

    OK = "ok"
    WATCH = "watch"
    """It is told to the customer, and looked at again before the warranty ends."""
    FAULT = "fault"
    """It becomes a claim at the maker before the warranty ends."""


class Inspection(Base):
    """A car was looked at before its warranty ends."""

    __tablename__ = "inspections"

    id: Mapped[Key]
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    key: Mapped[str] = mapped_column(info=kept(OF_THE_SOURCE))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicles.id"))
    technician_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    inspected_on: Mapped[date]
    claim_filed_on: Mapped[date | None]
    """When the claim went to the maker; null: none did yet."""
    claim_amount: Mapped[Money | None]
    claim_currency: Mapped[str | None] = mapped_column(CHAR(3))

    __table_args__ = (
        UniqueConstraint("store_id", "key"),
        CheckConstraint("claim_amount >= 0", name="claim_not_negative"),
        CheckConstraint("(claim_amount is null) = (claim_currency is null)", name="claim_in_a_currency"),
        Index("ix_inspections_inspected_on", "inspected_on"),
        Index("ix_inspections_vehicle", "vehicle_id", "inspected_on"),
        table_info(
            customers(
                "customer_id", "vehicle_id technician_id inspected_on claim_filed_on claim_amount claim_currency"
            ),
            ForEver("one row per inspection", OF_THE_CAR),
        ),
    )


class InspectionPoint(Base):
    """What was found at one point."""

    __tablename__ = "inspection_points"

    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspections.id", ondelete="CASCADE"), primary_key=True)
    point: Mapped[str] = mapped_column(String(LONGEST_WORD), primary_key=True)
    finding: Mapped[Finding] = mapped_column(enumeration(Finding))
    note: Mapped[str | None] = mapped_column(info=kept(WORK_DONE))

    __table_args__ = (
        table_info(
            customers("inspection_id", "point finding"),
            WithParent("thirteen rows per inspection", "inspections", OF_THE_CAR),
        ),
    )
