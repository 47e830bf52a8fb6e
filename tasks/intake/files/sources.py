"""Files as tables: text with separators in the usual encodings, and workbooks. Rows are streamed."""

import codecs
import csv
import math
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from tasks.intake.errors import AmbiguousColumn, ColumnsNotInFile, UnusableFile, listed
from tasks.intake.maps.column_map import FileRules
from tasks.intake.values.cells import PlainNumber, column_name, fold

Row = list[str]
DELIMITERS = (",", ";", "\t", "|")
WESTERN = "cp1252"
ENCODINGS = ("utf-8", "gb18030", WESTERN)
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
LESS_COMMON = bytes(range(0xD8, 0x100))
"""First bytes of the characters of GB 2312 that it puts last."""
HEADER_WITHIN = 40
"""How many rows may stand above the header."""
CHUNK = 1 << 20
LONGEST_CELL = 1 << 20
LARGE_WORKBOOK = 150 << 20
"""Above this size, unpacked, a workbook is streamed: slower, but it does not have to fit into memory."""
SHEET_IN_ARCHIVE = re.compile(r"xl/worksheets/[^/]+\.xml")
FORMULA_WITHOUT_VALUE = re.compile(rb"<c\b(?![^>]*\bt=\"str\")[^>]*><f\b[^>]*>[^<]*</f>(?:<v></v>|<v ?/>)?</c>")
"""A cell with a formula and no value; `str` is a formula that gives an empty text."""
LONGEST_FORMULA = 1 << 14
EXCEL_ZIP, EXCEL_OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
WESTERN_NOTICE = (
    "{path} is neither UTF-8 nor GB18030 and was read as Western European text (cp1252); "
    'if names look wrong, say encoding = "…" under [file] in the map.'
)
SHEETS_NOTICE = (
    "{path} has other sheets than the first one, which were passed over: {others}; "
    'where one of them is meant, say sheet = "…" under [file] in the map.'
)
FORMULAS_NOTICE = (
    "{path} has formulas whose values are not in the file, and reads as if their cells were empty; "
    "open it in a spreadsheet program and save it."
)


@dataclass(frozen=True)
class Header:
    """The names of a file's columns, and where they stand."""

    path: Path
    names: tuple[str, ...]
    row_number: int

    def __post_init__(self) -> None:
        positions: dict[str, list[int]] = {}
        for position, name in enumerate(self.names):
            positions.setdefault(column_name(name), []).append(position)
        object.__setattr__(self, "_positions", positions)

    @property
    def positions(self) -> dict[str, list[int]]:
        """The positions of each name as it is compared; the nth of several of one name is also called `name (n)`."""
        found: dict[str, list[int]] = self._positions  # type: ignore[attr-defined]  # set once, when it is made
        return found

    @property
    def known(self) -> list[str]:
        """The names, in their order."""
        return [name for name in self.names if name]

    def find(self, name: str) -> int | None:
        """The position of a column; nothing when there is none. Raises `AmbiguousColumn`."""
        places = self.positions.get(column_name(name), [])
        if len(places) > 1:
            raise AmbiguousColumn(self.path, name, [place + 1 for place in places])
        if places:
            return places[0]
        numbered = re.fullmatch(r"(.+) \((\d+)\)", name.strip())
        several = self.positions.get(column_name(numbered[1]), []) if numbered else []
        nth = int(numbered[2]) if numbered else 0
        return several[nth - 1] if 1 <= nth <= len(several) else None

    def locate(self, name: str) -> int:
        """The position of a column. Raises `ColumnsNotInFile` and `AmbiguousColumn`."""
        position = self.find(name)
        if position is None:
            raise ColumnsNotInFile(self.path, {name: "named in the map"}, self.known)
        return position


@dataclass(frozen=True)
class Source:
    """A file that is open: its header, and the rows below it, numbered from 1 as a spreadsheet does."""

    header: Header
    rows: Iterator[tuple[int, Row]]
    notices: tuple[str, ...] = ()
    may_repeat_header: bool = True
    """As the page breaks of printed lists do; a row that says what the header says is then none."""


