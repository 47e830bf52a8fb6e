"""Approval: above a size by someone other than the author, bound to the submitted plan, and with an expiry."""

from datetime import timedelta
from typing import Any

import pytest

from models.core.reasons import kept
from models.core.words import CampaignState, Role
from tasks.access.reach import NotYours
from tasks.access.sessions import MayNot
from tasks.campaigns.authors import Author
from tasks.campaigns.changing import WrongCampaignState
from tasks.campaigns.drafting import CampaignChangedMeanwhile, change_campaign, copy_campaign, create_campaign
from tasks.campaigns.launch.approving import (
    NOT_IN_TIME,
    WAITS_FOR,
    AnotherPlan,
    BudgetTooSmall,
    EmptyAudience,
    OwnCampaign,
    Submitted,
    approve,
    give_up_approvals,
    refuse,
    submit,
    withdraw,
)
from tasks.campaigns.launch.launching import BeginsInThePast, cancel, launch
from tasks.campaigns.listing import list_campaigns, list_events, read_campaign
from tests.support.campaigning import LI, MEI, NOON, CampaignOffice, hours, plan, words

CHEF = Author("chef", Role.MANAGER, None)


def submitted(marketing: CampaignOffice, author: Author = MEI, **changes: Any) -> tuple[int, Submitted]:
    with marketing.engine.begin() as connection:
        campaign = create_campaign(connection, author, "Spring", plan(**changes), NOON)
        return campaign, submit(connection, author, campaign, marketing.settings, NOON, launch=False)


def test_it_takes_another_person(marketing: CampaignOffice) -> None:
    marketing.customers(3)
    campaign, done = submitted(marketing)
    assert (done.state, done.size, done.alone_up_to) == (CampaignState.AWAITING_APPROVAL, 3, 0)
    with marketing.engine.begin() as connection:
        with pytest.raises(MayNot):
            approve(connection, MEI, campaign, done.fingerprint, NOON)
        approve(connection, LI, campaign, done.fingerprint, NOON)
    assert marketing.read(campaign).approver == "li"


def test_nobody_approves_their_own(marketing: CampaignOffice) -> None:
    marketing.customers(600)
    campaign, done = submitted(marketing, LI)
    assert done.state is CampaignState.AWAITING_APPROVAL
    with marketing.engine.begin() as connection, pytest.raises(OwnCampaign):
        approve(connection, LI, campaign, done.fingerprint, NOON)


def test_a_small_one_of_a_manager_needs_nobody(marketing: CampaignOffice) -> None:
    marketing.customers(3)
    campaign, done = submitted(marketing, LI)
    assert done.state is CampaignState.APPROVED
    with marketing.engine.begin() as connection:
        assert launch(connection, LI, campaign, NOON)
        assert not launch(connection, CHEF, campaign, NOON)  # clicked twice, or by two people: one campaign
    assert marketing.carry_on(campaign, NOON).sent == 3


def test_an_approval_is_of_what_was_read(marketing: CampaignOffice) -> None:
    marketing.customers(3)
    campaign, read = submitted(marketing)
    with marketing.engine.begin() as connection:
        other = plan(variants=[{"key": "a", "words": words("Another text. Reply TD to stop.")}])
        assert change_campaign(connection, MEI, campaign, other, 1, NOON) == 2
        assert submit(connection, MEI, campaign, marketing.settings, NOON, launch=False).fingerprint != read.fingerprint
        with pytest.raises(AnotherPlan):
            approve(connection, LI, campaign, read.fingerprint, NOON)


def test_a_change_voids_the_approval(marketing: CampaignOffice) -> None:
    marketing.customers(3)
    campaign = marketing.approved(plan(), NOON)
    with marketing.engine.begin() as connection:
        change_campaign(connection, MEI, campaign, plan(control_percent=10), 1, NOON)
        with pytest.raises(WrongCampaignState):
            launch(connection, MEI, campaign, NOON)
    assert marketing.read(campaign).approver is None


def test_the_same_plan_saved_again_voids_nothing(marketing: CampaignOffice) -> None:
    marketing.customers(3)
    campaign = marketing.approved(plan(), NOON)
    with marketing.engine.begin() as connection:
        assert change_campaign(connection, MEI, campaign, plan(), 1, NOON) == 1
    assert marketing.read(campaign).state == CampaignState.APPROVED


def test_the_second_of_two_who_edit_is_told(marketing: CampaignOffice) -> None:
    marketing.customers(3)
    campaign, _ = submitted(marketing)
    with marketing.engine.begin() as connection:
        change_campaign(connection, LI, campaign, plan(control_percent=10), 1, NOON)
        with pytest.raises(CampaignChangedMeanwhile, match="li saved version 2"):
            change_campaign(connection, MEI, campaign, plan(control_percent=20), 1, NOON)


