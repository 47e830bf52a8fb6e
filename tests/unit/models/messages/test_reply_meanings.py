"""What replies mean, however they are typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.core.words import ReplyMeaning
from models.messages.replies import STOP, meaning_in_turn, read_mark, read_meaning


@pytest.mark.parametrize("text", ["1", " 1 ", "１", "1.", "「1」", "①", "1!", "回复1", "\n1\n"])
def test_one_confirms(text: str) -> None:
    assert read_meaning(text) is ReplyMeaning.CONFIRM


@pytest.mark.parametrize("text", ["2", "２", "2。", "回复2"])
def test_two_asks_for_another_time(text: str) -> None:
    assert read_meaning(text) is ReplyMeaning.OTHER_TIME


@pytest.mark.parametrize(
    "text",
    [
        "STOP",
        "Stop.",
        "ＳＴＯＰ",
        "td",
        "TD",
        "ＴＤ",
        "T",
        "退订",
        " 退订！",
        "“TD”",
        "Unsubscribe",
        "stop  all",
        "Opt-out",
    ],
)
def test_an_opt_out_is_an_opt_out(text: str) -> None:
    assert read_meaning(text) is ReplyMeaning.STOP


@pytest.mark.parametrize(
    "text",
    [
        "please stop by tomorrow",
        "I am out of the office until Monday. To unsubscribe from our newsletter write STOP",
        "Automatic reply: annual leave",
        "don't stop",
        "stopping by at 2",
        "我不想退订",
        "12",
        "1 or 2?",
        "11",
        "21",
        "the 1st",
        "test",
        "",
        "?!",
    ],
)
def test_anything_else_is_left_to_a_person(text: str) -> None:
    assert read_meaning(text) is ReplyMeaning.UNREADABLE


@given(st.sampled_from(sorted(STOP)), st.text(alphabet="abc xyz", min_size=3).filter(str.strip))
def test_a_stop_word_inside_other_words_is_no_opt_out(word: str, more: str) -> None:
    assert read_meaning(f"{word} qq {more}") is not ReplyMeaning.STOP


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    assert read_meaning(text) in ReplyMeaning


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("1", 1),
        (" ５ ", 5),
        ("③", 3),
        ("回复4", 4),
        ("4分", 4),
        ("2星", 2),
        ("0", None),
        ("6", None),
        ("12", None),
        ("5 5", None),
    ],
)
def test_a_mark_is_a_single_digit_from_one_to_five(text: str, mark: int | None) -> None:
    assert read_mark(text) == mark


@pytest.mark.parametrize(
    ("text", "after_survey", "waits", "meaning"),
    [
        ("1", False, True, ReplyMeaning.CONFIRM),
        ("3", False, True, ReplyMeaning.UNREADABLE),
        ("1", True, True, ReplyMeaning.CONFIRM),
        ("2", True, True, ReplyMeaning.OTHER_TIME),
        ("3", True, True, ReplyMeaning.MARK),
        ("1", True, False, ReplyMeaning.MARK),
        ("5", True, False, ReplyMeaning.MARK),
        ("STOP", True, False, ReplyMeaning.STOP),
        ("good", True, False, ReplyMeaning.UNREADABLE),
    ],
)
def test_what_a_digit_means_depends_on_what_was_said_last(
    text: str, after_survey: bool, waits: bool, meaning: ReplyMeaning
) -> None:
    assert meaning_in_turn(text, after_survey=after_survey, something_waits=waits) is meaning