Wanted = Iterable[str]


@contextmanager
def open_source(path: Path, rules: FileRules, wanted: Wanted) -> Iterator[Source]:
    """The table in a file; its header is the row that names most of the `wanted` columns. Raises `UnusableFile`."""
    notices: tuple[str, ...] = ()
    names = {column_name(re.sub(r" \(\d+\)$", "", name)) for name in wanted}
    try:
        with ExitStack() as open_files:
            stream = open_files.enter_context(path.open("rb"))
            signature = stream.read(4)
            stream.seek(0)
            if signature in {EXCEL_ZIP, EXCEL_OLD}:
                rows = _open_workbook(path, stream, rules.sheet)
                notices = _notices_of_workbook(path, stream, rules.sheet)
            else:
                encoding = rules.encoding or _encoding(path, stream)
                stream.seek(0)
                text = open_files.enter_context(TextIOWrapper(stream, encoding=encoding, newline=""))
                rows = _open_text(path, text, rules.delimiter, names)
                guessed = rules.encoding is None and encoding == WESTERN
                notices = (WESTERN_NOTICE.format(path=path),) if guessed else notices
            yield _table(path, rows, rules, names, notices)
    except OSError as error:
        raise UnusableFile(path, f"The file cannot be read: {error.strerror or error}.") from error


def _table(path: Path, rows: Iterator[Row], rules: FileRules, wanted: set[str], notices: tuple[str, ...]) -> Source:
    numbered = ((number, row) for number, row in enumerate(rows, start=1))
    head = list(islice(numbered, max(rules.header_row or 0, HEADER_WITHIN)))
    if not any(any(row) for _, row in head):
        raise UnusableFile(path, "The file is empty.")
    at = _header_at(path, head, rules, wanted)
    names = tuple(re.sub(r"\s+", " ", cell).strip() for cell in head[at][1])
    header = Header(path, names, head[at][0])
    return Source(header, _below(header, head[at + 1 :], numbered), notices)


def _header_at(path: Path, head: list[tuple[int, Row]], rules: FileRules, wanted: set[str]) -> int:
    if rules.header_row is None:
        return max(range(len(head)), key=lambda at: (_matches(head[at][1], wanted), -at))
    if rules.header_row > len(head):
        raise UnusableFile(path, f"header_row is {rules.header_row}, but the file has {len(head)} rows.")
    return rules.header_row - 1


def _matches(row: Row, wanted: set[str]) -> tuple[int, bool]:
    """How many of the wanted columns a row names; where none does, any row that is not empty."""
    return len(wanted & {column_name(cell) for cell in row}), any(row)


def _below(header: Header, head: list[tuple[int, Row]], rest: Iterator[tuple[int, Row]]) -> Iterator[tuple[int, Row]]:
    """The rows below the header, as long as it, but for empty ones."""
    width = len(header.names)
    for rows in (head, rest):
        for number, row in rows:
            if not any(row):
                continue
            if len(row) < width:
                row.extend([""] * (width - len(row)))
            yield number, row


def _open_text(path: Path, text: TextIOWrapper, delimiter: str | None, wanted: set[str]) -> Iterator[Row]:
    head = list(islice(_lines(path, text), HEADER_WITHIN))
    if head and head[0].lstrip("\ufeff \t\r\n").casefold().startswith(("<html", "<!doctype", "<?xml", "<table")):
        raise UnusableFile(path, "The file is a web page or XML, not a table; save it as CSV or XLSX.")
    text.seek(0)
    return _records(path, _lines(path, text), delimiter or _delimiter(head, wanted))


