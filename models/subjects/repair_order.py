"""Repair orders: a car given back by the workshop (R2)."""

from datetime import date

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from models.core.base import Base, Key, growing, table_info
from models.core.personal import customers, kept
from models.core.reasons import declare
from models.core.retention import ForEver
from models.core.words import Condition, Purpose, SubjectKind, WorkKind
from models.kits.contract import FactsRow, SubjectTraits, Variables
from models.messages.letters import RELATIVE, write_dated, write_work
from models.subjects.keeping import OF_A_VISIT, OF_THE_CAR, OF_THE_SOURCE, WORK_DONE
from models.subjects.visit import VEHICLE_KEPT, survey_offer, surveyed
from models.subjects.work import OF_WORK

KIND = SubjectKind("repair-order")

CAME_BACK = Condition("came-back")
"""The same kind of work was done on the same car shortly before."""
CAME_BACK_DAYS = 30
"""Between giving the car back and its next visit (R24, ours)."""


class RepairOrder(Base):
    """Work on a car, closed when it is given back to the customer."""

    __tablename__ = "repair_orders"

    id: Mapped[Key]
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    key: Mapped[str] = mapped_column(info=kept(OF_THE_SOURCE))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    vehicle_id: Mapped[int | None] = mapped_column(ForeignKey("vehicles.id"), index=True)
    advisor_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    work: Mapped[str | None] = mapped_column(info=kept(WORK_DONE))
    work_kind: Mapped[WorkKind] = mapped_column(growing(WorkKind), server_default="other")
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]

    __table_args__ = (
        UniqueConstraint("store_id", "key"),
        Index("ix_repair_orders_closed_on", "closed_on", postgresql_include=OF_A_VISIT),
        Index("ix_repair_orders_brought_on", func.coalesce(text("opened_on"), text("closed_on")), "customer_id"),
        Index(
            "ix_repair_orders_inspections", "vehicle_id", "closed_on", postgresql_where=text("work_kind = 'inspection'")
        ),
        table_info(customers("customer_id", "work_kind opened_on closed_on"), ForEver("one row per visit", OF_THE_CAR)),
    )


def _write(language: str, facts: FactsRow) -> Variables:
    """Of a repair order, a letter says the work done, too."""
    dated = write_dated(language, facts, (facts["today"] - facts["day"]).days)
    return {name: dated[name] for name in ("date", "vehicle", *RELATIVE)} | {"work": write_work(language, facts)}


def _asks_marks(purpose: Purpose) -> bool:
    """The follow-up of a repair asks how it was, too."""
    return surveyed(purpose) or purpose is Purpose.FOLLOW_UP


TRAITS = SubjectTraits(
    kind=KIND,
    table=RepairOrder,
    conditions=(VEHICLE_KEPT, CAME_BACK, *OF_WORK.values()),
    absent=declare("no-repair-order"),
    variables={"date": "the day the car was given back", "vehicle": "the car", "work": "the work done", **RELATIVE},
    write=_write,
    links=(survey_offer("r"),),
    asks_marks=_asks_marks,
    of_vehicle=True,
)
