"""Importing one file: read, check, stage, merge, derive. All of it in the caller's transaction, or nothing."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from models.core.reasons import NAMES, NUMBER, PHRASE, REASON, TEXT, GivenReason, declare, give
from models.core.settings import Settings
from models.intake.freshness import Load as LoadOfFile
from tasks.intake.checking import (
    FillDown,
    KindReaders,
    RowReader,
    check_columns,
    is_header_again,
    make_readers,
    unread_columns,
    wanted_columns,
)
from tasks.intake.columns import KindName
from tasks.intake.errors import DoubtfulFile, UnknownKind, UnknownStore, UnusableMap, closest
from tasks.intake.files.confidence import LEAST_ROWS, SAMPLED, Evidence, Seen, compare, recall, remember
from tasks.intake.files.rejects import Reject, write_rejects
from tasks.intake.files.shape import Judged, Odd, Row, torn_apart
from tasks.intake.files.sources import Header, Source, open_source
from tasks.intake.kinds import KINDS, Consequence, consequences_of
from tasks.intake.load import Load
from tasks.intake.maps.column_map import MISTAKE, NO_MAP, ColumnMap
from tasks.intake.maps.rules import compile_conditions
from tasks.intake.merging import settle_counts
from tasks.intake.results import Check, ImportResult, UnderstoodRow
from tasks.intake.staging import (
    SHARED,
    Staged,
    analyze,
    copy_rejects,
    copy_rows,
    drop_tables,
    make_tables,
    put_latest_last,
    read_rejects,
    staged_table,
)
from tasks.intake.stores import Stores, read_stores
from tasks.intake.values.amounts import read_currency
from tasks.intake.values.cells import Unusable

BATCH = 5_000
"""How many rows are held in memory at once."""
SHOWN = 200
"""How many characters of a cell are quoted where a whole row is told."""
FIRST_ROWS = 3
"""How many rows of a kind a check shows as they were understood."""
FIRST_REJECTS = 5
"""How many rejects a result quotes."""
LOCK = 727_006
"""The advisory lock that lets one import at a time decide which facts are new."""
CURRENCY = "CNY"
UNREAD = declare("columns-unread", names=NAMES, path=TEXT, kinds=TEXT, meant=PHRASE)
NO_ROWS = declare("header-without-rows", path=TEXT, row=NUMBER)
OWN_LIMITS = declare("map-has-own-limits", column=TEXT, reason=TEXT)
DOUBTED = declare("loaded-though-doubtful", doubt=REASON)
DOUBT_ACCEPTED = declare("doubt-accepted-by-map", doubt=REASON, reason=TEXT)


def read_kinds(text: str) -> tuple[KindName, ...]:
    """The kinds in a list such as `customers,vehicles`, in the order in which they are loaded. Raises `UnknownKind`."""
    named = {name.strip().casefold().replace("_", "-") for name in text.split(",") if name.strip()}
    for name in sorted(named or {text}):
        if name not in KINDS:
            raise UnknownKind(name, list(KINDS))
    return tuple(kind for kind in KINDS if kind in named)


def load_file(
    connection: Connection,
    kinds: tuple[KindName, ...],
    path: Path,
    *,
    column_map: ColumnMap = NO_MAP,
    store: str | None = None,
    now: datetime,
    settings: Settings,
    accept: bool = False,
) -> ImportResult:
    """Import a file as the `kinds`, and write its rejects beside it.

    When this raises, nothing of the file has gone in, and the caller's transaction is as it was. It raises
    `DoubtfulFile` where so much of the file is odd that it may be another one, unless that is `accept`ed.
    """
    with connection.begin_nested():
        work, doubts = _load(connection, kinds, path, column_map, store, now, settings)
        first = tuple(read_rejects(connection, FIRST_REJECTS))
        rejects_path = write_rejects(path, read_rejects(connection))
        if doubts and not (accept or column_map.file.accept):
            raise DoubtfulFile(path, doubts, rejects_path)
        work.remember()
        work.tidy()
        return work.result(kinds, first, rejects_path, doubts)


def check_file(
    connection: Connection,
    kinds: tuple[KindName, ...],
    path: Path,
    *,
    column_map: ColumnMap = NO_MAP,
    store: str | None = None,
    now: datetime,
    settings: Settings,
) -> ImportResult:
    """What an import of the file would do and say. Nothing changes, neither in the database nor beside the file."""
    with connection.begin_nested() as savepoint:
        work, doubts = _load(connection, kinds, path, column_map, store, now, settings)
        rejects = tuple(read_rejects(connection))
        check = Check(tuple(work.understood), rejects)
        result = work.result(kinds, rejects[:FIRST_REJECTS], None, doubts, check)
        savepoint.rollback()
    return result


def _load(
    connection: Connection,
    kinds: tuple[KindName, ...],
    path: Path,
    column_map: ColumnMap,
    store: str | None,
    now: datetime,
    settings: Settings,
) -> tuple["Import", tuple[GivenReason, ...]]:
    """The import of a file, all but its end, and what is doubtful about the file as a whole."""

    def opened(wanted: list[str]) -> AbstractContextManager[Source]:
        return open_source(path, column_map.file, wanted)

    wait_for_turn(connection)
    map_name = column_map.path.name if column_map.path else ""
    source = f"{','.join(kinds)} {map_name} {store or ''}".strip()
    work = Import(connection, opened, path, column_map, store, now, settings, source=source)
    # Stores come first in a pass of their own: the rows of the other kinds are read in their time zones.
    for makes_stores in (True, False):
        some = tuple(kind for kind in kinds if KINDS[kind].makes_stores is makes_stores)
        if some:
            work.load(some)
    work.derive()
    return work, tuple(work.evidence.doubts(list(work.loaded.values())))


def _notice_of_unread(path: Path, kinds: tuple[KindName, ...], names: Collection[str] | None) -> Iterator[GivenReason]:
    """What was left out because its column has no name of ours, which may be a slip of the pen."""
    if names:
        ours = [column.name for kind in kinds for column in KINDS[kind].columns]
        near = list(dict.fromkeys(found for name in names if (found := closest(name, ours))))
        meant = {"en": "".join(f" Did you mean '{name}'?" for name in near)}
        meant["zh-CN"] = "".join(f"是否指“{name}”？" for name in near)
        yield give(UNREAD, names=list(names), path=str(path), kinds=", ".join(kinds), meant=meant)


def wait_for_turn(connection: Connection) -> None:
    """Wait until no other import is under way, and keep others waiting until the transaction ends."""
    connection.execute(select(func.pg_advisory_xact_lock(LOCK)))


@dataclass
class Import:
    """One import under way."""

    connection: Connection
    opened: Callable[[list[str]], AbstractContextManager[Source]]
    """Opens the rows, given the columns that are wanted."""
    path: Path
    column_map: ColumnMap
    store: str | None
    now: datetime
    settings: Settings
    confined: bool = False
    """Whether nothing but the data of `store` may be written or referred to."""
    notices: list[GivenReason] = field(default_factory=list)
    loaded: dict[KindName, Staged] = field(default_factory=dict)
    unread: list[str] | None = None
    """The columns that no kind has taken so far; None before the file was opened."""
    consequences: list[Consequence] = field(default_factory=list)
    """What is to be worked out when all kinds are in."""
    source: str | None = None
    """By what the columns of the file are remembered; those of a program's records are not."""
    evidence: Evidence = field(default_factory=Evidence)
    understood: list[UnderstoodRow] = field(default_factory=list)

    def __post_init__(self) -> None:
        make_tables(self.connection, SHARED)

    def load(self, kinds: tuple[KindName, ...]) -> None:
        """Read the file once for these kinds, and merge what it says."""
        with self.opened(wanted_columns(self.column_map, kinds)) as source:
            check_columns(self.column_map, kinds, source.header)
            unread = unread_columns(self.column_map, kinds, source.header)
            self.unread = [name for name in unread if self.unread is None or name in self.unread]
            readers = [make_readers(kind, self.column_map, source.header, self.now) for kind in kinds]
            stores = self._stores(kinds)
            feeds = [Feed(each, _staged(each, confined=self.confined)) for each in readers]
            make_tables(self.connection, (feed.staged.table for feed in feeds))
            self._expect(consequences_of(KINDS[kind] for kind in kinds))
            self._check_store_is_clear(feeds, stores)
            self._stage(source, feeds, stores)
        self.notices += source.notices
        self.notices += stores.notices if stores else []
        self._merge([feed.staged for feed in feeds])

    def _stores(self, kinds: tuple[KindName, ...]) -> Stores | None:
        """The stores that rows may belong to; none are asked for while stores themselves are imported."""
        if all(KINDS[kind].makes_stores for kind in kinds):
            return None
        constant = self.column_map.constants.get("store")
        code = self.store or (str(constant.constant) if constant else None)
        return read_stores(self.connection, code, self.settings.time_zone, confined=self.confined)

    def _check_store_is_clear(self, feeds: list["Feed"], stores: Stores | None) -> None:
        """Refuse the whole file when nothing says which of several stores it is of."""
        without = any(reader.store_cell is None for feed in feeds for reader in feed.readers)
        if stores and without and stores.codes and stores.default() is None:
            raise UnknownStore(None, stores.codes)

    def _stage(self, source: Source, feeds: list["Feed"], stores: Stores | None) -> None:
        """Check the rows and copy them into the temporary tables, batch by batch."""
        group = FillDown(self.column_map.file.fill_down, source.header)
        zone = self.settings.zone
        count = 0
        for count, (number, row) in enumerate(self._facts(source, feeds), start=1):
            if not row:
                continue
            group.fill(row)
            for feed in feeds:
                feed.take(number, row, stores, zone)
            if count % BATCH == 0:
                self._flush(feeds)
        self._flush(feeds)
        self._weigh(count, feeds)
        if not count:
            self.notices.append(give(NO_ROWS, path=str(self.path), row=source.header.row_number))
        for feed in feeds:
            for cell in feed.source.watched:
                self.notices += cell.watch.notices(feed.staged.kind, cell.label) if cell.watch else ()
            analyze(self.connection, feed.staged.table)
            if feed.staged.by_place:
                put_latest_last(self.connection, feed.staged.table)

    def _facts(self, source: Source, feeds: list["Feed"]) -> Iterator[tuple[int, Row | None]]:
        """The rows that state facts; None for one that states none, or is kept out as a whole."""
        names, sampling = source.header.names, self.source is not None
        for number, row, found in torn_apart(self._judged(source, feeds)):
            if found:
                self.evidence.odd[found.kind] += 1
                _refuse_row(feeds, number, row, found, source.header)
            elif row and sampling and self.evidence.sampled < SAMPLED:
                self.evidence.note(names, row)
            yield number, None if found else row

    def _judged(self, source: Source, feeds: list["Feed"]) -> Iterator[Judged]:
        """The rows with what is odd about each; one that the map skips, or that is the header again, is empty."""
        skip = self._skipped(source.header)
        odd, known = source.odd, self._known_whatever_is_merged(source.header, feeds)
        header, may_repeat = source.header, source.may_repeat_header
        for number, row in source.rows:
            found = odd.pop(number, None) if odd else None
            if found and found.kind == "merged" and known.issuperset(range(found.place, found.until + 1)):
                found = None
            if skip(row) or (may_repeat and is_header_again(row, header, number)):
                yield number, [], None
            else:
                yield number, row, found

    def _known_whatever_is_merged(self, header: Header, feeds: list["Feed"]) -> set[int]:
        """The places of columns that nobody reads, or that the map fills from above."""
        read = wanted_columns(self.column_map, tuple(feed.staged.kind for feed in feeds))
        filled = {header.find(name) for name in self.column_map.file.fill_down}
        needed = {header.find(name) for name in read} - filled
        return {place for place in range(len(header.names)) if place not in needed}

    def _weigh(self, count: int, feeds: list["Feed"]) -> None:
        """Note what reading the file has brought up about it as a whole."""
        self.evidence.rows = count
        today = self.now.date()
        for feed in feeds:
            self.understood += feed.understood
            days = [cell.watch.newest(today) for cell in feed.source.watched if cell.watch and cell.tells_of_the_past]
            newest = [day for day in (*days, self.evidence.newest_on) if day is not None]
            self.evidence.newest_on = max(newest, default=None)
            self.evidence.half_converted += [
                cell.label for cell in feed.source.watched if cell.watch and cell.watch.half_converted
            ]
        if self.source and count >= LEAST_ROWS:
            before = recall(self.connection, self.source)
            self.evidence.changed = compare(before, self.evidence.profile)

    def remember(self) -> None:
        """Keep what the columns of this source hold, and that its file came, for the next time."""
        if self.source and self.evidence.rows:
            told = self.evidence.rows >= LEAST_ROWS
            remember(
                self.connection,
                Seen(
                    source=self.source,
                    store=self.store,
                    file_name=self.path.name,
                    load=LoadOfFile(self.now, self.evidence.newest_on),
                    expected_days=self.column_map.file.expected_every_days,
                    rows=self.evidence.rows,
                    profile=self.evidence.profile if told else None,
                ),
            )

    def result(
        self,
        kinds: tuple[KindName, ...],
        first: tuple[Reject, ...],
        rejects_path: Path | None,
        doubts: tuple[GivenReason, ...],
        check: Check | None = None,
    ) -> ImportResult:
        """The account of the import."""
        counts = {kind: staged.counts for kind, staged in self.loaded.items()}
        notices = (*self.notices, *_notice_of_unread(self.path, kinds, self.unread), *self._notices_of_map(doubts))
        return ImportResult(self.path, counts, notices, first, rejects_path, doubts, check)

    def _notices_of_map(self, doubts: tuple[GivenReason, ...]) -> Iterator[GivenReason]:
        """What goes in on the word of the map, and its reasons."""
        for kind in self.loaded:
            for table in self.column_map.tables(kind) or []:
                for name, rule in table.rules.items():
                    if rule.plausible:
                        yield give(OWN_LIMITS, column=f"{kind}.{name}", reason=rule.plausible.reason)
        reason = self.column_map.file.accept
        for doubt in doubts:
            told = doubt.as_figure
            yield give(DOUBT_ACCEPTED, doubt=told, reason=reason) if reason else give(DOUBTED, doubt=told)

    def _skipped(self, header: Header) -> Callable[[Row], bool]:
        conditions = self.column_map.file.skip_rows_where
        if not conditions:
            return lambda _row: False
        return compile_conditions(conditions, self.column_map.notation, header.locate)

    def _flush(self, feeds: list["Feed"]) -> None:
        for feed in feeds:
            copy_rows(self.connection, feed.staged.table, feed.columns, feed.rows)
            copy_rejects(self.connection, feed.rejects)
            feed.rows, feed.rejects = [], []

    def _expect(self, consequences: list[Consequence]) -> None:
        """Make the tables in which loaders note what the consequences are to be worked out for."""
        new = [each for each in consequences if each not in self.consequences]
        make_tables(self.connection, (table for each in new for table in each.tables))
        self.consequences += new

    def _merge(self, all_staged: list[Staged]) -> None:
        """Merge the staged rows, kind after kind: what is referred to comes before what refers to it."""
        for staged in all_staged:
            KINDS[staged.kind].load(self._under_way, staged)
            settle_counts(self.connection, staged)
            self.loaded[staged.kind] = staged

    @cached_property
    def _under_way(self) -> Load:
        return Load(self.connection, self.now, self._currency(), self.settings.time_zone, self.notices)

    def _currency(self) -> str:
        """What amounts are in when neither row nor invoice says. Raises `UnusableMap`."""
        constant = self.column_map.constants.get("currency")
        try:
            return read_currency(str(constant.constant)) if constant else CURRENCY
        except Unusable as error:
            raise UnusableMap(
                self.column_map.path or self.path,
                [give(MISTAKE, place="constants.currency", mistake=error.reason.as_figure)],
            ) from error

    def derive(self) -> None:
        """Derive what follows from the facts."""
        for consequence in self.consequences:
            consequence.work_out(self._under_way)

    def tidy(self) -> None:
        """Drop the temporary tables, so that the same transaction can import something else."""
        noted = (table for consequence in self.consequences for table in consequence.tables)
        drop_tables(self.connection, (*SHARED, *noted, *(staged.table for staged in self.loaded.values())))


