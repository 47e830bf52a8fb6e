"""The shape of a forecast: touches and calls per day and step."""

from datetime import date

from pydantic import BaseModel

from models.core.reasons import GivenReason
from models.core.words import ProcessName, StepKind
from models.ledger.explanations import Moment


class ForecastRow(BaseModel):
    """How many touches of one step come on one store-local day."""

    day: date
    store: str
    process: ProcessName
    step: str
    kind: StepKind
    planned: int
    """In the ledger already, open, and meant for that day."""
    to_come: int
    """Not yet in the ledger: later sweeps would plan them, as the facts stand."""


class LeftOut(BaseModel):
    """A step that is not foreseen, and why."""

    process: ProcessName
    step: str
    reason: GivenReason


class Forecast(BaseModel):
    """What comes in the next days, before quiet hours, caps and consent have their say."""

    as_of: Moment
    days: int
    rows: list[ForecastRow]
    left_out: list[LeftOut]
