"""A provider in memory that takes no keys, loses its answers, and can be asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from models.core.settings import Settings
from tasks.channels import opening
from tasks.channels.addresses import Address
from tasks.channels.asking import Answer, NoAnswer, NotKnown, OnItsWay, Question
from tasks.channels.contract import Abilities, Message, Outcome, Unknown

SCHEME = "scratch"
ADDRESS = f"{SCHEME}://provider"


@dataclass
class ScratchProvider:
    """Sends what it gets, unless it is `deaf`; never says so until it is asked."""

    SCHEMES: tuple[str, ...] = (SCHEME,)
    FORM: str = f"{SCHEME}://HOST"
    abilities: Abilities = field(default_factory=lambda: Abilities(can_be_asked=True, messages_a_request=50))
    deaf: bool = False
    sent: list[Message] = field(default_factory=list)
    asked: list[Question] = field(default_factory=list)
    say: Callable[[Question], Answer] | None = None
    """The answer about a message; None tells of those that were sent."""

    def open_provider(self, address: Address, settings: Settings) -> "ScratchProvider":
        return self

    async def send(self, batch: Sequence[Message]) -> list[Outcome]:
        if not self.deaf:
            self.sent += batch
        return [Unknown("the connection broke") for _ in batch]

    async def ask(self, questions: Sequence[Question], now: datetime) -> list[Answer]:
        self.asked += questions
        return [self._answer(question) for question in questions]

    async def aclose(self) -> None:
        """Nothing is open."""

    def _answer(self, question: Question) -> Answer:
        if self.say is not None:
            return self.say(question)
        return OnItsWay() if question.touch_id in {one.id for one in self.sent} else NotKnown()


NO_WORD = NoAnswer("the provider answered 500")


def install(monkeypatch: pytest.MonkeyPatch) -> ScratchProvider:
    """A provider that addresses of the scheme `scratch` lead to."""
    provider = ScratchProvider()
    found = opening.find_providers() | {SCHEME: provider}
    monkeypatch.setattr(opening, "find_providers", lambda: found)
    return provider
