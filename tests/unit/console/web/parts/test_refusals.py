"""What a check refuses and what a campaign is held for, in the viewer's language."""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from console.web.campaigns.draft import new_body
from console.web.parts.refusals import SENTENCES, reason_of
from console.web.policies.form import errors_in
from models.campaigns.audiences import BadAudience, read_audience
from models.campaigns.course import AUDIENCE_DRIFTED, BUDGET_USED_UP, NOBODY_REACHED, TOO_MANY
from models.campaigns.plans import BadPlan, CampaignPlan, read_plan
from models.core.reasons import GivenReason, give
from models.core.validation import problems_of
from models.core.words import ProcessName
from models.kits.registry import all_traits
from models.policies.policy import ContactRules, Policy, rules_of
from models.policies.shipped import (
    BadPolicy,
    read_contact_rules,
    read_policy,
    shipped_contact_rules,
    shipped_policy,
)
from tasks.campaigns.launch.approving import NOT_IN_TIME, REFUSED
from tasks.campaigns.launch.launching import CANCELLED_BY

CHINESE = "zh-CN"
BUDGET = {"budget": {"CNY": "9"}, "spent": {"CNY": "8"}, "dearest": {"CNY": "2"}}
HELD = [
    give(AUDIENCE_DRIFTED, size=9, approved=10), give(BUDGET_USED_UP, **BUDGET), give(NOBODY_REACHED),
    give(NOT_IN_TIME), *(give(code, percent=7.5, limit=5) for code in TOO_MANY.values()),
    give(REFUSED, login="ann", note="too dear"), give(CANCELLED_BY, login="ann", note="a misprint"),
]  # fmt: skip


@pytest.mark.parametrize("reason", HELD)
def test_why_a_campaign_is_held_is_said_in_chinese(reason: GivenReason) -> None:
    assert re.search(r"[\u4e00-\u9fff]", reason.say(CHINESE))
    assert reason.say("en") == str(reason) != reason.say(CHINESE)


@pytest.mark.parametrize("language", [CHINESE, "en"])
def test_what_a_field_is_refused_for_is_said_as_a_person_would(language: str) -> None:
    wrong = {"most_drift": 101, "per_minute": 0, "budget": "much", "measured_days": None, "priority": 1.5}
    with pytest.raises(ValidationError) as refused:
        CampaignPlan.model_validate(new_body() | wrong)
    problems = list(problems_of(refused.value))
    assert len(problems) == len(wrong)
    for problem in problems:
        assert reason_of(language, problem) != problem.message


def test_a_group_with_an_unfinished_part_is_not_said_to_be_empty() -> None:
    with pytest.raises(BadAudience) as refused:
        read_audience({"kind": "any", "of": [{"kind": "age"}]})
    assert [problem.place for problem in problems_of(refused.value.error)] == [("any", "of", 0, "age")]
    with pytest.raises(BadAudience) as refused:
        read_audience({"kind": "any", "of": []})
    assert [problem.place for problem in problems_of(refused.value.error)] == [("any", "of")]


def test_what_only_several_fields_show_is_said_in_chinese() -> None:
    with pytest.raises(BadPlan) as plan:
        read_plan(new_body() | {"channels": ["wechat"]})
    with pytest.raises(BadAudience) as audience:
        read_audience({"kind": "all", "of": [{"kind": "age"}, {"kind": "car", "least_age": 5, "most_age": 3}]})
    problems = [problem for one in (plan, audience) for problem in problems_of(one.value.error)]
    assert [reason_of(CHINESE, problem) for problem in problems] == [
        "版本 a 没有 zh-CN 的微信文字",
        "年龄：请至少填写一个界限",
        "车龄：从 5 到 3 没有任何值，前者不能大于后者",
    ]


RAISES: Mapping[str, tuple[str, ...]] = {
    "int": ("int_type", "int_parsing", "int_parsing_size", "int_from_float"),
    "str": ("string_type", "string_unicode"),
    "decimal": ("decimal_type", "decimal_parsing", "finite_number"),
    "bool": ("bool_type", "bool_parsing"),
    "time": ("time_type", "time_parsing"),
    "enum": ("enum",),
    "literal": ("literal_error",),
    "tuple": ("tuple_type",),
    "dict": ("dict_type",),
    "model": ("model_type", "model_attributes_type"),
    "model-field": ("missing",),
    "model-fields": ("extra_forbidden",),
    "tagged-union": ("union_tag_invalid", "union_tag_not_found"),
    "function-before": ("value_error",),
    "function-after": ("value_error",),
    "function-wrap": ("value_error",),
    **dict.fromkeys(("definitions", "definition-ref", "default", "nullable", "union", "no-info", "with-info"), ()),
    **dict.fromkeys(("named-tuple", "named-tuple-field", "function-plain", "any"), ()),
}
"""By the parts of a schema that pydantic makes of our models: what it may find wrong there. Any other part is new."""
LIMITS_OF = {
    "ge": "greater_than_equal", "gt": "greater_than", "le": "less_than_equal", "lt": "less_than",
    "pattern": "string_pattern_mismatch",
}  # fmt: skip


