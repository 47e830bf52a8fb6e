"""The contract between dispatch and channels."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Protocol
from uuid import UUID

from models.core.errors import InvalidInput
from models.core.words import Purpose

TRY_LATER = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
"""The 4xx statuses that are transient."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one recipient, ready to send."""

    id: UUID
    """The touch's id; the idempotency key if the channel supports one."""
    to: str
    """The recipient: an E.164 phone number, an e-mail address or a WeChat id."""
    text: str
    subject: str | None
    """The subject line, if the channel has one."""
    template: str
    purpose: Purpose
    sent_at: datetime
    """The timezone-aware moment at which dispatch handed it over."""
    resend: bool = False
    """Whether a dispatcher handed it over before without learning the outcome."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The channel has accepted the message."""

    message_id: str | None = None
    """The channel's message id, used in delivery receipts."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The channel will never accept this message; a retry is useless."""

    reason: str


@dataclass(frozen=True, slots=True)
class Transient:
    """The message was certainly not sent; it may be retried later."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Delivery unknown. Only an idempotent channel may get it again."""

    reason: str


Outcome = Accepted | Rejected | Transient | Unknown


class Channel(Protocol):
    """A way to send messages to customers."""

    @property
    def idempotent(self) -> bool:
        """Whether a message may be handed over again, marked `resend`, without a duplicate."""

    @property
    def chunk_size(self) -> int:
        """The best number of messages per call."""

    async def send(self, batch: Sequence[Message]) -> list[Outcome]:
        """Sends the messages. Returns one outcome per message, in the same order.

        A failure becomes the message's outcome and is never raised, so that one message cannot fail the others.
        """

    async def aclose(self) -> None:
        """Releases connections and threads. The channel is not used afterwards."""


class UnusableChannelAddress(InvalidInput):
    """An invalid channel setting. The address contains credentials and is not repeated."""

    def __init__(self, setting: str, problem: str, expected: str) -> None:
        self.setting = setting
        self.problem = problem
        self.expected = expected
        super().__init__(f"{setting} {problem}; expected {expected}.")


def judge_status(status: int, reason: str) -> Outcome:
    """The outcome for an HTTP status, if only `reason` is known besides.

    A redirect is not followed and therefore transient: the message was not accepted, and only an operator can fix
    the address.
    """
    if 200 <= status < 300:
        return Accepted()
    if 400 <= status < 500 and status not in TRY_LATER:
        return Rejected(reason)
    return Transient(reason)
