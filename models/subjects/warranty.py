"""Warranties: they end on a day, or when the odometer reaches a limit, whichever is earlier (R3)."""

from datetime import date
from typing import Annotated

from pydantic import Field
from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.core.base import Base, Facts, Key, enumeration, table_info
from models.core.personal import customers, kept
from models.core.reasons import declare
from models.core.retention import ForEver
from models.core.words import Condition, EndBasis, SubjectKind
from models.kits.contract import FactsRow, Rules, SubjectTraits, Variables
from models.messages.letters import RELATIVE, write_dated
from models.subjects.keeping import OF_THE_SOURCE
from models.subjects.visit import VEHICLE_KEPT

KIND = SubjectKind("warranty")

NO_INSPECTION = Condition("no-inspection")
"""No inspection is booked, and none was done."""


class Warranty(Base):
    """Ends on a date, or when the mileage limit is reached, whichever is earlier (R3)."""

    __tablename__ = "warranties"

    id: Mapped[Key]
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    key: Mapped[str] = mapped_column(info=kept(OF_THE_SOURCE))
    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicles.id"), index=True)
    name: Mapped[str | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date]
    limit_kilometres: Mapped[int | None]

    __table_args__ = (
        UniqueConstraint("store_id", "key"),
        CheckConstraint("starts_on <= ends_on", name="starts_before_end"),
        CheckConstraint("limit_kilometres > 0", name="limit"),
        table_info(
            customers("vehicle_id", "name starts_on ends_on limit_kilometres"),
            ForEver("one row per warranty", "touches refer to it"),
        ),
    )


class WarrantyEnd(Base):
    """The end of a warranty as it was known from a day on.

    Derived from the warranty and the odometer readings: each further reading makes a new estimate, and a run as of
    a past day uses the estimate that was known that day.
    """

    __tablename__ = "warranty_ends"

    warranty_id: Mapped[int] = mapped_column(ForeignKey("warranties.id", ondelete="CASCADE"), primary_key=True)
    known_from: Mapped[date] = mapped_column(primary_key=True)
    known_until: Mapped[date]
    """Exclusive; `infinity` for the latest."""
    ends_on: Mapped[date]
    basis: Mapped[EndBasis] = mapped_column(enumeration(EndBasis))
    figures: Mapped[Facts]

    __table_args__ = (
        Index("ix_warranty_ends_ends_on", "ends_on"),
        CheckConstraint("known_from < known_until", name="known"),
        table_info(
            customers(
                "warranty_id",
                "known_from known_until ends_on basis figures",
                withheld="derived from the warranty and the odometer readings, which are given out",
            ),
            ForEver("one row per warranty and odometer reading", "a run as of a past day uses what was known then"),
        ),
    )


class WarrantyRules(Rules):
    """What a process about warranties goes by."""

    inspection_days: Annotated[int, Field(ge=1, le=730)] = 90
    """An inspection booked or done within so many days before the end stops the invitations."""


def _write(language: str, facts: FactsRow) -> Variables:
    return write_dated(language, facts, (facts["day"] - facts["today"]).days)


TRAITS = SubjectTraits(
    kind=KIND,
    table=Warranty,
    conditions=(VEHICLE_KEPT, NO_INSPECTION),
    rules=WarrantyRules,
    absent=declare("no-warranty"),
    variables={"date": "the day the warranty ends", "vehicle": "the car", "days": "days until then", **RELATIVE},
    write=_write,
    off_timeline="it is no event of a day; what was said about its end stands there",
    of_vehicle=True,
)
