"""Python's search for lost objects, kept from looking through everything again and again.

A page, and a batch of messages, are thousands of objects. By Python's usual measure all that a program has loaded would
be looked through several times a second, and each look holds everything up.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

FOR_PAGES = (10_000, 10, 500)
"""Somebody waits: many looks at what is new, of which none takes long. Pages are kept for a minute, and a look through
all those of a minute would hold up everybody for a third of a second."""
FOR_BATCHES = (50_000, 20, 50)
"""Nobody waits: few looks, however long."""


def collect_seldom(measure: tuple[int, int, int]) -> None:
    """From now on leave alone what is there for good, and look through the rest by another measure."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*measure)


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """The same for a while, for batches; nothing where it is so already."""
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
