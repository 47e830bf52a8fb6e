"""An import desk: files are written to a folder and imported into a database of the test's own."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from sqlalchemy import Connection, text

from models.core.settings import Settings
from tasks.intake.files.rejects import rejects_path
from tasks.intake.importing import load_file, read_kinds
from tasks.intake.maps.column_map import NO_MAP, read_map
from tasks.intake.results import ImportResult

NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


@dataclass
class Desk:
    """Imports files as the command does."""

    connection: Connection
    folder: Path
    settings: Settings
    now: datetime = NOW

    def load(
        self,
        kinds: str,
        content: str | bytes | Path,
        map_: str | None = None,
        *,
        store: str | None = None,
        encoding: str = "utf-8",
        now: datetime | None = None,
    ) -> ImportResult:
        """Import the content of a file, through the map when there is one."""
        path = content if isinstance(content, Path) else self.write(content, encoding)
        column_map = NO_MAP
        if map_ is not None:
            map_path = self.folder / "map.toml"
            map_path.write_text(dedent(map_), encoding="utf-8")
            column_map = read_map(map_path)
        result = load_file(
            self.connection,
            read_kinds(kinds),
            path,
            column_map=column_map,
            store=store,
            now=now or self.now,
            settings=self.settings,
        )
        for kind, counts in result.counts.items():
            parts = ("inserted", "changed", "unchanged", "repeated", "rejected", "passed_over")
            assert counts.read == sum(getattr(counts, part) for part in parts), (kind, counts)
        return result

    def write(self, content: str | bytes, encoding: str = "utf-8") -> Path:
        """Write a file as a source would have."""
        path = self.folder / "file.csv"
        path.write_bytes(content if isinstance(content, bytes) else dedent(content).lstrip("\n").encode(encoding))
        return path

    def rejects(self) -> list[dict[str, str]]:
        """What the rejects file says."""
        with rejects_path(self.folder / "file.csv").open(encoding="utf-8-sig", newline="") as stream:
            return list(csv.DictReader(stream))

    def rows(self, query: str, **values: Any) -> list[Any]:
        """Rows of a query, as tuples; a single column as its values."""
        found = self.connection.execute(text(query), values).all()
        return [row[0] if len(row) == 1 else tuple(row) for row in found]

    def snapshot(self) -> Mapping[str, list[Any]]:
        """Every row of every table, with its physical place: equal snapshots mean that nothing was even rewritten.

        Only that a file came is on record of each import, whatever it says: see `models.intake.freshness`.
        """
        tables = self.rows(
            "select tablename from pg_tables where schemaname = 'public' and tablename <> 'files_seen' order by 1"
        )
        return {table: self.rows(f"select ctid::text || t::text from {table} t order by 1") for table in tables}


@pytest.fixture
def desk(connection: Connection, tmp_path: Path) -> Desk:
    """An import desk of a database without anything in it."""
    return Desk(connection, tmp_path, Settings(home=tmp_path / "home"))
