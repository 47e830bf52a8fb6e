"""Whether the cells of a row stand under the right names: told by how many there are, and by what the others hold."""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from models.core.reasons import NUMBER, TEXT, GivenReason, ReasonCode, declare, give

Row = list[str]
LOOKED_AT = 200
"""How many rows are remembered to tell what a column usually holds."""
MERGED = declare("merged-cells", first=NUMBER, last=NUMBER)
MERGED_IN_ROW = declare("merged-cells-in-row", row=NUMBER)
LONG_ROW = declare("row-too-long", cells=NUMBER, names=NUMBER)
SHORT_ROW = declare("row-too-short", cells=NUMBER, names=NUMBER)
WRAPPED = declare("rows-in-a-cell", rows=NUMBER, begin=TEXT)
TORN_ABOVE, TORN_BELOW = declare("torn-from-above"), declare("torn-from-below")
DIGITS, LETTERS = re.compile(r"\d+"), re.compile(r"[^\W\d_]+")


class WrappedRow(list[str]):
    """A row that goes over several lines of its file, as one does whose cell in quotation marks holds line breaks."""


class Odd(NamedTuple):
    """A row that cannot be taken as it stands."""

    kind: Literal["long", "short", "wrapped", "merged"]
    place: int
    """Of the cell that a person looks at first."""
    reason: GivenReason
    until: int = 0
    """Of merged cells, the last column."""


class MergedCells(NamedTuple):
    """Cells of a sheet that look like one: rows and columns counted from 0, the last ones included. The first of them
    holds the value, and the others nothing, whatever was meant of them."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    @property
    def odd(self) -> Odd:
        """What is odd about a row that such cells reach into."""
        first, last = self.first_row + 1, self.last_row + 1
        reason = give(MERGED, first=first, last=last) if last > first else give(MERGED_IN_ROW, row=first)
        return Odd("merged", self.first_column, reason, self.last_column)


def odd_by_merging(merged: Iterable[MergedCells], header_row: int) -> dict[int, Odd]:
    """The rows below the header, by number, of which merged cells hide what they hold."""
    odd: dict[int, Odd] = {}
    for cells in merged:
        first = cells.first_row + (1 if cells.first_column < cells.last_column else 2)
        for number in range(max(first, header_row + 1), cells.last_row + 2):
            odd.setdefault(number, cells.odd)
    return odd


@dataclass
class Shape:
    """Looks at the rows of a text file, whose cells have no address: one separator too many moves all behind it."""

    width: int
    delimiter: str
    uneven: bool = False
    """Whether the map says that rows may be shorter than the header, or longer by empty cells."""
    odd: dict[int, Odd] = field(default_factory=dict)
    """By row number; taken out by who reads the row."""
    usual: deque[tuple[str, ...]] = field(default_factory=lambda: deque(maxlen=LOOKED_AT))

    def watch(self, rows: Iterable[tuple[int, Row]]) -> Iterator[tuple[int, Row]]:
        """The rows, each as long as the header at least; what is odd about one is noted before it is given."""
        for number, row in rows:
            if len(row) != self.width:
                self._judge_length(number, row)
            elif type(row) is WrappedRow:
                self._judge_lines(number, row)
            elif len(self.usual) < LOOKED_AT:
                self.usual.append(tuple(_kind(cell) for cell in row))
            yield number, row

    def _judge_length(self, number: int, row: Row) -> None:
        counts = {"cells": len(row), "names": self.width}
        if len(row) > self.width:
            if self.uneven and not any(row[self.width :]):
                return
            self.odd[number] = Odd(
                "long",
                next((place for place in range(self.width, len(row)) if row[place]), self.width),
                give(LONG_ROW, **counts),
            )
            return
        if not self.uneven:
            self.odd[number] = Odd("short", 0, give(SHORT_ROW, **counts))
        row.extend([""] * (self.width - len(row)))

    def _judge_lines(self, number: int, row: Row) -> None:
        """A stray quotation mark takes the rows up to the next one for one cell, and the count of cells is right."""
        for place, cell in enumerate(row):
            lines = re.split(r"\r\n|\r|\n", cell) if "\n" in cell or "\r" in cell else []
            swallowed = self._rows_in(row, place, lines) if len(lines) > 1 else None
            if swallowed:
                begin = ", ".join(repr(each[0]) for each in swallowed[:5]) + (" …" if len(swallowed) > 5 else "")
                self.odd[number] = Odd("wrapped", place, give(WRAPPED, rows=len(swallowed), begin=begin))
                return

    def _rows_in(self, row: Row, place: int, lines: list[str]) -> list[Row] | None:
        """The rows that there would be without the quotation marks, where they are like the other rows."""
        text = self.delimiter.join([*row[:place], "\n".join(lines), *row[place + 1 :]])
        rows = [line.split(self.delimiter) for line in text.split("\n")]
        if any(len(each) != self.width for each in rows):
            return None
        return rows if all(self._is_usual(each) for each in rows[1:]) else None

    def _is_usual(self, row: Row) -> bool:
        kinds = [_kind(cell) for cell in row]
        for place, kind in enumerate(kinds):
            known = {usual[place] for usual in self.usual}
            if known - {""} and kind and kind not in known:
                return False
        return True


Judged = tuple[int, Row, Odd | None]
"""The number of a row, the row, and what is odd about it."""


def torn_apart(rows: Iterable[Judged]) -> Iterator[Judged]:
    """The rows, with those that stand next to a line of one cell: it may be the end or the start of them.

    A row whose first or last cell was torn apart has as many cells as the header.
    """
    held: Judged | None = None
    for each in rows:
        now = each
        if held is not None:
            adjoins = held[0] + 1 == each[0]
            if adjoins and _is_alone(held):
                now = _torn(each, TORN_ABOVE)
            yield _torn(held, TORN_BELOW) if adjoins and _is_alone(each) else held
        held = now
    if held is not None:
        yield held


def _is_alone(judged: Judged) -> bool:
    _, row, odd = judged
    return odd is not None and odd.kind == "short" and not any(row[1:])


def _torn(judged: Judged, code: ReasonCode) -> Judged:
    number, row, odd = judged
    return (number, row, odd or Odd("short", 0, give(code))) if row else judged


def _kind(cell: str) -> str:
    """What a cell is like: nothing, figures and signs alone, or words."""
    text = cell.strip()
    if not text:
        return ""
    return "words" if LETTERS.search(text) else "figures"
