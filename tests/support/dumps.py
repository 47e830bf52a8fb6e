"""Dumps of a whole database as text that needs no program of PostgreSQL's: `COPY` a table, in the order of their keys.

The form is the one that `pg_dump --data-only` writes, so that `psql` reads it, too.
"""

import io
import re
from collections.abc import Iterator, Sequence

import psycopg
from psycopg import sql

COPY = re.compile(r"^COPY \"(?P<table>\w+)\" \((?P<columns>.*)\) FROM stdin;\n$")
SEQUENCE = "SELECT pg_catalog.setval("
END = "\\.\n"
REVISION = "-- At revision "


def dump(connection: psycopg.Connection, revision: str, tables: Sequence[str]) -> str:
    """All rows of `tables`, which come after those that they refer to, by primary key; and where sequences stand."""
    parts = [f"{REVISION}{revision}\n"]
    for table in tables:
        parts += ["\n", *_rows(connection, table)]
    parts += ["\n", *(line for table in tables for line in _sequences(connection, table))]
    return "".join(parts)


def _rows(connection: psycopg.Connection, table: str) -> Iterator[str]:
    columns = [name for (name,) in connection.execute(_COLUMNS, {"table": table})]
    key = primary_key(connection, table)
    listed = sql.SQL(", ").join(map(sql.Identifier, columns))
    by_key = sql.SQL(", ").join(map(sql.Identifier, key))
    yield f'COPY "{table}" ({listed.as_string()}) FROM stdin;\n'
    ordered = sql.SQL("COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT")
    with connection.cursor().copy(ordered.format(listed, sql.Identifier(table), by_key)) as rows:
        yield "".join(bytes(row).decode() for row in rows)
    yield END


def _sequences(connection: psycopg.Connection, table: str) -> Iterator[str]:
    for (column,) in connection.execute(_IDENTITIES, {"table": table}).fetchall():
        highest = sql.SQL("SELECT coalesce(max({}), 0) + 1 FROM {}").format(
            sql.Identifier(column), sql.Identifier(table)
        )
        (next_one,) = connection.execute(highest).fetchone() or (1,)
        yield f"{SEQUENCE}pg_get_serial_sequence('{table}', '{column}'), {next_one}, false);\n"


def revision_of(text: str) -> str:
    """The revision of the schema that a dump was made at."""
    return text.partition("\n")[0].removeprefix(REVISION)


def restore(connection: psycopg.Connection, text: str) -> None:
    """Bring a dump into a database that is at its revision and has no rows yet."""
    lines = io.StringIO(text, newline="\n")  # `splitlines` would take more than line feeds for ends
    for line in lines:
        if COPY.match(line):
            with connection.cursor().copy(line.encode()) as copy:
                for row in iter(lambda: next(lines), END):
                    copy.write(row)
        elif line.startswith(SEQUENCE):
            connection.execute(line.encode())


def primary_key(connection: psycopg.Connection, table: str) -> list[str]:
    """The columns of a table's primary key, in its order."""
    return [name for (name,) in connection.execute(_KEY, {"table": table})]


_COLUMNS = """
    SELECT attname FROM pg_attribute
    WHERE attrelid = %(table)s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
    ORDER BY attnum
"""
_IDENTITIES = """
    SELECT attname FROM pg_attribute
    WHERE attrelid = %(table)s::regclass AND attnum > 0 AND attidentity <> ''
    ORDER BY attnum
"""
_KEY = """
    SELECT attname FROM pg_constraint, unnest(conkey) WITH ORDINALITY AS key (attnum, place)
    JOIN pg_attribute USING (attnum)
    WHERE conrelid = %(table)s::regclass AND contype = 'p' AND attrelid = conrelid
    ORDER BY place
"""
