"""A campaign's plan while it is written."""

from typing import Any

import pytest
from pydantic import ValidationError

from console.web.campaigns.draft import (
    add_variant,
    body_of,
    errors_in,
    may_add_variant,
    new_body,
    new_follow_up,
    plan_of_text,
    remove_variant,
    says_in,
    shares_left,
    text_at,
    tidied,
    write_at,
)
from models.campaigns.plans import BadPlan, CampaignPlan, read_plan
from models.campaigns.recipes import list_recipes
from models.campaigns.words import FOLLOW_UP, check_texts
from models.core.validation import Place
from models.core.words import StepKind


def refused(body: dict[str, Any]) -> dict[Place, str]:
    """Everything that is wrong with a plan, by its place."""
    with pytest.raises(BadPlan) as refusal:
        read_plan(body)
    error: ValidationError = refusal.value.error
    return dict(errors_in(error, body, "en"))


def test_an_empty_campaign_could_be_sent_as_it_is() -> None:
    plan = read_plan(new_body())
    check_texts(plan)
    assert plan.audience == CampaignPlan.model_validate(new_body()).audience
    assert body_of(plan) == new_body()


def test_every_recipe_comes_back_from_the_form_as_it_went_in() -> None:
    for recipe in list_recipes():
        plan = read_plan(recipe.plan_data())
        assert read_plan(tidied(body_of(plan))) == plan


def test_a_language_in_which_nothing_is_said_is_left_out() -> None:
    body = new_body()
    write_at(body["variants"][0]["words"], "en", "sms", "  ")
    assert not says_in(body, "a", "en")
    assert says_in(body, "a", "zh-CN")
    assert list(read_plan(tidied(body)).variants[0].words) == ["zh-CN"]


def test_an_e_mail_has_two_parts() -> None:
    words: dict[str, Any] = {}
    write_at(words, "en", "email", "Spring", "subject")
    write_at(words, "en", "email", "Come by.")
    assert words == {"en": {"email": {"subject": "Spring", "text": "Come by."}}}
    assert text_at(words, "en", "email", "subject") == "Spring"
    assert text_at(words, "zh-CN", "email") == ""
    assert text_at({"en": {"sms": None}}, "en", "sms") == ""


def test_variants_share_alike_until_somebody_says_otherwise() -> None:
    body = new_body()
    for _ in range(2):
        add_variant(body)
    assert [(one["key"], one["share"]) for one in body["variants"]] == [("a", 34), ("b", 33), ("c", 33)]
    assert shares_left(body) == 0
    remove_variant(body, 1)
    add_variant(body)
    assert [one["key"] for one in body["variants"]] == ["a", "c", "b"]
    add_variant(body)
    assert not may_add_variant(body)
    for one in body["variants"]:
        one["share"] = 10
    assert shares_left(body) == 60
    assert read_plan(body).has_trial


def test_what_is_wrong_is_told_where_it_is() -> None:
    body = new_body() | {"valid_for": "soon", "budget": "-1"}
    body["audience"] = {"kind": "all", "of": [{"kind": "not", "of": {"kind": "age"}}]}
    body["canary"]["percent"] = 101
    found = refused(body)
    assert found.keys() == {("valid_for",), ("budget",), ("audience", "of", 0, "of"), ("canary", "percent")}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"channels": ["sms", "wechat"]}, ("variants", 0, "words", "zh-CN", "wechat")),
        ({"channels": ["sms", "sms"]}, ("channels",)),
        ({"launch": {"kind": "at"}}, ("launch", "at")),
    ],
)
def test_what_only_the_whole_shows_is_told_at_one_field(change: dict[str, Any], place: Place) -> None:
    assert place in refused(new_body() | change)


def test_a_follow_up_that_says_nothing_by_a_channel() -> None:
    body = new_body() | {"follow_up": new_follow_up(StepKind.MESSAGE), "channels": ["wechat"]}
    for language in ("zh-CN", "en"):
        write_at(body["variants"][0]["words"], language, "wechat", "Hello")
    assert ("follow_up", "words", "zh-CN", "wechat") in refused(body)


def test_one_text_can_be_looked_at_whatever_else_is_unfinished() -> None:
    body = new_body() | {"valid_for": "soon", "audience": {"kind": "any", "of": []}}
    plan = plan_of_text(body, "a", "sms", "en")
    assert list(plan.variants[0].words) == ["en"]
    body["follow_up"] = new_follow_up(StepKind.CALL)
    call = plan_of_text(body, FOLLOW_UP, "sms", "zh-CN")
    assert call.follow_up is not None
    assert call.follow_up.kind is StepKind.CALL
    write_at(body["follow_up"]["words"], "zh-CN", "sms", "Ask how the car does.")
    check_texts(plan_of_text(body, FOLLOW_UP, "sms", "zh-CN"))
