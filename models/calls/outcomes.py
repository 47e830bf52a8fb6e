"""The effects of each call outcome, as pure rules without a database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import assert_never

from models.core.errors import InvalidInput
from models.core.words import CallOutcome, Purpose, SubjectKind, TouchState
from models.kits.registry import traits_of
from models.stores.working_hours import WorkingHours, next_working_day, next_working_moment

LATER = timedelta(hours=3)
"""The delay from a first unanswered attempt to the next one."""
TRIES = 3
"""The total number of attempts for a customer who does not answer."""
KEPT_ALIVE = timedelta(days=1)
"""A postponed call stays valid for at least this long after its new time."""
REFUSED_PURPOSES = (Purpose.FOLLOW_UP, Purpose.SURVEY, Purpose.MARKETING)
"""The purposes that a refusal of contact stops. Service and dunning continue."""


class IncompleteOutcome(InvalidInput):
    """An outcome that lacks a required detail."""

    def __init__(self, outcome: CallOutcome, needed: str) -> None:
        self.outcome, self.needed = outcome, needed
        super().__init__(f"The outcome '{outcome}' needs {needed}.")


class UnfitOutcome(InvalidInput):
    """An outcome that is impossible for this call."""

    def __init__(self, outcome: CallOutcome, reason: str) -> None:
        self.outcome, self.reason = outcome, reason
        super().__init__(f"The outcome '{outcome}' cannot be recorded: {reason}.")


@dataclass(frozen=True, slots=True)
class PromiseMade:
    """A promise to pay by a day; without an amount, all that is owed."""

    on: date
    amount: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class CallReport:
    """What a member of staff reports about a call."""

    outcome: CallOutcome
    note: str | None = None
    callback_at: datetime | None = None
    promise: PromiseMade | None = None
    marks: Mapping[str, int] = field(default_factory=dict)
    """The customer's marks for the visit, by dimension."""


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What the effects depend on, apart from the report."""

    now: datetime
    hours: WorkingHours
    works_holidays: bool
    subject: SubjectKind
    unanswered: int
    """Unanswered attempts before this one."""
    another_phone: bool
    """The customer has another usable number."""

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


DONE = CallEffects(TouchState.DONE)


def effects_of(report: CallReport, facts: CallFacts) -> CallEffects:
    """Return the effects of a report. Raises `IncompleteOutcome` or `UnfitOutcome`."""
    _check_arguments(report)
    match report.outcome:
        case CallOutcome.REACHED_SATISFIED | CallOutcome.REACHED:
            return DONE
        case CallOutcome.REACHED_NOT_SATISFIED:
            return CallEffects(TouchState.DONE, opens_complaint=True)
        case CallOutcome.PROMISED:
            return _promised(report, facts)
        case CallOutcome.NO_ANSWER:
            return _no_answer(facts)
        case CallOutcome.WRONG_NUMBER:
            state, again_at = (TouchState.READY, facts.now) if facts.another_phone else (TouchState.DONE, None)
            return CallEffects(state, again_at, invalidates_number=True)
        case CallOutcome.REFUSES_CONTACT:
            return CallEffects(TouchState.DONE, refuses=REFUSED_PURPOSES)
        case CallOutcome.CALLBACK:
            return _callback(report, facts)
        case _:
            assert_never(report.outcome)


def _check_arguments(report: CallReport) -> None:
    if report.callback_at is not None and report.outcome is not CallOutcome.CALLBACK:
        raise UnfitOutcome(report.outcome, f"a time to call again goes with '{CallOutcome.CALLBACK}'")
    if report.promise is not None and report.outcome is not CallOutcome.PROMISED:
        raise UnfitOutcome(report.outcome, f"a promised day goes with '{CallOutcome.PROMISED}'")


def _promised(report: CallReport, facts: CallFacts) -> CallEffects:
    promise = report.promise
    if CallOutcome.PROMISED not in traits_of(facts.subject).outcomes:
        raise UnfitOutcome(report.outcome, f"the call is about a {facts.subject}, and only an account is promised to")
    if promise is None:
        raise IncompleteOutcome(report.outcome, "the day that was promised")
    if promise.on < facts.today:
        raise UnfitOutcome(report.outcome, f"the promised day {promise.on} has passed; today is {facts.today}")
    if promise.amount is not None and promise.amount <= 0:
        raise UnfitOutcome(report.outcome, f"the amount {promise.amount} is not above zero")
    if (promise.amount is None) != (promise.currency is None):
        raise IncompleteOutcome(report.outcome, "an amount and its currency together, or neither")
    return CallEffects(TouchState.DONE, promise=promise)


def _no_answer(facts: CallFacts) -> CallEffects:
    """Retry later the same day, then the next day: three attempts in all."""
    tries = facts.unanswered + 1
    if tries >= TRIES:
        return DONE
    if tries == 1:
        again_at = next_working_moment(facts.hours, facts.now + LATER, works_holidays=facts.works_holidays)
    else:
        again_at = next_working_day(facts.hours, facts.now, works_holidays=facts.works_holidays)
    return CallEffects(TouchState.READY, again_at)


def _callback(report: CallReport, facts: CallFacts) -> CallEffects:
    """The time the customer asked for takes precedence over the store's hours."""
    if report.callback_at is None:
        raise IncompleteOutcome(report.outcome, "the time that the customer asked for")
    if report.callback_at <= facts.now:
        asked = report.callback_at.astimezone(facts.hours.contact.zone)
        raise UnfitOutcome(report.outcome, f"the time {asked:%Y-%m-%d %H:%M} has passed")
    return CallEffects(TouchState.READY, report.callback_at)
