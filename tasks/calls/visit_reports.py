"""What is kept of a visit by staff beside its touch: for which day it is planned, and what came of it."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from models.core.rows import AnyRow
from models.ledger.visits_and_letters import StaffVisit


@dataclass(frozen=True, slots=True)
class VisitReport:
    """What a member of staff says of a visit."""

    done_on: date
    """Store-local."""
    result: str | None = None
    next: str | None = None
    """What was agreed on to come next."""


def keep_report(connection: Connection, touch: AnyRow, report: VisitReport) -> None:
    """Keep what came of a visit."""
    _keep(connection, touch, done_on=report.done_on, result=report.result, next=report.next)


def keep_plan(connection: Connection, touch: AnyRow, day: date, planned_by: int) -> None:
    """Keep for which store-local day a visit is planned, and by whom."""
    _keep(connection, touch, planned_for=day, planned_by=planned_by)


def _keep(connection: Connection, touch: AnyRow, **values: object) -> None:
    statement = insert(StaffVisit).values(touch_id=touch.id, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["touch_id"], set_=values))