def _lines(path: Path, text: TextIOWrapper) -> Iterator[str]:
    try:
        for number, line in enumerate(text, start=1):
            if "\x00" in line:
                hint = 'a table has none; where the file is UTF-16, say encoding = "utf-16-le" under [file] in the map'
                clause = f"Line {number} holds the character zero when it is read as {text.encoding}"
                raise UnusableFile(path, f"{clause}; {hint}.")
            yield line
    except UnicodeDecodeError as error:
        raise UnusableFile(path, f"The file is not written in {text.encoding}, which the map names.") from error


def _records(path: Path, lines: Iterator[str], delimiter: str) -> Iterator[Row]:
    csv.field_size_limit(LONGEST_CELL)
    ended = False

    def watched() -> Iterator[str]:
        nonlocal ended
        yield from lines
        ended = True

    reader = csv.reader(watched(), delimiter=delimiter)
    began = 1
    try:
        for row in reader:
            if ended:
                raise UnusableFile(path, f"A quotation mark that opens in line {began} is never closed.")
            began = reader.line_num + 1
            yield row
    except csv.Error as error:
        raise UnusableFile(path, f"Line {began} cannot be read as a row of cells: {error}.") from error


def _encoding(path: Path, stream: BinaryIO) -> str:
    """The encoding of the whole stream: by its byte order mark, or the first one that all of it agrees with."""
    head = stream.read(4)
    marked = next((name for mark, name in BYTE_ORDER_MARKS.items() if head.startswith(mark)), None)
    if marked:
        return marked
    for encoding in ENCODINGS:
        if _decodes(stream, encoding):
            return encoding
    expected = 'expected UTF-8 or GB18030; name another one in the map: encoding = "…" under [file]'
    raise UnusableFile(path, f"The file's encoding is not known; {expected}.")


def _decodes(stream: BinaryIO, encoding: str) -> bool:
    """Whether the whole stream is in an encoding, as far as one can tell.

    Western European text decodes as GB18030, too, but to rare characters, each of an accented letter and its follower;
    Chinese text is mostly made of signs and the 3,755 characters that GB 2312 puts first, by how common they are.
    """
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    beyond_ascii = common = 0
    try:
        while chunk := stream.read(CHUNK):
            text = "".join(BEYOND_ASCII.findall(decoder.decode(chunk)))
            beyond_ascii += len(text)
            common += len(text.encode("gb2312", "ignore")[::2].translate(None, LESS_COMMON))
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return encoding != "gb18030" or common * 2 >= beyond_ascii


def _delimiter(head: list[str], wanted: set[str]) -> str:
    """The separator by which a row of the head names most of the wanted columns, or else has most cells."""

    def fit(delimiter: str) -> tuple[int, int]:
        rows = list(csv.reader(head, delimiter=delimiter))
        return max((_matches(row, wanted)[0] for row in rows), default=0), max((len(row) for row in rows), default=0)

    return max(DELIMITERS, key=fit)


def _open_workbook(path: Path, stream: BinaryIO, sheet: str | int | None) -> Iterator[Row]:
    try:
        if _is_other_archive(stream):
            raise UnusableFile(path, "The file is a ZIP archive, and no workbook; unpack it first.")
        stream.seek(0)
        large = _unpacked_size(stream) > LARGE_WORKBOOK
        for row in _streamed(path, stream, sheet) if large else _loaded(path, sheet):
            yield _texts(row)
    except (CalamineError, BadZipFile, zlib.error, SyntaxError, KeyError, ValueError) as error:
        raise UnusableFile(path, f"The file is not a workbook that can be read: {error}.") from error


def _notices_of_workbook(path: Path, stream: BinaryIO, sheet: str | int | None) -> tuple[str, ...]:
    """What is odd about a workbook; that it is none at all is told when its rows are read."""
    notices: list[str] = []
    try:
        if stream.read(4) == EXCEL_ZIP and _lacks_values(stream):
            notices.append(FORMULAS_NOTICE.format(path=path))
        others = _other_sheets(path)
        if sheet is None and others:
            notices.append(SHEETS_NOTICE.format(path=path, others=listed(others)))
    except (CalamineError, BadZipFile, zlib.error):
        notices.clear()
    stream.seek(0)
    return tuple(notices)


