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

from models.core.reasons import NAMES, NUMBER, TEXT, GivenReason, declare, give
from tasks.intake.errors import UnusableFile
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
OTHER_SHEETS = declare("other-sheets", path=TEXT, others=NAMES)
FORMULAS = declare("formulas-without-values", path=TEXT)
NOT_READ = declare("workbook-unreadable", why=TEXT)
TOO_HEAVY = declare("workbook-too-heavy")
NO_SUCH_SHEET = declare("no-such-sheet", sheet=TEXT, sheets=NAMES)
SHEET_TOO_WIDE = declare("sheet-too-wide", most=NUMBER)
TOO_MANY_PARTS = declare("too-many-parts", most=NUMBER)
UNPACKS_TOO_LARGE = declare("unpacks-too-large", size=NUMBER)
ZIP_ARCHIVE = declare("zip-archive")
PROJECT = Path(__file__).parents[3]


def open_workbook(
    path: Path, stream: BinaryIO, sheet: str | int | None, open_files: ExitStack, *, large: int
) -> tuple[Iterator[Row], tuple[GivenReason, ...], list[MergedCells]]:
    """The rows of a sheet, what is odd about the workbook, and its merged cells. Raises `UnusableFile`.

    Above the size `large`, unpacked, a workbook is streamed: slower, but it does not have to fit into memory.
    """
    try:
        parts = _parts(path, stream)
        unpacked = sum(part.file_size for part in parts)
        notices = [give(FORMULAS, path=str(path))] if _lacks_values(stream, parts) else []
        from_1904 = _starts_in_1904(stream, parts)
    except (BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError, ValueError) as error:
        raise UnusableFile(path, give(NOT_READ, why=str(error))) from error
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
        raise UnusableFile(path, give(NO_SUCH_SHEET, sheet=str(sheet), sheets=sheets["names"]))
    if sheet is None and sheets["others"]:
        notices.append(give(OTHER_SHEETS, path=str(path), others=sheets["others"]))
    return _rows(path, lines), tuple(notices), [MergedCells(*bounds) for bounds in sheets["merged"]]


def _rows(path: Path, batches: Iterator[Any]) -> Iterator[Row]:
    for batch in batches:
        for cells in batch:
            if len(cells) > MOST_COLUMNS:
                raise UnusableFile(path, give(SHEET_TOO_WIDE, most=MOST_COLUMNS))
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
            raise UnusableFile(path, give(NOT_READ, why=value["error"]))
        yield value
    raise UnusableFile(path, give(TOO_HEAVY))


def _parts(path: Path, stream: BinaryIO) -> list[ZipInfo]:
    """The parts of the archive, within limits; none of a workbook that is no archive."""
    stream.seek(0)
    if stream.read(4) != ZIP:
        return []
    with ZipFile(stream) as archive:
        parts = archive.infolist()
    if len(parts) > MOST_PARTS:
        raise UnusableFile(path, give(TOO_MANY_PARTS, most=MOST_PARTS))
    unpacked, packed = sum(part.file_size for part in parts), path.stat().st_size
    if unpacked > MOST_UNPACKED or unpacked > max(LARGE_ENOUGH, packed * PACKED_TIGHTER):
        raise UnusableFile(path, give(UNPACKS_TOO_LARGE, size=unpacked >> 20))
    if not {"[content_types].xml", "content.xml"} & {part.filename.casefold() for part in parts}:
        raise UnusableFile(path, give(ZIP_ARCHIVE))
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
