"""Tuning Python's garbage collection, so that it does not scan all objects again and again.

A page, or a batch of messages, has thousands of objects. With Python's default thresholds, all objects of the program
would be scanned several times a second, and each collection stops the program.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

FOR_PAGES = (10_000, 10, 500)
"""Someone waits: frequent short collections of young objects. Pages are kept for a minute, and collecting all pages of
a minute at once would block everybody for a third of a second."""
FOR_BATCHES = (50_000, 20, 50)
"""Nobody waits: rare collections, of any length."""


def collect_seldom(measure: tuple[int, int, int]) -> None:
    """Freeze all current objects, and collect the others with different thresholds."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*measure)


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """A context with the thresholds for batches; no effect if they are already set."""
    if gc.get_freeze_count():
        yield
        return
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*FOR_BATCHES)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
