"""What a kind of subject makes of what customers write back: `tasks/subjects/<kind>/replies.py` holds it as `REPLIES`.

A reply belongs to what waits for it, or else to what was said to the customer last. The engine decides which; the kit
says what waits, and what follows. A kit that takes no replies has no such module.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection

from models.core.words import CampaignAnswer, ReplyMeaning, SubjectKind


@dataclass(frozen=True, slots=True)
class About:
    """The subject that a reply is about."""

    kind: SubjectKind
    subject_id: int
    customer_id: int
    messaged_at: datetime | None = None
    """When the customer was last messaged about it: of the subjects of several kits, the latest is meant."""
    noted: Mapping[str, Any] = field(default_factory=dict)
    """Columns of `Reply` by which the kit knows the reply again."""


@dataclass(frozen=True, slots=True)
class Led:
    """What a reply has led to, and what is left to do."""

    answer: CampaignAnswer | None = None
    """What it answers to a campaign."""
    cancels: ColumnElement[bool] | None = None
    """The touches that an opt-out cancels beside those of its channel."""
    figures: Mapping[str, object] = field(default_factory=dict)
    """What their verdicts say was seen."""


class Replies(ABC):
    """What replies mean to one kind of subject."""

    kind: SubjectKind
    answers_messages: bool = False
    """Whatever is written back to a message about it answers it, unless something else waits for an answer."""

    def waits(self, connection: Connection, customers: Sequence[int], now: datetime) -> bool:  # noqa: ARG002  for others
        """Whether one of the customers was asked for a `1` or a `2`, and has not answered."""
        return False

    def find(
        self,
        connection: Connection,  # noqa: ARG002  for others
        customers: Sequence[int],  # noqa: ARG002  for others
        meaning: ReplyMeaning,  # noqa: ARG002  for others
        now: datetime,  # noqa: ARG002  for others
    ) -> About | None:
        """The subject that a reply of this meaning is about, whatever was said last; locked until the end."""
        return None

    @abstractmethod
    def take(
        self, connection: Connection, about: About, meaning: ReplyMeaning, customers: Sequence[int], now: datetime
    ) -> Led:
        """Do what follows from the reply. `customers` are all who have the sender's address."""
