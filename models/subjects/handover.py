"""Handovers: a car given to its buyer (R2)."""

from models.core.reasons import declare
from models.core.words import SubjectKind
from models.kits.contract import Facts, SubjectTraits, Variables
from models.messages.letters import write_dated
from models.subjects.service import Handover
from models.subjects.visit import VEHICLE_KEPT, survey_offer, surveyed

KIND = SubjectKind("handover")


def _write(language: str, facts: Facts) -> Variables:
    return write_dated(language, facts, (facts["today"] - facts["day"]).days)


TRAITS = SubjectTraits(
    kind=KIND,
    table=Handover,
    conditions=(VEHICLE_KEPT,),
    absent=declare("no-handover"),
    variables={"date": "the day of the handover", "vehicle": "the car", "days": "days since then"},
    write=_write,
    links=(survey_offer("h"),),
    asks_marks=surveyed,
    of_vehicle=True,
)
