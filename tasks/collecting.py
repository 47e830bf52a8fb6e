"""Python's search for lost objects, kept from looking through everything again and again.

A page, and a batch of messages, are thousands of objects. By Python's usual measure all that a program has loaded would
be looked through several times a second, and each look holds everything up.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = (50_000, 20, 50)


def collect_seldom() -> None:
    """From now on leave alone what is there for good, and look through the rest less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """The same for a while; nothing where it is so already."""
    if gc.get_freeze_count():
        yield
        return
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
