"""Files as tables: text with separators in the usual encodings, and workbooks. Rows are streamed."""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import BinaryIO

from models.core.reasons import NUMBER, TEXT, WORD, GivenReason, declare, give
from tasks.intake.errors import AmbiguousColumn, ColumnsNotInFile, UnusableFile
from tasks.intake.files.limits import LARGEST_FILE, LONGEST_LINE, MOST_COLUMNS
from tasks.intake.files.shape import MergedCells, Odd, Row, Shape, WrappedRow, odd_by_merging
from tasks.intake.files.workbooks import OLD, ZIP, open_workbook
from tasks.intake.maps.column_map import FileRules
from tasks.intake.values.cells import column_name

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
UP_TO_L = bytes(range(0xC9))
"""First bytes of its signs, and of the common characters from A to L."""
CONTINUED = "[\\u0080-\\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
WRITTEN_TWICE = re.compile(f"[ÃÂ]{CONTINUED}|[äåæçèé]{CONTINUED}{{2}}")
WESTERN_SIGNS = frozenset("€£°§«»„“”‘’‚–—…•·®™© \u00a0")
LONG_RUN = 3
"""Of so many accented letters one after the other no Western word is made."""
LEAST_CHARACTERS, LEAST_TOLD = 12, 5
"""From how many characters on another encoding is likely, and from how many it is told."""
LONGEST_GAP = 1 << 16
GUESSED = declare("encoding-guessed", path=TEXT, other=WORD)
BROKEN = declare("letters-broken", path=TEXT, twice=NUMBER, lost=NUMBER)
WESTERN_GUESSED = declare("read-as-western", path=TEXT)
TWO_ENCODINGS = declare("two-encodings", encoding=TEXT, other=WORD)
UNKNOWN_ENCODING = declare("unknown-encoding")
NOT_IN_ENCODING = declare("not-in-encoding", encoding=TEXT)
MOSTLY_ZERO = declare("mostly-zero")
UNREADABLE = declare("file-unreadable", why=TEXT)
NO_REGULAR_FILE = declare("no-regular-file")
FILE_TOO_LARGE = declare("file-too-large", most=NUMBER)
EMPTY_FILE = declare("file-empty")
TOO_MANY_COLUMNS = declare("too-many-columns", most=NUMBER)
NO_HEADER_ROW = declare("no-header-row", row=TEXT, rows=NUMBER)
WEB_PAGE = declare("web-page")
LINE_TOO_LONG = declare("line-too-long", line=TEXT, most=NUMBER)
LINE_WITH_ZERO = declare("line-with-zero", line=TEXT, encoding=TEXT)
QUOTE_NOT_CLOSED = declare("quotation-not-closed", line=TEXT)
UNREADABLE_LINE = declare("unreadable-line", line=TEXT, why=TEXT)
HEADER_WITHIN = 40
"""How many rows may stand above the header."""
CHUNK = 1 << 20
LONGEST_CELL = 1 << 20
LARGE_WORKBOOK = 150 << 20
"""Above this size, unpacked, a workbook is streamed: slower, but it does not have to fit into memory."""
csv.field_size_limit(LONGEST_CELL)


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

    @cached_property
    def first_words(self) -> frozenset[str]:
        """How a row begins that may be a header again: with the name of one of the columns."""
        return frozenset((*self.known, self.names[0])) if self.names else frozenset()

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
    notices: tuple[GivenReason, ...] = ()
    may_repeat_header: bool = True
    """As the page breaks of printed lists do; a row that says what the header says is then none."""
    odd: dict[int, Odd] = field(default_factory=dict)
    """By number, what is odd about a row that was just read: in a text file its cells may have slipped; in a workbook
    cells may be merged."""


Wanted = Iterable[str]


@contextmanager
def open_source(path: Path, rules: FileRules, wanted: Wanted) -> Iterator[Source]:
    """The table in a file; its header is the row that names most of the `wanted` columns. Raises `UnusableFile`."""
    notices: tuple[GivenReason, ...] = ()
    names = {column_name(re.sub(r" \(\d+\)$", "", name)) for name in wanted}
    try:
        with ExitStack() as open_files:
            _refuse_what_is_no_file(path)
            stream = open_files.enter_context(path.open("rb"))
            signature = stream.read(4)
            stream.seek(0)
            delimiter: str | None = None
            merged: list[MergedCells] = []
            if signature in {ZIP, OLD}:
                rows, notices, merged = open_workbook(path, stream, rules.sheet, open_files, large=LARGE_WORKBOOK)
            else:
                encoding, doubt = (rules.encoding, None) if rules.encoding else _encoding(path, stream)
                stream.seek(0)
                text = open_files.enter_context(TextIOWrapper(stream, encoding=encoding, newline=""))
                delimiter, rows = _open_text(path, text, rules.delimiter, names)
                notices = (doubt,) if doubt else ()
            yield _table(path, rows, rules, names, notices, delimiter, merged)
    except OSError as error:
        raise UnusableFile(path, give(UNREADABLE, why=str(error.strerror or error))) from error