def problems_that_can_be(schema: Any) -> Iterator[str]:
    """The kinds of problem that data of a schema may have."""
    if isinstance(schema, list | tuple):
        for part in schema:
            yield from problems_that_can_be(part)
    if not isinstance(schema, dict):
        return
    kind = schema.get("type")
    if isinstance(kind, str):
        yield from RAISES[kind]
        yield from (problem for limit, problem in LIMITS_OF.items() if limit in schema)
        word = "string_too" if kind == "str" else "too"
        yield from (
            f"{word}_{end}" for end, limit in (("long", "max_length"), ("short", "min_length")) if limit in schema
        )
    for part in schema.values():
        yield from problems_that_can_be(part)


def test_every_problem_that_a_policy_can_have_has_its_sentence() -> None:
    models: tuple[type[BaseModel], ...] = (Policy, ContactRules, rules_of(all_traits()))
    found = {problem for model in models for problem in problems_that_can_be(model.__pydantic_core_schema__)}
    assert len(found) > 15
    assert found - {"value_error", "string_pattern_mismatch"} - SENTENCES.keys() == set()


WRONG: tuple[Any, ...] = (
    None,
    "",
    "Nonsense!",
    -1,
    1.5,
    10**30,
    [],
    ["nonsense"],
    {},
    {"cny": "-1"},
    "25:61",
    "a" * 61,
)


def test_whatever_is_filled_in_wrong_is_said_in_chinese() -> None:
    """Each field of each policy, with everything that nobody should fill in."""
    for name, body in bodies().items():
        read: Any = read_contact_rules if name == "contact-rules" else partial(read_policy, name)
        for data in (changed for wrong in WRONG for changed in with_each_field(body, wrong)):
            try:
                read(data)
            except BadPolicy as refusal:
                for error in errors_in(refusal.error, CHINESE):
                    plain = re.sub(r"“.*?”|until-\w+|[a-z]+-\d+|\b[dhm]\b|\d+[dhm]", "", error.sentence)
                    assert not re.search(r"[A-Za-z]{3,}", plain.replace("CNY", "")), (name, error)


def bodies() -> dict[str, dict[str, Any]]:
    """The shipped policies that have every kind of field, as the form holds them."""
    processes = (ProcessName("overdue-accounts"), ProcessName("warranty-expiry"), ProcessName("appointment-reminders"))
    found = {str(process): shipped_policy(process).model_dump(mode="json") for process in processes}
    return found | {"contact-rules": shipped_contact_rules().model_dump(mode="json")}


def with_each_field(body: dict[str, Any], wrong: Any) -> Iterator[dict[str, Any]]:
    """The body with one field after the other filled in wrongly."""
    yield from (body | {field: wrong} for field in body if field not in ("process", "steps", "rules"))
    yield from (body | {"rules": body["rules"] | {field: wrong}} for field in body.get("rules", {}))
    for field in body["steps"][0] if "steps" in body else ():
        yield body | {"steps": [body["steps"][0] | {field: wrong}, *body["steps"][1:]]}


OVERDUE = ProcessName("overdue-accounts")


def overdue_with(number: int, **fields: Any) -> dict[str, Any]:
    body = shipped_policy(OVERDUE).model_dump(mode="json")
    return body | {"steps": [step | (fields if place == number else {}) for place, step in enumerate(body["steps"])]}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (overdue_with(0, after="-3h"), "指定时刻时，间隔须以天为单位，不能用小时或分钟"),
        (overdue_with(0, valid_for="0d"), "必须大于零"),
        (overdue_with(0, late_after="-1d"), "不能为负"),
        (overdue_with(2, valid_for="until-anchor"), "“到基准日”只适用于基准日之前的步骤"),
        (overdue_with(0, channels=[]), "消息至少需要短信、邮件、微信中的一种"),
        (overdue_with(3, role=None), "电话和任务要指定负责角色，且不选渠道"),
        (overdue_with(1, when_late="merge"), "仅当日有效的步骤不能等待并入下一步，请选择其他过时处理方式"),
        (overdue_with(0, effects=[{"do": "open-case", "kind": "complaint"}]), "只有任务可以开立工单或冻结账户"),
        (overdue_with(1, key="before-due"), "名称 before-due 出现了两次；每个步骤的名称须不同"),
        (
            overdue_with(0, conditions=["still-booked"]),
            "条件“still-booked”不适用于账户；可选：“no-promise, still-owes”",
        ),
        (
            overdue_with(5, valid_for="until-next-step"),
            "“逾期 60 天移交财务”之后没有步骤：请把有效期写成时长，并选择其他过时处理方式",
        ),
        (overdue_with(1, after="-3d"), "“到期前提醒”与“今日到期提醒”重叠：两者对同一对象同时到期"),
        (
            overdue_with(0, valid_for="9d"),
            "“到期前提醒”与“今日到期提醒”重叠：有效期 +9d 超过了“今日到期提醒”的到期时刻；"
            "请缩短有效期，或选“到下一步骤”",
        ),
    ],
)
def test_what_does_not_fit_together_in_a_policy_is_said_in_chinese(data: dict[str, Any], said: str) -> None:
    with pytest.raises(BadPolicy) as refused:
        read_policy(OVERDUE, data)
    assert said in [one.sentence for one in errors_in(refused.value.error, CHINESE)]
    assert all(re.search("[a-z]", one.sentence) for one in errors_in(refused.value.error, "en"))
