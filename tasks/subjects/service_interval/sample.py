"""Service intervals: the house's own, which each of its stores names once in a while."""

from collections.abc import Iterator
from typing import NamedTuple
from zlib import crc32

from tasks.intake.samples import Sample, SampleCustomer

_NAMED = 25
"""One in so many customers comes with a row. It draws no chance, so that what other kinds draw stays the same."""


class IntervalRow(NamedTuple):
    """How often a service falls due."""

    store: str
    item: str
    model: str
    kilometres: int
    months: int


def interval_rows(customer: SampleCustomer) -> Iterator[IntervalRow]:
    """The interval of one variant of a model."""
    number = crc32(customer.key.encode())
    if number % _NAMED == 0:
        yield IntervalRow(customer.store.code, "service", f"Nova {number}", 7_500 + number % 4 * 2_500, 12)


SAMPLE = Sample(IntervalRow, interval_rows)
