"""The life of a touch: the allowed transitions, and the error for any other."""

from uuid import UUID

import pytest
from sqlalchemy import column
from sqlalchemy.dialects import postgresql

from models.core.base import enumeration
from models.core.words import TouchState
from models.ledger.touch_states import FOLLOWERS, OPEN, ForbiddenTransition, check_transitions, may_follow
from tasks.ledger.transitions import change, change_each
from tests.support.world import at

NOW = at("2026-03-10 10:00")
OVER = (TouchState.DONE, TouchState.SKIPPED, TouchState.MISSED)

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's own


def test_every_state_has_its_followers_and_staying_is_no_step() -> None:
    assert set(FOLLOWERS) == set(TouchState)
    assert not [state for state in TouchState if may_follow(state, state)]


def test_nothing_follows_what_is_over() -> None:
    assert not [(before, after) for before in OVER for after in TouchState if may_follow(before, after)]


def test_missed_is_what_was_on_a_list_and_nothing_on_a_list_is_skipped() -> None:
    assert [state for state in TouchState if may_follow(state, TouchState.MISSED)] == [TouchState.READY]
    assert not may_follow(TouchState.READY, TouchState.SKIPPED)


def test_an_error_says_what_was_to_become_what_and_which() -> None:
    error = ForbiddenTransition(TouchState.DONE, TouchState.MISSED, [UUID(int=7)])
    assert (error.before, error.after, error.ids) == (TouchState.DONE, TouchState.MISSED, (UUID(int=7),))
    assert str(error) == f"A touch that is done cannot become missed: {UUID(int=7)}."


def test_a_step_that_there_is_not_is_refused_before_any_row_is_looked_at() -> None:
    check_transitions([TouchState.READY, TouchState.DONE], TouchState.DONE)
    with pytest.raises(ForbiddenTransition, match="is sent cannot become planned"):
        change(TouchState.PLANNED, (TouchState.FAILED, TouchState.SENT), NOW)
    ways = {TouchState.CANCELLED: OPEN, TouchState.SKIPPED: OPEN}
    with pytest.raises(ForbiddenTransition, match="is ready cannot become skipped"):
        change_each(column("after", enumeration(TouchState)), ways, NOW)


def test_a_computed_state_is_asked_for_only_where_the_states_before_differ() -> None:
    after = column("after", enumeration(TouchState))
    alike = dict.fromkeys((TouchState.SENT, TouchState.UNKNOWN), (TouchState.SENDING,))
    assert str(change_each(after, alike, NOW).compile(dialect=DIALECT)).count("after") == 1
    apart = {TouchState.MISSED: (TouchState.READY,), TouchState.CANCELLED: OPEN}
    assert str(change_each(after, apart, NOW).compile(dialect=DIALECT)).count("after") == 3