@dataclass
class Feed:
    """The way of one kind's rows into its temporary table."""

    source: KindReaders
    staged: Staged
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    entries: int = 0
    understood: list[UnderstoodRow] = field(default_factory=list)

    @property
    def readers(self) -> tuple[RowReader, ...]:
        """One reader a table of the map."""
        return self.source.readers

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the temporary table that are copied."""
        return ("entry", "row_number", "store_id", "place", *self.staged.data_columns)

    def take(self, number: int, row: Row, stores: Stores | None, zone: ZoneInfo) -> None:
        """Read one row of the file, once for each table of the map."""
        counts = self.staged.counts
        for reader in self.readers:
            counts.read += 1
            outcome = reader.read(row, stores, zone)
            if outcome is None:
                counts.passed_over += 1
                continue
            store, checked = outcome
            if len(self.understood) < FIRST_ROWS:
                self.understood.append(reader.understood(number, row, checked))
            if checked.problems:
                self.rejects += reader.rejects(number, checked)
            if checked.refused:
                counts.rejected += 1
                continue
            counts.warnings += len(checked.problems)
            self.entries += 1
            values = (checked.values[name] for name in self.staged.data_columns)
            self.rows.append((self.entries, number, store.id if store else None, checked.place, *values))


def _staged(readers: KindReaders, *, confined: bool) -> Staged:
    kind = KINDS[readers.kind]
    table = staged_table(kind.name, kind.staged, kind.looks_up)
    return Staged(
        kind.name, readers.present, readers.labels, table, tuple(kind.staged), readers.places_rows, confined=confined
    )


def _refuse_row(feeds: Iterable[Feed], number: int, row: Row, odd: Odd, header: Header) -> None:
    """A row whose values stand under the wrong names is of no kind."""
    column = header.names[odd.place] if odd.kind in ("wrapped", "merged") else ""
    for feed in feeds:
        feed.staged.counts.read += 1
        feed.staged.counts.rejected += 1
        feed.rejects.append(Reject(number, feed.staged.kind, column, row[odd.place][:SHOWN], odd.reason))