def _other_sheets(path: Path) -> list[str]:
    """The sheets of cells after the first one, as far as a spreadsheet program shows them."""
    sheets = CalamineWorkbook.from_path(path).sheets_metadata[1:]
    return [one.name for one in sheets if (one.typ, one.visible) == (SheetTypeEnum.WorkSheet, SheetVisibleEnum.Visible)]


def _unpacked_size(stream: BinaryIO) -> int:
    if stream.read(4) != EXCEL_ZIP:
        return 0
    with ZipFile(stream) as archive:
        return sum(entry.file_size for entry in archive.infolist())


def _is_other_archive(stream: BinaryIO) -> bool:
    """Whether it is a ZIP archive of something else than a workbook."""
    stream.seek(0)
    if stream.read(4) != EXCEL_ZIP:
        return False
    with ZipFile(stream) as archive:
        return not {"[content_types].xml", "content.xml"} & {name.casefold() for name in archive.namelist()}


def _lacks_values(stream: BinaryIO) -> bool:
    """Whether a workbook has formulas whose values no spreadsheet program has worked out and written down."""
    stream.seek(0)
    with ZipFile(stream) as archive:
        sheets = [name for name in archive.namelist() if SHEET_IN_ARCHIVE.fullmatch(name)]
        return any(_has_formula_without_value(archive, sheet) for sheet in sheets)


def _has_formula_without_value(archive: ZipFile, sheet: str) -> bool:
    with archive.open(sheet) as stream:
        before = b""
        while chunk := stream.read(CHUNK):
            if FORMULA_WITHOUT_VALUE.search(before + chunk):
                return True
            before = (before + chunk)[-LONGEST_FORMULA:]
    return False


def _sheet_name(path: Path, sheet: str | int | None, names: list[str]) -> str:
    """The sheet by its name, or by its place counted from 1; the first one unless said otherwise."""
    if isinstance(sheet, str):
        found = next((name for name in names if fold(name) == fold(sheet)), None)
    else:
        found = names[(sheet or 1) - 1] if 0 < (sheet or 1) <= len(names) else None
    if found is None:
        raise UnusableFile(path, f"The workbook has no sheet '{sheet}'; its sheets are {listed(names)}.")
    return found


def _loaded(path: Path, sheet: str | int | None) -> Iterator[list[Any]]:
    workbook = CalamineWorkbook.from_path(path)
    worksheet = workbook.get_sheet_by_name(_sheet_name(path, sheet, workbook.sheet_names))
    return iter(worksheet.iter_rows())


def _streamed(path: Path, stream: BinaryIO, sheet: str | int | None) -> Iterator[Iterable[Any]]:
    import openpyxl  # noqa: PLC0415  large, and only large workbooks need it

    workbook = openpyxl.load_workbook(stream, read_only=True, data_only=True)
    worksheet = workbook[_sheet_name(path, sheet, workbook.sheetnames)]
    rows: Iterator[Iterable[Any]] = worksheet.iter_rows(values_only=True)
    return rows


def _texts(cells: Iterable[Any]) -> Row:
    return [cell if type(cell) is str else _text_of(cell) for cell in cells]


def _text_of(cell: object) -> str:
    """A typed cell as text: dates in ISO 8601, numbers plainly."""
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case int() | float():
            return _number(cell)
        case datetime():
            return cell.date().isoformat() if cell.time() == time.min else cell.isoformat(" ", "seconds")
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return (
                str(cell)
                if cell.days
                else f"{cell.seconds // 3600:02}:{cell.seconds // 60 % 60:02}:{cell.seconds % 60:02}"
            )
        case _:
            return str(cell)


def _number(cell: float) -> str:
    if not math.isfinite(cell):
        return str(cell)
    return PlainNumber(f"{cell:.0f}" if cell == int(cell) else f"{cell:.6f}".rstrip("0"))
