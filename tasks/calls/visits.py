"""Visits by staff: planned for a day within their validity, moved by staff, and done with a result."""

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, any_, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from models.core.errors import AftercareError
from models.core.ids import StaffId, TouchId
from models.core.words import StepKind, TouchState
from models.ledger.tables import Touch
from models.ledger.visits_and_letters import StaffVisit
from models.people.tables import Customer
from tasks.calls.listing import CallItem, list_calls
from tasks.calls.recording import settle_by_hand, take_ready
from tasks.calls.visit_reports import VisitReport, keep_plan, keep_report
from tasks.customers.addresses import address_line
from tasks.ledger import audit
from tasks.touches.picking import short

VISITS = (StepKind.VISIT,)


class NoDayForIt(AftercareError):
    """A day on which a visit cannot be, or cannot have been."""

    def __init__(self, touch_id: UUID, day: date, first: date, last: date) -> None:
        self.touch_id, self.day, self.first, self.last = touch_id, day, first, last
        super().__init__(f"The visit {short(touch_id)} cannot be on {day}; expected a day from {first} to {last}.")


@dataclass(frozen=True, slots=True)
class VisitItem:
    """A visit that waits for somebody, with where it leads."""

    item: CallItem
    planned_for: date | None
    address: str | None


def list_visits(connection: Connection, now: datetime, store: str | None = None) -> list[VisitItem]:
    """The visits that are ready and still true, in the order of calls; `store` is a store's code. Those that are
    planned for a later day are among them."""
    items = list_calls(connection, now, store=store, kinds=VISITS, days=None)
    ids = literal([item.id for item in items], ARRAY(Uuid))
    rows = connection.execute(
        select(Touch.id, StaffVisit.planned_for, address_line().label("address"))
        .join(Customer, Customer.id == Touch.customer_id)
        .outerjoin(StaffVisit, StaffVisit.touch_id == Touch.id)
        .where(Touch.id == any_(ids))
    )
    found = {row.id: row for row in rows}
    return [VisitItem(item, found[item.id].planned_for, found[item.id].address) for item in items]


def plan_visit(connection: Connection, touch_id: TouchId, day: date, now: datetime, staff_id: StaffId) -> None:
    """Plan a ready visit for a store-local day, or move it to another.

    Raises `NoDayForIt` unless the day is from today on and before its validity ends, and what `record_outcome` raises
    of touch and staff.
    """
    touch, actor = take_ready(connection, touch_id, VISITS, staff_id, now)
    zone = ZoneInfo(touch.time_zone)
    first, last = now.astimezone(zone).date(), touch.valid_until.astimezone(zone).date()
    begins = datetime.combine(day, time(0), zone)
    if day < first or begins >= touch.valid_until:
        raise NoDayForIt(touch.id, day, first, last)
    connection.execute(update(Touch).where(Touch.id == touch.id).values(not_before=max(begins, touch.due_at)))
    keep_plan(connection, touch, day, actor.id)
    audit.record(
        connection, now, actor.code, "visit.planned", "touch", touch.id, None, {"planned_for": day.isoformat()}
    )


def finish_visit(
    connection: Connection, touch_id: TouchId, report: VisitReport, now: datetime, staff_id: StaffId
) -> None:
    """Record that a visit was made, and what came of it.

    Raises `NoDayForIt` where the day is to come yet or lies before the visit was due, and what `record_outcome` raises
    of touch and staff.
    """
    touch, actor = take_ready(connection, touch_id, VISITS, staff_id, now)
    zone = ZoneInfo(touch.time_zone)
    first, last = touch.due_at.astimezone(zone).date(), now.astimezone(zone).date()
    if not first <= report.done_on <= last:
        raise NoDayForIt(touch.id, report.done_on, first, last)
    settle_by_hand(connection, touch, actor, now)
    keep_report(connection, touch, report)
    after = {"state": TouchState.DONE, "done_on": report.done_on.isoformat()}
    audit.record(connection, now, actor.code, "visit.done", "touch", touch.id, {"state": touch.state}, after)
