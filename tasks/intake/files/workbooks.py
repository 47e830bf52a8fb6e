"""Workbooks: what is told of them before they are read, and their rows as texts."""

import json
import os
import re
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from tasks.intake.errors import UnusableFile, listed
from tasks.intake.files.limits import (
    LARGE_ENOUGH,
    MOST_COLUMNS,
    MOST_PARTS,
    MOST_UNPACKED,
    PACKED_TIGHTER,
    READER_MEMORY,
    READER_SECONDS,
)
from tasks.intake.files.shape import MergedCells, Row
from tasks.intake.files.workbook_cells import unpack

ZIP, OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""How workbooks begin: those of today are archives."""
CHUNK = 1 << 20
SHEET_IN_ARCHIVE = re.compile(r"xl/worksheets/[^/]+\.xml")
FORMULA_WITHOUT_VALUE = re.compile(
    rb"<c\b(?![^>]{0,500}\bt=\"str\")[^>]{0,500}><f\b[^>]{0,500}>[^<]{0,16000}</f>(?:<v></v>|<v ?/>)?</c>"
)
"""A cell with a formula and no value; `str` is a formula that gives an empty text."""
LONGEST_FORMULA = 1 << 14
STARTS_IN_1904 = re.compile(rb"<workbookPr\b[^>]{0,500}\bdate1904=\"(?:1|true)\"")
SHEETS_NOTICE = (
    "{path} has other sheets than the first one, which were passed over: {others}; "
    'where one of them is meant, say sheet = "…" under [file] in the map.'
)
FORMULAS_NOTICE = (
    "{path} has formulas whose values are not in the file, and reads as if their cells were empty; "
    "open it in a spreadsheet program and save it."
)
NOT_READ = "The file is not a workbook that can be read"
PROJECT = Path(__file__).parents[3]


def open_workbook(
    path: Path, stream: BinaryIO, sheet: str | int | None, open_files: ExitStack, *, large: int
) -> tuple[Iterator[Row], tuple[str, ...], list[MergedCells]]:
    """The rows of a sheet, what is odd about the workbook, and its merged cells. Raises `UnusableFile`.

    Above the size `large`, unpacked, a workbook is streamed: slower, but it does not have to fit into memory.
    """
    try:
        parts = _parts(path, stream)
        unpacked = sum(part.file_size for part in parts)
        notices = [FORMULAS_NOTICE.format(path=path)] if _lacks_values(stream, parts) else []
        from_1904 = _starts_in_1904(stream, parts)
    except (BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError, ValueError) as error:
        raise UnusableFile(path, f"{NOT_READ}: {error}.") from error
    order = {
        "path": str(path),
        "sheet": sheet,
        "large": unpacked > large,
        "from_1904": from_1904,
        "memory": READER_MEMORY,
        "seconds": READER_SECONDS + (unpacked >> 20),
    }
    lines = _read_apart(path, order, open_files)
    sheets = next(lines)
    if not sheets["found"]:
        raise UnusableFile(path, f"The workbook has no sheet '{sheet}'; its sheets are {listed(sheets['names'])}.")
    if sheet is None and sheets["others"]:
        notices.append(SHEETS_NOTICE.format(path=path, others=listed(sheets["others"])))
    return _rows(path, lines), tuple(notices), [MergedCells(*bounds) for bounds in sheets["merged"]]


def _rows(path: Path, batches: Iterator[Any]) -> Iterator[Row]:
    for batch in batches:
        for cells in batch:
            if len(cells) > MOST_COLUMNS:
                raise UnusableFile(path, f"The sheet has more than {MOST_COLUMNS:,} columns.")
            yield unpack(cells)


def _read_apart(path: Path, order: dict[str, str | int | None], open_files: ExitStack) -> Iterator[Any]:
    """What the reading process writes, value by value. Raises `UnusableFile` where it does not come to its end."""
    command = [sys.executable, "-P", "-m", "tasks.intake.files.workbook_process", json.dumps(order)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(PROJECT), *filter(None, sys.path)])}
    process = open_files.enter_context(
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
    )
    open_files.callback(process.kill)
    return _values(path, process)


def _values(path: Path, process: "subprocess.Popen[bytes]") -> Iterator[object]:
    for line in process.stdout or ():
        value = json.loads(line)
        if value is None:
            return
        if isinstance(value, dict) and "error" in value:
            raise UnusableFile(path, f"{NOT_READ}: {value['error']}.")
        yield value
    reason = "reading it takes more memory or time than a table of its size needs"
    raise UnusableFile(path, f"{NOT_READ}: {reason}. Save it anew, with nothing but the table, or as CSV.")


def _parts(path: Path, stream: BinaryIO) -> list[ZipInfo]:
    """The parts of the archive, within limits; none of a workbook that is no archive."""
    stream.seek(0)
    if stream.read(4) != ZIP:
        return []
    with ZipFile(stream) as archive:
        parts = archive.infolist()
    if len(parts) > MOST_PARTS:
        raise UnusableFile(path, f"The workbook has more than {MOST_PARTS:,} parts.")
    unpacked, packed = sum(part.file_size for part in parts), path.stat().st_size
    if unpacked > MOST_UNPACKED or unpacked > max(LARGE_ENOUGH, packed * PACKED_TIGHTER):
        raise UnusableFile(
            path, f"The workbook would unpack to {unpacked >> 20:,} MiB, which no table of its size does."
        )
    if not {"[content_types].xml", "content.xml"} & {part.filename.casefold() for part in parts}:
        raise UnusableFile(path, "The file is a ZIP archive, and no workbook; unpack it first.")
    return parts


def _starts_in_1904(stream: BinaryIO, parts: list[ZipInfo]) -> bool:
    """Whether the days of the workbook count from 1904, as those of old Macintoshes do."""
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        return False
    stream.seek(0)
    with ZipFile(stream) as archive, archive.open("xl/workbook.xml") as part:
        return STARTS_IN_1904.search(part.read(CHUNK)) is not None


def _lacks_values(stream: BinaryIO, parts: list[ZipInfo]) -> bool:
    """Whether a workbook has formulas whose values no spreadsheet program has worked out and written down."""
    sheets = [part.filename for part in parts if SHEET_IN_ARCHIVE.fullmatch(part.filename)]
    if not sheets:
        return False
    stream.seek(0)
    with ZipFile(stream) as archive:
        return any(_has_formula_without_value(archive, sheet) for sheet in sheets)


def _has_formula_without_value(archive: ZipFile, sheet: str) -> bool:
    with archive.open(sheet) as stream:
        before = b""
        while chunk := stream.read(CHUNK):
            if FORMULA_WITHOUT_VALUE.search(before + chunk):
                return True
            before = (before + chunk)[-LONGEST_FORMULA:]
    return False
