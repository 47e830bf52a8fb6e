"""Every table, imported so that the metadata is whole."""

from models.base import Base
from models.ledger import (
    AuditEntry,
    CallAttempt,
    Case,
    ChannelPause,
    Dispatcher,
    PolicyVersion,
    Process,
    Reply,
    Run,
    TemplateVersion,
    Touch,
    Verdict,
)
from models.money import Account, Invoice, Payment, Promise
from models.people import Consent, ContactPoint, Customer, CustomerKey, StaffMember, Store
from models.service import Appointment, AppointmentChange, DepartmentNotice, Handover, RepairOrder
from models.vehicles import OdometerReading, Vehicle, Warranty, WarrantyEnd

metadata = Base.metadata

__all__ = [
    "Account",
    "Appointment",
    "AppointmentChange",
    "AuditEntry",
    "CallAttempt",
    "Case",
    "ChannelPause",
    "Consent",
    "ContactPoint",
    "Customer",
    "CustomerKey",
    "DepartmentNotice",
    "Dispatcher",
    "Handover",
    "Invoice",
    "OdometerReading",
    "Payment",
    "PolicyVersion",
    "Process",
    "Promise",
    "RepairOrder",
    "Reply",
    "Run",
    "StaffMember",
    "Store",
    "TemplateVersion",
    "Touch",
    "Vehicle",
    "Verdict",
    "Warranty",
    "WarrantyEnd",
    "metadata",
]
