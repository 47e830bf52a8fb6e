"""The marks that open a case are read back from its note, and nothing else is taken for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.calls.surveys import DIMENSIONS, read_marks, write_marks


@given(marks=st.dictionaries(st.sampled_from(DIMENSIONS), st.integers(1, 5), min_size=1))
def test_what_was_written_is_read(marks: dict[str, int]) -> None:
    assert read_marks(write_marks(marks)) == marks


@pytest.mark.parametrize("line", ["", "The premises 2", "solved", "solved two", "no answer, twice", "solved 2; so"])
def test_what_people_write_stays(line: str) -> None:
    assert read_marks(line) is None
