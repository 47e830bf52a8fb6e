"""Log lines carry no customer's number or address."""

import json

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from deployments.logging import mask_values, set_up_logging


def test_a_line_is_json_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging()
    structlog.get_logger().info(
        "Sent to +8613800138000", to=["wang.fang@example.com"], figures={"phone": "13800138000"}
    )
    printed = capsys.readouterr()
    line = json.loads(printed.err)
    assert line["event"] == "Sent to +86***00"
    assert line["to"] == ["w***@example.com"]
    assert line["figures"] == {"phone": "138***00"}
    assert line["level"] == "info"
    assert printed.out == ""  # which is a command's own


def test_what_an_error_says_is_masked(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging()
    try:
        raise ValueError("13800138000 is no number")
    except ValueError:
        structlog.get_logger().exception("Failed")
    assert "13800138000" not in capsys.readouterr().err


def test_figures_that_are_no_numbers_of_customers_stay_readable() -> None:
    event = {"event": "as of 2026-03-02 10:00", "touches": 1234567890, "run": "6f0b9a3e-0d52-4d0e-9f0f-0c5f1d2e3a4b"}
    assert mask_values(None, "info", dict(event)) == event


@given(st.integers(10**10, 10**11 - 1), st.text(alphabet="abc ,.;!", max_size=10))
def test_no_phone_number_gets_through(number: int, around: str) -> None:
    masked = mask_values(None, "info", {"event": f"{around} {number} {around}"})
    assert str(number) not in str(masked["event"])
