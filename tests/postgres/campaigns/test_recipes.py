"""Every shipped recipe is a valid plan with valid texts for real customers in both languages."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import update

from models.campaigns.plans import read_plan
from models.campaigns.recipes import FOLDER, KEYS, NoSuchRecipe, list_recipes, recipe
from models.campaigns.words import FOLLOW_UP, LANGUAGES, sayings_of
from models.core.settings import Settings
from models.core.words import ChannelName, LaunchKind, Purpose, StepKind
from models.people.tables import Store
from tasks.campaigns.audiences.counting import sample_audience
from tasks.campaigns.wording.messages import check_words, preview
from tests.support.world import World, at

NOW = at("2026-03-10 10:00")
WRITTEN = (ChannelName.SMS, ChannelName.WECHAT, ChannelName.EMAIL)
MOST_SEGMENTS = 3


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, public_url="https://service.example.com")


def test_every_file_is_a_recipe_and_every_recipe_is_named_in_both_languages() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.toml")) == sorted(KEYS)
    for one in list_recipes():
        assert set(one.name) == set(one.description) == set(LANGUAGES)
    with pytest.raises(NoSuchRecipe, match="There is no recipe 'easter'; expected one of warranty-inspection"):
        recipe("easter")


@pytest.mark.parametrize("key", KEYS)
def test_a_recipe_is_a_good_plan_with_words_for_every_channel_and_language(key: str, settings: Settings) -> None:
    plan = read_plan(recipe(key).plan_data())
    check_words(plan, settings)
    said = {(one.variant, one.channel, one.language) for one in sayings_of(plan) if not one.by_phone}
    names = [variant.key for variant in plan.variants]
    names += [FOLLOW_UP] if plan.follow_up and plan.follow_up.kind is StepKind.MESSAGE else []
    assert said == {(name, channel, language) for name in names for channel in WRITTEN for language in LANGUAGES}
    if plan.follow_up:
        assert set(plan.follow_up.words) == set(LANGUAGES)


def test_only_the_inspection_is_a_service_and_asks_for_no_opt_in() -> None:
    services = [key for key in KEYS if read_plan(recipe(key).plan_data()).purpose is Purpose.SERVICE]
    assert services == ["warranty-inspection"]


@pytest.mark.parametrize("key", KEYS)
def test_a_recipe_can_begin_on_a_day_and_stays_as_it_is(key: str) -> None:
    plan = read_plan(recipe(key).plan_data(date(2026, 4, 1)))
    assert (plan.launch.kind, plan.launch.day, plan.launch.hour) == (
        LaunchKind.LOCAL_HOUR, date(2026, 4, 1), recipe(key).hour,
    )  # fmt: skip
    assert read_plan(recipe(key).plan_data()).launch.kind is LaunchKind.NOW


@pytest.mark.parametrize("key", KEYS)
def test_what_it_says_is_fit_to_be_sent(world: World, settings: Settings, key: str) -> None:
    store = {"name": "上海浦东申江汽车4S店", "phone": "+862155500000"}
    world.connection.execute(update(Store).where(Store.id == world.store_id).values(**store))
    plan = read_plan(recipe(key).plan_data())
    english = world.customer(name="Elizabeth Montgomery", salutation="Ms", language="en")
    chinese = world.customer(name="欧阳娜娜", salutation="女士", language="zh-CN")
    carless = world.customer(name="王芳", language="zh-CN")
    for customer in (english, chinese):
        world.vehicle(customer, model="Aurora 1.5T", plate="沪A12345")
    for one in sayings_of(plan):
        for customer in (english, chinese, carless):
            seen = preview(world.connection, "春季车主活动日", plan, customer, one.variant, one.channel, settings, NOW)
            assert "{" not in seen.text
            assert "  " not in seen.text
            if seen.length is not None and not one.by_phone:
                assert seen.length.segments <= MOST_SEGMENTS, seen.text


Fitting = Callable[[World, int], object]
FITTING: dict[str, Fitting] = {
    "warranty-inspection": lambda world, customer: world.warranty(customer, "2026-04-10"),
    "festival-greeting": lambda world, customer: None,
    "trade-in": lambda world, customer: (
        world.vehicle(customer, model_year=2022),
        world.repair_order(customer, "2025-10-01"),
    ),
    "win-back": lambda world, customer: (world.vehicle(customer), world.repair_order(customer, "2025-01-10")),
    "event-invitation": lambda world, customer: world.repair_order(customer, "2025-10-01"),
}
"""What makes a customer one of those that a recipe is for."""


@pytest.mark.parametrize("key", KEYS)
def test_it_finds_whom_it_is_for_and_nobody_with_an_open_complaint(world: World, key: str) -> None:
    welcome, complaining, nobody = world.customer(), world.customer(), world.customer(phone=None)
    for customer in (welcome, complaining):
        FITTING[key](world, customer)
    world.complaint(complaining, "2026-03-09 10:00")
    world.complaint(nobody, "2026-03-01 10:00", "2026-03-02 10:00")
    rule = read_plan(recipe(key).plan_data()).audience
    found = sample_audience(world.connection, rule, NOW, world.store_id, 10)
    assert [one.customer_id for one in found] == [welcome]
