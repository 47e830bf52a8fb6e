"""Rows that are longer or shorter than the header, or hold others."""

from pathlib import Path

import pytest

from models.core.reasons import as_written
from tasks.intake.files.shape import Judged, Odd, torn_apart
from tasks.intake.files.sources import open_source
from tasks.intake.maps.column_map import FileRules

HEADER = "Key,Name,Phone\n"


def odd(folder: Path, content: str, rules: FileRules | None = None) -> dict[int, str]:
    """The rows that are odd, and in what way."""
    path = folder / "file.csv"
    path.write_text(HEADER + content, encoding="utf-8")
    with open_source(path, rules or FileRules(), ("Key", "Name")) as source:
        rows = list(source.rows)
        assert all(len(row) >= 3 for _, row in rows)
        return {number: found.kind for number, found in source.odd.items()}


@pytest.mark.parametrize(
    ("content", "kinds"),
    [
        ("1,Ann,11\n2,Bob,12\n", {}),
        ("1,Ann,11\n2,Lee, Bob,12\n", {3: "long"}),
        ("1,Ann,11\n2,Bob,12,\n", {3: "long"}),
        ("1,Ann,11\n2,Bob\n", {3: "short"}),
        ('1,Ann,11\n2,"Bob,12\n3,Cy",13\n', {3: "wrapped"}),
        ('1,Ann,11\n2,"Bob\nRay",12\n', {}),
        ('1,Ann,11\n2,"Bob, son of\nRay, the elder",12\n', {}),
    ],
)
def test_what_is_odd_about_rows(tmp_path: Path, content: str, kinds: dict[int, str]) -> None:
    assert odd(tmp_path, content) == kinds


def test_a_map_may_allow_uneven_rows_but_none_with_a_value_beyond_the_header(tmp_path: Path) -> None:
    content = "1,Ann\n2,Bob,12,,\n3,Lee, Cy,13\n"
    assert odd(tmp_path, content, FileRules(uneven_rows="allow")) == {4: "long"}


SHORT = Odd("short", 0, as_written(""))


@pytest.mark.parametrize(
    ("rows", "kept_out"),
    [
        ([(2, ["1", "a"], None), (3, ["x", ""], SHORT), (4, ["2", "b"], None), (5, ["3", "c"], None)], [2, 3, 4]),
        ([(2, ["1", "a"], None), (4, ["x", ""], SHORT), (6, ["2", "b"], None)], [4]),
        ([(2, ["1", "a"], None), (3, [], None), (4, ["2", "b"], None)], []),
    ],
)
def test_a_line_of_one_cell_may_belong_to_the_row_above_or_below(rows: list[Judged], kept_out: list[int]) -> None:
    assert [number for number, _, found in torn_apart(rows) if found] == kept_out
