"""What free text may be read as, and what must not be."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.inbound.reading import promised_day, read_free_text, rulebook
from models.inbound.words import Suggestion


def read(text: str) -> tuple[Suggestion | None, bool]:
    reading = read_free_text(text)
    return (reading.suggests, reading.clear) if reading else (None, False)


@pytest.mark.parametrize(
    "text",
    [
        "please stop texting me",
        "Stop texting me!",
        "STOP CONTACTING ME PLEASE",
        "Quit messaging us",
        "Hi, please stop sending me these messages. Thanks",
        "don't text me anymore",
        "Don’t contact me again.",
        "do not send me any more messages",
        "no more texts",
        "remove me from your list",
        "take my number off your list, thanks",
        "I want to unsubscribe",
        "unsubscribe me please",
        "I don't want your messages",
        "leave me alone",
        "别再发了",
        "别再发了！谢谢",
        "请不要再给我发短信了",
        "不要发了",
        "不要再发短信",
        "别发短信了",
        "停止发送短信",
        "您好，请勿再发送广告短信，谢谢",
        "别骚扰我",
        "不要打扰我了",
        "我要退订",
        "退订短信",
        "拒收所有短信",
        "不想再收到你们的短信了",
    ],
)
def test_a_clear_revocation_is_acted_on(text: str) -> None:
    assert read(text) == (Suggestion.REVOCATION, True)


@pytest.mark.parametrize(
    "text",
    [
        "Your man was rude on the phone, and stop texting me about the insurance, I sold the car",
        "We have moved to Berlin, so please unsubscribe my husband",
        "车已经卖了，不要再给我发短信，保险的事找新车主",
        "上次就说过退订，怎么还发",
    ],
)
def test_a_revocation_among_other_things_is_only_suggested(text: str) -> None:
    assert read(text) == (Suggestion.REVOCATION, False)


@pytest.mark.parametrize(
    "text",
    [
        "please stop by tomorrow",
        "I'll stop by tomorrow at 9",
        "stopping by at 2",
        "don't stop",
        "please don't stop sending these, they help",
        "the car stops texting when I drive",  # the messages of the car's display
        "can you stop the noise?",
        "the bus stop messages were clear",
        "不要停",
        "别停，继续",
        "希望不要再发生了",
        "发票不要再发错了",
        "别再发生这种事",
        "不要发动机油的报价",
        "我不想退订",
        "不退订",
        "TD is a good bank",
        "text me when it is done",
        "Please send me a message when the car is ready",
        "明天可以发短信给我吗",
        "",
        "?!",
        "好的",
        "ok thanks",
    ],
)
def test_what_is_no_revocation_is_not_read_so(text: str) -> None:
    assert read(text)[0] is not Suggestion.REVOCATION


@pytest.mark.parametrize(
    "text",
    [
        "I am out of the office until Monday. To unsubscribe from our newsletter write STOP",
        "Automatic reply: annual leave",
        "Auto-reply: I will pay attention to your message when I am back",
        "【自动回复】您好，我正在休假，退订请回复TD",
        "我现在不在办公室，稍后联系您",
    ],
)
def test_an_absence_notice_is_nobody_s_word(text: str) -> None:
    assert read(text) == (Suggestion.ABSENCE, False)


@pytest.mark.parametrize(
    ("text", "suggests"),
    [
        ("I will pay on Friday", Suggestion.PROMISE),
        ("we'll transfer the rest tomorrow", Suggestion.PROMISE),
        ("明天付款", Suggestion.PROMISE),
        ("15号之前一定付清", Suggestion.PROMISE),
        ("下周五给你们转账", Suggestion.PROMISE),
        ("I will not pay this", None),
        ("I have already paid", None),
        ("how can I pay?", None),
        ("who will pay for this?", None),
        ("不会付款的", None),
        ("已经付了", None),
        ("怎么付款", None),
        ("明天还车可以吗", None),
        ("can we do another day?", Suggestion.OTHER_TIME),
        ("I can't make it tomorrow", Suggestion.OTHER_TIME),
        ("please cancel my appointment", Suggestion.OTHER_TIME),
        ("改个时间吧", Suggestion.OTHER_TIME),
        ("明天来不了", Suggestion.OTHER_TIME),
        ("last time it was fine", None),
        ("不用改时间", None),
        ("This is unacceptable, it was not repaired", Suggestion.COMPLAINT),
        ("the brakes are still rattling", Suggestion.COMPLAINT),
        ("我要投诉", Suggestion.COMPLAINT),
        ("空调还是没修好", Suggestion.COMPLAINT),
        ("no complaints, all fine", None),
        ("没有不满，挺好", None),
        ("车不满一年可以保养吗", None),
        ("Yes, I'm interested", Suggestion.INTEREST),
        ("想了解一下", Suggestion.INTEREST),
        ("not interested", None),
        ("没兴趣", None),
        ("When do you open on Sunday?", None),
        ("几点开门", None),
    ],
)
def test_what_else_is_suggested(text: str, suggests: Suggestion | None) -> None:
    assert read(text) == (suggests, False)


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    read_free_text(text)


@given(
    st.sampled_from(["please stop texting me", "别再发了"]), st.text(alphabet="abcxyz 车", min_size=6).filter(str.strip)
)
def test_more_words_make_it_unclear(text: str, more: str) -> None:
    assert read(f"{text} {more} qq")[1] is False


def test_only_rules_about_the_whole_text_are_clear_and_names_are_used_once() -> None:
    rules = rulebook().rules
    assert all(rule.whole and not rule.found for rule in rules if rule.clear)
    assert len({rule.name for rule in rules}) == len(rules)
    assert {rule.suggests for rule in rules} == set(Suggestion)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("I will pay tomorrow", date(2026, 3, 12)),
        ("on Friday", date(2026, 3, 13)),
        ("on wednesday", date(2026, 3, 18)),  # today is one
        ("大后天付", date(2026, 3, 14)),
        ("后天付", date(2026, 3, 13)),
        ("下周五转账", date(2026, 3, 20)),
        ("周五转账", date(2026, 3, 13)),
        ("15号之前", date(2026, 3, 15)),
        ("by the 3rd", date(2026, 4, 3)),
        ("2026-03-20", date(2026, 3, 20)),
        ("2026-13-20", None),
        ("soon", None),
        ("尽快付款", None),
        ("99号", None),
    ],
)
def test_the_day_of_a_promise(text: str, day: date | None) -> None:
    assert promised_day(text, date(2026, 3, 11)) == day
