"""Inspections: of some customers, what was found before the warranty ended."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple
from zlib import crc32

from tasks.intake.samples import Sample, SampleCustomer

_INSPECTED = 30
"""One in so many customers. It draws no chance, so that what other kinds draw stays the same."""
_OLDEST = 60
"""Days ago."""


class InspectionRow(NamedTuple):
    """What was found."""

    store: str
    key: str
    customer: str
    vehicle: str
    inspected_on: date
    engine: str
    brakes: str
    tyres: str
    claim_filed_on: date | None
    claim_amount: int | None
    claim_currency: str | None


def inspection_rows(customer: SampleCustomer) -> Iterator[InspectionRow]:
    """The inspection of some customers' cars: every second has a fault, and half of these a claim."""
    number = crc32(customer.key.encode())
    if number % _INSPECTED:
        return
    number //= _INSPECTED
    inspected_on = customer.today - timedelta(1 + number % _OLDEST)
    fault, claimed = number % 2 == 0, number % 4 == 0
    yield InspectionRow(
        store=customer.store.code,
        key=customer.key_of("IN", 1),
        customer=customer.key,
        vehicle=customer.key_of("V", 1),
        inspected_on=inspected_on,
        engine="ok",
        brakes="fault" if fault else "ok",
        tyres="watch" if number % 3 == 0 else "ok",
        claim_filed_on=inspected_on if claimed else None,
        claim_amount=800 + number % 40 * 50 if claimed else None,
        claim_currency="CNY" if claimed else None,
    )


SAMPLE = Sample(InspectionRow, inspection_rows)
