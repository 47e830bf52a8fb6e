"""Import of a large file, against the bare COPY and INSERT … SELECT of the same file; and what memory it takes."""

import csv
import time
from pathlib import Path

from sqlalchemy import Engine, text

from benchmarks.crowd import NOON
from benchmarks.results import Figure
from models.core.settings import Settings
from tasks.intake.importing import load_file, read_kinds

HEADER = ("key", "name", "language", "phone", "email", "store")
BARE_TABLE = f"create table bare_customers ({', '.join(f'{name} text' for name in HEADER)})"
BARE_MERGE = """
    insert into customers (store_id, name, language, created_at)
    select stores.id, bare_customers.name, bare_customers.language, now()
    from bare_customers join stores on stores.code = bare_customers.store
"""


def write_customers(path: Path, rows: int) -> None:
    """A file of so many customers, each with a phone number and an e-mail address."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        writer.writerows(
            (f"C{n}", f"Customer {n}", "en", f"+8613{100000000 + n}", f"customer{n}@example.com", "N")
            for n in range(1, rows + 1)
        )


def measure(engine: Engine, settings: Settings, rows: int) -> list[Figure]:
    """Rows a second: ours, checked row by row and merged, and PostgreSQL's own."""
    path = settings.home / "customers.csv"
    write_customers(path, rows)
    begun = time.perf_counter()
    with engine.begin() as connection:
        result = load_file(connection, read_kinds("customers"), path, store="N", now=NOON, settings=settings)
    ours = time.perf_counter() - begun
    assert sum(counts.inserted for counts in result.counts.values()) == rows, result
    bare = _bare(engine, path)
    return [Figure(f"import of {rows:,} rows", ours, "s", bare, "bare COPY and INSERT … SELECT of the same file")]


def _bare(engine: Engine, path: Path) -> float:
    begun = time.perf_counter()
    with engine.begin() as connection:
        connection.execute(text(BARE_TABLE))
        cursor = connection.connection.cursor()
        with cursor.copy("copy bare_customers from stdin (format csv, header)") as copy:
            copy.write(path.read_bytes())
        connection.execute(text(BARE_MERGE))
    return time.perf_counter() - begun
