"""The vocabulary of inbound: how it came, what it is, its state, how it was answered, and what free text suggests."""

from enum import StrEnum

from models.core.words import ChannelName, ContactKind


class InboundWay(StrEnum):
    """How a customer said something."""

    REPLY = "reply"
    """Written back to a message."""
    PAGE_REQUEST = "page-request"
    """A visit, or another time for one, asked for on a page."""
    PAGE_WISH = "page-wish"
    """Words left on a page, such as beside the marks of a survey."""
    PHONE = "phone-call"
    COUNTER = "counter"
    LETTER = "letter-received"
    EMAIL = "e-mail-received"
    WECHAT = "wechat-received"


BY_HAND = (InboundWay.PHONE, InboundWay.COUNTER, InboundWay.LETTER, InboundWay.EMAIL, InboundWay.WECHAT)
"""The ways that staff and other systems record. The others come about by themselves."""
SENDER_KINDS: dict[InboundWay, ContactKind] = {
    InboundWay.PHONE: ContactKind.PHONE,
    InboundWay.COUNTER: ContactKind.PHONE,
    InboundWay.EMAIL: ContactKind.EMAIL,
    InboundWay.WECHAT: ContactKind.WECHAT,
}
"""What the sender of a way is known by. A letter's is none that we could write to."""
REPLY_KINDS: dict[ChannelName, ContactKind] = {
    ChannelName.SMS: ContactKind.PHONE,
    ChannelName.PHONE: ContactKind.PHONE,
    ChannelName.EMAIL: ContactKind.EMAIL,
    ChannelName.WECHAT: ContactKind.WECHAT,
}
"""The same for the channel of a reply."""
ANSWER_CHANNELS: dict[InboundWay, ChannelName] = {
    InboundWay.EMAIL: ChannelName.EMAIL,
    InboundWay.WECHAT: ChannelName.WECHAT,
}
"""By which channel an answer goes first. Otherwise it is the channel of the reply, or SMS."""


class InboundKind(StrEnum):
    """What a customer wants."""

    QUESTION = "question"
    WISH = "wish"
    COMPLAINT = "complaint"
    INTEREST = "interest"
    """In what a campaign offers."""
    REVOCATION = "revocation"
    """They want no more messages."""
    BOOKING = "booking"
    """A visit, or another time for one."""
    OTHER = "other"


class InboundState(StrEnum):
    """The state of what a customer said. `models.inbound.states` defines the transitions."""

    OPEN = "open"
    """Somebody is responsible, but has not begun."""
    TAKEN = "taken"
    """Somebody has taken it, and stays responsible until it is answered or handed over."""
    ANSWERED = "answered"


class AnswerWay(StrEnum):
    """How an inbound was answered."""

    CALL = "by-call"
    MESSAGE = "by-message"
    APPOINTMENT = "by-appointment"
    CASE = "by-case"
    LEAD = "by-lead"
    IN_PERSON = "in-person"
    """At the counter, or while the customer was on the phone."""
    NONE = "no-answer-needed"
    """With the reason in words."""


class Suggestion(StrEnum):
    """What the rules understand free text to mean. Staff confirm or refuse it."""

    REVOCATION = "revocation"
    PROMISE = "promise-to-pay"
    OTHER_TIME = "other-time"
    COMPLAINT = "complaint"
    INTEREST = "interest"
    ABSENCE = "absence"
    """An automatic reply: nobody has said anything."""


KIND_OF: dict[Suggestion, InboundKind] = {
    Suggestion.REVOCATION: InboundKind.REVOCATION,
    Suggestion.PROMISE: InboundKind.OTHER,
    Suggestion.OTHER_TIME: InboundKind.BOOKING,
    Suggestion.COMPLAINT: InboundKind.COMPLAINT,
    Suggestion.INTEREST: InboundKind.INTEREST,
    Suggestion.ABSENCE: InboundKind.OTHER,
}
"""The kind that a suggestion makes of an inbound whose kind nobody has named."""
