"""The vocabulary of the business. One word, one meaning. Sets that kits or processes extend are open."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Literal, NewType

Language = Literal["zh-CN", "en"]
"""The languages of messages to customers and of the console."""


ProcessName = NewType("ProcessName", str)
"""The name of a business process. Processes are data; the shipped ones are in `models/processes`."""
CAMPAIGNS = ProcessName("campaigns")
"""All campaigns together. Each has its own policy, generated from its plan."""

SubjectKind = NewType("SubjectKind", str)
"""What a process is about. The kinds are discovered in `models/subjects`."""
RECIPIENT = SubjectKind("recipient")
"""A customer in the audience of a campaign."""

Condition = NewType("Condition", str)
"""A condition on the subject, checked when a step is planned and again at sending. Kits define their own."""

Moment = NewType("Moment", str)
"""The moment from which a step counts. A touch is unique by its subject's anchor, not by this moment."""
ANCHOR = Moment("anchor")
"""The moment that every subject has."""

LinkPurpose = NewType("LinkPurpose", str)
"""What a customer can do at a signed link."""

OutcomeName = NewType("OutcomeName", str)
"""What came of a call. Each is declared: those of every call in `models.calls.outcomes`, others by their kits."""


class StepKind(StrEnum):
    """What a step asks for: a message to the customer, a call, a visit or a letter by staff, or a task for a desk of
    the store."""

    MESSAGE = "message"
    CALL = "call"
    TASK = "task"
    VISIT = "visit"
    """Somebody of the store goes to see the customer."""
    LETTER = "letter"
    """On paper, by post: printed with others, and marked as posted."""


BY_STAFF = (StepKind.CALL, StepKind.TASK, StepKind.VISIT, StepKind.LETTER)
"""What is ready on a list until somebody does it."""


class TouchState(StrEnum):
    """The state of a touch. `models.ledger.touch_states` defines the transitions."""

    PLANNED = "planned"
    """Waits for its due moment, or for the moment to which a gate deferred it."""
    AWAITING_APPROVAL = "awaiting-approval"
    """Waits for approval by a named person."""
    CLAIMED = "claimed"
    """Claimed by a dispatcher; nothing has been sent."""
    SENDING = "sending"
    """Handed to the channel; may have been sent."""
    SENT = "sent"
    """Accepted by the channel."""
    READY = "ready"
    """On the list of a member of staff (calls and tasks)."""
    DONE = "done"
    """Completed by a member of staff, with an outcome."""
    CANCELLED = "cancelled"
    """Its reason no longer holds, or a gate stopped it."""
    SUPERSEDED = "superseded"
    """Its anchor moved; another touch replaces it."""
    SKIPPED = "skipped"
    """Found too late and skipped by its step's rule; or a gate would have held it beyond its validity."""
    MISSED = "missed"
    """A call or task on a staff list that nobody did while it was valid."""
    FAILED = "failed"
    """Rejected by the channel, or its retries are used up."""
    UNKNOWN = "unknown"
    """Delivery unknown; waits for a receipt or a person."""


class ChannelName(StrEnum):
    """How a customer is reached. `phone` is a call by a person."""

    SMS = "sms"
    EMAIL = "email"
    WECHAT = "wechat"
    PHONE = "phone"


class ContactKind(StrEnum):
    """The kind of a contact point."""

    PHONE = "phone"
    EMAIL = "email"
    WECHAT = "wechat"


class Purpose(StrEnum):
    """Why a customer is contacted. Consent is given and withdrawn per purpose and channel."""

    SERVICE = "service"
    FOLLOW_UP = "follow-up"
    SURVEY = "survey"
    DUNNING = "dunning"
    MARKETING = "marketing"


class Role(StrEnum):
    """The role of a member of staff."""

    AGENT = "agent"
    ADVISOR = "advisor"
    SALES = "sales"
    FRONT_DESK = "front-desk"
    WORKSHOP = "workshop"
    PARTS = "parts"
    FINANCE = "finance"
    MARKETING = "marketing"
    MANAGER = "manager"
    GENERAL_MANAGER = "general-manager"
    """Whom managers report to. May do what a manager may."""
    ADMIN = "admin"
    OPERATOR = "operator"


MANAGING = (Role.MANAGER, Role.GENERAL_MANAGER)
"""Who decides where a manager decides."""


def stands_for(role: Role) -> tuple[Role, ...]:
    """The roles under which somebody of a role decides."""
    return MANAGING if role is Role.GENERAL_MANAGER else (role,)


class AppointmentStatus(StrEnum):
    """An appointment's state in the source. Confirmation is a separate fact (`confirmed_at`)."""

    REQUESTED = "requested"
    BOOKED = "booked"
    ARRIVED = "arrived"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no-show"


