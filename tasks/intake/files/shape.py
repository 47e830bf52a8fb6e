"""Whether the cells of a row stand under the right names: told by how many there are, and by what the others hold."""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Row = list[str]
LOOKED_AT = 200
"""How many rows are remembered to tell what a column usually holds."""
MAP_SAYS = 'uneven_rows = "allow" under [file] in the map'
MERGED = (
    "the cell is merged with others in {where}, so what the row holds there is not known; take the merged cells apart, "
    "or, where each value is meant for the rows below it, name the column under fill_down in the map"
)
DIGITS, LETTERS = re.compile(r"\d+"), re.compile(r"[^\W\d_]+")


class WrappedRow(list[str]):
    """A row that goes over several lines of its file, as one does whose cell in quotation marks holds line breaks."""


class Odd(NamedTuple):
    """A row that cannot be taken as it stands."""

    kind: Literal["long", "short", "wrapped", "merged"]
    place: int
    """Of the cell that a person looks at first."""
    reason: str
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
        rows = f"rows {self.first_row + 1} to {self.last_row + 1}"
        where = rows if self.last_row > self.first_row else f"row {self.first_row + 1}"
        return Odd("merged", self.first_column, MERGED.format(where=where), self.last_column)


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
        cells, names = _counted(len(row), "cell"), self.width
        if len(row) > self.width:
            if self.uneven and not any(row[self.width :]):
                return
            self.odd[number] = Odd(
                "long",
                next((place for place in range(self.width, len(row)) if row[place]), self.width),
                f"the row has {cells} and the header has {names}; a separator inside a value has to stand in "
                f"quotation marks. Where each line of the file ends in a separator, say {MAP_SAYS}",
            )
            return
        if not self.uneven:
            self.odd[number] = Odd(
                "short",
                0,
                f"the row has {cells} and the header has {names}; a line break inside a value has to stand in "
                f"quotation marks. Where the source leaves out empty cells at the end of a row, say {MAP_SAYS}",
            )
        row.extend([""] * (self.width - len(row)))

    def _judge_lines(self, number: int, row: Row) -> None:
        """A stray quotation mark takes the rows up to the next one for one cell, and the count of cells is right."""
        for place, cell in enumerate(row):
            lines = re.split(r"\r\n|\r|\n", cell) if "\n" in cell or "\r" in cell else []
            swallowed = self._rows_in(row, place, lines) if len(lines) > 1 else None
            if swallowed:
                self.odd[number] = Odd(
                    "wrapped",
                    place,
                    f"the cell holds line breaks and what looks like {_counted(len(swallowed), 'row')} of the file "
                    f"({', '.join(repr(each[0]) for each in swallowed[:5])}{' …' if len(swallowed) > 5 else ''}), "
                    "none of which went in; a quotation mark inside a value is written twice",
                )
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
REST = (
    "the line {where} it has a single cell, which may be a part of this row that a line break has torn off; where it "
    "is none, the map passes it over by skip_rows_where"
)


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
                now = _torn(each, "above")
            yield _torn(held, "below") if adjoins and _is_alone(each) else held
        held = now
    if held is not None:
        yield held


def _is_alone(judged: Judged) -> bool:
    _, row, odd = judged
    return odd is not None and odd.kind == "short" and not any(row[1:])


def _torn(judged: Judged, where: str) -> Judged:
    number, row, odd = judged
    return (number, row, odd or Odd("short", 0, REST.format(where=where))) if row else judged


def _kind(cell: str) -> str:
    """What a cell is like: nothing, figures and signs alone, or words."""
    text = cell.strip()
    if not text:
        return ""
    return "words" if LETTERS.search(text) else "figures"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
