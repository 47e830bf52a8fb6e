"""Handovers: a car given to its buyer (R2)."""

from datetime import date

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.core.base import Base, Key, table_info
from models.core.personal import customers, kept
from models.core.reasons import declare
from models.core.retention import ForEver
from models.core.words import OutcomeName, SubjectKind
from models.kits.contract import FactsRow, SubjectTraits, Variables
from models.kits.outcomes import Outcome
from models.messages.letters import RELATIVE, write_dated
from models.subjects.keeping import OF_A_VISIT, OF_THE_CAR, OF_THE_SOURCE
from models.subjects.visit import VEHICLE_KEPT, survey_offer, surveyed

KIND = SubjectKind("handover")


class Handover(Base):
    """A car was handed over to its buyer."""

    __tablename__ = "handovers"

    id: Mapped[Key]
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    key: Mapped[str] = mapped_column(info=kept(OF_THE_SOURCE))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    vehicle_id: Mapped[int | None] = mapped_column(ForeignKey("vehicles.id"))
    salesperson: Mapped[str | None] = mapped_column(info=kept("a member of staff, who sold the car"))
    handed_over_on: Mapped[date]

    __table_args__ = (
        UniqueConstraint("store_id", "key"),
        Index("ix_handovers_handed_over_on", "handed_over_on", postgresql_include=OF_A_VISIT),
        Index(
            "ix_handovers_vehicle_id_handed_over_on", "vehicle_id", "handed_over_on", postgresql_include=["customer_id"]
        ),
        table_info(customers("customer_id", "handed_over_on"), ForEver("one row per car sold", OF_THE_CAR)),
    )


def _write(language: str, facts: FactsRow) -> Variables:
    return write_dated(language, facts, (facts["today"] - facts["day"]).days)


TRADES_IN = Outcome(
    name=OutcomeName("wants-trade-in"),
    key="y",
    follows="done; a lead of class A with the source `own base`, the car to be traded in, unless the customer has an "
    "open lead; for handovers",
    only="only a customer who was handed a car can trade it in",
    kept=True,
)
"""The customer thinks of another car (R12)."""

TRAITS = SubjectTraits(
    kind=KIND,
    table=Handover,
    conditions=(VEHICLE_KEPT,),
    absent=declare("no-handover"),
    variables={"date": "the day of the handover", "vehicle": "the car", "days": "days since then", **RELATIVE},
    write=_write,
    links=(survey_offer("h"),),
    outcomes=(TRADES_IN,),
    asks_marks=surveyed,
    of_vehicle=True,
)
