"""What a campaign may say, and how long it can become."""

from typing import Any

import pytest

from models.campaigns.plans import CampaignPlan, read_plan
from models.campaigns.words import (
    FOLLOW_UP,
    NothingToSay,
    SaysNoWayOut,
    check_texts,
    saying_for,
    sayings_of,
    says_way_out,
)
from models.core.words import ChannelName
from models.messages.rendering import UnknownVariable, UnreadableTemplate
from models.messages.template_guard import ForbiddenInTemplate

GOOD = "{{ customer }}, come and see us. Reply STOP to opt out."


def saying(text: str, language: str = "en", **plan: Any) -> CampaignPlan:
    return read_plan(
        {"audience": {"kind": "all"}, "variants": [{"key": "a", "words": {language: {"sms": text}}}]} | plan
    )


def test_an_unknown_variable_is_refused_with_the_place_where_it_stands() -> None:
    with pytest.raises(UnknownVariable, match="Template 'variant a, sms, en' uses colour, which it is not given"):
        check_texts(saying("{{ colour }} STOP"))
    with pytest.raises(UnreadableTemplate, match="variant a, sms, zh-CN"):
        check_texts(saying("{{ customer 退订", "zh-CN"))


def test_the_links_are_those_of_a_recipient() -> None:
    check_texts(saying("{{ links.invitation }} {{ links.consent }}"))
    with pytest.raises(UnknownVariable, match=r"links\.survey"):
        check_texts(saying("{{ links.survey }} STOP"))


@pytest.mark.parametrize(
    "text", ["{{ customer * 9 }}", "{% for c in customer %}{{ c }}{% endfor %}", "{{ '%9s' % 1 }}"]
)
def test_nothing_computes(text: str) -> None:
    with pytest.raises(ForbiddenInTemplate):
        check_texts(saying(f"{text} STOP"))


def test_texts_by_channels_that_are_not_used_are_checked_too() -> None:
    words = {"en": {"sms": GOOD, "email": {"subject": "{{ colour }}", "text": GOOD}}}
    with pytest.raises(UnknownVariable, match="variant a, email, en"):
        check_texts(saying("", variants=[{"key": "a", "words": words}]))


def test_marketing_says_how_to_stop_it_and_service_need_not() -> None:
    with pytest.raises(SaysNoWayOut, match=r"variant a, sms, en: .* add 'Reply STOP to opt out', or the link"):
        check_texts(saying("Come and see us."))
    with pytest.raises(SaysNoWayOut, match="add '回T退订'"):
        check_texts(saying("欢迎光临", "zh-CN"))
    check_texts(saying("Come and see us.", purpose="service"))


def test_a_follow_up_by_message_says_so_too_and_a_call_need_not() -> None:
    by_message = {"words": {"en": {"sms": "Did you see it?"}}}
    with pytest.raises(SaysNoWayOut, match=r"^follow-up, sms, en"):
        check_texts(saying(GOOD, follow_up=by_message))
    check_texts(saying(GOOD, follow_up=by_message | {"kind": "call", "role": "agent"}))


@pytest.mark.parametrize(
    "text",
    [
        "回T退订",
        "回复 TD",
        "退订回T",
        "拒收请回复T",
        "Reply STOP to opt out",
        "Text stop to end",
        "{{ links.consent }}",
    ],
)
def test_ways_out(text: str) -> None:
    assert says_way_out(text)


@pytest.mark.parametrize("text", ["Please stop by tomorrow", "回Tesla店", "reply today", "{{ links.invitation }}"])
def test_no_ways_out(text: str) -> None:
    assert not says_way_out(text)


def test_a_customer_whose_language_is_missing_gets_the_other() -> None:
    plan = saying("欢迎光临 退订", "zh-CN")
    assert saying_for(plan, "a", ChannelName.SMS, "en").language == "zh-CN"
    for variant, channel in (("b", ChannelName.SMS), ("a", ChannelName.EMAIL), (FOLLOW_UP, ChannelName.SMS)):
        with pytest.raises(NothingToSay):
            saying_for(plan, variant, channel, "en")


def test_every_text_is_found() -> None:
    words = {language: {"sms": GOOD, "email": {"subject": "Hello", "text": GOOD}} for language in ("en", "zh-CN")}
    plan = saying("", variants=[{"key": "a", "words": words}], follow_up={"words": {"en": {"sms": GOOD}}})
    assert len(list(sayings_of(plan))) == 5
    assert {one.subject for one in sayings_of(plan)} == {None, "Hello"}
