"""Spans of time as a policy writes them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.core.offsets import Offset, read_offset

DAYS = st.integers(-9999, 9999).map(lambda count: Offset(count, 0))
MINUTES = st.integers(-9999, 9999).map(lambda count: Offset(0, count))


@given(st.one_of(DAYS, MINUTES))
def test_an_offset_reads_as_it_is_written(offset: Offset) -> None:
    assert read_offset(str(offset)) == offset


@given(sign=st.sampled_from(["", "+", "-"]), count=st.integers(0, 9999), unit=st.sampled_from("dhm"))
def test_the_unit_says_what_the_number_means(sign: str, count: int, unit: str) -> None:
    units = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
    found = read_offset(f"{sign}{count}{unit}")
    assert found.nominal == units[unit] * (-count if sign == "-" else count)
    assert (found.days == 0) or (unit == "d" and found.minutes == 0)


@pytest.mark.parametrize("text", ["", "3", "3w", "1.5h", "--1d", "1 d", "12345d", "P1D", "d", "1d2h"])
def test_what_is_no_span_is_refused_with_what_was_expected(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected a number with d, h or m, such as -1d, \+30m or 2h"):
        read_offset(text)
