"""Choices for an audience's conditions, and campaigns that wait for a person."""

import pytest
from sqlalchemy import insert

from models.campaigns.audiences import read_audience
from models.campaigns.course import NOBODY_REACHED
from models.campaigns.tables import AudienceList
from models.core.words import CampaignState, Role
from tasks.campaigns.audiences.choices import read_choices, read_examples, read_names
from tasks.campaigns.authors import Author
from tasks.campaigns.listing import list_campaigns
from tests.support.campaigns import BEGAN, LaunchedCampaign
from tests.support.world import World


@pytest.fixture
def other_store(world: World) -> int:
    return world.store()


def reached(author_of: int | None) -> Author:
    return Author("mei", Role.MARKETING, author_of)


def test_only_what_is_within_reach_can_be_named(world: World, other_store: int) -> None:
    for name, store_id in (("ours", world.store_id), ("everybody's", None), ("theirs", other_store)):
        values = {"name": name, "store_id": store_id, "made_at": BEGAN, "made_by": "mei"}
        world.connection.execute(insert(AudienceList).values(**values))
        LaunchedCampaign(world).change(name=name, store_id=store_id)
    ours = read_choices(world.connection, reached(world.store_id), None)
    assert {name: set(found.values()) for name, found in ours.items()} == {
        "list": {"ours", "everybody's"},
        "campaign": {"ours", "everybody's"},
    }
    everything = read_choices(world.connection, reached(None), None)
    assert {len(found) for found in everything.values()} == {3}


def test_a_campaign_does_not_name_itself(world: World) -> None:
    campaign = LaunchedCampaign(world)
    assert read_choices(world.connection, reached(None), campaign.id)["campaign"] == {}


def test_what_a_rule_names_is_known_by_its_name(world: World) -> None:
    campaign = LaunchedCampaign(world)
    campaign.change(name="Spring")
    rule = read_audience(
        {"kind": "all", "of": [{"kind": "campaign", "campaign": campaign.id}, {"kind": "list", "list": 99}]}
    )
    assert read_names(world.connection, rule) == {"list": {}, "campaign": {campaign.id: "Spring"}}


def test_examples_are_what_stands_in_the_records_the_commonest_first(world: World, other_store: int) -> None:
    for level in ("Gold", "Silver", "Gold"):
        world.vehicle(world.customer(level=level), make="Xinghe")
    found = read_examples(world.connection, world.store_id)
    assert (found["levels"], found["makes"], found["areas"], found["stores"]) == (
        ["Gold", "Silver"], ["Xinghe"], [], ["K1"],
    )  # fmt: skip
    assert read_examples(world.connection, other_store)["levels"] == []


def test_those_need_somebody_that_are_held_or_wait_for_an_approval(world: World) -> None:
    for name, state, held in (
        ("waits", CampaignState.AWAITING_APPROVAL, False),
        ("held", CampaignState.CANARY, True),
        ("goes on", CampaignState.REST, False),
        ("draft", CampaignState.DRAFT, False),
    ):
        values = {"held_at": BEGAN, "held_reason": NOBODY_REACHED} if held else {}
        LaunchedCampaign(world).change(name=name, state=state, **values)
    found = list_campaigns(world.connection, reached(None), needing=True).items
    assert {row.name for row in found} == {"waits", "held"}
