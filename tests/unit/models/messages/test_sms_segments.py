"""Text messages are counted as the networks count them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.messages.sms_segments import BASIC, EXTENSION, Alphabet, measure


@pytest.mark.parametrize(
    ("text", "units", "segments"),
    [
        ("", 0, 0),
        ("a" * 160, 160, 1),
        ("a" * 161, 161, 2),
        ("a" * 306, 306, 2),
        ("a" * 307, 307, 3),
        ("€" * 80, 160, 1),
        ("€" * 81, 162, 2),
        ("a" * 152 + "€" + "a" * 152, 306, 3),
        ("a" * 151 + "€" + "a" * 153, 306, 2),
        ("[{~^}]|\\", 16, 1),
        ("ÄÖÑÜà§¿Δ", 8, 1),
    ],
)
def test_the_alphabet_of_the_networks_holds_160_alone_and_153_in_parts(text: str, units: int, segments: int) -> None:
    found = measure(text)
    assert (found.alphabet, found.units, found.segments) == (Alphabet.GSM_7, units, segments)


@pytest.mark.parametrize(
    ("text", "units", "segments"),
    [
        ("您" * 70, 70, 1),
        ("您" * 71, 71, 2),
        ("您" * 134, 134, 2),
        ("您" * 135, 135, 3),
        ("a" * 70 + "您", 71, 2),
        ("😀" * 35, 70, 1),
        ("您" * 66 + "😀" + "您" * 66, 134, 3),
        ("ç" * 71, 71, 2),
    ],
)
def test_any_other_character_makes_it_70_alone_and_67_in_parts(text: str, units: int, segments: int) -> None:
    found = measure(text)
    assert (found.alphabet, found.units, found.segments) == (Alphabet.UCS_2, units, segments)


def test_the_alphabet_has_its_128_and_10_characters() -> None:
    assert len(BASIC) == 127, "the 128th is the escape"
    assert len(EXTENSION) == 10
    assert not BASIC & EXTENSION


@given(st.text(max_size=700))
def test_a_text_fits_into_what_it_is_counted_as(text: str) -> None:
    found = measure(text)
    assert found.units <= found.capacity
    assert measure(text + "a").segments >= found.segments