class WorkKind(StrEnum):
    """The work of an appointment or a repair order. Some kinds are part of a broader one: `BROADER_WORK`."""

    INSPECTION = "inspection"
    """For the warranty. One that is booked or done stops the invitations to it."""
    STATUTORY_INSPECTION = "statutory-inspection"
    """The one that the law asks for. It says nothing about a warranty."""
    MAINTENANCE = "maintenance"
    FIRST_SERVICE = "first-service"
    SECOND_SERVICE = "second-service"
    TYRES = "tyres"
    """Changed or rotated."""
    REPAIR = "repair"
    MINOR_REPAIR = "minor-repair"
    OVERHAUL = "overhaul"
    ACCIDENT = "accident"
    WARRANTY_WORK = "warranty-work"
    """At the maker's cost."""
    OTHER = "other"


BROADER_WORK = {
    WorkKind.FIRST_SERVICE: WorkKind.MAINTENANCE,
    WorkKind.SECOND_SERVICE: WorkKind.MAINTENANCE,
    WorkKind.TYRES: WorkKind.MAINTENANCE,
    WorkKind.MINOR_REPAIR: WorkKind.REPAIR,
    WorkKind.OVERHAUL: WorkKind.REPAIR,
    WorkKind.ACCIDENT: WorkKind.REPAIR,
    WorkKind.WARRANTY_WORK: WorkKind.REPAIR,
}
"""Who asks for maintenance means the first service, too."""


def work_meant(kinds: Iterable[WorkKind]) -> tuple[WorkKind, ...]:
    """The kinds of work that are asked for, with those that are part of them."""
    wanted = set(kinds)
    return tuple(kind for kind in WorkKind if kind in wanted or BROADER_WORK.get(kind) in wanted)


class PartsState(StrEnum):
    """Whether the parts for an appointment are available."""

    UNKNOWN = "unknown"
    NOT_NEEDED = "not-needed"
    READY = "ready"
    ORDERED = "ordered"
    MISSING = "missing"


class ChangeKind(StrEnum):
    """A change to an appointment of which departments are notified."""

    MOVED = "moved"
    CANCELLED = "cancelled"


class CustomerClass(StrEnum):
    """What a customer is to the house, by when they were here (R12)."""

    POTENTIAL = "potential-customer"
    """Was never here."""
    NEW = "new-customer"
    """Was here for the first time within the last 90 days."""
    ACTIVE = "active-customer"
    SLEEPING = "sleeping-customer"
    """Was last here twelve months ago or longer."""
    LOST = "lost-customer"
    """Was last here 24 months ago or longer."""
    VIP = "vip-customer"
    """Is one by level, or sent three customers within twelve months."""


class LeadUrgency(StrEnum):
    """How soon a customer buys (R8)."""

    ORDERED = "O"
    WITHIN_A_WEEK = "H"
    WITHIN_A_MONTH = "A"
    WITHIN_THREE_MONTHS = "B"


class LeadState(StrEnum):
    """The state of a lead."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"
    EXPIRED = "expired"
    """Nothing came of it for a year."""


class InvoiceKind(StrEnum):
    """An invoice increases an account's balance, a credit note reduces it."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit-note"


class InvoiceStatus(StrEnum):
    """An invoice's state in the source, apart from the recorded payments."""

    OPEN = "open"
    DISPUTED = "disputed"
    SETTLED = "settled"
    VOID = "void"


class EndBasis(StrEnum):
    """The limit that ends a warranty first."""

    DATE = "date"
    MILEAGE = "mileage"


class CaseKind(StrEnum):
    """Matters that a person must settle by a deadline."""

    COMPLAINT = "complaint"
    BROKEN_PROMISE = "broken-promise"
    FINANCE_HANDOVER = "finance-handover"
    BOOKING_REQUEST = "booking-request"
    RESTORE_SERVICE = "restore-service"
    """An account came off hold: finance restores what was cut off."""
    MISSED_CALL = "missed-call"
    """Nobody made a call while it was valid."""
    NOTICE_IGNORED = "notice-ignored"
    """A department has not acknowledged that an appointment was moved or cancelled."""
    STATEMENT_DIFFERS = "statement-differs"
    """The customer's books differ from the statement of their account."""


class WarningLevel(StrEnum):
    """Who is told of a case's deadline."""

    NEAR = "near"
    """The owner, before it."""
    PASSED = "passed"
    """The manager, once it has passed."""
    A_DAY_LATER = "a-day-later"
    """The general manager, a day after it."""


class CaseState(StrEnum):
    """The state of a case."""

    OPEN = "open"
    ANSWERED = "answered"
    SOLVED = "solved"
    CLOSED = "closed"


class SurveySource(StrEnum):
    """The way a survey was answered."""

    LINK = "link"
    REPLY = "reply"
    CALL = "call"


class ReceiptStatus(StrEnum):
    """A gateway's later report on a message."""

    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"


class DeadlineClock(StrEnum):
    """The hours that count towards the deadlines of a store's cases."""

    AROUND_THE_CLOCK = "around-the-clock"
    WORKING_HOURS = "working-hours"


