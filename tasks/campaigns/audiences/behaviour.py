"""What recipients did since a moment: answered, booked, came, spent, opted out, complained.

Except for spending, each is a condition on a row of `campaign_recipients`, with or without a message.
"""

from datetime import time
from typing import Any

from sqlalchemy import (
    ColumnElement,
    SQLColumnExpression,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
)

from models.campaigns.measures import GOOD_ANSWERS
from models.campaigns.tables import CampaignRecipient
from models.core.base import growing
from models.core.cadence import at_local
from models.core.rows import AnySelect
from models.core.words import AppointmentStatus, CaseKind, InvoiceKind, InvoiceStatus
from models.inbound.tables import Inbound
from models.ledger.tables import Case
from models.people.tables import Consent, Store
from models.subjects.account import Account, Invoice
from models.subjects.appointment import Appointment
from models.subjects.repair_order import RepairOrder

Moment = SQLColumnExpression[Any]
NOON = time(12)
CAME = (AppointmentStatus.ARRIVED, AppointmentStatus.COMPLETED)


def answered_well(until: Moment) -> ColumnElement[bool]:
    """The customer is interested, or replied."""
    return and_(CampaignRecipient.answer.in_(GOOD_ANSWERS), CampaignRecipient.answered_at <= until)


def booked(since: Moment, until: Moment) -> ColumnElement[bool]:
    """The customer booked or requested a visit, and has not cancelled it."""
    at = func.coalesce(Appointment.booked_at, Appointment.requested_at)
    return _theirs(Appointment.customer_id, Appointment.status != AppointmentStatus.CANCELLED, at >= since, at <= until)


def asked_for_time(since: Moment, until: Moment) -> ColumnElement[bool]:
    """The customer asked for a visit at a time, or for another time, on whatever way."""
    return _theirs(
        Inbound.customer_id, Inbound.wanted_at.is_not(None), Inbound.received_at >= since, Inbound.received_at <= until
    )


def time_asked_for(since: Moment, until: Moment) -> ColumnElement[Any]:
    """The time that the customer asked for last."""
    asked = select(Inbound.wanted_at).where(
        Inbound.customer_id == CampaignRecipient.customer_id,
        Inbound.wanted_at.is_not(None),
        Inbound.received_at >= since,
        Inbound.received_at <= until,
    )
    return asked.order_by(Inbound.received_at.desc(), Inbound.id.desc()).limit(1).scalar_subquery()


def opted_out(purpose: SQLColumnExpression[object], since: Moment, until: Moment) -> ColumnElement[bool]:
    """The customer withdrew consent for the purpose, by this channel or another."""
    return _theirs(
        Consent.customer_id,
        ~Consent.granted,
        or_(Consent.purpose.is_(None), Consent.purpose == purpose),
        Consent.given_at >= since,
        Consent.given_at <= until,
    )


def complained(since: Moment, until: Moment) -> ColumnElement[bool]:
    """The customer complained about anything."""
    kind = literal(CaseKind.COMPLAINT, growing(CaseKind))
    return _theirs(Case.customer_id, Case.kind == kind, Case.opened_at >= since, Case.opened_at <= until)


def arrived(since: Moment, until: Moment) -> ColumnElement[bool]:
    """The customer came to a store for an appointment. An undated arrival counts at the start time."""
    at = func.coalesce(Appointment.arrived_at, Appointment.starts_at)
    came = or_(Appointment.arrived_at.is_not(None), Appointment.status.in_(CAME))
    return _theirs(Appointment.customer_id, came, at >= since, at <= until)


def had_work_done(since: Moment, until: Moment) -> ColumnElement[bool]:
    """The customer brought in a car for work. A date without a time counts as noon, store-local."""
    at = at_local(func.coalesce(RepairOrder.opened_on, RepairOrder.closed_on), NOON, Store.time_zone)
    return _theirs(RepairOrder.customer_id, Store.id == RepairOrder.store_id, at >= since, at <= until)


def spending() -> AnySelect:
    """Amounts invoiced to customers, `at` noon of the day of issue, or of the due date if that is unknown.

    Credit notes are subtracted. Void documents do not count.
    """
    day = func.coalesce(Invoice.issued_on, Invoice.due_on)
    takes = Invoice.kind == InvoiceKind.CREDIT_NOTE
    return (
        select(
            Account.customer_id,
            Invoice.currency,
            case((takes, -Invoice.amount), else_=Invoice.amount).label("amount"),
            at_local(day, NOON, Store.time_zone).label("at"),
        )
        .join_from(Invoice, Account, Account.id == Invoice.account_id)
        .join(Store, Store.id == Invoice.store_id)
        .where(Invoice.status != InvoiceStatus.VOID)
    )


def _theirs(
    customer_id: SQLColumnExpression[int] | SQLColumnExpression[int | None], *conditions: ColumnElement[bool]
) -> ColumnElement[bool]:
    return exists(select(literal(1)).where(customer_id == CampaignRecipient.customer_id, *conditions))
