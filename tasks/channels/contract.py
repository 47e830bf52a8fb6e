"""The contract between dispatch and channels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from math import ceil
from typing import Protocol
from uuid import UUID

from models.core.errors import InvalidInput
from models.core.words import Purpose

TRY_LATER = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
"""The 4xx statuses that are transient."""
CHUNKS_IN_FLIGHT = 3
"""Chunks of one batch that are looked at, sent and recorded beside each other."""
KEYED_CHUNK = 500
"""The size of a chunk that may be sent again after a crash: large, because each chunk costs two transactions."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a channel can do. Dispatch arranges its work accordingly."""

    takes_key: bool = False
    """A message may be handed over again, marked `resend`, without a duplicate."""
    can_be_asked: bool = False
    """The provider can be asked what became of a message: the channel is an `AskableChannel`."""
    needs_registered: bool = False
    """It sends registered templates with parameters, not text."""
    messages_a_request: int = 1
    requests_at_once: int = 1
    counts_segments: bool = False
    """The provider charges by SMS segment."""

    @property
    def chunk(self) -> int:
        """The best number of messages per call.

        Without a key, the chunks in flight together just keep the channel busy: in a crash, a message that waits for
        its turn would become unknown with the others.
        """
        if self.takes_key:
            return max(KEYED_CHUNK, self.messages_a_request)
        share = self.messages_a_request * self.requests_at_once / CHUNKS_IN_FLIGHT
        return ceil(share / self.messages_a_request) * self.messages_a_request


@dataclass(frozen=True, slots=True)
class RegisteredMessage:
    """A message as a template that is registered with the provider."""

    code: str
    """The provider's name of the template."""
    parameters: tuple[tuple[str, str], ...]
    """Names and values in the provider's order."""


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
    parameters: Mapping[str, str] = field(default_factory=dict)
    """The template's variables as filled in, links as `links.survey`. If resent, their values of now."""
    language: str = ""
    store: str = ""
    """The code of the store that it is from."""
    process: str = ""
    store_name: str = ""
    postal_address: str | None = None
    """The store's."""
    registered: RegisteredMessage | None = None
    """Only for a channel that needs registered templates."""
    unsubscribe: str | None = None
    """A URL at which a POST ends e-mail for this purpose."""

    @property
    def fields(self) -> dict[str, dict[str, str] | str]:
        """The message as gateways and the outbox get it."""
        return {
            "id": str(self.id),
            "to": self.to,
            "text": self.text,
            **({"subject": self.subject} if self.subject is not None else {}),
            "template": self.template,
            "purpose": self.purpose.value,
            "parameters": dict(self.parameters),
            "language": self.language,
            "store": self.store,
            "process": self.process,
        }


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
    retry_after: timedelta | None = None
    """The provider asked not to be tried again before."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Delivery unknown. Only an idempotent channel may get it again."""

    reason: str


Outcome = Accepted | Rejected | Transient | Unknown


class Channel(Protocol):
    """A way to send messages to customers."""

    @property
    def abilities(self) -> Abilities:
        """What it can do."""

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
