"""The kinds of facts that can be imported, and the columns of each: their names, what they hold, and what they mean."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class KindName(StrEnum):
    """A kind of fact. The order is the one in which the kinds of one file are loaded."""

    STORES = "stores"
    STAFF = "staff"
    CUSTOMERS = "customers"
    CONSENTS = "consents"
    VEHICLES = "vehicles"
    APPOINTMENTS = "appointments"
    DELIVERIES = "deliveries"
    REPAIR_ORDERS = "repair-orders"
    WARRANTIES = "warranties"
    ODOMETER_READINGS = "odometer-readings"
    INVOICES = "invoices"
    PAYMENTS = "payments"
    PROMISES = "promises"
    LEADS = "leads"


class Holds(StrEnum):
    """What a column holds: how its text is read, and how that is written in the documentation."""

    TEXT = "text"
    KEY = "key"
    NAMES = "list"
    REFERENCE = "reference"
    PHONE = "phone"
    PHONES = "phones"
    EMAILS = "e-mails"
    DATE = "date"
    MOMENT = "moment"
    START = "date and time"
    TIME = "time"
    HOURS = "hours"
    YES_NO = "yes/no"
    KILOMETRES = "kilometres"
    YEAR = "year"
    MINUTES = "minutes"
    PLACES = "places"
    AMOUNT = "amount"
    CURRENCY = "currency"
    ZONE = "time zone"
    COUNTRY = "country"
    LANGUAGE = "language"
    DEADLINE_CLOCK = "deadline clock"
    ROLE = "role"
    CHANNELS = "channels"
    CHANNEL = "channel or all"
    PURPOSE = "purpose or all"
    APPOINTMENT_STATUS = "appointment status"
    WORK_KIND = "kind of work"
    PARTS_STATE = "parts state"
    INVOICE_KIND = "kind of invoice"
    INVOICE_STATUS = "invoice status"
    LEAD_URGENCY = "urgency of a lead"
    LEAD_STATE = "state of a lead"


@dataclass(frozen=True)
class Column:
    """One column of a kind. A file may leave out every column that is not required."""

    name: str
    holds: Holds
    meaning: str
    required: bool = False
    spare: bool = False
    """A row whose value cannot be read goes in without it: it describes, and decides nothing."""


@dataclass(frozen=True)
class Kind:
    """A kind of fact with its columns, and what makes two rows the same fact."""

    name: KindName
    columns: tuple[Column, ...]
    identity: str
    """The rule by which a row is known again, for the documentation."""
    one_of: tuple[tuple[str, ...], ...] = ()
    """Of each of these groups of columns, a file must have at least one."""

    def column(self, name: str) -> Column | None:
        """The column of that name."""
        return next((column for column in self.columns if column.name == name), None)

    @property
    def needs(self) -> Iterator[tuple[str, ...]]:
        """Groups of columns; without one of each a file cannot be this kind."""
        yield from ((column.name,) for column in self.columns if column.required)
        yield from self.one_of


WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

STORE = Column("store", Holds.TEXT, "code (or name) of the store; without it the store of the import")
CUSTOMER = Column("customer", Holds.REFERENCE, "key of the customer, as any source knows them")
CUSTOMER_PHONE = Column("customer_phone", Holds.PHONE, "phone of the customer, where the source has no key")
CUSTOMER_NAME = Column("customer_name", Holds.TEXT, "tells apart customers who share that phone")
CUSTOMER_COLUMNS = (CUSTOMER, CUSTOMER_PHONE, CUSTOMER_NAME)
VEHICLE = Column("vehicle", Holds.REFERENCE, "key, VIN or plate of the vehicle")
ADVISOR = Column("advisor", Holds.REFERENCE, "code or name of the service advisor, who is in `staff`")
ACCOUNT = Column("account", Holds.KEY, "key of the account; without it the account of the customer")


def _key(meaning: str, *, required: bool = True) -> Column:
    return Column("key", Holds.KEY, meaning, required)


STORES = Kind(
    KindName.STORES,
    (
        Column("code", Holds.KEY, "the short code by which everything else names the store", required=True),
        Column("name", Holds.TEXT, "as customers read it; without it the code"),
        Column("time_zone", Holds.ZONE, "IANA name, such as Asia/Shanghai; without it that of the installation"),
        Column("language", Holds.LANGUAGE, "language of customers who have none of their own: zh-CN or en"),
        Column("phone", Holds.TEXT, "as it stands in messages"),
        Column("address", Holds.TEXT, "as it stands in messages"),
        Column("holiday_country", Holds.COUNTRY, "ISO 3166 code of the country whose public holidays the store keeps"),
        Column("contact_from", Holds.TIME, "before this time of day customers are left in peace; 09:00"),
        Column("contact_until", Holds.TIME, "after this time of day customers are left in peace; 20:00"),
        Column("channels", Holds.CHANNELS, "what the store uses, of sms, email, wechat, phone; all of them"),
        *(Column(day, Holds.HOURS, f"opening hours on {day.capitalize()}: 08:30-18:00, or closed") for day in WEEKDAYS),
        Column(
            "deadline_clock",
            Holds.DEADLINE_CLOCK,
            "which hours count towards the deadlines of cases: around-the-clock or working-hours; around-the-clock",
        ),
        Column("visit_minutes", Holds.MINUTES, "how far apart visits that customers may choose start; 30"),
        Column("visits_at_once", Holds.PLACES, "how many visits may start at the same moment; 2; 0 offers none"),
    ),
    "its code",
)

STAFF = Kind(
    KindName.STAFF,
    (
        STORE,
        Column("code", Holds.KEY, "the code by which other files name this member of staff", required=True),
        Column("name", Holds.TEXT, "full name", required=True),
        Column("role", Holds.ROLE, "agent, advisor, parts, finance, marketing, manager, admin or operator", True),
        Column("department", Holds.TEXT, "the department that is told of changes"),
        Column("phone", Holds.TEXT, "as the source writes it"),
        Column("email", Holds.TEXT, "as the source writes it"),
        Column("active", Holds.YES_NO, "no: has left; yes"),
    ),
    "store and code",
)

CUSTOMERS = Kind(
    KindName.CUSTOMERS,
    (
        STORE,
        _key("the number or code that the source knows the customer by"),
        Column("name", Holds.TEXT, "full name of the person or company", required=True),
        Column("salutation", Holds.TEXT, "Mr, Ms, 先生, 女士 …, as it stands in messages"),
        Column("language", Holds.LANGUAGE, "zh-CN or en; without it the store's", spare=True),
        Column("level", Holds.TEXT, "VIP, 1, gold …"),
        Column("birth_on", Holds.DATE, "birthday", spare=True),
        Column("area", Holds.TEXT, "where they live, such as a district or a postcode"),
        Column("time_zone", Holds.ZONE, "IANA name of where they live; without it the store's", spare=True),
        Column(
            "has_contract",
            Holds.YES_NO,
            "a contract customer, whose request is answered within 30 minutes; no",
            spare=True,
        ),
        Column("phone", Holds.PHONES, "one or more, separated by / ; , or 、 – the first is tried first"),
        Column("phone2", Holds.PHONES, "a further phone"),
        Column("email", Holds.EMAILS, "one or more e-mail addresses"),
        Column("wechat", Holds.TEXT, "WeChat id"),
    ),
    "store and key; with a new key, the same name and a shared phone or e-mail",
)

CONSENTS = Kind(
    KindName.CONSENTS,
    (
        STORE,
        *CUSTOMER_COLUMNS,
        Column("purpose", Holds.PURPOSE, "service, follow-up, survey, dunning, marketing; empty or all: every purpose"),
        Column("channel", Holds.CHANNEL, "sms, email, wechat, phone; empty or all: every channel"),
        Column("granted", Holds.YES_NO, "yes: may be contacted; no: opted out", required=True),
        Column("given_at", Holds.MOMENT, "when it was said; without it, always so, or from now on if changed"),
        Column("reason", Holds.TEXT, "in what words or why"),
    ),
    "customer, purpose, channel and moment; an entry on record is never changed",
    (("customer", "customer_phone"),),
)

VEHICLES = Kind(
    KindName.VEHICLES,
    (
        STORE,
        _key("the number that the source knows the vehicle by; without it the VIN, or else the plate", required=False),
        *CUSTOMER_COLUMNS,
        Column("vin", Holds.TEXT, "vehicle identification number"),
        Column("plate", Holds.TEXT, "licence plate"),
        Column("make", Holds.TEXT, "make"),
        Column("model", Holds.TEXT, "model"),
        Column("model_year", Holds.YEAR, "model year", spare=True),
        Column("disposed_on", Holds.DATE, "the day it was sold on or scrapped"),
        Column("odometer_km", Holds.KILOMETRES, "an odometer reading", spare=True),
        Column("odometer_read_on", Holds.DATE, "its day, without which the reading is left out", spare=True),
    ),
    "store and key; with a new key, the VIN, or else the plate",
    (("key", "vin", "plate"),),
)

APPOINTMENTS = Kind(
    KindName.APPOINTMENTS,
    (
        STORE,
        _key("number of the appointment; it stays the same when the appointment is moved"),
        *CUSTOMER_COLUMNS,
        VEHICLE,
        ADVISOR,
        Column("starts_at", Holds.START, "date and time of the visit", required=True),
        Column("status", Holds.APPOINTMENT_STATUS, "requested, booked, arrived, completed, cancelled, no-show; booked"),
        Column("work", Holds.TEXT, "what is to be done"),
        Column("work_kind", Holds.WORK_KIND, "inspection, maintenance, repair, other; other", spare=True),
        Column("requested_at", Holds.MOMENT, "when the customer asked for it", spare=True),
        Column("booked_at", Holds.MOMENT, "when it was agreed", spare=True),
        Column("confirmed_at", Holds.MOMENT, "when the customer confirmed it", spare=True),
        Column("arrived_at", Holds.MOMENT, "when the customer came", spare=True),
        Column("cancelled_at", Holds.MOMENT, "when it was cancelled; without it, always so", spare=True),
        Column("parts_state", Holds.PARTS_STATE, "unknown, not-needed, ready, ordered, missing; unknown", spare=True),
        Column("departments", Holds.NAMES, "who is told of a change, separated by / ; , or 、"),
    ),
    "store and key",
    (("customer", "customer_phone", "vehicle"),),
)

DELIVERIES = Kind(
    KindName.DELIVERIES,
    (
        STORE,
        _key("number of the sale; without it the vehicle's key", required=False),
        *CUSTOMER_COLUMNS,
        VEHICLE,
        Column("salesperson", Holds.TEXT, "who sold it"),
        Column("handed_over_on", Holds.DATE, "the day the car was handed over", required=True),
        Column("odometer_km", Holds.KILOMETRES, "odometer at the handover", spare=True),
    ),
    "store and key",
    (("customer", "customer_phone", "vehicle"), ("key", "vehicle")),
)

REPAIR_ORDERS = Kind(
    KindName.REPAIR_ORDERS,
    (
        STORE,
        _key("number of the repair order"),
        *CUSTOMER_COLUMNS,
        VEHICLE,
        ADVISOR,
        Column("work", Holds.TEXT, "what was done"),
        Column("work_kind", Holds.WORK_KIND, "inspection, maintenance, repair, other; other", spare=True),
        Column("opened_on", Holds.DATE, "the day the car came in", spare=True),
        Column("closed_on", Holds.DATE, "the day it was given back; empty while the car is in the workshop"),
        Column("odometer_km", Holds.KILOMETRES, "odometer on the day it came in, or else was given back", spare=True),
    ),
    "store and key",
    (("customer", "customer_phone", "vehicle"),),
)

WARRANTIES = Kind(
    KindName.WARRANTIES,
    (
        STORE,
        _key("number of the warranty; without it the vehicle's key", required=False),
        Column("vehicle", Holds.REFERENCE, "key, VIN or plate of the vehicle", required=True),
        Column("name", Holds.TEXT, "manufacturer's warranty, powertrain …"),
        Column("starts_on", Holds.DATE, "first day", spare=True),
        Column("ends_on", Holds.DATE, "last day", required=True),
        Column("limit_kilometres", Holds.KILOMETRES, "ends earlier when the odometer reaches this"),
    ),
    "store and key",
)

ODOMETER_READINGS = Kind(
    KindName.ODOMETER_READINGS,
    (
        STORE,
        Column("vehicle", Holds.REFERENCE, "key, VIN or plate of the vehicle", required=True),
        Column("read_on", Holds.DATE, "the day it was read", required=True),
        Column("kilometres", Holds.KILOMETRES, "what it read", required=True),
    ),
    "vehicle and day",
)

INVOICES = Kind(
    KindName.INVOICES,
    (
        STORE,
        _key("invoice number"),
        *CUSTOMER_COLUMNS,
        ACCOUNT,
        Column("kind", Holds.INVOICE_KIND, "invoice or credit-note; invoice"),
        Column("issued_on", Holds.DATE, "date of the invoice"),
        Column("due_on", Holds.DATE, "last day to pay; a credit note may do without it"),
        Column("amount", Holds.AMOUNT, "gross amount, above zero for invoices and credit notes alike", required=True),
        Column("currency", Holds.CURRENCY, "ISO 4217 code or sign; without it the amount's own sign, or CNY"),
        Column("status", Holds.INVOICE_STATUS, "open, disputed, settled, void; open"),
        Column("status_on", Holds.DATE, "since when the status holds; without it, always so"),
    ),
    "store and key",
    (("due_on",), ("customer", "customer_phone", "account")),
)

PAYMENTS = Kind(
    KindName.PAYMENTS,
    (
        STORE,
        _key("what tells this payment from others of the same invoice"),
        Column("invoice", Holds.KEY, "invoice number; without it the payment is on account"),
        *CUSTOMER_COLUMNS,
        ACCOUNT,
        Column("paid_on", Holds.DATE, "the day the money came in", required=True),
        Column("amount", Holds.AMOUNT, "above zero", required=True),
        Column("currency", Holds.CURRENCY, "ISO 4217 code or sign; without it the invoice's"),
    ),
    "store and key",
    (("invoice", "account", "customer", "customer_phone"),),
)

PROMISES = Kind(
    KindName.PROMISES,
    (
        STORE,
        _key("number of the promise; without it the account and the day it was made", required=False),
        *CUSTOMER_COLUMNS,
        ACCOUNT,
        Column("made_on", Holds.DATE, "the day the customer promised", required=True),
        Column("promised_for", Holds.DATE, "the day by which they will pay", required=True),
        Column("amount", Holds.AMOUNT, "how much; without it all that is open"),
        Column("currency", Holds.CURRENCY, "ISO 4217 code or sign; without it CNY"),
    ),
    "store and key",
    (("customer", "customer_phone", "account"),),
)

LEADS = Kind(
    KindName.LEADS,
    (
        STORE,
        _key("number of the lead"),
        *CUSTOMER_COLUMNS,
        Column(
            "urgency",
            Holds.LEAD_URGENCY,
            "O ordered, H within 7 days, A within a month, B within three months",
            required=True,
        ),
        Column("model", Holds.TEXT, "the model that the customer wants"),
        Column("state", Holds.LEAD_STATE, "open, won, lost; open"),
        Column("lost_reason", Holds.TEXT, "why it was lost, which a lost lead cannot do without; goes with the state"),
        Column("created_on", Holds.DATE, "the day the lead came in", required=True),
        Column("contacted_on", Holds.DATE, "the day the customer was last contacted about it; empty: never"),
        Column("state_on", Holds.DATE, "since when the state holds; without it, always so; goes with the state"),
    ),
    "store and key",
    (("customer", "customer_phone"),),
)

KINDS: dict[KindName, Kind] = {
    kind.name: kind
    for kind in (
        STORES,
        STAFF,
        CUSTOMERS,
        CONSENTS,
        VEHICLES,
        APPOINTMENTS,
        DELIVERIES,
        REPAIR_ORDERS,
        WARRANTIES,
        ODOMETER_READINGS,
        INVOICES,
        PAYMENTS,
        PROMISES,
        LEADS,
    )
}
