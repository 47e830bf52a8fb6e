"""What happens to inbound by itself: facts that answer it, and deadlines that pass."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, case, cast, exists, func, insert, literal, or_, select, update

from models.calls.outcomes import names_of
from models.core.base import enumeration
from models.core.cadence import moment
from models.core.words import AppointmentStatus, Role, StepKind, TouchState
from models.inbound.tables import Inbound
from models.inbound.words import AnswerWay, InboundKind, InboundState
from models.ledger.tables import AuditEntry, Touch
from models.people.tables import Customer
from models.subjects.appointment import KIND as APPOINTMENT
from models.subjects.appointment import Appointment
from tasks.inbound.listing import IS_OPEN
from tasks.inbound.responsible import MANAGERS, least_busy

ACTOR = "aftercare"
AGREED = (AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED, AppointmentStatus.COMPLETED)


def look_after(connection: Connection, now: datetime) -> dict[str, float]:
    """Both, for the account of a run: how many were answered by facts, and how many went to a manager."""
    settled, late = settle_by_facts(connection, now), escalate_overdue(connection, now)
    return {"inbound_settled": settled, "inbound_overdue": late} if settled or late else {}


def settle_by_facts(connection: Connection, now: datetime) -> int:
    """Answer the requests for a visit to which the store has agreed, or that a call has settled; returns how many.

    A request is agreed to when it is booked. Another time is agreed to when the visit was moved, or when the customer
    was reached about it. Who was erased on request is owed no answer any more: nobody could read what they asked.
    """
    asked = and_(Inbound.kind == InboundKind.BOOKING, Inbound.state != InboundState.ANSWERED)
    booked = and_(
        Appointment.status.in_(AGREED),
        Appointment.other_time_asked_at.is_(None),
        or_(
            Appointment.booked_at >= Inbound.received_at,
            Appointment.moved_at >= Inbound.received_at,
            Appointment.confirmed_at >= Inbound.received_at,
            Appointment.arrived_at >= Inbound.received_at,
        ),
    )
    settled = _close_erased(connection, now)
    for how, fits in ((AnswerWay.APPOINTMENT, booked), (AnswerWay.CALL, _reached_by_call())):
        statement = (
            update(Inbound)
            .where(asked, Appointment.id == Inbound.appointment_id, fits)
            .values(state=InboundState.ANSWERED, answered_at=moment(now), answered_how=how, version=Inbound.version + 1)
        )
        settled += connection.execute(statement).rowcount
    return settled


def _close_erased(connection: Connection, now: datetime) -> int:
    erased = select(Customer.id).where(Customer.erased_at.is_not(None))
    statement = (
        update(Inbound)
        .where(IS_OPEN, Inbound.customer_id.in_(erased))
        .values(
            state=InboundState.ANSWERED,
            answered_at=moment(now),
            answered_how=AnswerWay.NONE,
            version=Inbound.version + 1,
        )
    )
    return connection.execute(statement).rowcount


def _reached_by_call() -> ColumnElement[bool]:
    """Somebody reached the customer about the visit after they had asked."""
    return exists(
        select(literal(1)).where(
            Touch.subject_kind == APPOINTMENT,
            Touch.subject_id == Inbound.appointment_id,
            Touch.kind == StepKind.CALL,
            Touch.state == TouchState.DONE,
            Touch.outcome.not_in(names_of(reached=False)),
            Touch.state_at >= Inbound.received_at,
        )
    )


def escalate_overdue(connection: Connection, now: datetime) -> int:
    """Make the manager responsible for what nobody answered by its deadline, once; returns how many.

    A store without a manager keeps it on the list of what nobody is responsible for, which all of its staff see.
    """
    late = and_(Inbound.state != InboundState.ANSWERED, Inbound.escalated_at.is_(None), Inbound.due_at < moment(now))
    stores = connection.scalars(select(Inbound.store_id).where(late).distinct().order_by(Inbound.store_id)).all()
    return sum(_escalate(connection, store_id, late, now) for store_id in stores)


def _escalate(connection: Connection, store_id: int, late: ColumnElement[bool], now: datetime) -> int:
    manager = least_busy(connection, store_id, MANAGERS, now).staff_id
    was_theirs = Inbound.responsible_id.is_not_distinct_from(manager)
    moved = (
        update(Inbound)
        .where(late, Inbound.store_id == store_id)
        .values(
            escalated_at=moment(now),
            role=Role.MANAGER,
            responsible_id=manager,
            state=case((was_theirs, Inbound.state), else_=literal(InboundState.OPEN, enumeration(InboundState))),
            taken_at=case((was_theirs, Inbound.taken_at)),
            version=Inbound.version + 1,
        )
        .returning(Inbound.id)
        .cte("moved")
    )
    recorded = insert(AuditEntry).from_select(
        ["at", "actor", "action", "entity", "entity_id"],
        select(
            moment(now),
            literal(ACTOR),
            literal("inbound.escalated"),
            literal("inbound"),
            cast(moved.c.id, AuditEntry.entity_id.type),
        ),
    )
    counted = select(func.count()).select_from(moved).add_cte(recorded.cte("recorded"))
    return connection.execute(counted).scalar_one()
