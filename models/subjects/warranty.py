"""Warranties: they end on a day, or when the odometer reaches a limit, whichever is earlier (R3)."""

from typing import Annotated

from pydantic import Field

from models.core.reasons import declare
from models.core.words import Condition, SubjectKind
from models.kits.contract import Facts, Rules, SubjectTraits, Variables
from models.messages.letters import write_dated
from models.subjects.vehicles import Warranty
from models.subjects.visit import VEHICLE_KEPT

KIND = SubjectKind("warranty")

NO_INSPECTION = Condition("no-inspection")
"""No inspection is booked, and none was done."""


class WarrantyRules(Rules):
    """What a process about warranties goes by."""

    inspection_days: Annotated[int, Field(ge=1, le=730)] = 90
    """An inspection booked or done within so many days before the end stops the invitations."""


def _write(language: str, facts: Facts) -> Variables:
    return write_dated(language, facts, (facts["day"] - facts["today"]).days)


TRAITS = SubjectTraits(
    kind=KIND,
    table=Warranty,
    conditions=(VEHICLE_KEPT, NO_INSPECTION),
    rules=WarrantyRules,
    absent=declare("no-warranty"),
    variables={"date": "the day the warranty ends", "vehicle": "the car", "days": "days until then"},
    write=_write,
    of_vehicle=True,
)
