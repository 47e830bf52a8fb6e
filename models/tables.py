"""Every table, imported so that the metadata is whole."""

from models.access import ApiKey, BrowserSession, SeenSignature, User
from models.base import Base
from models.campaigns import Audience, AudienceList, AudienceListMember, Campaign, CampaignRecipient, CampaignVariant
from models.leads import Lead
from models.ledger import (
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
from models.money import Account, Invoice, Payment, Promise
from models.people import Consent, ContactPoint, Customer, CustomerKey, StaffMember, Store
from models.service import Appointment, AppointmentChange, DepartmentNotice, Handover, RepairOrder
from models.surveys import SurveyAnswer
from models.vehicles import OdometerReading, Vehicle, Warranty, WarrantyEnd

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
