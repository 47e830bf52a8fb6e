"""Waiting for what another process does."""

import time
from collections.abc import Callable

TICK_SECONDS = 0.01


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Return as soon as a condition holds; fail when it does not within some seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(TICK_SECONDS)
