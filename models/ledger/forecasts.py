"""The data of a forecast: touches and calls per day and step."""

from datetime import date

from pydantic import BaseModel

from models.core.reasons import GivenReason
from models.core.words import ProcessName, StepKind
from models.ledger.explanations import Moment


class ForecastRow(BaseModel):
    """The number of touches of one step on one store-local day."""

    day: date
    store: str
    process: ProcessName
    step: str
    kind: StepKind
    planned: int
    """Open touches already in the ledger for that day."""
    to_come: int
    """Touches that later sweeps would plan, as the facts stand."""


class LeftOut(BaseModel):
    """A step that cannot be forecast, and why."""

    process: ProcessName
    step: str
    reason: GivenReason


class Forecast(BaseModel):
    """The forecast for the next days, before quiet hours, caps and consent."""

    as_of: Moment
    days: int
    rows: list[ForecastRow]
    left_out: list[LeftOut]
