"""How many text messages a campaign's text can become."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.campaigns.lengths import Widths, most_segments, variables_in, widths_of
from models.messages.letters import LINKS
from models.messages.rendering import render
from models.messages.sms_segments import measure

TEXT = "{{ customer }}{% if vehicle %} and {{ vehicle ~ '!' }}{% else %}, hello{% endif %}: {{ links.consent }}"
VALUES = st.lists(
    st.text(st.sampled_from("ab{€]é") | st.sampled_from("李雷") | st.just("𠮷"), max_size=90), min_size=1, max_size=3
)


def widest(values: Sequence[str]) -> Widths:
    gsm_7, ucs_2, only_gsm_7 = zip(*map(widths_of, values), strict=True)
    return Widths(max(gsm_7), max(ucs_2), only_gsm_7=all(only_gsm_7))


@given(customers=VALUES, vehicles=VALUES, consents=VALUES)
def test_no_letter_takes_more_than_the_most(customers: list[str], vehicles: list[str], consents: list[str]) -> None:
    widths = {"customer": widest(customers), "vehicle": widest(vehicles), f"{LINKS}.consent": widest(consents)}
    most = most_segments(TEXT, widths)
    for customer, vehicle, consent in zip(customers, vehicles, consents, strict=False):
        written = render(TEXT, {"customer": customer, "vehicle": vehicle, LINKS: {"consent": consent}})
        assert measure(written).segments <= most


@pytest.mark.parametrize(
    ("text", "customer", "segments"),
    [
        ("Dear {{ customer }}, " + "x" * 140, "Ann", 1),
        ("Dear {{ customer }}, " + "x" * 140, "安", 3),  # one character makes all of it UCS-2
        ("Dear customer, " + "x" * 140, "安", 1),  # whom it does not name
        ("{{ customer }}，" + "欢" * 60, "Ann", 1),
        ("{{ customer }}，" + "欢" * 70, "Ann", 2),
        ("{{ customer }} " + "[" * 80, "Ann", 2),  # each counts twice
    ],
)
def test_the_alphabet_is_the_one_that_it_needs(text: str, customer: str, segments: int) -> None:
    assert most_segments(text, {"customer": widths_of(customer)}) == segments


def test_the_variables_are_found_as_often_as_they_stand_there() -> None:
    assert sorted(variables_in(TEXT)) == ["customer", "links.consent", "vehicle", "vehicle"]
