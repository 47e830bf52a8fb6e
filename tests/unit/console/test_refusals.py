"""What a check refuses and what a campaign is held for, in the viewer's language."""

import pytest
from pydantic import ValidationError

from console.web.campaign_draft import new_body
from console.web.refusals import problems_of, reason_of
from console.web.words import say_reason
from models.audiences import BadAudience, read_audience
from models.campaign_course import AUDIENCE_DRIFTED, BUDGET_USED_UP, NOBODY_REACHED, TOO_MANY
from models.campaign_plans import BadPlan, CampaignPlan, read_plan
from tasks.campaigns.approving import NOT_IN_TIME

CHINESE = "zh-CN"
HELD = [
    AUDIENCE_DRIFTED.format(size=9, approved=10), BUDGET_USED_UP.format(budget=9, spent=8, dearest=2), NOBODY_REACHED,
    NOT_IN_TIME, *(sentence.format(percent=7.5, limit=5) for sentence in TOO_MANY.values()),
    "Refused by ann: too dear", "Cancelled by ann: a misprint",
]  # fmt: skip


@pytest.mark.parametrize("sentence", HELD)
def test_why_a_campaign_is_held_is_said_in_chinese(sentence: str) -> None:
    assert say_reason(CHINESE, sentence) != sentence
    assert say_reason("en", sentence) == sentence


@pytest.mark.parametrize("language", [CHINESE, "en"])
def test_what_a_field_is_refused_for_is_said_as_a_person_would(language: str) -> None:
    wrong = {"most_drift": 101, "per_minute": 0, "budget": "much", "measured_days": None, "priority": 1.5}
    with pytest.raises(ValidationError) as refused:
        CampaignPlan.model_validate(new_body() | wrong)
    problems = refused.value.errors(include_input=False)
    assert len(problems) == len(wrong)
    for problem in problems:
        assert reason_of(language, problem) != problem["msg"]


def test_a_group_with_an_unfinished_part_is_not_said_to_be_empty() -> None:
    with pytest.raises(BadAudience) as refused:
        read_audience({"kind": "any", "of": [{"kind": "age"}]})
    assert [problem["loc"] for problem in problems_of(refused.value.error)] == [("any", "of", 0, "age")]
    with pytest.raises(BadAudience) as refused:
        read_audience({"kind": "any", "of": []})
    assert [problem["loc"] for problem in problems_of(refused.value.error)] == [("any", "of")]


def test_what_only_several_fields_show_is_said_in_chinese() -> None:
    with pytest.raises(BadPlan) as plan:
        read_plan(new_body() | {"channels": ["wechat"]})
    with pytest.raises(BadAudience) as audience:
        read_audience({"kind": "all", "of": [{"kind": "age"}, {"kind": "car", "least_age": 5, "most_age": 3}]})
    problems = [problem for one in (plan, audience) for problem in one.value.error.errors(include_input=False)]
    assert [reason_of(CHINESE, problem) for problem in problems] == [
        "版本 a 没有 zh-CN 的微信文字",
        "年龄：请至少填写一个界限",
        "车龄：从 5 到 3 没有任何值，前者不能大于后者",
    ]
