"""Inspections before a warranty ends: thirteen points, what was found, and the claim that came of it (R3)."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CHAR, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.core.base import LONGEST_WORD, Base, Key, Money, enumeration, table_info
from models.core.personal import customers, kept
from models.core.reasons import declare
from models.core.retention import ForEver, WithParent
from models.core.words import Condition, Moment, SubjectKind
from models.kits.contract import FactsRow, SubjectTraits, Variables
from models.messages.letters import RELATIVE, write_dated, write_day
from models.subjects.keeping import OF_THE_CAR, OF_THE_SOURCE, WORK_DONE
from models.subjects.visit import VEHICLE_KEPT

KIND = SubjectKind("inspection")

FAULT_FOUND = Condition("fault-found")
WATCHED = Condition("something-to-watch")
"""Something is to be watched, and no newer inspection says otherwise."""
CLAIM_UNFILED = Condition("claim-unfiled")
WARRANTY_RUNS = Condition("warranty-runs")
"""A warranty of the car has not ended."""
WARRANTY_END = Moment("warranty-end")
"""The day on which the warranty ends that was in force at the inspection, as it is estimated now."""

GROUPS: dict[str, tuple[str, ...]] = {
    "power": ("engine", "gearbox", "cooling", "exhaust"),
    "chassis": ("steering", "brakes", "tyres", "suspension"),
    "comfort": ("air-conditioning", "battery", "lights", "wipers", "locks"),
}
"""The points of an inspection, in the order in which they are looked at (R3)."""
NAMES = {
    "engine": {"zh-CN": "发动机", "en": "engine"},
    "gearbox": {"zh-CN": "变速箱", "en": "gearbox"},
    "cooling": {"zh-CN": "冷却系统", "en": "cooling"},
    "exhaust": {"zh-CN": "排气系统", "en": "exhaust"},
    "steering": {"zh-CN": "转向", "en": "steering"},
    "brakes": {"zh-CN": "制动", "en": "brakes"},
    "tyres": {"zh-CN": "轮胎", "en": "tyres"},
    "suspension": {"zh-CN": "悬架", "en": "suspension"},
    "air-conditioning": {"zh-CN": "空调", "en": "air conditioning"},
    "battery": {"zh-CN": "电瓶", "en": "battery"},
    "lights": {"zh-CN": "灯光", "en": "lights"},
    "wipers": {"zh-CN": "雨刮", "en": "wipers"},
    "locks": {"zh-CN": "门锁", "en": "locks"},
}
"""What letters and pages call the points."""
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


def _list(points: list[str] | None, language: str) -> str:
    return ("、" if language == "zh-CN" else ", ").join(NAMES[point][language] for point in points or ())


def _write(language: str, facts: FactsRow) -> Variables:
    dated = write_dated(language, facts, (facts["today"] - facts["day"]).days)
    ends_on = facts["warranty_ends_on"]
    return {name: dated[name] for name in ("date", "vehicle", *RELATIVE)} | {
        "faults": _list(facts["faults"], language),
        "watched": _list(facts["watched"], language),
        "warranty_ends": write_day(ends_on, language) if ends_on else "",
    }


TRAITS = SubjectTraits(
    kind=KIND,
    table=Inspection,
    conditions=(VEHICLE_KEPT, FAULT_FOUND, WATCHED, CLAIM_UNFILED, WARRANTY_RUNS),
    moments={WARRANTY_END: declare("no-warranty-end")},
    absent=declare("no-inspection-on-record"),
    variables={
        "date": "the day of the inspection",
        **RELATIVE,
        "vehicle": "the car",
        "faults": "the points with a fault; empty where there are none",
        "watched": "the points to watch; empty where there are none",
        "warranty_ends": "the day the warranty ends; empty where that is not known",
    },
    write=_write,
    of_vehicle=True,
)
