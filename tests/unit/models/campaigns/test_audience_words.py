"""An audience in words: each condition and each field is said, in both languages."""

from typing import Any

import pytest
from hypothesis import given

from models.campaigns.audience_words import CHOSEN, FURTHER, JOINTS, audience_text, describe_audience
from models.campaigns.audiences import CONDITIONS, AudienceRule, read_audience
from tests.support.audience_oracle import AUDIENCES

TRADE_IN = {
    "kind": "all",
    "of": [
        {"kind": "car", "makes": ["BYD", "NIO"], "least_age": 3, "most_age": 5, "most_kilometres": 100000},
        {"kind": "complaint", "yes": False},
        {"kind": "not", "of": {"kind": "spent", "currency": "CNY", "least": "2000", "within_days": 365}},
        {"kind": "consent", "purpose": "marketing", "channel": "sms"},
    ],
}


def test_in_english() -> None:
    assert audience_text(read_audience(TRADE_IN), "en", {}).splitlines() == [
        "all of these hold:",
        "  owns a car made by BYD, NIO, 3 years old or more, 5 years old or less, still kept, with 100,000 km or less",
        "  has no open complaint",
        "  this does not hold:",
        "    spent CNY, at least 2,000, within 365 days",
        "  last said of marketing, SMS, yes",
    ]


def test_in_chinese() -> None:
    assert audience_text(read_audience(TRADE_IN), "zh-CN", {}).splitlines() == [
        "同时满足以下各项：",
        "  拥有车辆 品牌 BYD、NIO、车龄至少 3 年、车龄至多 5 年、仍持有、里程至多 100,000 公里",
        "  没有未结投诉",
        "  不满足：",
        "    消费金额 CNY、至少 2,000、365 天以内",
        "  最近一次表态 营销、短信、是",
    ]


def test_a_lead() -> None:
    lead = {"kind": "lead", "urgencies": ["H", "A"], "models": ["Aurora"], "uncontacted_days": 7}
    assert audience_text(read_audience(lead), "en", {}) == (
        "has a lead of the urgency H (buys within 7 days), A (within a month), in the state open, of the model Aurora, "
        "not contacted within 7 days"
    )
    assert audience_text(read_audience(lead), "zh-CN", {}) == (
        "有购车线索 级别 H（7 天内购车）、A（一个月内购车）、状态：跟进中、车型 Aurora、最近 7 天内未联系"
    )


@pytest.mark.parametrize(
    ("rule", "english", "chinese"),
    [
        ({"kind": "list", "list": 7}, "is on the list 'VIP guests'", "在名单上 “VIP guests”"),
        ({"kind": "list", "list": 8}, "is on the list no. 8", "在名单上 编号 8"),
        (
            {"kind": "campaign", "campaign": 3, "part": "answered"},
            "in an earlier campaign answered it, namely in 'Spring'",
            "以往活动 已回应、即 “Spring”",
        ),
    ],
)
def test_lists_and_campaigns_are_told_by_their_names(rule: dict[str, Any], english: str, chinese: str) -> None:
    names = {"list": {7: "VIP guests"}, "campaign": {3: "Spring"}}
    assert audience_text(read_audience(rule), "en", names) == english
    assert audience_text(read_audience(rule), "zh-CN", names) == chinese


def test_nobody_is_left_out_of_everybody() -> None:
    assert audience_text(read_audience({"kind": "all"}), "en", {}) == "everybody"


@pytest.mark.parametrize("condition", CONDITIONS.values())
def test_every_condition_and_field_has_words(condition: Any) -> None:
    fields = condition.model_fields
    assert set(condition.said) == {"zh-CN", "en"}
    assert ("yes" in fields) == (condition.said_no is not None)
    alone = {"kind", "yes", "levels", "stores", "areas", "list", "currency", "granted", *CHOSEN}
    assert set(fields) - alone <= set(FURTHER | condition.further)


@given(AUDIENCES)
def test_whatever_is_asked_for_is_said(rule: AudienceRule) -> None:
    english, chinese = describe_audience(rule, "en", {}), describe_audience(rule, "zh-CN", {})
    assert [line.depth for line in english] == [line.depth for line in chinese]
    assert all(line.text and "{" not in line.text for line in english + chinese)
    assert english[0].depth == 0
    assert set(JOINTS) == {"all", "any", "not"}
