"""What an outcome of a call is: its key, what it needs, and what follows from it. Declared once, each.

Those of every call stand in `models.calls.outcomes`, those of calls about one kind of subject in its kit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from models.core.errors import InvalidInput
from models.core.words import OutcomeName, Purpose, SubjectKind, TouchState
from models.kits.effects import Effect
from models.stores.working_hours import WorkingHours

HIGHEST_AMOUNT = Decimal(10) ** 12
CENT = Decimal("0.01")


class IncompleteOutcome(InvalidInput):
    """An outcome without what it needs."""

    def __init__(self, outcome: OutcomeName, needed: str) -> None:
        self.outcome, self.needed = outcome, needed
        super().__init__(f"The outcome '{outcome}' needs {needed}.")


class UnfitOutcome(InvalidInput):
    """An outcome that cannot be true of the call."""

    def __init__(self, outcome: OutcomeName, reason: str) -> None:
        self.outcome, self.reason = outcome, reason
        super().__init__(f"The outcome '{outcome}' cannot be recorded: {reason}.")


class Need(StrEnum):
    """What an outcome needs to be said beside its name. The value names the field of `CallReport`."""

    TIME = "callback_at"
    """When to call again."""
    PROMISE = "promise"
    """The day that was promised, and perhaps an amount."""


@dataclass(frozen=True, slots=True)
class PromiseMade:
    """A promise to pay by a day; without an amount, all that is owed."""

    on: date
    amount: Decimal | None = None
    currency: str | None = None


class AnswerKind(StrEnum):
    """What an answer to a question is."""

    DAY = "day"
    AMOUNT = "amount"
    CHOICE = "choice"
    TEXT = "text"


OutcomeAnswer = date | Decimal | str


@dataclass(frozen=True, slots=True)
class Question:
    """What staff are asked beside an outcome of a call. Its name is a word of the business, in both languages."""

    name: str
    kind: AnswerKind
    choices: tuple[str, ...] = ()
    """Of a choice: the words, each with its own in both languages."""
    required: bool = False

    def read(self, outcome: OutcomeName, text: str) -> OutcomeAnswer:
        """The answer that a text gives. Raises `UnfitOutcome`."""
        match self.kind:
            case AnswerKind.DAY:
                return self._day(outcome, text)
            case AnswerKind.AMOUNT:
                return self._amount(outcome, text)
            case AnswerKind.CHOICE:
                if text not in self.choices:
                    raise UnfitOutcome(outcome, f"{self.name} '{text}' is none of {', '.join(self.choices)}")
                return text
            case AnswerKind.TEXT:
                return text

    def _day(self, outcome: OutcomeName, text: str) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise UnfitOutcome(outcome, f"{self.name} '{text}' is not a day such as 2026-03-10") from error

    def _amount(self, outcome: OutcomeName, text: str) -> Decimal:
        try:
            amount = Decimal(text)
        except InvalidOperation as error:
            raise UnfitOutcome(outcome, f"{self.name} '{text}' is not an amount such as 1500.00") from error
        if not amount.is_finite() or amount < 0 or amount >= HIGHEST_AMOUNT or amount != amount.quantize(CENT):
            raise UnfitOutcome(outcome, f"{self.name} '{text}' is not an amount from 0 on, in cents")
        return amount


@dataclass(frozen=True, slots=True)
class CallReport:
    """What a member of staff says of a call."""

    outcome: OutcomeName
    note: str | None = None
    callback_at: datetime | None = None
    promise: PromiseMade | None = None
    marks: Mapping[str, int] = field(default_factory=dict)
    """What the customer marked when asked about the visit, by dimension."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """What the outcome's own questions were answered with, as text, by their names."""


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What the effects depend on, beside the report."""

    now: datetime
    hours: WorkingHours
    works_holidays: bool
    subject: SubjectKind
    unanswered: int
    """Tries without an answer before this one."""
    another_phone: bool
    """The customer has another usable number."""
    figures: Mapping[str, Any] = field(default_factory=dict)
    """What the planner saw of the subject."""

    @property
    def today(self) -> date:
        """The store-local day."""
        return self.now.astimezone(self.hours.contact.zone).date()


@dataclass(frozen=True, slots=True)
class CallEffects:
    """What follows from a call."""

    state: TouchState
    again_at: datetime | None = None
    opens_complaint: bool = False
    invalidates_number: bool = False
    refuses: tuple[Purpose, ...] = ()
    """Purposes for which consent is withdrawn, on every channel."""
    promise: PromiseMade | None = None
    carries_out: tuple[Effect, ...] = ()
    """What the kit of the subject does, too, as if a task asked for it."""


DONE = CallEffects(TouchState.DONE)


def settles(report: CallReport, facts: CallFacts) -> CallEffects:  # noqa: ARG001  the contract's
    """The call is done, and nothing else follows."""
    return DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One thing that may come of a call. Its name in both languages is a word of the business."""

    name: OutcomeName
    key: str
    """Records it, on the page of calls. It means the same for every call."""
    follows: str
    """What follows from it, in Markdown, for the documentation."""
    effects: Callable[[CallReport, CallFacts], CallEffects] = settles
    """What follows from it, as a pure function. Raises `IncompleteOutcome` or `UnfitOutcome`."""
    needs: Need | None = None
    only: str = ""
    """Why a call about another subject cannot have it, as the rest of a sentence; of every call's, empty."""
    reached: bool = True
    """The customer was spoken to, which counts as having said something to them."""
    unanswered: bool = False
    """It counts as a try without an answer."""
    takes_marks: bool = False
    """A customer who was asked how it was may have given marks."""
    satisfied: bool | None = None
    """Whether the customer is; None: that was not said."""
    asks: tuple[Question, ...] = ()
    """What staff are asked beside it. The kit that offers it keeps the answers (`Subject.take_outcome`)."""
    kept: bool = False
    """The kit that offers it keeps what came of the call on its subject, which `take_outcome` does."""

    def answered(self, answers: Mapping[str, str]) -> dict[str, OutcomeAnswer]:
        """The answers to its questions, read; empty ones are left out. Raises `IncompleteOutcome`, `UnfitOutcome`."""
        known = {question.name: question for question in self.asks}
        given = {name: text.strip() for name, text in answers.items() if text.strip()}
        for name in given.keys() - known.keys():
            raise UnfitOutcome(self.name, f"it does not ask for '{name}'")
        for question in self.asks:
            if question.required and question.name not in given:
                raise IncompleteOutcome(self.name, f"an answer to '{question.name}'")
        return {name: known[name].read(self.name, text) for name, text in given.items()}