class ReplyMeaning(StrEnum):
    """The meaning of a customer's reply."""

    CONFIRM = "confirm"
    OTHER_TIME = "other-time"
    MARK = "mark"
    """From 1 to 5, in answer to a survey."""
    STOP = "stop"
    START = "start"
    """Wants messages again, by a word of the store's law pack."""
    HELP = "help"
    """Asks who sends and how to opt out, by a word of the store's law pack."""
    AGREE = "agree"
    """Agrees to what a question for consent asked."""
    UNREADABLE = "unreadable"


class Gate(StrEnum):
    """A rule that can hold or stop a touch."""

    VALIDITY = "validity"
    FACTS = "facts"
    ANCHOR = "anchor"
    CONSENT = "consent"
    CONTACT_POINT = "contact-point"
    COMPLAINT = "complaint"
    CHANNEL = "channel"
    LAW = "law"
    """A rule of the law pack that the store has chosen."""
    QUIET_HOURS = "quiet-hours"
    HOUSEHOLD = "household"
    """Another customer with the same number or address is told the same."""
    CAP = "cap"
    CAMPAIGN = "campaign"
    """The campaign was paused, or stopped automatically."""
    RETRY = "retry"
    APPROVAL = "approval"
    NONE = "none"
    """No gate: the touch passed."""


class Decision(StrEnum):
    """A gate's decision."""

    PASS = "pass"  # noqa: S105  a verdict, not a password
    HOLD = "hold"
    STOP = "stop"


class RunState(StrEnum):
    """The state of a run of a process."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


class LateRule(StrEnum):
    """What happens to a step found late but still valid, after downtime or a late import."""

    SEND = "send"
    SKIP = "skip"
    """Not sent; a touch in the state `skipped` records it."""
    MERGE = "merge"
    """Waits for the next step and is sent as part of its message."""
    CALL = "call"
    """Becomes a call by staff."""


class Validity(StrEnum):
    """The end of a step's validity, if it depends on the cadence."""

    UNTIL_NEXT_STEP = "until-next-step"
    UNTIL_ANCHOR = "until-anchor"


class MissingDay(StrEnum):
    """When a step that recurs by months comes in a month that has no such day: from the 31st, or from 29 February."""

    LAST_DAY = "last-day"
    """On the last day of that month."""
    NEXT_DAY = "next-day"
    """On the first day of the month after."""


class CampaignState(StrEnum):
    """The state of a campaign. `models.campaigns.states` defines the transitions."""

    DRAFT = "draft"
    AWAITING_APPROVAL = "awaiting-approval"
    """Waits for approval by someone other than its author."""
    APPROVED = "approved"
    """Waits for its start, or to be launched."""
    CANARY = "canary"
    """The canary is sent; its results decide about the rest."""
    TRIAL = "trial"
    """Its variants are tested, each on its share."""
    REST = "rest"
    """Everybody else gets it."""
    FINISHED = "finished"
    CANCELLED = "cancelled"


class Wave(StrEnum):
    """The part of an audience to which a recipient belongs, in sending order."""

    CONTROL = "control"
    """The control group, chosen at random and not contacted: what would have happened anyway."""
    CANARY = "canary"
    TRIAL = "trial"
    REST = "rest"


class InvitesTo(StrEnum):
    """What the page of an invitation offers."""

    VISIT = "visit"
    """A visit at one of the store's free times."""
    EVENT = "event"
    """To come to an event, which has a time of its own; the messages say when."""


class CampaignAnswer(StrEnum):
    """A recipient's answer to a campaign."""

    INTERESTED = "interested"
    NOT_INTERESTED = "not-interested"
    REPLIED = "replied"
    """Replied with something else, other than an opt-out."""


class Rehearsed(StrEnum):
    """The outcome for a customer of an audience if the campaign began."""

    TOLD = "told"
    HELD = "held"
    """Sent later: a gate holds the message, and it is then still valid."""
    NOT_TOLD = "not-told"
    HELD_OUT = "held-out"
    """In the control group."""


class CampaignPart(StrEnum):
    """A customer's role in an earlier campaign, as a condition of an audience."""

    IN_AUDIENCE = "in-audience"
    """In the audience, contacted or not."""
    SENT = "sent"
    ANSWERED = "answered"
    NOT_ANSWERED = "not-answered"
    """Was sent the message and did not answer."""


class LaunchKind(StrEnum):
    """When a campaign begins."""

    NOW = "now"
    """As soon as it is launched."""
    AT = "at"
    """At the same moment for everybody."""
    LOCAL_HOUR = "local-hour"
    """At an hour in each customer's time zone."""


class WinnerBy(StrEnum):
    """The measure that decides a trial: the share of contacted customers who …"""

    ANSWERED = "answered"
    BOOKED = "booked"
    STAYED = "stayed"
    """… did not opt out."""
