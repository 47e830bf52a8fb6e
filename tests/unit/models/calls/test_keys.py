"""The queue's rules: which key means what, whose calls somebody is given, when marks are asked for."""

from datetime import timedelta

import pytest

from models.calls.outcomes import NO_ANSWER, REACHED, all_outcomes
from models.calls.queue import (
    NotAMarkOfACall,
    asks_marks,
    check_marks,
    keys_of,
    per_hour,
    roles_served,
)
from models.core.words import OutcomeName, Purpose, Role, SubjectKind
from models.subjects.account import PROMISED, REFUSES_TO_PAY
from models.subjects.handover import TRADES_IN
from tests.support.world import at

KEYS = keys_of(SubjectKind("account"))
NOW = at("2026-03-10 10:00")


def test_every_outcome_has_one_key() -> None:
    keys = [one.key for one in all_outcomes().values()]
    assert len(set(keys)) == len(keys)
    assert sorted(KEYS) == [str(number) for number in range(9)]
    assert not {"m", "n", "s"} & set(keys), "the page of calls takes them for marks, the note and skipping"


def test_a_key_means_the_same_for_every_call_and_only_accounts_promise_or_refuse_to_pay() -> None:
    assert keys_of(SubjectKind("account")) == KEYS
    others = keys_of(SubjectKind("handover"))
    assert not {PROMISED.name, REFUSES_TO_PAY.name} & set(others.values())
    of_every_call = {key: outcome for key, outcome in KEYS.items() if key not in ("0", "4")}
    assert others == of_every_call | {TRADES_IN.key: TRADES_IN.name}


@pytest.mark.parametrize(
    ("role", "served"),
    [
        (Role.AGENT, {None, Role.AGENT}),
        (Role.ADVISOR, {Role.ADVISOR}),
        (Role.PARTS, {Role.PARTS}),
        (Role.FINANCE, {Role.FINANCE}),
        (Role.MANAGER, {None, *Role}),
        (Role.MARKETING, {Role.MARKETING}),
        (Role.SALES, {Role.SALES}),
        (Role.FRONT_DESK, {Role.FRONT_DESK}),
        (Role.WORKSHOP, {Role.WORKSHOP}),
        (Role.GENERAL_MANAGER, {None, *Role}),
        (Role.OPERATOR, set()),
    ],
)
def test_whose_calls_somebody_is_given(role: Role, served: set[Role | None]) -> None:
    assert roles_served(role) == served


@pytest.mark.parametrize(
    ("purpose", "subject", "asked"),
    [
        (Purpose.SURVEY, SubjectKind("handover"), True),
        (Purpose.SURVEY, SubjectKind("warranty"), False),
        (Purpose.FOLLOW_UP, SubjectKind("repair-order"), True),
        (Purpose.FOLLOW_UP, SubjectKind("handover"), False),
        (Purpose.DUNNING, SubjectKind("account"), False),
    ],
)
def test_when_marks_are_asked_for(purpose: Purpose, subject: SubjectKind, *, asked: bool) -> None:
    assert asks_marks(purpose, subject) is asked


@pytest.mark.parametrize(
    ("marks", "outcome", "subject"),
    [
        ({"solved": 6}, REACHED.name, SubjectKind("handover")),
        ({"solved": 0}, REACHED.name, SubjectKind("handover")),
        ({"weather": 3}, REACHED.name, SubjectKind("handover")),
        ({"solved": 3}, NO_ANSWER.name, SubjectKind("handover")),
        ({"solved": 3}, REACHED.name, SubjectKind("appointment")),
    ],
)
def test_marks_that_cannot_be_of_the_call(marks: dict[str, int], outcome: OutcomeName, subject: SubjectKind) -> None:
    with pytest.raises(NotAMarkOfACall):
        check_marks(marks, outcome, Purpose.SURVEY, subject)


def test_marks_that_can() -> None:
    check_marks({"solved": 1, "recommends": 5}, REACHED.name, Purpose.SURVEY, SubjectKind("handover"))
    check_marks({}, NO_ANSWER.name, Purpose.DUNNING, SubjectKind("account"))


def test_how_many_an_hour() -> None:
    assert per_hour(0, None, NOW) == 0
    assert per_hour(7, NOW - timedelta(minutes=10), NOW) == 7
    assert per_hour(50, NOW - timedelta(hours=2, minutes=30), NOW) == 20
