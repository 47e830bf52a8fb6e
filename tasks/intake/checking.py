"""From the cells of a row to typed values: each row is checked by itself, in Python."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from models.core.reasons import NAMES, PHRASE, TEXT, declare, give
from tasks.intake.columns import Column, KindName
from tasks.intake.errors import ColumnsNotInFile, KindNeedsColumns, UnusableFile
from tasks.intake.files.limits import too_long
from tasks.intake.files.reading import Holds, Notation, Reader, reader_for
from tasks.intake.files.rejects import OF_COLUMN, Reject
from tasks.intake.files.shape import Row
from tasks.intake.files.sources import Header
from tasks.intake.kinds import KINDS
from tasks.intake.maps.column_map import ColumnMap, KindTable, Rule
from tasks.intake.maps.row_rules import Checked, House
from tasks.intake.maps.rules import Get, Test, compile_conditions, compile_raw, compile_rule, notation_of
from tasks.intake.results import UnderstoodCell, UnderstoodRow
from tasks.intake.stores import StoreFound, Stores
from tasks.intake.values.amounts import read_figure
from tasks.intake.values.cells import LeftOut, Unusable, clean, column_name
from tasks.intake.values.plausibility import DateWatch

LATEST_BY = "latest_by"
NO_PLACE = declare("place-expected")
STORE_EXPECTED = declare("store-expected", stores=NAMES)
VALUE_EXPECTED = declare("value-expected", meaning=PHRASE)
ANOTHER_HEADER = declare("another-header", row=TEXT)
MOST_QUOTED = 1_000
"""How many characters of a cell stand in the rejects."""


@dataclass(frozen=True)
class Cell:
    """How one of our columns is read from a row."""

    column: Column
    get: Get
    read: Reader
    label: str
    raw: Get
    """What the file holds there, as it stands, for who has to put it right."""
    watch: DateWatch | None = None
    """What is odd about a column of dates as a whole."""
    longest: int = field(init=False)
    """How many characters are looked at."""

    @property
    def tells_of_the_past(self) -> bool:
        """Whether the column holds days on which something happened, of late as well as long ago."""
        window = self.column.plausible
        return window is not None and window.of_events

    def __post_init__(self) -> None:
        object.__setattr__(self, "longest", self.column.holds.longest)


@dataclass(frozen=True)
class Place:
    """What tells which of several rows that state one fact is the latest: a moment, a day, or a number."""

    get: Get
    notation: Notation
    label: str
    raw: Get

    def read(self, row: Row, zone: ZoneInfo) -> Decimal | None:
        """The place of a row, the higher the later; nothing when it does not say. Raises `Unusable`."""
        text = self.get(row)
        if not text:
            return None
        try:
            moment = reader_for(Holds.MOMENT, self.notation)(text, zone)
        except Unusable:
            return self._number(text)
        return Decimal(moment.timestamp()) if moment else None

    def _number(self, text: str) -> Decimal:
        try:
            return read_figure(text, self.notation.decimal).value
        except Unusable as error:
            raise Unusable(give(NO_PLACE)) from error


@dataclass
class RowReader:
    """Reads one kind of fact from the rows of a file, by one table of the map."""

    kind: KindName
    cells: tuple[Cell, ...]
    store_cell: Cell | None
    applies: Test
    place: Place | None
    house: House
    check: Callable[[Checked, House], None] | None
    """What must be right about a row beyond each single cell."""
    absent: dict[str, None] = field(default_factory=dict)

    def read(self, row: Row, stores: Stores | None, zone: ZoneInfo) -> tuple[StoreFound | None, Checked] | None:
        """The store and the checked values of a row; nothing when the map says it is not of this kind."""
        if not self.applies(row):
            return None
        checked = Checked(dict(self.absent))
        store = self._store(row, stores, checked) if stores else None
        own_zone = store.zone if store else zone
        self._read_cells(row, own_zone, checked)
        if self.place:
            checked.place = self._place(self.place, row, own_zone, checked)
        if self.check and not checked.refused:
            self.check(checked, self.house)
        return store, checked

    def _store(self, row: Row, stores: Stores, checked: Checked) -> StoreFound | None:
        name = self.store_cell.get(row) if self.store_cell else ""
        store = stores.find(name) if name else stores.default()
        if store is None:
            checked.refuse("store", give(STORE_EXPECTED, stores=stores.codes), name)
        return store

    def _place(self, place: Place, row: Row, zone: ZoneInfo, checked: Checked) -> Decimal | None:
        try:
            return place.read(row, zone)
        except Unusable as error:
            checked.refuse(LATEST_BY, error.reason, place.raw(row))
            return None

    def _read_cells(self, row: Row, zone: ZoneInfo, checked: Checked) -> None:
        for cell in self.cells:
            name = cell.column.name
            try:
                text = cell.get(row)
                if len(text) > cell.longest:
                    raise too_long(text, cell.longest)
                value = cell.read(text, zone) if text else None
            except Unusable as error:
                spare = cell.column.spare or (isinstance(error, LeftOut) and not cell.column.required)
                tell = checked.leave_out if spare else checked.refuse
                tell(name, error.reason, cell.raw(row)[:MOST_QUOTED])
                value = None
            else:
                if value is None and cell.column.required:
                    meaning = {"en": f": {cell.column.meaning}", "zh-CN": ""}
                    checked.refuse(name, give(VALUE_EXPECTED, meaning=meaning))
            checked.values[name] = value

    def understood(self, row_number: int, row: Row, checked: Checked) -> UnderstoodRow:
        """A row beside what was made of it, cell by cell."""
        values = checked.values
        cells = [
            UnderstoodCell(cell.label, cell.raw(row), cell.column.name, _shown(values.get(cell.column.name)))
            for cell in self.cells
        ]
        made = values.keys() - {cell.column.name for cell in self.cells}
        cells += [UnderstoodCell("", "", name, _shown(values[name])) for name in sorted(made) if values[name]]
        problems = (give(OF_COLUMN, column=name, reason=why.as_figure) for name, _, why, _ in checked.problems)
        return UnderstoodRow(row_number, self.kind, tuple(cells), tuple(problems))

    def rejects(self, row_number: int, checked: Checked) -> Iterator[Reject]:
        """What was wrong with a row, by the file's own column names."""
        labels = {
            cell.column.name: cell.label for cell in (*self.cells, *([self.store_cell] if self.store_cell else []))
        }
        if self.place:
            labels[LATEST_BY] = self.place.label
        for column, value, reason, whole in checked.problems:
            yield Reject(row_number, self.kind, labels.get(column, column), value, reason, whole, column)


