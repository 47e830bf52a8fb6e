"""What dispatch asks of every channel, and what a channel answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Protocol
from uuid import UUID

from models.core.errors import AftercareError
from models.core.words import Purpose

TRY_LATER = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
"""The 4xx answers that blame the moment, not the message."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one recipient, ready to go."""

    id: UUID
    """The touch's id; the idempotency key where the channel takes one."""
    to: str
    """Where it goes: an E.164 phone number, an e-mail address, a WeChat id."""
    text: str
    subject: str | None
    """The subject line, where the channel has one."""
    template: str
    purpose: Purpose
    sent_at: datetime
    """The aware moment at which dispatch handed it over."""
    resend: bool = False
    """Whether it was handed over before by a dispatcher that never learned the outcome."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The channel has taken the message over."""

    message_id: str | None = None
    """The channel's own name for it, which delivery receipts carry."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The channel will never take this message; trying again is of no use."""

    reason: str


@dataclass(frozen=True, slots=True)
class Transient:
    """The message certainly has not gone out; it may be tried again later."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The message may or may not have gone out. Only an idempotent channel may be given it again."""

    reason: str


Outcome = Accepted | Rejected | Transient | Unknown


class Channel(Protocol):
    """A way to reach customers."""

    @property
    def idempotent(self) -> bool:
        """Whether a message that was handed over before may be handed over again, marked `resend`, without doubling."""

    @property
    def chunk_size(self) -> int:
        """How many messages are best handed over in one go."""

    async def send(self, batch: Sequence[Message]) -> list[Outcome]:
        """Hands the messages over. One outcome a message, in the same order.

        What goes wrong with a message becomes its outcome; it is never raised, so no message takes others with it.
        """

    async def aclose(self) -> None:
        """Lets connections and threads go. The channel is not used afterwards."""


class UnusableChannelAddress(AftercareError):
    """A channel setting that names no channel. The address itself holds credentials and is not repeated."""

    def __init__(self, setting: str, problem: str, expected: str) -> None:
        self.setting = setting
        self.problem = problem
        self.expected = expected
        super().__init__(f"{setting} {problem}; expected {expected}.")


def judge_status(status: int, reason: str) -> Outcome:
    """What an HTTP status says of the message that it answers, when nothing more is known than `reason`.

    A redirect is not followed and therefore transient: nobody took the message, and only an operator can put
    the address right.
    """
    if 200 <= status < 300:
        return Accepted()
    if 400 <= status < 500 and status not in TRY_LATER:
        return Rejected(reason)
    return Transient(reason)