def _refuse_what_is_no_file(path: Path) -> None:
    """A pipe or a device may have no end; a file with holes may be larger than it looks."""
    found = path.stat()
    if not (S_ISREG(found.st_mode) or S_ISDIR(found.st_mode)):
        raise UnusableFile(path, give(NO_REGULAR_FILE))
    if found.st_size > LARGEST_FILE:
        raise UnusableFile(path, give(FILE_TOO_LARGE, most=LARGEST_FILE >> 20))


def _table(
    path: Path,
    rows: Iterator[Row],
    rules: FileRules,
    wanted: set[str],
    notices: tuple[GivenReason, ...],
    delimiter: str | None,
    merged: list[MergedCells],
) -> Source:
    numbered = ((number, row) for number, row in enumerate(rows, start=1))
    head = list(islice(numbered, max(rules.header_row or 0, HEADER_WITHIN)))
    if not any(any(row) for _, row in head):
        raise UnusableFile(path, give(EMPTY_FILE))
    at = _header_at(path, head, rules, wanted)
    names = tuple(re.sub(r"\s+", " ", cell).strip() for cell in head[at][1])
    if len(names) > MOST_COLUMNS:
        raise UnusableFile(path, give(TOO_MANY_COLUMNS, most=MOST_COLUMNS))
    header = Header(path, names, head[at][0])
    below = _below(head[at + 1 :], numbered)
    if delimiter is None:
        odd = odd_by_merging(merged, header.row_number)
        return Source(header, _filled(below, len(names)), notices, odd=odd)
    shape = Shape(len(names), delimiter, rules.uneven_rows == "allow")
    return Source(header, shape.watch(below), notices, odd=shape.odd)


def _header_at(path: Path, head: list[tuple[int, Row]], rules: FileRules, wanted: set[str]) -> int:
    if rules.header_row is None:
        return max(range(len(head)), key=lambda at: (_matches(head[at][1], wanted), -at))
    if rules.header_row > len(head):
        raise UnusableFile(path, give(NO_HEADER_ROW, row=str(rules.header_row), rows=len(head)))
    return rules.header_row - 1


def _matches(row: Row, wanted: set[str]) -> tuple[int, bool]:
    """How many of the wanted columns a row names; where none does, any row that is not empty."""
    return len(wanted & {column_name(cell) for cell in row}), any(row)


def _below(head: list[tuple[int, Row]], rest: Iterator[tuple[int, Row]]) -> Iterator[tuple[int, Row]]:
    """The rows below the header, but for empty ones."""
    for rows in (head, rest):
        for number, row in rows:
            if any(row):
                yield number, row


def _filled(rows: Iterator[tuple[int, Row]], width: int) -> Iterator[tuple[int, Row]]:
    """The rows of a workbook, as long as the header."""
    for number, row in rows:
        if len(row) < width:
            row.extend([""] * (width - len(row)))
        yield number, row


def _open_text(path: Path, text: TextIOWrapper, delimiter: str | None, wanted: set[str]) -> tuple[str, Iterator[Row]]:
    """The separator of a text file, and its rows."""
    head = list(islice(_lines(path, text), HEADER_WITHIN))
    if head and head[0].lstrip("\ufeff \t\r\n").casefold().startswith(("<html", "<!doctype", "<?xml", "<table")):
        raise UnusableFile(path, give(WEB_PAGE))
    text.seek(0)
    separator = delimiter or _delimiter(head, wanted)
    return separator, _records(path, _lines(path, text), separator)


def _lines(path: Path, text: TextIOWrapper) -> Iterator[str]:
    try:
        for number, line in enumerate(iter(partial(text.readline, LONGEST_LINE), ""), start=1):
            if len(line) == LONGEST_LINE:
                raise UnusableFile(path, give(LINE_TOO_LONG, line=str(number), most=LONGEST_LINE))
            if "\x00" in line:
                raise UnusableFile(path, give(LINE_WITH_ZERO, line=str(number), encoding=text.encoding))
            yield line
    except UnicodeDecodeError as error:
        raise UnusableFile(path, give(NOT_IN_ENCODING, encoding=text.encoding)) from error


def _records(path: Path, lines: Iterator[str], delimiter: str) -> Iterator[Row]:
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
                raise UnusableFile(path, give(QUOTE_NOT_CLOSED, line=str(began)))
            over_several = reader.line_num > began
            began = reader.line_num + 1
            yield WrappedRow(row) if over_several else row
    except csv.Error as error:
        raise UnusableFile(path, give(UNREADABLE_LINE, line=str(began), why=str(error))) from error


