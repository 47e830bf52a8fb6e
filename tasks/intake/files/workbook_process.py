"""Reads a workbook in a process of its own, which may run out of memory or time without taking anybody with it.

Writes one JSON value a line: first what sheets there are, then batches of rows, and `null` at the end. What cannot be
read is an object with the sentence.
"""

import json
import re
import resource
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO
from zipfile import ZipFile

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from tasks.intake.files.workbook_cells import pack
from tasks.intake.values.cells import fold

BATCH = 500
MOST_MERGED = 100_000
"""So many merged cells are looked at; each may be two rows."""
MOST_OF_LIST = 1 << 22
MERGED = re.compile(rb'<mergeCell ref="([A-Z]+[0-9]+:[A-Z]+[0-9]+)"')


def read(path: str, sheet: str | int | None, *, large: bool, from_1904: bool) -> Iterator[object]:
    """What is written, line by line."""
    book = CalamineWorkbook.from_path(path)
    shown = [(SheetTypeEnum.WorkSheet, SheetVisibleEnum.Visible)]
    others = [one.name for one in book.sheets_metadata[1:] if (one.typ, one.visible) in shown]
    name = _named(sheet, book.sheet_names)
    first = {"names": book.sheet_names, "others": others, "found": name is not None}
    if name is None:
        yield first
    else:
        merged, rows = _streamed(path, name) if large else _whole(book, name)
        yield first | {"merged": list(islice(merged, MOST_MERGED))}
        while batch := [pack(row, from_1904=from_1904) for row in islice(rows, BATCH)]:
            yield batch
    yield None


def _named(sheet: str | int | None, names: list[str]) -> str | None:
    """The sheet by its name, or by its place counted from 1; the first one unless said otherwise."""
    if isinstance(sheet, str):
        return next((name for name in names if fold(name) == fold(sheet)), None)
    return names[(sheet or 1) - 1] if 0 < (sheet or 1) <= len(names) else None


def _whole(book: CalamineWorkbook, name: str) -> tuple[Iterator[list[int]], Iterator[Iterable[object]]]:
    """The merged cells of a sheet, and its rows."""
    sheet = book.get_sheet_by_name(name)
    ranges = sheet.merged_cell_ranges or ()  # not every format has them
    return ([*start, *end] for start, end in ranges), iter(sheet.iter_rows())


def _streamed(path: str, name: str) -> tuple[Iterator[list[int]], Iterator[Iterable[object]]]:
    """The same of a large workbook, which is never in memory as a whole."""
    import openpyxl  # noqa: PLC0415  large, and only large workbooks need it

    stream = Path(path).open("rb")  # noqa: SIM115  openpyxl judges a path by its ending; the process ends with it
    sheet = openpyxl.load_workbook(stream, read_only=True, data_only=True)[name]
    with ZipFile(path) as archive, archive.open(sheet._worksheet_path) as part:  # noqa: SLF001  it tells no other way
        merged = [_bounds(found) for found in MERGED.findall(_end_of(part))]
    return iter(merged), sheet.iter_rows(values_only=True)


def _end_of(part: IO[bytes]) -> bytes:
    """The end of a sheet, where its merged cells are listed, behind its rows."""
    end = b""
    while chunk := part.read(MOST_OF_LIST):
        end = (end + chunk)[-MOST_OF_LIST:]
    return end


def _bounds(reference: bytes) -> list[int]:
    """The first row and column of a range such as `B3:B5`, and the last ones, counted from 0."""
    from openpyxl.utils.cell import range_boundaries  # noqa: PLC0415  as above

    left, top, right, bottom = range_boundaries(reference.decode())
    return [top - 1, left - 1, bottom - 1, right - 1]


def main() -> None:
    """Read the workbook that the arguments name."""
    order = json.loads(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (order["memory"], order["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (order["seconds"], order["seconds"] + 1))
    try:
        for line in read(order["path"], order["sheet"], large=order["large"], from_1904=order["from_1904"]):
            print(json.dumps(line), flush=True)  # noqa: T201  the way back
    except (
        CalamineError,
        ArithmeticError,
        LookupError,
        MemoryError,
        OSError,
        SyntaxError,
        TypeError,
        ValueError,
    ) as error:
        print(json.dumps({"error": str(error) or type(error).__name__}), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
