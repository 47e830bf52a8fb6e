"""The ending that a law asks of a marketing text."""

import pytest

from models.campaigns.words import SaysNoWayOut, check_texts
from models.core.words import ChannelName, Purpose
from models.messages.replies import read_meaning
from models.stores.laws.endings import EndingNotLast, check_ending, missing_ending, with_ending
from models.stores.laws.pack import all_packs
from tests.support.campaigns import a_plan

SMS, MARKETING = ChannelName.SMS, Purpose.MARKETING


@pytest.mark.parametrize(
    ("law", "language", "text", "whole"),
    [
        ("cn", "zh-CN", "好久不见！", "好久不见！ 拒收请回复R"),
        ("cn", "zh-CN", "好久不见！拒收请回复 R。", "好久不见！拒收请回复 R。"),
        ("cn", "en", "See you!", "See you! 拒收请回复R"),
        ("us", "en", "See you!", "See you! Reply STOP to opt out"),
        ("us", "en", "See you! Text stop to end.", "See you! Text stop to end."),
        ("house", "en", "See you!", "See you!"),
    ],
)
def test_what_is_missing_is_added_once(law: str, language: str, text: str, whole: str) -> None:
    assert with_ending(text, missing_ending(law, MARKETING, SMS, language, text)) == whole
    assert missing_ending(law, MARKETING, SMS, language, whole) is None
    assert missing_ending(law, Purpose.SERVICE, SMS, language, text) is None
    assert missing_ending(law, MARKETING, ChannelName.EMAIL, language, text) is None


def test_an_ending_in_the_middle_is_refused_with_the_place() -> None:
    with pytest.raises(EndingNotLast, match=r"^variant a, sms, zh-CN: by the pack 'cn' \(cn-way-out, .*拒收请回复R"):
        check_ending("variant a, sms, zh-CN", {"cn", "us"}, MARKETING, SMS, "拒收请回复R，欢迎光临")
    check_ending("here", {"cn"}, MARKETING, SMS, "欢迎光临，拒收请回复R")


def test_a_campaign_need_not_say_what_every_pack_adds() -> None:
    plan = a_plan(variants=[{"key": "a", "words": {"en": {"sms": "Hello."}}}])
    check_texts(plan, {"us", "cn"})
    for laws in ((), {"house"}, {"us", "house"}):
        with pytest.raises(SaysNoWayOut):
            check_texts(plan, laws)


def test_a_chinese_ending_is_a_way_out() -> None:
    check_texts(a_plan(variants=[{"key": "a", "words": {"zh-CN": {"sms": "您好，拒收请回复R"}}}]))


def test_what_an_ending_asks_for_is_read_as_a_stop() -> None:
    words = {word for pack in all_packs().values() for rule in pack.words for word in rule.stop}
    assert {read_meaning(word) for word in words} == {"stop"}
