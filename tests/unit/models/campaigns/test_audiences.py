"""Audiences as data: each survives its way through JSON, and what makes no sense is refused with a sentence."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis.strategies import booleans

from models.campaigns.audiences import (
    MOST_CONDITIONS,
    MOST_DEPTH,
    RULES,
    AllOf,
    AnyOf,
    AudienceRule,
    BadAudience,
    Not,
    conditions_of,
    read_audience,
    unmet,
    whole_and_parts_of,
)
from tests.support.audience_oracle import AUDIENCES


@given(AUDIENCES)
def test_every_audience_survives_its_way_through_json(rule: AudienceRule) -> None:
    assert read_audience(json.loads(RULES.dump_json(rule))) == rule
    assert read_audience(RULES.dump_python(rule, mode="json")) == rule


def test_what_keeps_a_customer_out_is_the_smallest_part_that_must_hold_and_does_not() -> None:
    gold, contract, young = (
        read_audience(one)
        for one in (
            {"kind": "level", "levels": ["gold"]}, {"kind": "contract"}, {"kind": "age", "most": 30}
        )
    )  # fmt: skip
    either, no_contract = AnyOf(of=(gold, young)), Not(of=contract)
    whole = AllOf(of=(AllOf(of=(either, contract)), no_contract))
    holds = {whole: False, whole.of[0]: False, either: False, gold: False, young: False, contract: True}
    assert unmet(whole, holds | {no_contract: False}) == [either, no_contract]
    assert unmet(whole, dict.fromkeys(whole_and_parts_of(whole), True)) == []


@given(AUDIENCES, booleans())
def test_something_keeps_out_those_who_are_out_and_nobody_else(rule: AudienceRule, odd: bool) -> None:
    def judge(part: AudienceRule) -> bool:
        match part:
            case AllOf():
                return all(map(judge, part.of))
            case AnyOf():
                return any(map(judge, part.of))
            case Not():
                return not judge(part.of)
            case _:
                return len(repr(part)) % 2 == odd

    holds = {part: judge(part) for part in whole_and_parts_of(rule)}
    assert bool(unmet(rule, holds)) is not holds[rule]
    assert not any(holds[part] for part in unmet(rule, holds))


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ({"kind": "age", "least": 40, "most": 30}, "age: from 40 to 30 there is nothing"),
        ({"kind": "age"}, "age: say from what, or up to what"),
        ({"kind": "birthday", "within_days": -1}, "within_days"),
        ({"kind": "level", "levels": []}, "levels"),
        ({"kind": "level", "levels": ["a\x00b"]}, "expected text without control characters"),
        ({"kind": "car", "least_age": 5, "most_age": 3}, "age of the car: from 5 to 3"),
        ({"kind": "car", "least_kilometres": -1}, "least_kilometres"),
        ({"kind": "last-visit"}, "last visit: say from what"),
        ({"kind": "last-visit", "since": "2026-02-01", "until": "2026-01-01"}, "last visit, date: from 2026-02-01"),
        ({"kind": "visits", "least": 3, "most": 1}, "visits: from 3 to 1"),
        ({"kind": "lead", "urgencies": ["C"]}, "urgencies"),
        ({"kind": "lead", "uncontacted_days": 0}, "uncontacted_days"),
        ({"kind": "spent", "currency": "yuan", "least": "1"}, "currency"),
        ({"kind": "spent", "currency": "CNY", "least": "10", "most": "9.99"}, "spent: from 10 to 9.99"),
        ({"kind": "reachable", "channels": []}, "channels"),
        ({"kind": "any", "of": []}, "of"),
        ({"kind": "list", "list": 0}, "list"),
        ({"kind": "sql", "text": "1=1"}, "'sql'"),
    ],
)
def test_what_makes_no_sense_is_refused(rule: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadAudience) as refused:
        read_audience({"kind": "all", "of": [rule]})
    assert sentence in str(refused.value)


def test_a_tree_is_neither_too_deep_nor_too_wide() -> None:
    deep: dict[str, Any] = {"kind": "contract"}
    for _ in range(MOST_DEPTH):
        deep = {"kind": "not", "of": deep}
    with pytest.raises(BadAudience, match=f"more than {MOST_DEPTH} deep"):
        read_audience(deep)
    for _ in range(3000):
        deep = {"kind": "not", "of": deep}
    with pytest.raises(BadAudience):
        read_audience(deep)
    wide = {"kind": "any", "of": [{"kind": "contract"}] * (MOST_CONDITIONS + 1)}
    with pytest.raises(BadAudience, match=f"more than {MOST_CONDITIONS} conditions"):
        read_audience(wide)


def test_the_conditions_are_found_wherever_they_stand() -> None:
    leaf = {"kind": "contract"}
    rule = read_audience({"kind": "all", "of": [{"kind": "not", "of": leaf}, {"kind": "any", "of": [leaf, leaf]}]})
    assert [condition.kind for condition in conditions_of(rule)] == ["contract"] * 3
