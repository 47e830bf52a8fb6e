"""Why a customer got a campaign's message, and why another did not, wherever the campaign stands."""

from typing import Any

from sqlalchemy import select, update

from models.campaigns.course import NOBODY_REACHED
from models.campaigns.tables import Campaign, CampaignRecipient
from models.core.words import CampaignState, ProcessName, Wave
from models.ledger.explanations import ProcessStory, StepStanding
from models.people.tables import Customer
from tasks.campaigns.launch.launching import cancel
from tasks.explaining.story import explain
from tests.support.campaigning import MEI, NOON, CampaignOffice, plan
from tests.support.world import SHANGHAI


def story(marketing: CampaignOffice, customer: int) -> ProcessStory:
    with marketing.engine.connect() as connection:
        (campaigns,) = explain(
            connection, customer, NOON, [ProcessName("campaigns")], lambda _process, after, _zone: after
        ).processes
    return campaigns


def remarks(marketing: CampaignOffice, customer: int) -> list[str]:
    return [str(remark) for remark in story(marketing, customer).subjects[0].remarks]


def change(marketing: CampaignOffice, **values: Any) -> None:
    with marketing.engine.begin() as connection:
        connection.execute(update(Campaign).values(**values))


def test_who_is_outside_and_who_was_held_out_is_told_so(marketing: CampaignOffice) -> None:
    marketing.customers(4)
    campaign_id = marketing.launched(plan(control_percent=50), NOON)
    marketing.carry_on(campaign_id, NOON)
    (outside,) = marketing.customers(1)
    assert [one.say("en", SHANGHAI) for one in story(marketing, outside).remarks] == [
        "The customer is in the audience of no campaign that was launched.",
        "Not in the audience of 'Spring': what it asks for is so now, but was not on 2026-03-10 12:00, when it began.",
    ]
    with marketing.engine.connect() as connection:
        control = select(CampaignRecipient.customer_id).where(CampaignRecipient.wave == Wave.CONTROL)
        held_out = connection.scalars(control).all()
    assert len(held_out) == 2
    for customer in held_out:
        assert remarks(marketing, customer) == [
            "Held out of 'Spring' at random, as one of its control group: told nothing."
        ]


def test_who_is_outside_is_told_what_is_not_so_of_them(marketing: CampaignOffice) -> None:
    (gold,) = marketing.customers(1)
    (silver,) = marketing.customers(1)
    with marketing.engine.begin() as connection:
        connection.execute(update(Customer).where(Customer.id == gold).values(level="gold"))
        connection.execute(update(Customer).where(Customer.id == silver).values(level="silver"))
    wanted = [
        {"kind": "level", "levels": ["gold"]},
        {"kind": "complaint", "yes": False},
        {"kind": "any", "of": [{"kind": "contract", "yes": False}, {"kind": "car", "makes": ["BYD"]}]},
        {"kind": "not", "of": {"kind": "level", "levels": ["silver"]}},
    ]
    marketing.carry_on(marketing.launched(plan(audience={"kind": "all", "of": wanted}), NOON), NOON)
    told = story(marketing, silver).remarks[-1]
    assert str(told) == (
        "Not in the audience of 'Spring', which asks, as the facts stand now, for what is not so: "
        "is of the level gold; this does not hold: (is of the level silver)."
    )
    assert told.say("zh-CN") == ("不在“Spring”的受众中，按目前情况不符合：客户等级 gold; 不满足： (客户等级 silver)。")
    assert remarks(marketing, gold) == ["In the audience of 'Spring'."]


def test_of_one_that_is_paused_or_held_it_is_said_what_it_waits_for(marketing: CampaignOffice) -> None:
    (customer,) = marketing.customers(1)
    marketing.carry_on(marketing.launched(plan(), NOON), NOON)
    assert remarks(marketing, customer) == ["In the audience of 'Spring'."]
    change(marketing, paused_at=NOON, paused_by="mei")
    assert remarks(marketing, customer)[1:] == [
        "'Spring' was paused by mei: nothing more of it goes out until it is resumed."
    ]
    change(marketing, paused_at=None, paused_by=None, held_at=NOON, held_reason=NOBODY_REACHED)
    assert remarks(marketing, customer)[1:] == [
        "'Spring' has stopped by itself: nothing more of it goes out until somebody lets it go on.",
        "Nobody of the first wave could be told; see why before the rest is.",
    ]


def test_what_was_cancelled_is_not_said_to_be_looked_at_again(marketing: CampaignOffice) -> None:
    (customer,) = marketing.customers(1)
    campaign_id = marketing.launched(plan(), NOON)
    marketing.advance(campaign_id, NOON)
    with marketing.engine.begin() as connection:
        cancel(connection, MEI, campaign_id, NOON, "a misprint")
    marketing.advance(campaign_id, NOON)
    (step,) = story(marketing, customer).subjects[0].steps
    assert step.touch is not None
    assert (str(step.touch.reason), step.next_look_at) == ("the campaign was cancelled", None)


def test_of_whose_wave_is_to_come_it_is_not_said_that_nothing_is_in_the_way(marketing: CampaignOffice) -> None:
    customers = marketing.customers(4)
    campaign_id = marketing.launched(plan(canary={"percent": 25, "at_least": 1}), NOON)
    marketing.advance(campaign_id, NOON)
    assert marketing.read(campaign_id).state is CampaignState.CANARY
    steps = [story(marketing, customer).subjects[0].steps[0] for customer in customers]
    assert sorted((step.standing, step.reason and str(step.reason)) for step in steps) == [
        (StepStanding.IN_LEDGER, None), *[(StepStanding.STOPPED, "its wave has not begun")] * 3,
    ]  # fmt: skip
