"""When a process looks again, on the store's clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from deployments.next_runs import next_run, next_run_of
from deployments.schedules import find_flow, shipped_flows
from tests.support.world import SHANGHAI, at

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("process", "after", "expected"),
    [
        ("warranty-expiry", "2026-03-10 08:00", "2026-03-10 08:30"),
        ("warranty-expiry", "2026-03-10 08:30", "2026-03-10 08:30"),
        ("warranty-expiry", "2026-03-10 08:31", "2026-03-10 13:30"),
        ("warranty-expiry", "2026-03-10 13:31", "2026-03-11 08:30"),
        ("appointment-reminders", "2026-03-10 08:31", "2026-03-10 08:35"),
        ("all-processes", "2026-03-10 08:31", "2026-03-10 08:31"),  # started by hand alone
    ],
)
def test_the_next_slot_is_told(process: str, after: str, expected: str) -> None:
    assert next_run_of(shipped_flows(), SHANGHAI)(process, at(after), SHANGHAI) == at(expected)


def test_a_slot_is_read_on_the_stores_clock_across_a_change_of_time() -> None:
    """On 29 March 2026 Berlin's clocks go from two to three; the morning sweep stays at 8:30 there."""
    evening = datetime(2026, 3, 28, 20, 0, tzinfo=BERLIN)
    found = next_run(find_flow(shipped_flows(), "warranty-expiry"), evening, BERLIN, SHANGHAI)
    assert found == datetime(2026, 3, 29, 8, 30, tzinfo=BERLIN)
