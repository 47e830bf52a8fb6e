"""Every table, imported so that the metadata is whole."""

from models.calls.surveys import SurveyAnswer
from models.campaigns.tables import (
    Audience,
    AudienceList,
    AudienceListMember,
    Campaign,
    CampaignRecipient,
    CampaignVariant,
)
from models.core.base import Base
from models.ledger.tables import (
    AuditEntry,
    CallAttempt,
    Case,
    CaseNote,
    ChannelPause,
    DeliveryReceipt,
    Dispatcher,
    PolicyVersion,
    Process,
    Reply,
    Run,
    TemplateVersion,
    Touch,
    Verdict,
)
from models.people.access import ApiKey, BrowserSession, SeenSignature, User
from models.people.tables import Consent, ContactPoint, Customer, CustomerKey, StaffMember, Store
from models.subjects.leads import Lead
from models.subjects.money import Account, Invoice, Payment, Promise
from models.subjects.service import Appointment, AppointmentChange, DepartmentNotice, Handover, RepairOrder
from models.subjects.vehicles import OdometerReading, Vehicle, Warranty, WarrantyEnd

metadata = Base.metadata

__all__ = [
    "Account",
    "ApiKey",
    "Appointment",
    "AppointmentChange",
    "Audience",
    "AudienceList",
    "AudienceListMember",
    "AuditEntry",
    "BrowserSession",
    "CallAttempt",
    "Campaign",
    "CampaignRecipient",
    "CampaignVariant",
    "Case",
    "CaseNote",
    "ChannelPause",
    "Consent",
    "ContactPoint",
    "Customer",
    "CustomerKey",
    "DeliveryReceipt",
    "DepartmentNotice",
    "Dispatcher",
    "Handover",
    "Invoice",
    "Lead",
    "OdometerReading",
    "Payment",
    "PolicyVersion",
    "Process",
    "Promise",
    "RepairOrder",
    "Reply",
    "Run",
    "SeenSignature",
    "StaffMember",
    "Store",
    "SurveyAnswer",
    "TemplateVersion",
    "Touch",
    "User",
    "Vehicle",
    "Verdict",
    "Warranty",
    "WarrantyEnd",
    "metadata",
]
