"""The rows of the sample files. The names of the fields are the columns that `import` reads."""

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from tasks.intake.columns import KindName
from tasks.intake.kinds import KINDS


class StoreRow(NamedTuple):
    """A store."""

    code: str
    name: str
    time_zone: str
    language: str
    phone: str
    address: str
    holiday_country: str
    contact_from: str
    contact_until: str
    owner_rule: str
    owner_first_minutes: int


class StaffRow(NamedTuple):
    """A member of staff."""

    store: str
    code: str
    name: str
    role: str
    department: str | None
    phone: str
    email: str


class CustomerRow(NamedTuple):
    """A person or a company, with the ways to reach them."""

    store: str
    key: str
    name: str
    salutation: str | None
    language: str | None
    level: str | None
    birth_on: date | None
    area: str
    has_contract: str
    owner: str | None
    deputy: str | None
    phone: str | None
    email: str | None
    wechat: str | None


class ConsentRow(NamedTuple):
    """Consent given or withdrawn. Without a purpose or a channel: for all of them."""

    store: str
    customer: str
    purpose: str | None
    channel: str | None
    granted: str
    given_at: datetime
    reason: str | None


class VehicleRow(NamedTuple):
    """A car and its present owner."""

    store: str
    key: str
    customer: str
    vin: str
    plate: str
    make: str
    model: str
    model_year: int
    disposed_on: date | None


class OdometerRow(NamedTuple):
    """Kilometres on a day."""

    store: str
    vehicle: str
    read_on: date
    kilometres: int


class AppointmentRow(NamedTuple):
    """An agreed or requested visit. Times are store-local."""

    store: str
    key: str
    customer: str
    vehicle: str
    advisor: str
    starts_at: datetime
    status: str
    work: str
    work_kind: str
    requested_at: datetime | None = None
    booked_at: datetime | None = None
    confirmed_at: datetime | None = None
    arrived_at: datetime | None = None
    cancelled_at: datetime | None = None
    parts_state: str = "not-needed"


class DeliveryRow(NamedTuple):
    """A car handed over to its buyer."""

    store: str
    key: str
    customer: str
    vehicle: str
    salesperson: str
    handed_over_on: date


class RepairOrderRow(NamedTuple):
    """Work on a car; closed when the customer has it back."""

    store: str
    key: str
    customer: str
    vehicle: str
    advisor: str
    work: str
    work_kind: str
    opened_on: date
    closed_on: date | None


class WarrantyRow(NamedTuple):
    """A warranty by date and by mileage."""

    store: str
    key: str
    vehicle: str
    name: str
    starts_on: date
    ends_on: date
    limit_kilometres: int


class InvoiceRow(NamedTuple):
    """An invoice or a credit note. The account is the customer's."""

    store: str
    key: str
    customer: str
    kind: str
    issued_on: date
    due_on: date
    amount: Decimal
    currency: str
    status: str = "open"
    status_on: date | None = None


class PaymentRow(NamedTuple):
    """Money received, for one invoice or, without one, on account."""

    store: str
    key: str
    customer: str
    invoice: str | None
    paid_on: date
    amount: Decimal
    currency: str


class PromiseRow(NamedTuple):
    """A promise to pay by a day."""

    store: str
    key: str
    customer: str
    made_on: date
    promised_for: date
    amount: Decimal | None
    currency: str | None


Row: TypeAlias = NamedTuple
"""A row of any file: one of these, or one that a kind brings."""

OWN_ROWS: dict[str, type[Row]] = {
    "stores": StoreRow,
    "staff": StaffRow,
    "customers": CustomerRow,
    "consents": ConsentRow,
    "vehicles": VehicleRow,
    "appointments": AppointmentRow,
    "deliveries": DeliveryRow,
    "repair-orders": RepairOrderRow,
    "warranties": WarrantyRow,
    "odometer-readings": OdometerRow,
    "invoices": InvoiceRow,
    "payments": PaymentRow,
    "promises": PromiseRow,
}
"""The built-in row types of the dealership, by kind; further kinds define their own."""


def row_kinds() -> dict[type[Row], KindName]:
    """The kind of each row type, in import order."""
    rows = {kind.name: kind.sample.row if kind.sample else OWN_ROWS.get(kind.name) for kind in KINDS.values()}
    return {row: kind for kind, row in rows.items() if row}
