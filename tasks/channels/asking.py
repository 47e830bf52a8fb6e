"""What a provider can be asked about a message, and what it may answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable
from uuid import UUID

from tasks.channels.contract import Channel

NOBODY = UUID(int=0)
NOBODYS_NUMBER = "+8610000000000"
"""A message that was never sent, to a number that nobody has: asking for it tries the settings."""


@dataclass(frozen=True, slots=True)
class Question:
    """What became of one message?"""

    touch_id: UUID
    message_id: str | None
    """The provider's own id, if it ever told it."""
    to: str
    text: str
    """What it said."""
    sent_at: datetime
    """The timezone-aware moment of the handover."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """It has arrived."""

    at: datetime | None = None
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class Undelivered:
    """The provider took it, and it has not arrived and will not."""

    reason: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OnItsWay:
    """The provider has it, and has no report yet: it was accepted."""

    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class NotKnown:
    """The provider has no such message, or not yet."""


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The provider did not answer the question, or with nonsense."""

    reason: str


Answer = Delivered | Undelivered | OnItsWay | NotKnown | NoAnswer


@runtime_checkable
class AskableChannel(Channel, Protocol):
    """A channel whose provider can be asked what became of a message."""

    async def ask(self, questions: Sequence[Question], now: datetime) -> list[Answer]:
        """Asks at `now`. Returns one answer per question, in the same order.

        A failure is an answer and is never raised.
        """


@runtime_checkable
class CheckableChannel(Channel, Protocol):
    """A channel whose settings can be tried with the provider without sending anything."""

    async def check(self, now: datetime) -> str | None:
        """What is wrong with the settings, without any secret; None if the provider accepts them."""
