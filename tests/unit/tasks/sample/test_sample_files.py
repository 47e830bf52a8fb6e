"""The files themselves: the same for the same seed, in the columns that `import` reads, with few broken rows."""

import csv
import itertools
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from tasks.intake.columns import KindName
from tasks.intake.kinds import KINDS
from tasks.sample.dealership import (
    SampleSummary,
    UnusableSampleSize,
    UnwritableSample,
    sample_files,
    sample_rows,
    write_sample,
)
from tasks.sample.pieces.breakages import ways_to_break
from tasks.sample.rows import Row, row_kinds
from tasks.sample.stores import TODAY

WRITE = (
    "import sys, pathlib; from tasks.sample.dealership import write_sample; "
    "write_sample(pathlib.Path(sys.argv[1]), 300, 1)"
)
ReadRows = Callable[[str], list[dict[str, str]]]


@pytest.fixture(scope="module")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the sample of the usual size will be."""
    return tmp_path_factory.mktemp("sample")


@pytest.fixture(scope="module")
def summary(sample_folder: Path) -> SampleSummary:
    """The sample, written."""
    return write_sample(sample_folder, 2000, 7)


@pytest.fixture(scope="module")
def read_rows(sample_folder: Path, summary: SampleSummary) -> ReadRows:
    """Reads all rows of a kind, the broken ones too."""

    def read(kind: str) -> list[dict[str, str]]:
        with (sample_folder / f"{kind}.csv").open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    return read


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_same_seed_gives_the_same_bytes_whatever_the_environment(tmp_path: Path) -> None:
    write_sample(tmp_path / "here", 300, 1)
    strange = {**os.environ, "PYTHONHASHSEED": "12345", "LC_ALL": "C", "TZ": "America/New_York", "PYTHONUTF8": "0"}
    subprocess.run([sys.executable, "-c", WRITE, str(tmp_path / "there")], env=strange, check=True)
    assert contents(tmp_path / "here") == contents(tmp_path / "there")


def test_around_another_day_it_is_the_same_dealership_so_many_days_later(tmp_path: Path) -> None:
    write_sample(tmp_path / "usual", 40, 1)
    write_sample(tmp_path / "later", 40, 1, TODAY + timedelta(100))
    usual, later = ((tmp_path / name / "deliveries.csv").read_text().splitlines()[1:] for name in ("usual", "later"))
    for before, after in zip(usual, later, strict=True):
        *facts, day = before.split(",")
        assert after == ",".join([*facts, str(date.fromisoformat(day) + timedelta(100))])


def test_another_seed_gives_another_dealership(tmp_path: Path) -> None:
    write_sample(tmp_path / "one", 300, 1)
    write_sample(tmp_path / "two", 300, 2)
    assert (tmp_path / "one" / "customers.csv").read_bytes() != (tmp_path / "two" / "customers.csv").read_bytes()


def test_a_customer_is_the_same_however_many_there_are() -> None:
    few = list(sample_rows(150, 3))
    assert few == list(itertools.islice(sample_rows(1500, 3), len(few)))


def test_memory_does_not_grow_with_the_customers(tmp_path: Path) -> None:
    def peak(customers: int) -> int:
        tracemalloc.start()
        write_sample(tmp_path, customers, 1)
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    peak(200)
    assert peak(2000) < peak(200) + 100_000


def test_there_is_one_file_for_each_kind_in_the_order_of_import() -> None:
    assert list(sample_files(Path())) == list(KINDS)


@pytest.mark.parametrize(("row", "kind"), row_kinds().items(), ids=row_kinds().values())
def test_the_columns_are_those_that_import_reads(row: type[Row], kind: KindName) -> None:
    known = KINDS[kind]
    assert {name for name in row._fields if known.column(name) is None} == set()
    assert {column.name for column in known.columns if column.required} <= set(row._fields)


def test_broken_rows_are_there_and_few(summary: SampleSummary, read_rows: ReadRows) -> None:
    kinds_that_break = {row_kinds()[row] for row in ways_to_break()}
    assert {kind for kind, count in summary.broken.items() if count} == kinds_that_break
    for kind, count in summary.broken.items():
        assert len(read_rows(kind)) == summary.good[kind] + count
        assert count <= 0.006 * summary.good[kind]


def test_every_way_to_break_is_met_in_a_sample_of_the_usual_size(summary: SampleSummary) -> None:
    assert all(summary.broken[row_kinds()[row]] >= len(ways) for row, ways in ways_to_break().items())


@pytest.mark.parametrize("customers", [0, -5, 9_000_001])
def test_a_size_that_cannot_be_is_refused_before_anything_is_written(customers: int, tmp_path: Path) -> None:
    with pytest.raises(UnusableSampleSize, match=f"{customers} customers cannot be made: expected 1 to 9000000"):
        write_sample(tmp_path / "out", customers, 1)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(UnwritableSample, match=r"cannot be written to .*out: File exists\."):
        write_sample(tmp_path / "out", 5, 1)
