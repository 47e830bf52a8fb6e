"""The words of the business. One word, one meaning, everywhere. Sets that a kit or a process adds to are open."""

from enum import StrEnum
from typing import Literal, NewType

Language = Literal["zh-CN", "en"]
"""What customers are written to in, and users read the console in."""


ProcessName = NewType("ProcessName", str)
"""A business procedure with a name. Which there are is data: the shipped ones lie in `models/processes`."""
CAMPAIGNS = ProcessName("campaigns")
"""Every campaign together. Each brings its own policy, made from its plan."""

SubjectKind = NewType("SubjectKind", str)
"""What a process is about. Which kinds there are is found in `models/subjects`."""
RECIPIENT = SubjectKind("recipient")
"""A customer in the audience of a campaign."""

Condition = NewType("Condition", str)
"""What must hold of the subject, when a step is planned and again at the moment of sending. Each kit brings its own."""

Moment = NewType("Moment", str)
"""What a step counts from. A touch is unique by its subject's anchor, whatever its step counts from."""
ANCHOR = Moment("anchor")
"""The moment that every subject has."""

LinkPurpose = NewType("LinkPurpose", str)
"""What a customer can do at a signed link."""


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
    """Where a touch stands. `models.ledger.touch_states` says which may follow which."""

    PLANNED = "planned"
    """Waits for its moment, or for the moment that a gate deferred it to."""
    AWAITING_APPROVAL = "awaiting-approval"
    """Waits for a named person."""
    CLAIMED = "claimed"
    """A dispatcher holds it; nothing has left the house."""
    SENDING = "sending"
    """Handed to the channel; may have gone out."""
    SENT = "sent"
    """Accepted by the channel."""
    READY = "ready"
    """On the list of a member of staff (calls and tasks)."""
    DONE = "done"
    """Settled by a member of staff, with an outcome."""
    CANCELLED = "cancelled"
    """Its reason has gone, or a gate stopped it."""
    SUPERSEDED = "superseded"
    """Its anchor moved; another touch stands for the new anchor."""
    SKIPPED = "skipped"
    """Found too late, and its step says to skip it; or a gate would have held it beyond its validity."""
    MISSED = "missed"
    """A call or task that was on a list of staff, and that nobody did while it was valid."""
    FAILED = "failed"
    """Rejected by the channel, or its retries are used up."""
    UNKNOWN = "unknown"
    """May or may not have reached the customer; waits for a receipt or a person."""


class ChannelName(StrEnum):
    """How a customer is reached. `phone` is a person calling."""

    SMS = "sms"
    EMAIL = "email"
    WECHAT = "wechat"
    PHONE = "phone"


class ContactKind(StrEnum):
    """What a contact point is."""

    PHONE = "phone"
    EMAIL = "email"
    WECHAT = "wechat"


class Purpose(StrEnum):
    """Why a customer is contacted; consent is given and withdrawn per purpose and channel."""

    SERVICE = "service"
    FOLLOW_UP = "follow-up"
    SURVEY = "survey"
    DUNNING = "dunning"
    MARKETING = "marketing"


class Role(StrEnum):
    """What a member of staff does."""

    AGENT = "agent"
    ADVISOR = "advisor"
    PARTS = "parts"
    FINANCE = "finance"
    MARKETING = "marketing"
    MANAGER = "manager"
    ADMIN = "admin"
    OPERATOR = "operator"


class AppointmentStatus(StrEnum):
    """What the source says of an appointment. Being confirmed is a fact of its own (`confirmed_at`)."""

    REQUESTED = "requested"
    BOOKED = "booked"
    ARRIVED = "arrived"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no-show"


class WorkKind(StrEnum):
    """What an appointment is for; a warranty inspection stops the invitations to one."""

    INSPECTION = "inspection"
    MAINTENANCE = "maintenance"
    REPAIR = "repair"
    OTHER = "other"


class PartsState(StrEnum):
    """Whether the parts for an appointment are there."""

    UNKNOWN = "unknown"
    NOT_NEEDED = "not-needed"
    READY = "ready"
    ORDERED = "ordered"
    MISSING = "missing"


class ChangeKind(StrEnum):
    """What happened to an appointment that departments must be told of."""

    MOVED = "moved"
    CANCELLED = "cancelled"


class LeadUrgency(StrEnum):
    """How soon a customer buys (R8)."""

    ORDERED = "O"
    WITHIN_A_WEEK = "H"
    WITHIN_A_MONTH = "A"
    WITHIN_THREE_MONTHS = "B"


class LeadState(StrEnum):
    """What became of a lead."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class InvoiceKind(StrEnum):
    """An invoice adds to what an account owes, a credit note takes from it."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit-note"


class InvoiceStatus(StrEnum):
    """What the source says of an invoice, beside the payments on record."""

    OPEN = "open"
    DISPUTED = "disputed"
    SETTLED = "settled"
    VOID = "void"


class EndBasis(StrEnum):
    """Which limit ends a warranty first."""

    DATE = "date"
    MILEAGE = "mileage"


