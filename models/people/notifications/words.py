"""The vocabulary of word to staff."""

from enum import StrEnum


class StaffChannel(StrEnum):
    """How a member of staff is reached."""

    EMAIL = "email"
    WECOM = "wecom"
    SMS = "sms"


class Topic(StrEnum):
    """What somebody is told of. All but the digest is told at once."""

    INBOUND_OVERDUE = "inbound-overdue"
    """What a customer said went to a manager, because nobody answered it by its deadline."""
    CASE_DEADLINE = "case-deadline"
    """A deadline of a case comes near or has passed."""
    CASE_ESCALATED = "case-escalated"
    """A case that is an escalation by itself, such as a call that nobody made."""
    APPOINTMENT_CHANGED = "appointment-changed"
    """An appointment of a department was moved or cancelled."""
    SHEET = "sheet"
    """The sheet of the coming day."""
    SHEET_IGNORED = "sheet-ignored"
    """A department has not acknowledged its sheet in time."""
    DIGEST = "digest"
    """All that is open, counted."""


class WordState(StrEnum):
    """The state of a message to a member of staff."""

    WAITING = "waiting"
    """Goes out at its next attempt."""
    SENDING = "sending"
    """Handed to the channel; may have been sent."""
    SENT = "sent"
    FAILED = "failed"
    """Every channel rejected it, or its retries are used up."""
    UNKNOWN = "unknown"
    """It may have been sent: the process died meanwhile, or the channel gave no clear answer. It is not sent again."""
