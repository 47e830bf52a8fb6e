"""Arrangements: with whom of the sample dealership it was agreed that nobody chases for a while."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from tasks.intake.samples import Sample, SampleCustomer

_EVERY = 40
"""One customer in so many. It is no matter of chance, so that the kinds after this one keep theirs."""
_REASONS = {"zh-CN": "等待保修理赔结果", "en": "a warranty claim is pending"}


class ArrangementRow(NamedTuple):
    """What is arranged with a customer."""

    store: str
    key: str
    customer: str
    kind: str
    starts_on: date
    ends_on: date
    reason: str


def arrangement_rows(customer: SampleCustomer) -> Iterator[ArrangementRow]:
    """The block of some customers."""
    number = int("".join(one for one in customer.key if one.isdigit()) or 0)
    if number % _EVERY == 0:
        yield ArrangementRow(
            store=customer.store.code,
            key=customer.key_of("B", 1),
            customer=customer.key,
            kind="block",
            starts_on=customer.today - timedelta(3),
            ends_on=customer.today + timedelta(14),
            reason=_REASONS["zh-CN" if customer.store.language == "zh-CN" else "en"],
        )


SAMPLE = Sample(ArrangementRow, arrangement_rows)
