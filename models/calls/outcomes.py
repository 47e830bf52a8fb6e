"""What may come of every call, and the rule that says what follows from a report, apart from any database."""

from collections.abc import Mapping
from datetime import timedelta
from functools import cache

from models.core.words import OutcomeName, Purpose, SubjectKind, TouchState
from models.kits.outcomes import (
    DONE,
    CallEffects,
    CallFacts,
    CallReport,
    IncompleteOutcome,
    Need,
    Outcome,
    UnfitOutcome,
)
from models.kits.registry import BrokenKit, all_traits, traits_of
from models.stores.working_hours import next_working_day, next_working_moment

LATER = timedelta(hours=3)
"""The delay from a first unanswered attempt to the next one."""
TRIES = 3
"""The total number of attempts for a customer who does not answer."""
KEPT_ALIVE = timedelta(days=1)
"""A postponed call stays valid for at least this long after its new time."""
REFUSED_PURPOSES = (Purpose.FOLLOW_UP, Purpose.SURVEY, Purpose.MARKETING)
"""What a customer who refuses contact no longer gets; service and dunning remain."""
GOES_WITH = {Need.TIME: "a time to call again", Need.PROMISE: "a promised day"}


def _complains(report: CallReport, facts: CallFacts) -> CallEffects:  # noqa: ARG001  the contract's
    return CallEffects(TouchState.DONE, opens_complaint=True)


def _tries_again(report: CallReport, facts: CallFacts) -> CallEffects:  # noqa: ARG001  the contract's
    """Again later the same day, then on the next, three times in all."""
    tries = facts.unanswered + 1
    if tries >= TRIES:
        return DONE
    if tries == 1:
        again_at = next_working_moment(facts.hours, facts.now + LATER, works_holidays=facts.works_holidays)
    else:
        again_at = next_working_day(facts.hours, facts.now, works_holidays=facts.works_holidays)
    return CallEffects(TouchState.READY, again_at)


def _drops_number(report: CallReport, facts: CallFacts) -> CallEffects:  # noqa: ARG001  the contract's
    state, again_at = (TouchState.READY, facts.now) if facts.another_phone else (TouchState.DONE, None)
    return CallEffects(state, again_at, invalidates_number=True)


def _refuses(report: CallReport, facts: CallFacts) -> CallEffects:  # noqa: ARG001  the contract's
    return CallEffects(TouchState.DONE, refuses=REFUSED_PURPOSES)


def _calls_back(report: CallReport, facts: CallFacts) -> CallEffects:
    """The customer's own wish goes before the store's hours."""
    if report.callback_at is None:
        raise IncompleteOutcome(report.outcome, "the time that the customer asked for")
    if report.callback_at <= facts.now:
        asked = report.callback_at.astimezone(facts.hours.contact.zone)
        raise UnfitOutcome(report.outcome, f"the time {asked:%Y-%m-%d %H:%M} has passed")
    return CallEffects(TouchState.READY, report.callback_at)


REACHED_SATISFIED = Outcome(
    name=OutcomeName("reached-satisfied"), key="1", follows="done", takes_marks=True, satisfied=True
)
REACHED_NOT_SATISFIED = Outcome(
    name=OutcomeName("reached-not-satisfied"),
    key="2",
    follows="done, and a complaint opens: first answer within 24 hours, solved within 48, closed when the customer "
    "agrees; then [one more call](#complaint-followup)",
    effects=_complains,
    takes_marks=True,
    satisfied=False,
)
REACHED = Outcome(name=OutcomeName("reached"), key="3", follows="done", takes_marks=True)
NO_ANSWER = Outcome(
    name=OutcomeName("no-answer"),
    key="5",
    follows="again 3 hours later, or when staff next call; then on the next day that the store is open; "
    "three tries in all",
    effects=_tries_again,
    reached=False,
    unanswered=True,
)
WRONG_NUMBER = Outcome(
    name=OutcomeName("wrong-number"),
    key="6",
    follows="the number is not used any more; the next number, or else done",
    effects=_drops_number,
    reached=False,
)
REFUSES_CONTACT = Outcome(
    name=OutcomeName("refuses-contact"),
    key="7",
    follows="done, consent withdrawn as above, other planned contacts of these purposes cancelled",
    effects=_refuses,
)
CALLBACK = Outcome(
    name=OutcomeName("callback"),
    key="8",
    follows="again at the time that the customer asked for",
    effects=_calls_back,
    needs=Need.TIME,
)
OF_EVERY_CALL = tuple(declared for declared in list(globals().values()) if isinstance(declared, Outcome))


@cache
def all_outcomes() -> Mapping[OutcomeName, Outcome]:
    """Every outcome that some call may have, by its name, in the order of the keys.

    Raises `BrokenKit` where two have one name or one key.
    """
    found = {one.name: one for one in OF_EVERY_CALL}
    for traits in all_traits().values():
        for one in traits.outcomes:
            if found.setdefault(one.name, one) != one:
                raise BrokenKit(f"subject '{traits.kind}'", f"the outcome '{one.name}' is declared elsewhere, too")
    keys: dict[str, OutcomeName] = {}
    for one in found.values():
        if (taken := keys.setdefault(one.key, one.name)) != one.name:
            raise BrokenKit(f"outcome '{one.name}'", f"its key '{one.key}' records the outcome '{taken}'")
    return dict(sorted(found.items(), key=lambda item: item[1].key))


def outcomes_of(subject: SubjectKind) -> dict[OutcomeName, Outcome]:
    """The outcomes that a call about such a subject may have: those of every call, and its own."""
    fitting = (*OF_EVERY_CALL, *traits_of(subject).outcomes)
    return {name: one for name, one in all_outcomes().items() if one in fitting}


def names_of(**counts: bool) -> list[OutcomeName]:
    """The names of the outcomes that count so: `reached`, `unanswered`, `satisfied`, each as `Outcome` has it."""
    return [name for name, one in all_outcomes().items() if all(getattr(one, how) is so for how, so in counts.items())]


def agreed_times() -> list[OutcomeName]:
    """The outcomes by which a time for the next call was agreed on."""
    return [name for name, one in all_outcomes().items() if one.needs is Need.TIME]


def effects_of(report: CallReport, facts: CallFacts) -> CallEffects:
    """What follows from a report. Raises `IncompleteOutcome` or `UnfitOutcome`."""
    outcome = _fitting(report.outcome, facts.subject)
    for need, what in GOES_WITH.items():
        if getattr(report, need) is not None and outcome.needs is not need:
            takers = " or ".join(f"'{name}'" for name, one in all_outcomes().items() if one.needs is need)
            raise UnfitOutcome(report.outcome, f"{what} goes with {takers}")
    outcome.answered(report.answers)
    return outcome.effects(report, facts)


def _fitting(name: OutcomeName, subject: SubjectKind) -> Outcome:
    known = all_outcomes()
    if name not in known:
        raise UnfitOutcome(name, f"it is none of {', '.join(known)}")
    if name not in outcomes_of(subject):
        raise UnfitOutcome(name, f"the call is about a {subject}, and {known[name].only}")
    return known[name]
