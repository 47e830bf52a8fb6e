"""What a campaign does next, as a pure rule."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.campaigns.course import (
    Act,
    Course,
    first_wave_lacks,
    has_drifted,
    is_seen,
    next_act,
    objection_to,
    wave_after,
)
from models.campaigns.measures import CanaryMeasure
from models.campaigns.plans import Canary
from models.campaigns.states import FOLLOWERS, OVER, UNDER_WAY, may_follow
from models.core.words import CampaignState

NOW = datetime(2026, 3, 10, 4, tzinfo=UTC)
APPROVED = Course(
    state=CampaignState.APPROVED,
    stopped=False,
    launches_at=NOW,
    planned_up_to=100,
    canary_to=100,
    trial_to=100,
    rest_to=100,
    follow_up_after=None,
    followed_up_to=None,
    followed_up_at=None,
    cleared=False,
)
SEEN = CanaryMeasure(told=100, open=0, failed=0, opted_out=0, complained=0, last_contact_at=NOW)


def test_nothing_begins_before_its_moment_or_while_it_is_stopped() -> None:
    assert next_act(APPROVED, NOW) is Act.BEGIN
    assert next_act(APPROVED, NOW - timedelta(seconds=1)) is Act.WAIT
    assert next_act(replace(APPROVED, stopped=True), NOW) is Act.WAIT
    assert next_act(replace(APPROVED, launches_at=None), NOW) is Act.WAIT


def test_a_wave_is_planned_before_it_is_looked_at() -> None:
    canary = replace(APPROVED, state=CampaignState.CANARY, canary_to=150, trial_to=150, rest_to=900)
    assert next_act(canary, NOW) is Act.PLAN
    assert next_act(replace(canary, planned_up_to=150), NOW) is Act.LOOK_AT_CANARY
    assert next_act(replace(canary, state=CampaignState.REST, planned_up_to=900), NOW) is Act.LOOK_FOR_END


def test_those_who_did_not_answer_are_looked_for_once_an_hour_from_the_day_on() -> None:
    rest = replace(APPROVED, state=CampaignState.REST, follow_up_after=timedelta(days=3))
    later = NOW + timedelta(days=3)
    assert next_act(rest, later - timedelta(minutes=1)) is Act.LOOK_FOR_END
    assert next_act(rest, later) is Act.FOLLOW_UP
    assert next_act(replace(rest, followed_up_at=later), later + timedelta(minutes=59)) is Act.LOOK_FOR_END
    assert next_act(replace(rest, followed_up_at=later), later + timedelta(hours=1)) is Act.FOLLOW_UP
    assert next_act(replace(rest, followed_up_to=150, followed_up_at=later), later) is Act.FOLLOW_UP


def test_a_cancelled_campaign_is_cleared_once() -> None:
    cancelled = replace(APPROVED, state=CampaignState.CANCELLED)
    assert next_act(cancelled, NOW) is Act.CLEAR
    assert next_act(replace(cancelled, cleared=True), NOW) is Act.WAIT


@given(state=st.sampled_from(CampaignState), planned=st.integers(0, 200), stopped=st.booleans())
def test_what_is_stopped_plans_and_tells_nothing(state: CampaignState, planned: int, stopped: bool) -> None:
    act = next_act(replace(APPROVED, state=state, planned_up_to=planned, stopped=stopped), NOW)
    if stopped or state not in (*UNDER_WAY, CampaignState.APPROVED):
        assert act in (Act.WAIT, Act.CLEAR)


@pytest.mark.parametrize(
    ("canary_to", "trial_to", "wave"),
    [(150, 150, CampaignState.CANARY), (100, 200, CampaignState.TRIAL), (100, 100, CampaignState.REST)],
)
def test_the_next_wave_is_the_first_that_has_anybody(canary_to: int, trial_to: int, wave: CampaignState) -> None:
    assert wave_after(CampaignState.APPROVED, replace(APPROVED, canary_to=canary_to, trial_to=trial_to)) is wave


def test_a_limit_is_passed_only_above_it() -> None:
    canary = Canary(most_opted_out=2)
    assert objection_to(canary, replace(SEEN, opted_out=2)) is None
    assert objection_to(canary, replace(SEEN, opted_out=3)) is not None
    assert objection_to(canary, replace(SEEN, told=10, open=40, opted_out=1)) is None  # too few to tell yet
    assert objection_to(canary, replace(SEEN, told=0, open=1)) is None
    assert objection_to(canary, replace(SEEN, told=0)) is not None


def test_opt_outs_are_a_share_of_those_who_were_sent_it_and_failures_of_those_told() -> None:
    seen = replace(SEEN, told=100, failed=50, opted_out=1)
    assert (seen.percent("failed"), seen.percent("opted_out")) == (50.0, 2.0)
    assert seen.exceeds(Canary(most_failed=60, most_opted_out=1.5)) == {"opted_out": 2.0}
    assert replace(SEEN, told=5, failed=5).percent("opted_out") == 0


@given(
    told=st.integers(0, 60), at_least=st.integers(0, 60), in_wave=st.integers(1, 500), left=st.integers(0, 500),
    waiting=st.integers(0, 3),
)  # fmt: skip
def test_a_first_wave_grows_until_enough_were_told_and_by_no_more_than_are_left(
    told: int, at_least: int, in_wave: int, left: int, waiting: int
) -> None:
    seen = replace(SEEN, told=min(told, in_wave), open=waiting)
    lacks = first_wave_lacks(Canary(at_least=at_least), seen, in_wave, left)
    assert 0 <= lacks <= left
    enough = seen.told >= at_least or seen.open or not seen.told
    assert (lacks == 0) == bool(enough or not left)
    if lacks and lacks < left:
        assert seen.told + lacks * seen.told / in_wave >= at_least


def test_a_wave_is_seen_when_all_were_told_and_had_time() -> None:
    after = timedelta(hours=2)
    assert not is_seen(after, 1, NOW, NOW + after)
    assert not is_seen(after, 0, NOW, NOW + after - timedelta(seconds=1))
    assert is_seen(after, 0, NOW, NOW + after)


@given(approved=st.integers(1, 10**6), percent=st.integers(0, 100))
def test_an_audience_of_the_same_size_has_not_drifted(approved: int, percent: int) -> None:
    assert not has_drifted(approved, approved, percent)
    assert has_drifted(approved, 0, percent)
    assert has_drifted(approved, approved * 3, percent)


def test_what_is_over_stays_over() -> None:
    assert {state for state, following in FOLLOWERS.items() if not following} == set(OVER)
    assert not may_follow(CampaignState.REST, CampaignState.DRAFT)
