"""What an outcome of a call is: its key, what it needs, and what follows from it. Declared once, each.

Those of every call stand in `models.calls.outcomes`, those of calls about one kind of subject in its kit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from models.core.errors import InvalidInput
from models.core.words import OutcomeName, Purpose, SubjectKind, TouchState
from models.kits.effects import Effect
from models.stores.working_hours import WorkingHours


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


@dataclass(frozen=True, slots=True)
class CallReport:
    """What a member of staff says of a call."""

    outcome: OutcomeName
    note: str | None = None
    callback_at: datetime | None = None
    promise: PromiseMade | None = None
    marks: Mapping[str, int] = field(default_factory=dict)
    """What the customer marked when asked about the visit, by dimension."""


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
