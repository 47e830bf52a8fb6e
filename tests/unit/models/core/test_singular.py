"""One is one: no sentence says 1 days."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.shared.words import read_wording, say
from models.core.reasons import NUMBER, ReasonCode, all_reasons
from models.core.saying import in_singular, say_reason

PLURAL = re.compile(r"(?<![\d.,])1 (?:text |open |more |other )?[a-z]+s\b")
NOT_PLURAL = {"1 is", "1 was", "1 has", "1 minus", "1 process", "1 of this", "1 sends"}


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("1 days left", "1 day left"),
        ("1 text messages", "1 text message"),
        ("within 1 hours", "within 1 hour"),
        ("1 people", "1 person"),
        ("21 days, 0.1 days, 1,001 days", "21 days, 0.1 days, 1,001 days"),
        ("version 1 daystar", "version 1 daystar"),
    ],
)
def test_one_is_said_in_the_singular(sentence: str, said: str) -> None:
    assert in_singular("en", sentence) == said
    assert in_singular("zh-CN", sentence) == sentence


@given(count=st.integers(0, 10**6))
def test_other_numbers_stay(count: int) -> None:
    said = in_singular("en", f"{count:,} days")
    assert said == ("1 day" if count == 1 else f"{count:,} days")


COUNTED = {
    code: dict.fromkeys(reason.figures, 1)
    for code, reason in all_reasons().items()
    if reason.figures and all(kind is NUMBER for kind in reason.figures.values())
}


@pytest.mark.parametrize("code", sorted(COUNTED))
def test_no_reason_says_one_in_the_plural(code: ReasonCode) -> None:
    said = say_reason("en", code, COUNTED[code])
    assert not [found for found in PLURAL.findall(said) if found not in NOT_PLURAL], said


@pytest.mark.parametrize("key", sorted(key for key, said in read_wording().items() if "{" in said.get("en", "")))
def test_no_sentence_of_the_console_says_one_in_the_plural(key: str) -> None:
    names = set(re.findall(r"\{([a-z_]+)\}", read_wording()[key]["en"]))
    said = say("en", key, **dict.fromkeys(names, 1))
    assert not [found for found in PLURAL.findall(said) if found not in NOT_PLURAL], said
