"""What customers say of what falls due: that it was done elsewhere, or is not wanted any more."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection, select, update

from models.core.words import OutcomeName
from models.kits.outcomes import OutcomeAnswer
from models.subjects.due_item import ELSEWHERE, NOT_ANY_MORE, DueItem, DueItemStatus
from models.subjects.vehicle import Vehicle
from tasks.subjects.due_item.services import derive_services

SETTLES = {ELSEWHERE.name: DueItemStatus.ELSEWHERE, NOT_ANY_MORE.name: DueItemStatus.DECLINED}
"""What becomes of the item by each outcome."""


def take_outcome(
    connection: Connection, subject_id: int, outcome: OutcomeName, answers: Mapping[str, OutcomeAnswer], day: date
) -> None:
    """Keep on an item what came of a call on a store-local day."""
    if outcome not in SETTLES:
        return
    done_on = answers.get("done_on")
    since = done_on if isinstance(done_on, date) and done_on <= day else day
    because = answers.get("because")
    settle(connection, subject_id, SETTLES[outcome], since, str(because) if because else None)


def settle(connection: Connection, item_id: int, status: DueItemStatus, since: date, because: str | None) -> None:
    """An item of one kind, and of one car if of any, is settled since a day, for a reason. What follows from it falls
    due: of a service that was done elsewhere, the next one. To do it again changes nothing more."""
    values = {"status": status, "status_on": since, "status_reason": because}
    changed = update(DueItem).where(DueItem.id == item_id).values(values).returning(DueItem.vehicle_id, DueItem.works)
    item = connection.execute(changed).one()
    if item.vehicle_id is not None and item.works is not None:
        derive_services(connection, select(Vehicle.id).where(Vehicle.id == item.vehicle_id))
