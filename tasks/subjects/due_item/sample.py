"""Due items: what some customers have that ends in the coming year."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple
from zlib import crc32

from tasks.intake.samples import Sample, SampleCustomer, with_cells

_ITEMS = 0.3
"""The share of customers with a due item."""
_SOONEST, _LATEST = 45, 300
"""Days ahead."""
_TERM = timedelta(days=365)
_KINDS = (("insurance", 45), ("annual-inspection", 25), ("driving-licence", 15), ("package", 15))


class DueItemRow(NamedTuple):
    """Something of a customer's that ends on a day."""

    store: str
    key: str
    customer: str
    item: str
    issued_on: date
    ends_on: date


def due_item_rows(customer: SampleCustomer) -> Iterator[DueItemRow]:
    """The due item of some customers."""
    dice = customer.dice
    if not dice.chance(_ITEMS):
        return
    ends_on = customer.today + timedelta(dice.between(_SOONEST, _LATEST))
    yield DueItemRow(
        store=customer.store.code,
        key=customer.key_of("I", 1),
        customer=customer.key,
        item=dice.weigh(_KINDS),
        issued_on=ends_on - _TERM,
        ends_on=ends_on,
    )


SAMPLE = Sample(DueItemRow, due_item_rows, (with_cells(item="??"), with_cells(ends_on=None)))

_LISTED = 20
"""One in so many customers stands in the list of what ends. It draws no chance: what other kinds draw stays."""


class EndsRow(NamedTuple):
    """What ends of a customer, a column each."""

    store: str
    customer: str
    insurer: str
    compulsory_insurance_ends_on: date
    driving_licence_ends_on: date


def ends_rows(customer: SampleCustomer) -> Iterator[EndsRow]:
    """The row of some customers."""
    number = crc32(customer.key.encode())
    if number % _LISTED == 0:
        ends_on = customer.today + timedelta(_SOONEST + number // _LISTED % (_LATEST - _SOONEST))
        yield EndsRow(customer.store.code, customer.key, "PICC", ends_on, ends_on + 4 * _TERM)


LISTED = Sample(EndsRow, ends_rows)
