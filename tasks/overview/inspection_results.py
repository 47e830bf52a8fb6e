"""What came of the invitations before warranties end, by store and the month of the first contact (R3)."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    and_,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.types import Date

from models.calls.outcomes import names_of
from models.core.cadence import local_day
from models.core.words import AppointmentStatus, WorkKind
from models.ledger.tables import CallAttempt, Reply, Touch
from models.people.tables import Store
from models.subjects import warranty
from models.subjects.appointment import Appointment
from models.subjects.inspection import Finding, Inspection, InspectionPoint
from models.subjects.repair_order import RepairOrder
from models.subjects.warranty import Warranty

FOLLOWS = 120
"""Days from the first contact in which what happens counts as its result: until some time after its end."""


@dataclass(frozen=True, slots=True)
class MonthOfInvitations:
    """The warranties of a store whose customers were first contacted in one month, and what came of it."""

    month: date
    """Its first day."""
    store: str
    invited: int
    reached: int
    """Spoken to, or answered by themselves."""
    booked: int
    came: int
    with_faults: int
    claimed: dict[str, Decimal] = field(default_factory=dict)
    """By currency."""


def read_results(
    connection: Connection, since: date, until: date, store: str | None = None
) -> list[MonthOfInvitations]:
    """The months from that of `since` to that of `until`, newest first."""
    invited = _invited(since.replace(day=1), until).cte("invited")
    judged = _judged(invited).cte("judged")
    own = [judged.c.month, Store.code]
    wanted = Store.code == store if store else literal(True)
    counted = [func.count().filter(judged.c[name]).label(name) for name in ("reached", "booked", "came", "with_faults")]
    rows = connection.execute(
        select(*own, func.count().label("invited"), *counted)
        .join(Store, Store.id == judged.c.store_id)
        .where(wanted)
        .group_by(*own)
        .order_by(judged.c.month.desc(), Store.code)
    ).all()
    claims = connection.execute(
        select(*own, Inspection.claim_currency, func.sum(Inspection.claim_amount).label("amount"))
        .join(Store, Store.id == judged.c.store_id)
        .join(Inspection, _of(judged))
        .where(wanted, Inspection.claim_amount.is_not(None))
        .group_by(*own, Inspection.claim_currency)
    ).all()
    claimed: dict[tuple[date, str], dict[str, Decimal]] = {}
    for claim in claims:
        claimed.setdefault((claim.month, claim.code), {})[claim.claim_currency] = claim.amount
    return [
        MonthOfInvitations(
            row.month, row.code, row.invited, row.reached, row.booked, row.came, row.with_faults,
            claimed.get((row.month, row.code), {}),
        )
        for row in rows
    ]  # fmt: skip


def _invited(since: date, until: date) -> Any:
    """The warranties about which a customer was contacted first in the months asked for."""
    first = func.min(local_day(Touch.contacted_at, Store.time_zone))
    contacted = (
        select(
            Touch.subject_id.label("warranty_id"),
            func.min(Touch.store_id).label("store_id"),
            func.min(Touch.customer_id).label("customer_id"),
            first.label("day"),
        )
        .join(Store, Store.id == Touch.store_id)
        .where(Touch.subject_kind == warranty.KIND, Touch.contacted_at.is_not(None))
        .group_by(Touch.subject_id)
        .having(first >= since, cast(func.date_trunc("month", first), Date) <= until)
        .subquery("contacted")
    )
    return select(
        contacted,
        cast(func.date_trunc("month", contacted.c.day), Date).label("month"),
        Warranty.vehicle_id,
    ).join(Warranty, Warranty.id == contacted.c.warranty_id)


def _judged(invited: CTE) -> Any:
    row = invited.c
    last = row.day + FOLLOWS
    touch = and_(Touch.subject_kind == warranty.KIND, Touch.subject_id == row.warranty_id)
    reached_by_call = exists(
        select(literal(1))
        .select_from(CallAttempt)
        .join(Touch, Touch.id == CallAttempt.touch_id)
        .where(touch, CallAttempt.outcome.in_(names_of(reached=True)))
    )
    replied = exists(
        select(literal(1)).where(
            Reply.customer_id == row.customer_id, cast(Reply.received_at, Date).between(row.day, last)
        )
    )
    visit = and_(
        Appointment.work_kind == WorkKind.INSPECTION,
        or_(
            Appointment.vehicle_id == row.vehicle_id,
            and_(Appointment.vehicle_id.is_(None), Appointment.customer_id == row.customer_id),
        ),
        cast(Appointment.starts_at, Date).between(row.day, last),
    )
    arrived = Appointment.status.in_((AppointmentStatus.ARRIVED, AppointmentStatus.COMPLETED))
    booked = exists(select(literal(1)).where(visit))
    inspected = exists(select(literal(1)).where(_of(invited)))
    ordered = exists(
        select(literal(1)).where(
            RepairOrder.vehicle_id == row.vehicle_id,
            RepairOrder.work_kind == WorkKind.INSPECTION,
            RepairOrder.closed_on.between(row.day, last),
        )
    )
    came = or_(inspected, ordered, exists(select(literal(1)).where(visit, arrived)))
    fault = exists(
        select(literal(1))
        .select_from(Inspection)
        .join(InspectionPoint, InspectionPoint.inspection_id == Inspection.id)
        .where(_of(invited), InspectionPoint.finding == Finding.FAULT)
    )
    return select(
        invited,
        or_(reached_by_call, replied, booked, came).label("reached"),
        or_(booked, came).label("booked"),
        came.label("came"),
        fault.label("with_faults"),
    )


def _of(invited: CTE) -> ColumnElement[bool]:
    """The inspections that followed the first contact."""
    return and_(
        Inspection.vehicle_id == invited.c.vehicle_id,
        Inspection.inspected_on.between(invited.c.day, invited.c.day + FOLLOWS),
    )