@dataclass(frozen=True)
class KindReaders:
    """All that reads one kind from a file: one reader a table of the map."""

    kind: KindName
    readers: tuple[RowReader, ...]
    present: frozenset[str]
    labels: dict[str, str]

    @property
    def watched(self) -> Iterator[Cell]:
        """The cells that hold dates."""
        yield from (cell for reader in self.readers for cell in reader.cells if cell.watch)

    @property
    def places_rows(self) -> bool:
        """Whether something other than the order of the file says which row is the latest."""
        return any(reader.place for reader in self.readers)


def wanted_columns(column_map: ColumnMap, kinds: tuple[KindName, ...]) -> list[str]:
    """The columns of the source that an import of `kinds` speaks of, by which its header is found."""
    wanted = [name for _, name in _spoken_of_file(column_map)]
    for kind in kinds:
        tables = column_map.tables(kind)
        if tables is None:
            wanted += [column.name for column in KINDS[kind].columns]
        for table in tables or []:
            wanted += [name for _, name in _spoken_of(table)]
    return wanted


def _spoken_of_file(column_map: ColumnMap) -> Iterator[tuple[str, str]]:
    """Each column of the source that the map reads for the file as a whole, with the place in the map."""
    for condition in column_map.file.skip_rows_where:
        yield from (("skip_rows_where", name) for name in condition.source_columns)
    yield from (("fill_down", name) for name in column_map.file.fill_down)


def _spoken_of(table: KindTable) -> Iterator[tuple[str, str]]:
    """Each column of the source that a table of the map reads, with the place in the map."""
    for condition in table.only_where:
        yield from (("only_where", name) for name in condition.source_columns)
    if table.latest_by:
        yield from ((LATEST_BY, name) for name in table.latest_by.source_columns)
    for ours, rule in table.rules.items():
        yield from ((ours, name) for name in rule.source_columns)


def check_columns(column_map: ColumnMap, kinds: tuple[KindName, ...], header: Header) -> None:
    """Raise `ColumnsNotInFile` when the map speaks of columns that the file does not have."""
    missing: dict[str, str] = {}
    for kind in kinds:
        for table in column_map.tables(kind) or []:
            for ours, name in _spoken_of(table):
                if header.find(name) is None:
                    missing.setdefault(name, f"{kind}.{ours} in the map")
    for setting, name in _spoken_of_file(column_map):
        if header.find(name) is None:
            missing.setdefault(name, f"file.{setting} in the map")
    if missing:
        raise ColumnsNotInFile(header.path, missing, header.known)


def make_readers(kind: KindName, column_map: ColumnMap, header: Header, now: datetime) -> KindReaders:
    """The readers of a kind. Raises `KindNeedsColumns` when the file cannot be of that kind."""
    tables = column_map.tables(kind)
    rules = [_native(kind, header)] if tables is None else [table.rules for table in tables]
    beside = [KindTable()] if tables is None else tables
    present = frozenset(name for table in rules for name in table)
    missing = [group for group in KINDS[kind].needs if present.isdisjoint(group)]
    if missing:
        raise KindNeedsColumns(header.path, kind, missing, header.known)
    constants = _constants(kind, column_map)
    notation = column_map.notation
    house = House(
        column_map.file.default_country,
        column_map.file.negative_amounts,
        "currency" in constants and all("currency" not in table for table in rules),
    )
    readers = tuple(
        _reader(kind, table, constants, further, notation, house, header, now)
        for table, further in zip(rules, beside, strict=True)
    )
    labels = {name: rule.label for table in rules for name, rule in table.items()}
    return KindReaders(kind, readers, present | constants.keys(), labels)


