"""The measures of a canary and of a trial's variants."""

from datetime import timedelta

import pytest

from models.campaigns.measures import VariantMeasure
from models.core.words import AppointmentStatus, CampaignAnswer, ChannelName, Purpose, TouchState, Wave, WinnerBy
from tasks.campaigns.outcome.measuring import measure_canary, measure_trial
from tests.support.campaigns import BEGAN, SMS, LaunchedCampaign, a_plan
from tests.support.world import World, at

LATER = at("2026-03-10 13:00")
NOW = at("2026-03-10 18:00")
TWO = a_plan(variants=[{"key": "a", "share": 20, "words": SMS}, {"key": "b", "share": 20, "words": SMS}])


@pytest.fixture
def campaign(world: World) -> LaunchedCampaign:
    return LaunchedCampaign(world, BEGAN, TWO)


def test_the_canary_counts_who_was_told_and_who_is_still_to_be(campaign: LaunchedCampaign) -> None:
    campaign.change(planned_up_to=0)
    for minutes, state in enumerate((TouchState.SENT, TouchState.UNKNOWN, TouchState.FAILED)):
        contacted = BEGAN + timedelta(minutes=minutes)
        campaign.touch(campaign.recipient(wave=Wave.CANARY), state, contacted_at=contacted)
    for state in (TouchState.PLANNED, TouchState.AWAITING_APPROVAL):
        campaign.touch(campaign.recipient(wave=Wave.CANARY), state)
    campaign.touch(campaign.recipient(wave=Wave.CANARY), TouchState.CANCELLED)
    campaign.recipient(wave=Wave.CANARY)  # its touch is not planned yet
    campaign.told(wave=Wave.REST)
    measure = measure_canary(campaign.world.connection, campaign.id, NOW)
    assert (measure.told, measure.open, measure.failed) == (3, 3, 1)
    assert measure.last_contact_at == BEGAN + timedelta(minutes=2)


def test_whom_the_planner_passed_over_is_not_waited_for(campaign: LaunchedCampaign) -> None:
    campaign.recipient(wave=Wave.CANARY)
    assert measure_canary(campaign.world.connection, campaign.id, NOW).open == 0


def test_the_canary_counts_opt_outs_and_complaints_since_each_was_told(campaign: LaunchedCampaign) -> None:
    world = campaign.world
    stopped, stopped_before, of_survey, complaining, later = (world.customer() for _ in range(5))
    for customer in (stopped, stopped_before, of_survey, complaining, later):
        campaign.told(customer, wave=Wave.CANARY)
    world.consent(stopped, granted=False, given_at=LATER, channel=ChannelName.SMS)
    world.consent(stopped, granted=False, given_at=LATER, purpose=Purpose.MARKETING)
    world.consent(stopped_before, granted=False, given_at=at("2026-03-10 09:00"))
    world.consent(of_survey, granted=False, given_at=LATER, purpose=Purpose.SURVEY)
    world.complaint(complaining, "2026-03-10 12:00")
    world.complaint(later, "2026-03-10 19:00")
    measure = measure_canary(world.connection, campaign.id, NOW)
    assert (measure.told, measure.opted_out, measure.complained) == (5, 1, 1)


def test_a_trial_is_measured_by_what_decides_it(campaign: LaunchedCampaign) -> None:
    world = campaign.world
    booking, asking, calling_off, leaving = (world.customer() for _ in range(4))
    campaign.told(booking, wave=Wave.CANARY, variant="a", answer=CampaignAnswer.INTERESTED)
    campaign.told(asking, wave=Wave.TRIAL, variant="b")
    campaign.told(calling_off, wave=Wave.TRIAL, variant="b", answer=CampaignAnswer.REPLIED)
    campaign.told(leaving, wave=Wave.TRIAL, variant="b", answer=CampaignAnswer.NOT_INTERESTED)
    campaign.told(wave=Wave.REST, variant="b", answer=CampaignAnswer.INTERESTED)
    campaign.touch(campaign.recipient(wave=Wave.TRIAL, variant="a"), TouchState.CANCELLED)
    world.appointment(booking, "2026-03-20 10:00", booked_at=LATER)
    world.appointment(asking, "2026-03-20 11:00", requested_at=LATER, status=AppointmentStatus.REQUESTED)
    world.appointment(calling_off, "2026-03-20 12:00", booked_at=LATER, status=AppointmentStatus.CANCELLED)
    world.consent(leaving, granted=False, given_at=LATER)

    def measured(by: WinnerBy) -> list[VariantMeasure]:
        return measure_trial(world.connection, campaign.id, by, NOW)

    assert measured(WinnerBy.ANSWERED) == [("a", 1, 1), ("b", 3, 1)]
    assert measured(WinnerBy.BOOKED) == [("a", 1, 1), ("b", 3, 1)]
    assert measured(WinnerBy.STAYED) == [("a", 1, 1), ("b", 3, 2)]


def test_a_trial_in_which_nobody_was_told_names_every_variant(campaign: LaunchedCampaign) -> None:
    assert measure_trial(campaign.world.connection, campaign.id, WinnerBy.BOOKED, NOW) == [("a", 0, 0), ("b", 0, 0)]
