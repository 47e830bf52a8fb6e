"""Garbage collection runs less often for a while, and then as before."""

import gc
from collections.abc import Iterator

import pytest

from models.core.garbage_collection import FOR_BATCHES, collecting_seldom

USUAL = (700, 10, 10)


@pytest.fixture(autouse=True)
def as_usual() -> Iterator[None]:
    """Python's default settings; afterwards those of the other tests."""
    gc.unfreeze()
    gc.set_threshold(*USUAL)
    yield
    gc.freeze()
    gc.set_threshold(*FOR_BATCHES)


def test_it_is_so_for_a_while() -> None:
    with collecting_seldom():
        assert gc.get_freeze_count() > 0
        assert gc.get_threshold() == FOR_BATCHES
    assert gc.get_freeze_count() == 0
    assert gc.get_threshold() == USUAL


def test_who_has_said_so_for_good_is_left_alone() -> None:
    gc.freeze()
    with collecting_seldom():
        pass
    assert gc.get_freeze_count() > 0
    assert gc.get_threshold() == USUAL
