"""Repair orders: a car given back by the workshop (R2)."""

from models.core.reasons import declare
from models.core.words import Purpose, SubjectKind
from models.kits.contract import Facts, SubjectTraits, Variables
from models.messages.letters import write_dated, write_work
from models.subjects.service import RepairOrder
from models.subjects.visit import VEHICLE_KEPT, survey_offer, surveyed

KIND = SubjectKind("repair-order")


def _write(language: str, facts: Facts) -> Variables:
    """Of a repair order, a letter says the work done, too."""
    dated = write_dated(language, facts, (facts["today"] - facts["day"]).days)
    return {name: dated[name] for name in ("date", "vehicle")} | {"work": write_work(language, facts)}


def _asks_marks(purpose: Purpose) -> bool:
    """The follow-up of a repair asks how it was, too."""
    return surveyed(purpose) or purpose is Purpose.FOLLOW_UP


TRAITS = SubjectTraits(
    kind=KIND,
    table=RepairOrder,
    conditions=(VEHICLE_KEPT,),
    absent=declare("no-repair-order"),
    variables={"date": "the day the car was given back", "vehicle": "the car", "work": "the work done"},
    write=_write,
    links=(survey_offer("r"),),
    asks_marks=_asks_marks,
    of_vehicle=True,
)
