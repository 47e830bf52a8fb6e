"""Importing what another program hands over, record by record, by the same rules as the rows of a file."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import astuple, dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from models.core.errors import InvalidInput
from models.core.reasons import EITHER, GivenReason, declare, give
from models.core.settings import Settings
from tasks.intake.columns import Column, KindName
from tasks.intake.files.reading import Holds
from tasks.intake.files.rejects import Reject
from tasks.intake.files.shape import Row
from tasks.intake.files.sources import Header, Source
from tasks.intake.importing import Import, wait_for_turn
from tasks.intake.kinds import KINDS
from tasks.intake.maps.column_map import ColumnMap, FileRules, Whole
from tasks.intake.staging import Counts, read_rejects
from tasks.intake.values.cells import PlainNumber

Record = Mapping[str, Any]
"""What is said of one fact: values by the names of our columns. What it does not name is left as it is on record."""

REQUEST = Path("request")
NOTATION = ColumnMap(Whole(file=FileRules(decimal=".")), REQUEST)
"""A program writes a decimal point."""
PATIENCE = "10s"
"""How long a program waits for a file's import to end; then it is told to come again."""
IDENTITIES = ("key", "vin", "plate", "customer", "customer_phone")
"""By which of its values a record's fact is known: the first that it gives."""
MOST_SHAPES = 20
"""In how many combinations of fields the records of one request may come: each is a small import of its own."""
FIELD_EXPECTED = declare("field-expected", fields=EITHER)


class TooManyShapes(InvalidInput):
    """Records that hardly agree in what they say."""

    def __init__(self) -> None:
        super().__init__(
            f"The rows give their fields in more than {MOST_SHAPES} different combinations; give the same fields in "
            f"each row, with null where there is no value, or send fewer rows at once."
        )


@dataclass
class RecordsLoaded:
    """What became of the records."""

    counts: Counts = field(default_factory=Counts)
    rejects: list[Reject] = field(default_factory=list)
    """By record, counted from 1."""
    notices: list[GivenReason] = field(default_factory=list)

    @property
    def accepted(self) -> int:
        """How many records are on record now, as new, changed, or as they were before."""
        return self.counts.inserted + self.counts.changed + self.counts.unchanged + self.counts.repeated

    def add(self, counts: Counts) -> None:
        """Count those of one combination of fields, too."""
        self.counts = Counts(*(one + other for one, other in zip(astuple(self.counts), astuple(counts), strict=True)))


@dataclass
class _Batch:
    """Records with the same fields, in their order."""

    names: tuple[str, ...]
    rows: list[tuple[int, Record]] = field(default_factory=list)
    about: set[str] = field(default_factory=set)
    """Which facts they are about."""


def load_records(
    connection: Connection,
    kind: KindName,
    records: Sequence[Record],
    *,
    store: str | None,
    confined: bool = False,
    now: datetime,
    settings: Settings,
) -> RecordsLoaded:
    """Import records of one kind. `store` is that of records which name none; `confined`: and of all others.

    Raises `UnknownStore` and `TooManyShapes`, and then nothing has gone in.
    """
    loaded = RecordsLoaded()
    with connection.begin_nested():
        connection.execute(select(func.set_config("lock_timeout", PATIENCE, True)))
        wait_for_turn(connection)
        for batch in _batches(kind, records):
            missing = _missing(kind, batch.names)
            if missing:
                _refuse(loaded, kind, batch, missing)
                continue
            work = Import(connection, _opener(kind, batch), REQUEST, NOTATION, store, now, settings, confined)
            work.load((kind,))
            work.derive()
            loaded.rejects += read_rejects(connection)
            loaded.notices += work.notices
            loaded.add(work.loaded[kind].counts)
            work.tidy()
    loaded.rejects.sort(key=lambda reject: (reject.row, reject.column))
    return loaded


def _batches(kind: KindName, records: Sequence[Record]) -> list[_Batch]:
    """The records by the fields they give. Two that say something of the same fact stay in their order.

    Raises `TooManyShapes`.
    """
    batches: list[_Batch] = []
    for number, record in enumerate(records, start=1):
        names = tuple(column.name for column in KINDS[kind].columns if column.name in record)
        about = next((str(record[name]) for name in IDENTITIES if record.get(name) is not None), "")
        batch = _open_batch(batches, names, about)
        batch.rows.append((number, record))
        batch.about.add(about)
    return batches


def _open_batch(batches: list[_Batch], names: tuple[str, ...], about: str) -> _Batch:
    """The latest batch with these fields, unless a later one speaks of the same fact; else a new one."""
    for batch in reversed(batches):
        if batch.names == names:
            return batch
        if about in batch.about:
            break
    if len(batches) == MOST_SHAPES:
        raise TooManyShapes
    batches.append(_Batch(names))
    return batches[-1]


def _missing(kind: KindName, names: tuple[str, ...]) -> tuple[str, ...] | None:
    """The fields of which a record must give one, and none is given; None: nothing is missing."""
    return next((group for group in KINDS[kind].needs if not set(group) & set(names)), None)


def _refuse(loaded: RecordsLoaded, kind: KindName, batch: _Batch, missing: tuple[str, ...]) -> None:
    reason, first = give(FIELD_EXPECTED, fields=list(missing)), missing[0]
    loaded.rejects += [Reject(number, kind, first, "", reason, ours=first) for number, _ in batch.rows]
    loaded.add(Counts(read=len(batch.rows), rejected=len(batch.rows)))


def _opener(kind: KindName, batch: _Batch) -> Callable[[list[str]], AbstractContextManager[Source]]:
    """Gives the records of a batch as the rows of a file whose columns have our names."""
    columns = [column for column in KINDS[kind].columns if column.name in batch.names]

    @contextmanager
    def opened(_wanted: list[str]) -> Iterator[Source]:
        rows = ((number, _row(record, columns)) for number, record in batch.rows)
        yield Source(Header(REQUEST, tuple(column.name for column in columns), 0), rows, may_repeat_header=False)

    return opened


def _row(record: Record, columns: Sequence[Column]) -> Row:
    return [_text(record[column.name], column.holds) for column in columns]


def _text(value: object, holds: Holds) -> str:
    """A value as the text that a cell would hold. An amount is never rounded, as a spreadsheet's number is."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() | Decimal():
            plain = f"{value:f}" if isinstance(value, Decimal) else str(value)
            return plain if holds is Holds.AMOUNT else PlainNumber(plain)
        case list():
            return ";".join(_text(one, holds) for one in value)
        case _:
            return str(value)
