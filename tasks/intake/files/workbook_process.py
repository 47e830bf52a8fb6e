"""Reads a workbook in a process of its own, which may run out of memory or time without taking anybody with it.

Writes one JSON value a line: first what sheets there are, then batches of rows, and `null` at the end. What cannot be
read is an object with the sentence.
"""

import json
import resource
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from tasks.intake.files.workbook_cells import pack
from tasks.intake.values.cells import fold

BATCH = 500


def read(path: str, sheet: str | int | None, *, large: bool, from_1904: bool) -> Iterator[Any]:
    """What is written, line by line."""
    book = CalamineWorkbook.from_path(path)
    shown = [(SheetTypeEnum.WorkSheet, SheetVisibleEnum.Visible)]
    others = [one.name for one in book.sheets_metadata[1:] if (one.typ, one.visible) in shown]
    name = _named(sheet, book.sheet_names)
    yield {"names": book.sheet_names, "others": others, "found": name is not None}
    if name is not None:
        rows = iter(_streamed(path, name) if large else book.get_sheet_by_name(name).iter_rows())
        while batch := [pack(row, from_1904=from_1904) for row in islice(rows, BATCH)]:
            yield batch
    yield None


def _named(sheet: str | int | None, names: list[str]) -> str | None:
    """The sheet by its name, or by its place counted from 1; the first one unless said otherwise."""
    if isinstance(sheet, str):
        return next((name for name in names if fold(name) == fold(sheet)), None)
    return names[(sheet or 1) - 1] if 0 < (sheet or 1) <= len(names) else None


def _streamed(path: str, name: str) -> Iterator[Iterable[Any]]:
    import openpyxl  # noqa: PLC0415  large, and only large workbooks need it

    with Path(path).open("rb") as stream:  # openpyxl judges a path by its ending
        yield from openpyxl.load_workbook(stream, read_only=True, data_only=True)[name].iter_rows(values_only=True)


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
