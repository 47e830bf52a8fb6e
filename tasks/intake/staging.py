"""Temporary tables that hold the rows of a file, as they came, until they are merged into the shared database."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from psycopg import sql
from psycopg.types.json import JsonbDumper
from sqlalchemy import Column as SqlColumn
from sqlalchemy import Connection, MetaData, Table, func, select, text, update
from sqlalchemy.types import BigInteger, Boolean, Integer, Numeric, Text, TypeEngine

from models.core.reasons import GivenReason
from tasks.intake.columns import KindName
from tasks.intake.files.rejects import Reject

FOUND = ("target_id", "customer_id", "vehicle_id", "advisor_id")
"""Ids that are looked up once all rows are staged, beside those of a kind's own. `target_id` is that of the fact."""
MARKS = ("fresh", "touched")
"""Whether a row made a new fact, and whether it changed anything."""


@dataclass
class Counts:
    """What became of the rows of one kind. `read` is the sum of the others, warnings aside."""

    read: int = 0
    inserted: int = 0
    changed: int = 0
    unchanged: int = 0
    repeated: int = 0
    """Rows whose key a later row of the file carries, too; the later one counts."""
    rejected: int = 0
    passed_over: int = 0
    """Rows that the map says are not of this kind."""
    warnings: int = 0
    """Values left out of rows that went in."""


@dataclass
class Staged:
    """The rows of one kind in their temporary table."""

    kind: KindName
    present: frozenset[str]
    """Our columns that the file gives, by itself or through the map. The others are left as they are on record."""
    labels: dict[str, str]
    """The file's columns behind ours."""
    table: Table
    data_columns: tuple[str, ...]
    by_place: bool = False
    """Whether the map says which of several rows is the latest; without that the last one of the file is."""
    confined: bool = False
    """Whether its rows may refer to the facts of their own store only."""
    counts: Counts = field(default_factory=Counts)
    gathers: bool = False
    """Whether several rows of one fact make it together, as they do of customers and vehicles."""
    contradictions: int = 0
    """How many facts the file states more than once, and differently."""

    @property
    def reaches(self) -> tuple[bool, ...]:
        """Where what a row refers to is looked for: in the row's own store first, then in the others."""
        return (True,) if self.confined else (True, False)

    def label(self, column: str) -> str:
        """What the file calls one of our columns."""
        return self.labels.get(column, column)


def temporary_table(name: str, *columns: SqlColumn[Any]) -> Table:
    """A table of its transaction's own."""
    return Table(name, MetaData(), *columns, prefixes=["TEMPORARY"], postgresql_on_commit="DROP")


REJECTS = temporary_table(
    "staged_rejects",
    SqlColumn("row", Integer),
    SqlColumn("kind", Text),
    SqlColumn("column", Text),
    SqlColumn("value", Text),
    SqlColumn("reason", Text),
    SqlColumn("whole", Boolean),
    SqlColumn("ours", Text),
)

DISPUTED_KEYS = temporary_table(
    "disputed_keys", SqlColumn("store_id", BigInteger), SqlColumn("key", Text), SqlColumn("reason", Text)
)
"""Keys of customers under which the file names somebody else, and why they are not taken for anybody's."""
SHARED = (REJECTS, DISPUTED_KEYS)


def staged_table(kind: KindName, said: Mapping[str, TypeEngine[Any]], looks_up: Iterable[str]) -> Table:
    """The temporary table of a kind: for what its rows say, and for the ids that they turn out to mean."""
    return temporary_table(
        f"staged_{kind.replace('-', '_')}",
        SqlColumn("entry", Integer, primary_key=True, autoincrement=False),
        SqlColumn("row_number", Integer),
        SqlColumn("store_id", BigInteger),
        SqlColumn("place", Numeric),
        *(SqlColumn(name, type_) for name, type_ in said.items()),
        *(SqlColumn(name, BigInteger) for name in (*FOUND, *looks_up)),
        *(SqlColumn(name, Boolean, nullable=False, server_default="false") for name in MARKS),
    )


def table_of_ids(name: str) -> Table:
    """A temporary table of facts that something follows from."""
    return temporary_table(name, SqlColumn("id", BigInteger))


def make_tables(connection: Connection, tables: Iterable[Table]) -> None:
    """Make temporary tables. They are gone with the transaction at the latest."""
    for table in tables:
        table.create(connection, checkfirst=False)


def drop_tables(connection: Connection, tables: Iterable[Table]) -> None:
    """Drop temporary tables, so that the same transaction can import another file."""
    for table in tables:
        table.drop(connection, checkfirst=False)


def copy_rows(connection: Connection, table: Table, columns: Iterable[str], rows: list[tuple[object, ...]]) -> None:
    """Append rows to a temporary table, in one stream."""
    if not rows:
        return
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101  a connection in use has its driver's
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(sql.Identifier(name) for name in columns)
    )
    with driver.cursor() as cursor:
        cursor.adapters.register_dumper(dict, JsonbDumper)
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)


def staged_reason(reason: GivenReason) -> str:
    """A reason as the temporary tables hold it: its code and figures."""
    return json.dumps(reason.as_figure, ensure_ascii=False)


def copy_rejects(connection: Connection, rejects: list[Reject]) -> None:
    """Append what was wrong with rows."""
    rows = [tuple(reject._replace(reason=staged_reason(reject.reason))) for reject in rejects]  # type: ignore[arg-type]
    copy_rows(connection, REJECTS, [column.name for column in REJECTS.columns], rows)


def put_latest_last(connection: Connection, table: Table) -> None:
    """Number the rows anew by their places, those without one first: of several that state a fact, the last counts."""
    order = func.row_number().over(order_by=[table.c.place.nulls_first(), table.c.entry])
    ordered = select(table.c.entry, order.label("number")).subquery()
    # Negative numbers meet none of the old ones on the way: the key is checked row by row.
    behind = select(func.count()).select_from(table).scalar_subquery()
    connection.execute(
        update(table).values(entry=ordered.c.number - behind - 1).where(table.c.entry == ordered.c.entry)
    )


def analyze(connection: Connection, table: Table) -> None:
    """Let the planner know how much is in a temporary table."""
    connection.execute(text(f"ANALYZE {table.name}"))


def read_rejects(connection: Connection, limit: int | None = None) -> Iterable[Reject]:
    """What was wrong, in the order of the file."""
    statement = select(REJECTS).order_by(REJECTS.c.row, REJECTS.c.kind, REJECTS.c.column).limit(limit)
    with connection.execute(statement.execution_options(yield_per=5000)) as rows:
        for row in rows:
            reason = GivenReason.model_validate_json(row.reason)
            yield Reject(row.row, KindName(row.kind), row.column, row.value, reason, row.whole, row.ours)