def _encoding(path: Path, stream: BinaryIO) -> tuple[str, GivenReason | None]:
    """The encoding of the whole stream, by its byte order mark or the first one that all of it agrees with, and what
    is to be told of it. Raises `UnusableFile`."""
    head = stream.read(4)
    marked = next((name for mark, name in BYTE_ORDER_MARKS.items() if head.startswith(mark)), None)
    if marked:
        return marked, None
    for encoding in ENCODINGS:
        text = _TextSeen()
        if text.reads(path, stream, encoding):
            return encoding, text.doubt(path, encoding)
    raise UnusableFile(path, give(UNKNOWN_ENCODING))


@dataclass
class _TextSeen:
    """What the text of a file is like in an encoding.

    Western European text decodes as GB18030, too, but to rare characters, each of an accented letter and its follower;
    Chinese text is mostly made of signs and the 3,755 characters that GB 2312 puts first, by how common they are.
    Korean (EUC-KR) decodes to those alone whose names begin with A to L, and the Chinese of Taiwan and Hong Kong (Big5)
    to many that GB 2312 does not have, or as Western text that is made of accents alone, as Russian does, too.
    """

    beyond_ascii: int = 0
    runs: int = 0
    strange: int = 0
    """Of Western text, what is neither a letter nor a usual sign."""
    common: int = 0
    late: int = 0
    """Characters of the latter half of the common ones, and of what is rarer."""
    outside: int = 0
    """Characters that GB 2312 does not have."""
    twice: int = 0
    """Letters that were written in UTF-8 and read as Western European text before they came here."""
    lost: int = 0
    """Marks for characters that could not be read."""

    def reads(self, path: Path, stream: BinaryIO, encoding: str) -> bool:
        """Whether the whole stream is in an encoding, as far as one can tell."""
        stream.seek(0)
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            while chunk := stream.read(CHUNK):
                if chunk.count(0) * 2 > len(chunk) > LONGEST_GAP:
                    raise UnusableFile(path, give(MOSTLY_ZERO))
                self._look(BEYOND_ASCII.findall(decoder.decode(chunk)), encoding)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
        return encoding != "gb18030" or self.common * 2 >= self.beyond_ascii

    def _look(self, runs: list[str], encoding: str) -> None:
        if not runs:
            return
        text = "".join(runs)
        self.runs += len(runs)
        if encoding == WESTERN:
            self.strange += sum(1 for sign in text if not sign.isalpha() and sign not in WESTERN_SIGNS)
        self.beyond_ascii += len(text)
        first_bytes = text.encode("gb2312", "ignore")[::2]
        common = first_bytes.translate(None, LESS_COMMON)
        self.common += len(common)
        self.late += len(first_bytes.translate(None, UP_TO_L))
        self.outside += len(text) - len(first_bytes)
        self.twice += sum(1 for _ in WRITTEN_TWICE.finditer(text))
        self.lost += text.count("\ufffd")

    def doubt(self, path: Path, encoding: str) -> GivenReason | None:
        """What is to be told of the encoding that was found. Raises `UnusableFile` where it is as well another one."""
        likely, other = self.beyond_ascii >= LEAST_CHARACTERS, tuple[str, ...]()
        if encoding == "gb18030" and not self.late and not self.outside:
            other = ("euc-kr",)
        elif encoding == "gb18030" and self.outside * 10 > self.beyond_ascii:
            other = ("big5",)
        elif encoding == WESTERN and (
            self.beyond_ascii >= self.runs * LONG_RUN or self.strange * 4 > self.beyond_ascii
        ):
            other = ("cp1251", "big5", "shift_jis")
        if other and likely:
            raise UnusableFile(path, give(TWO_ENCODINGS, encoding=encoding, other=list(other)))
        if other and encoding != WESTERN and self.beyond_ascii > LEAST_TOLD:
            return give(GUESSED, path=str(path), other=list(other))
        if encoding != "gb18030" and (self.twice or self.lost):
            return give(BROKEN, path=str(path), twice=self.twice, lost=self.lost)
        return give(WESTERN_GUESSED, path=str(path)) if encoding == WESTERN else None


def _delimiter(head: list[str], wanted: set[str]) -> str:
    """The separator by which a row of the head names most of the wanted columns, or else has most cells."""

    def fit(delimiter: str) -> tuple[int, int]:
        try:
            rows = list(csv.reader(head, delimiter=delimiter))
        except csv.Error:
            return 0, 0
        return max((_matches(row, wanted)[0] for row in rows), default=0), max((len(row) for row in rows), default=0)

    return max(DELIMITERS, key=fit)
