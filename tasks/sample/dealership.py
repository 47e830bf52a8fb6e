"""Writes the sample dealership as the files that `import` reads, customer by customer, so that memory stays flat."""

import csv
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import IO

from models.core.errors import InvalidInput
from tasks.intake.columns import KindName
from tasks.sample.lives import ordinary_life
from tasks.sample.pieces.all_pieces import is_set_piece, set_piece
from tasks.sample.pieces.breakages import ONE_IN, broken
from tasks.sample.rows import Row, row_kinds
from tasks.sample.stores import SAMPLE_MOMENT, TODAY, staff_rows, store_rows

__all__ = [
    "SAMPLE_MOMENT",
    "SampleSummary",
    "UnusableSampleSize",
    "UnwritableSample",
    "moment_of",
    "sample_files",
    "write_sample",
]

MOST_CUSTOMERS = 9_000_000
"""Keys and mobile numbers have seven digits."""


class UnusableSampleSize(InvalidInput):
    """An invalid number of customers."""

    def __init__(self, customers: int) -> None:
        self.customers = customers
        super().__init__(f"A sample of {customers} customers cannot be made: expected 1 to {MOST_CUSTOMERS}.")


class UnwritableSample(InvalidInput):
    """A folder that cannot be written to."""

    def __init__(self, folder: Path, reason: str) -> None:
        self.folder = folder
        self.reason = reason
        super().__init__(f"The sample cannot be written to {folder}: {reason}.")


@dataclass(frozen=True)
class SampleSummary:
    """What was written: per kind, all rows and the broken ones among them."""

    good: dict[KindName, int]
    broken: dict[KindName, int]


class _SampleFile:
    """One file of the sample, with occasional broken rows."""

    def __init__(self, stream: IO[str], header: tuple[str, ...]) -> None:
        self._write = csv.writer(stream, lineterminator="\n").writerow
        self._write(header)
        self.good = 0
        self.broken = 0

    def add(self, row: Row) -> None:
        """Write a row, and a broken one in the middle of every block."""
        self._write(row)
        self.good += 1
        if self.good % ONE_IN == ONE_IN // 2:
            cells = broken(row, self.broken)
            if cells:
                self._write(cells)
                self.broken += 1


def sample_files(folder: Path) -> dict[KindName, Path]:
    """The file of each kind in a folder, in import order."""
    return {kind: folder / f"{kind}.csv" for kind in row_kinds().values()}


def moment_of(around: date) -> datetime:
    """The rehearsal moment of a sample around a day."""
    return SAMPLE_MOMENT + (around - TODAY)


def write_sample(out: Path, customers: int, seed: int, around: date = TODAY) -> SampleSummary:
    """Write the dealership with so many customers into folder `out`; the same seed gives the same bytes.

    Around another day, everything shifts by the same number of days.

    Raises `UnusableSampleSize` and `UnwritableSample`.
    """
    if not 1 <= customers <= MOST_CUSTOMERS:
        raise UnusableSampleSize(customers)
    try:
        out.mkdir(parents=True, exist_ok=True)
        rows = (_moved(row, around - TODAY) for row in sample_rows(customers, seed))
        return _write(sample_files(out), rows)
    except OSError as error:
        raise UnwritableSample(out, error.strerror or str(error)) from error


def _moved(row: Row, by: timedelta) -> Row:
    moved: dict[str, object] = {
        name: cell + by for name, cell in zip(row._fields, row, strict=True) if isinstance(cell, date)
    }
    return row._replace(**moved) if by else row


def _write(paths: dict[KindName, Path], rows: Iterable[Row]) -> SampleSummary:
    kinds = row_kinds()
    with ExitStack() as stack:
        files = {
            row: _SampleFile(stack.enter_context(paths[kind].open("w", encoding="utf-8", newline="")), row._fields)
            for row, kind in kinds.items()
        }
        for row in rows:
            files[type(row)].add(row)
    return SampleSummary(
        {kinds[row]: file.good for row, file in files.items()},
        {kinds[row]: file.broken for row, file in files.items()},
    )


def sample_rows(customers: int, seed: int) -> Iterator[Row]:
    """Every row of the dealership. A customer's rows depend only on the seed and the customer's number."""
    yield from store_rows()
    yield from staff_rows()
    for number in range(1, customers + 1):
        yield from set_piece(seed, number) if is_set_piece(number) else ordinary_life(seed, number)
