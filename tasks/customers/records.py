"""Every row that is kept about one customer, table by table."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, Text, and_, cast, literal, or_, select

from models.calls.surveys import SurveyAnswer
from models.core.base import Base
from models.ledger.tables import AuditEntry, CallAttempt, Case, CaseNote, DeliveryReceipt, Reply, Touch, Verdict
from models.people.tables import Consent, ContactPoint, Customer, CustomerKey
from models.subjects.leads import Lead
from models.subjects.money import Account, Invoice, Payment, Promise
from models.subjects.service import Appointment, AppointmentChange, Handover, RepairOrder
from models.subjects.vehicles import OdometerReading, Vehicle, Warranty
from tasks.subjects.contract import OneCustomer


def rows_about(customer_id: int) -> Mapping[type[Base], ColumnElement[bool]]:
    """The tables that tell of a customer, and the condition by which each row of theirs is found."""
    accounts = select(Account.id).where(Account.customer_id == customer_id)
    touches = select(Touch.id).where(Touch.customer_id == customer_id)
    vehicles = select(Vehicle.id).where(Vehicle.customer_id == customer_id)
    appointments = select(Appointment.id).where(Appointment.customer_id == customer_id)
    cases = select(Case.id).where(Case.customer_id == customer_id)
    return {
        Customer: Customer.id == customer_id,
        CustomerKey: CustomerKey.customer_id == customer_id,
        ContactPoint: ContactPoint.customer_id == customer_id,
        Consent: Consent.customer_id == customer_id,
        Vehicle: Vehicle.customer_id == customer_id,
        OdometerReading: OdometerReading.vehicle_id.in_(vehicles),
        Warranty: Warranty.vehicle_id.in_(vehicles),
        Appointment: Appointment.customer_id == customer_id,
        AppointmentChange: AppointmentChange.appointment_id.in_(appointments),
        Handover: Handover.customer_id == customer_id,
        RepairOrder: RepairOrder.customer_id == customer_id,
        Lead: Lead.customer_id == customer_id,
        Account: Account.customer_id == customer_id,
        Invoice: Invoice.account_id.in_(accounts),
        Payment: Payment.account_id.in_(accounts),
        Promise: Promise.account_id.in_(accounts),
        Touch: Touch.customer_id == customer_id,
        Verdict: Verdict.touch_id.in_(touches),
        CallAttempt: CallAttempt.touch_id.in_(touches),
        DeliveryReceipt: DeliveryReceipt.touch_id.in_(touches),
        Reply: Reply.customer_id == customer_id,
        Case: Case.customer_id == customer_id,
        CaseNote: CaseNote.case_id.in_(cases),
        SurveyAnswer: SurveyAnswer.customer_id == customer_id,
        AuditEntry: or_(*audit_entries_about(customer_id)),
    }


def audit_entries_about(customer_id: OneCustomer) -> list[ColumnElement[bool]]:
    """The entries of the audit trail about a customer; each condition is found by the index."""
    theirs: dict[str, Select[Any]] = {
        "touch": select(cast(Touch.id, Text)).where(Touch.customer_id == customer_id),
        "case": select(cast(Case.id, Text)).where(Case.customer_id == customer_id),
        "appointment": select(cast(Appointment.id, Text)).where(Appointment.customer_id == customer_id),
        "contact-point": select(cast(ContactPoint.id, Text)).where(ContactPoint.customer_id == customer_id),
        "reply": select(cast(Reply.id, Text)).where(Reply.customer_id == customer_id),
    }
    itself = customer_id if isinstance(customer_id, BindParameter) else literal(customer_id)
    return [
        and_(AuditEntry.entity == "customer", AuditEntry.entity_id == cast(itself, Text)),
        *(and_(AuditEntry.entity == entity, AuditEntry.entity_id.in_(ids)) for entity, ids in theirs.items()),
    ]