class CaseKind(StrEnum):
    """What a person must settle by a deadline."""

    COMPLAINT = "complaint"
    BROKEN_PROMISE = "broken-promise"
    FINANCE_HANDOVER = "finance-handover"
    BOOKING_REQUEST = "booking-request"


class CaseState(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    ANSWERED = "answered"
    SOLVED = "solved"
    CLOSED = "closed"


class CallOutcome(StrEnum):
    """What came of a call."""

    REACHED_SATISFIED = "reached-satisfied"
    REACHED_NOT_SATISFIED = "reached-not-satisfied"
    REACHED = "reached"
    PROMISED = "promised"
    NO_ANSWER = "no-answer"
    WRONG_NUMBER = "wrong-number"
    REFUSES_CONTACT = "refuses-contact"
    CALLBACK = "callback"


class SurveySource(StrEnum):
    """How a survey was answered."""

    LINK = "link"
    REPLY = "reply"
    CALL = "call"


class ReceiptStatus(StrEnum):
    """What a gateway reports of a message later on."""

    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"


class DeadlineClock(StrEnum):
    """Which hours count towards the deadlines of a store's cases."""

    AROUND_THE_CLOCK = "around-the-clock"
    WORKING_HOURS = "working-hours"


class ReplyMeaning(StrEnum):
    """What a customer's reply says."""

    CONFIRM = "confirm"
    OTHER_TIME = "other-time"
    MARK = "mark"
    """From 1 to 5, in answer to a survey."""
    STOP = "stop"
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
    QUIET_HOURS = "quiet-hours"
    CAP = "cap"
    CAMPAIGN = "campaign"
    """The campaign was paused, or stopped by itself."""
    RETRY = "retry"
    APPROVAL = "approval"
    NONE = "none"
    """No gate: the touch passed."""


class Decision(StrEnum):
    """What a gate said."""

    PASS = "pass"  # noqa: S105  a verdict, not a password
    HOLD = "hold"
    STOP = "stop"


class RunState(StrEnum):
    """Where a run of a process stands."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


class LateRule(StrEnum):
    """What happens to a step that is found late, but still valid, after downtime or a late import."""

    SEND = "send"
    SKIP = "skip"
    """Not sent; a touch in the state `skipped` records it."""
    MERGE = "merge"
    """Waits for the next step and goes out inside its message."""
    CALL = "call"
    """Becomes a call by staff."""


class Validity(StrEnum):
    """Ends of a step's validity that depend on the cadence."""

    UNTIL_NEXT_STEP = "until-next-step"
    UNTIL_ANCHOR = "until-anchor"


class MissingDay(StrEnum):
    """When a step that recurs by months comes in a month that has no such day: from the 31st, or from 29 February."""

    LAST_DAY = "last-day"
    """On the last day of that month."""
    NEXT_DAY = "next-day"
    """On the first day of the month after."""


class CampaignState(StrEnum):
    """Where a campaign stands. `models.campaigns.states` says which may follow which."""

    DRAFT = "draft"
    AWAITING_APPROVAL = "awaiting-approval"
    """Waits for another person than its author."""
    APPROVED = "approved"
    """Waits for its moment, or for somebody to launch it."""
    CANARY = "canary"
    """The first few get it; what comes of that decides on the rest."""
    TRIAL = "trial"
    """Its variants are tried out, each on its share."""
    REST = "rest"
    """Everybody else gets it."""
    FINISHED = "finished"
    CANCELLED = "cancelled"


class Wave(StrEnum):
    """The part of an audience that a recipient belongs to, in the order in which they are told."""

    CONTROL = "control"
    """Held out at random, and told nothing: what would have happened anyway."""
    CANARY = "canary"
    TRIAL = "trial"
    REST = "rest"


class CampaignAnswer(StrEnum):
    """What a recipient said to a campaign."""

    INTERESTED = "interested"
    NOT_INTERESTED = "not-interested"
    REPLIED = "replied"
    """Wrote something else back, other than an opt-out."""


class Rehearsed(StrEnum):
    """What would become of a customer of an audience if the campaign began."""

    TOLD = "told"
    HELD = "held"
    """Told later: a gate holds the message, and it is then still valid."""
    NOT_TOLD = "not-told"
    HELD_OUT = "held-out"
    """In the control group."""


class CampaignPart(StrEnum):
    """What part a customer had in a campaign, as an audience asks for it."""

    IN_AUDIENCE = "in-audience"
    """Whether told or held out."""
    SENT = "sent"
    ANSWERED = "answered"
    NOT_ANSWERED = "not-answered"
    """Was sent it, and did not answer."""


class LaunchKind(StrEnum):
    """When a campaign begins."""

    NOW = "now"
    """As soon as it is launched."""
    AT = "at"
    """At a moment, the same for everybody."""
    LOCAL_HOUR = "local-hour"
    """When each customer's own clock shows the hour."""


class WinnerBy(StrEnum):
    """What decides which variant of a trial goes to the rest: the share of those told who …"""

    ANSWERED = "answered"
    BOOKED = "booked"
    STAYED = "stayed"
    """… did not opt out."""