def unread_columns(column_map: ColumnMap, kinds: tuple[KindName, ...], header: Header) -> list[str]:
    """The columns that none of the kinds takes, of a file with our names. A map leaves out what it means to."""
    if any(column_map.tables(kind) is not None for kind in kinds):
        return []
    spoken_of = [name for _, name in _spoken_of_file(column_map)]
    taken = {column_name(name) for name in [*spoken_of, *(each.name for kind in kinds for each in KINDS[kind].columns)]}
    return [name for name in header.known if column_name(name) not in taken]


def _native(kind: KindName, header: Header) -> dict[str, Rule]:
    """The rules of a file whose columns have our names."""
    return {
        column.name: Rule(column=column.name) for column in KINDS[kind].columns if header.find(column.name) is not None
    }


def _constants(kind: KindName, column_map: ColumnMap) -> dict[str, Rule]:
    excluded = KINDS[kind].not_from_constants
    return {
        name: rule
        for name, rule in column_map.constants.items()
        if KINDS[kind].column(name) is not None and name not in excluded
    }


def _reader(
    kind: KindName,
    rules: dict[str, Rule],
    constants: dict[str, Rule],
    beside: KindTable,
    notation: Notation,
    house: House,
    header: Header,
    now: datetime,
) -> RowReader:
    cells = [
        _cell(column, rules.get(column.name), constants.get(column.name), notation, header, now)
        for column in KINDS[kind].columns
        if column.name in rules or column.name in constants
    ]
    return RowReader(
        kind,
        tuple(cell for cell in cells if cell.column.name != "store"),
        next((cell for cell in cells if cell.column.name == "store"), None),
        compile_conditions(beside.only_where, notation, header.locate),
        _place(beside.latest_by, notation, header) if beside.latest_by else None,
        house,
        KINDS[kind].check,
        {column.name: None for column in KINDS[kind].columns if column.name != "store"},
    )


def _place(rule: Rule, notation: Notation, header: Header) -> Place:
    get, raw = compile_rule(rule, Holds.MOMENT, notation, header.locate), compile_raw(rule, header.locate)
    return Place(get, notation_of(rule, notation), rule.label, raw)


def _cell(
    column: Column, rule: Rule | None, constant: Rule | None, notation: Notation, header: Header, now: datetime
) -> Cell:
    """How a column is read: by its rule, and where that gives nothing, from the constants."""
    given = rule or constant
    if given is None:
        raise KeyError(column.name)
    if rule and constant and rule.default is None:
        given = rule.model_copy(update={"default": constant.constant})
    get = compile_rule(given, column.holds, notation, header.locate)
    raw = compile_raw(given, header.locate)
    own = notation_of(given, notation)
    watch = _watch(column, given, own, now)
    if watch is None:
        return Cell(column, get, reader_for(column.holds, own), given.label, raw)
    read = watch.guard(reader_for(column.holds, replace(own, no_day=watch.is_none)))
    return Cell(column, get, read, given.label, raw, watch)


def _watch(column: Column, rule: Rule, notation: Notation, now: datetime) -> DateWatch | None:
    """What keeps watch over a column of dates: by what its kind says that it may hold, or the map."""
    window = column.plausible
    if window is None:
        return None
    (earliest, latest), no_days = window.days(now), window.no_days
    if rule.plausible:
        earliest, latest = rule.plausible.from_ or earliest, rule.plausible.until or latest
        no_days = frozenset(day for day in no_days if not earliest <= day <= latest)
    forms = notation.date_formats if column.holds is Holds.DATE else notation.moment_formats + notation.date_formats
    return DateWatch(earliest, latest, window.left_out, forms, no_days)


def _shown(value: object) -> str:
    """A value as a person reads it."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:%Y-%m-%d %H:%M %Z}" if isinstance(value, datetime) else str(value)


def is_header_again(row: Row, header: Header, number: int) -> bool:
    """Whether a row repeats the header, as page breaks of printed lists and joined files do.

    Raises `UnusableFile` where it is a header of other columns: what stands below it would go under the wrong names.
    """
    if row[0].strip("\ufeff \u200b") not in header.first_words:
        return False
    said = [column_name(clean(cell)) for cell in row]
    named = [column_name(clean(name)) for name in header.names]
    if said[: len(named)] == named:
        return True
    filled = [name for name in said if name]
    if len(filled) > 1 and len(set(filled)) == len(filled) and set(filled) <= set(header.positions):
        raise UnusableFile(header.path, give(ANOTHER_HEADER, row=str(number)))
    return False


class FillDown:
    """Gives a row the cells of the row above where it leaves all of them empty, as lists grouped by customer do.

    All or none: a group that has no phone does not get the phone of the group above it.
    """

    def __init__(self, names: list[str], header: Header) -> None:
        self._positions = [header.locate(name) for name in names]
        self._above: list[str] = []

    def fill(self, row: Row) -> None:
        """Fill the row, or remember what it holds for those below it."""
        if any(clean(row[position]) for position in self._positions):
            self._above = [row[position] for position in self._positions]
        elif self._above:
            for position, cell in zip(self._positions, self._above, strict=True):
                row[position] = cell