def test_what_nobody_approves_in_time_is_a_draft_again(marketing: CampaignOffice) -> None:
    marketing.customers(3)
    campaign, done = submitted(marketing)
    assert done.ends_at == NOON + WAITS_FOR
    with marketing.engine.begin() as connection:
        assert give_up_approvals(connection, NOON + WAITS_FOR - timedelta(seconds=1)) == []
        assert give_up_approvals(connection, NOON + WAITS_FOR) == [campaign]
    read = marketing.read(campaign)
    assert (read.state, read.notice) == (CampaignState.DRAFT, NOT_IN_TIME)


def test_a_refusal_says_why(marketing: CampaignOffice) -> None:
    marketing.customers(3)
    campaign, done = submitted(marketing)
    with marketing.engine.begin() as connection:
        refuse(connection, LI, campaign, done.fingerprint, "the price is wrong", NOON)
    read = marketing.read(campaign)
    assert (read.state, str(kept(read.notice, read.notice_figures))) == (
        CampaignState.DRAFT,
        "Refused by li: the price is wrong",
    )


def test_what_is_launched_when_approved_needs_no_second_click(marketing: CampaignOffice) -> None:
    marketing.customers(3)
    with marketing.engine.begin() as connection:
        campaign = create_campaign(connection, MEI, "Spring", plan(), NOON)
        done = submit(connection, MEI, campaign, marketing.settings, NOON, launch=True)
        approve(connection, LI, campaign, done.fingerprint, NOON + hours(1))
    assert marketing.carry_on(campaign, NOON + hours(1)).sent == 3


def test_a_draft_can_be_taken_back_and_copied(marketing: CampaignOffice) -> None:
    marketing.customers(3)
    campaign, _ = submitted(marketing)
    with marketing.engine.begin() as connection:
        withdraw(connection, MEI, campaign, NOON)
        copy = copy_campaign(connection, LI, campaign, "Autumn", NOON)
        assert read_campaign(connection, LI, copy).plan == read_campaign(connection, LI, campaign).plan
        page = list_campaigns(connection, MEI, limit=1)
        assert [row.name for row in page.items] == ["Autumn"]
        assert [row.name for row in list_campaigns(connection, MEI, after=page.following).items] == ["Spring"]
        actions = [event.action for event in list_events(connection, MEI, campaign)]
    assert actions == ["campaign.draft", "campaign.awaiting-approval", "campaign.made"]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"launch": {"kind": "at", "at": "2026-03-10T11:59:00+08:00"}}, BeginsInThePast),
        ({"launch": {"kind": "local-hour", "day": "2026-03-09", "hour": "10:00"}}, BeginsInThePast),
    ],
)
def test_a_moment_that_has_gone_is_refused(
    marketing: CampaignOffice, changes: dict[str, Any], complaint: type[Exception]
) -> None:
    marketing.customers(1)
    with pytest.raises(complaint):
        submitted(marketing, **changes)


def test_an_empty_audience_is_refused(marketing: CampaignOffice) -> None:
    with pytest.raises(EmptyAudience, match="Nobody is in the audience of 'Spring'"):
        submitted(marketing)


def test_a_budget_below_the_first_wave_is_refused(marketing: CampaignOffice) -> None:
    marketing.settings = marketing.settings.model_copy(
        update={"prices": marketing.settings.prices.model_copy(update={"sms": 1})}
    )
    marketing.customers(3)
    with pytest.raises(BudgetTooSmall):
        submitted(marketing, budget="0.50")


def test_someone_of_one_store_reaches_its_campaigns_only(marketing: CampaignOffice) -> None:
    marketing.customers(1)
    campaign, _ = submitted(marketing)
    stranger = Author("wei", Role.MANAGER, marketing.world.store_id)
    with marketing.engine.begin() as connection:
        with pytest.raises(NotYours):
            read_campaign(connection, stranger, campaign)
        with pytest.raises(NotYours):
            cancel(connection, stranger, campaign, NOON, "no")
        own = create_campaign(connection, stranger, "Ours", plan(), NOON)
        assert read_campaign(connection, stranger, own).store_id == marketing.world.store_id


def test_an_agent_makes_none(marketing: CampaignOffice) -> None:
    with marketing.engine.begin() as connection, pytest.raises(MayNot):
        create_campaign(connection, Author("an", Role.AGENT, None), "Spring", plan(), NOON)
