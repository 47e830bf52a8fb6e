"""No cell that we write acts as a formula."""

import pytest

from models.core.spreadsheet_cells import defuse


@pytest.mark.parametrize("value", ["=1+1", "+8613800138000", "-2", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_a_spreadsheet_would_run_is_marked_as_text(value: str) -> None:
    assert defuse(value) == f"'{value}"


@pytest.mark.parametrize("value", ["", "王芳", "a=b", "2026-03-10", "'quoted"])
def test_everything_else_stays_as_it_is(value: str) -> None:
    assert defuse(value) == value
