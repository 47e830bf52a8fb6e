"""Maps: what they may say, and how a mistake in one is told."""

import re
from pathlib import Path

import pytest

from tasks.customers.intake import CONSENTS, CUSTOMERS
from tasks.intake.errors import ColumnsNotInFile, UnusableMap
from tasks.intake.maps.column_map import ColumnMap, read_map
from tasks.intake.maps.patterns import compile_pattern
from tasks.subjects.vehicle.intake import VEHICLES


def a_map(folder: Path, text: str) -> ColumnMap:
    """The map of a text."""
    path = folder / "map.toml"
    path.write_text(text, encoding="utf-8")
    return read_map(path)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[customers]\nnmae = "x"', "customers.nmae: 'nmae' is not known here; expected one of"),
        ('[customers]\nnmae = "x"', "Did you mean 'name'?"),
        ('[custmers]\nname = "x"', "custmers: 'custmers' is not known here"),
        ('[customers]\nname = { colum = "x" }', "customers.name.colum: 'colum' is not known here"),
        ("[customers]\nname = 3", 'customers.name: expected the name of a column or a rule, such as name = "Column"'),
        ('[customers]\nname = { join = "-" }', "customers.name: expected exactly one of column, columns"),
        ('[customers]\nname = { column = "a", columns = ["b"] }', "it has column and columns"),
        ('[customers]\nname = { column = "a", split = "," }', "split and part belong together"),
        ('[customers]\nname = { column = "a", split = ",", part = 0 }', "parts count from 1"),
        ('[customers]\nname = { column = "a", pattern = "(" }', "'(' is not a regular expression"),
        ('[warranties]\nends_on = { column = "a", plus = "2 yaers" }', "ends_on.plus: '2 yaers' is not an interval"),
        (
            '[warranties]\nends_on = { column = "a", plus = { column = "b", unit = "moons" } }',
            "plus.unit: input should be",
        ),
        ('[warranties]\nends_on = { column = "a", plus = { column = "b", units = "x" } }', "Did you mean 'unit'?"),
        ('[warranties]\nends_on = { column = "a", plus = ["1 year", "x"] }', "ends_on.plus.2: 'x' is not an interval"),
        ('[warranties]\nends_on = { column = "a", plus = { column = "b", plus = "1 day" } }', "stand in a list"),
        ('[file]\ntime_zone = "Mars"', "file.time_zone: 'Mars' is not a time zone"),
        ('[file]\ndate_formats = ["%Q"]', "file.date_formats.1: '%Q' is not a date format"),
        ('[file]\ndatetime_formats = ["%Y-%m-%d %H:%M %Z"]', "has %Z, by which no zone is told"),
        (
            '[invoices]\ndue_on = { column = "a", default_from = { column = "b", plus = "x" } }',
            "due_on.default_from.plus",
        ),
        ('[[consents]]\ngranted = "a"\n[[consents]]\nreson = "b"', "consents.2.reson: 'reson' is not known here"),
        ('[payments]\nonly_where = { column = "x" }', "payments.only_where: expected exactly one of is, equals"),
        ('[payments]\nonly_where = { is = "empty" }', "payments.only_where: expected a column"),
        ('[file]\ndefault_country = "Narnia"', "file.default_country: 'Narnia' is not a country"),
        ('[file]\nencoding = "utf-9"', "file.encoding: 'utf-9' is not an encoding"),
        ('[file]\ndate_formats = ["DD/MM/YYYY"]', "file.date_formats.1: 'DD/MM/YYYY' is not a date format"),
        ('[file]\nseparator = ";"', "file.separator: 'separator' is not known here"),
        ('[constants]\nphone = "x"', "constants.phone: 'phone' is not known here"),
        ('[customers\nname = "x"', "This is not valid TOML"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_was_expected(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(UnusableMap) as told:
        a_map(tmp_path, text)
    assert str(told.value).startswith(f"{tmp_path / 'map.toml'}: ")
    assert sentence in str(told.value)
    assert all(re.search("[\u4e00-\u9fff]", problem.say("zh-CN")) for problem in told.value.problems)


def test_a_map_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnusableMap, match=r"The map cannot be read: No such file"):
        read_map(tmp_path / "none.toml")


def test_a_map_in_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_bytes('[customers]\nname = "姓名"'.encode("gb18030"))
    with pytest.raises(UnusableMap, match=r"written in UTF-8"):
        read_map(path)


def test_one_table_or_several_and_a_kind_that_the_map_does_not_speak_of(tmp_path: Path) -> None:
    column_map = a_map(tmp_path, '[customers]\nname = "a"\n[[consents]]\ngranted = "a"\n[[consents]]\ngranted = "b"')
    assert [table.rules["granted"].column for table in column_map.tables(CONSENTS.name) or []] == ["a", "b"]
    assert len(column_map.tables(CUSTOMERS.name) or []) == 1
    assert column_map.tables(VEHICLES.name) is None


def test_of_very_many_columns_a_sentence_names_the_first(tmp_path: Path) -> None:
    told = str(ColumnsNotInFile(tmp_path, {"Phon": "customers.phone in the map"}, [f"c{n}" for n in range(300)]))
    assert "'c39' and 260 more." in told


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[customers]\nname = " + "{ first_of = [" * 300 + '"a"' + "] }" * 300, "deep in each other"),
        ("a = " + "[" * 50_000 + "]" * 50_000, "deep in each other"),
        (".".join(["a"] * 50_000) + " = 1", "deep in each other"),
        (f"[file]\nheader_row = {10**30}", "file.header_row"),
        (f'[file]\ndate_formats = ["{"%d" * 500_000}"]', "file.date_formats.1: a date format has at most"),
        ('[file]\nencoding = "punycode"', "no encoding of files"),
        ('[file]\nencoding = "base64"', "file.encoding: 'base64' is not an encoding"),
        (
            "[customers]\nname = { columns = [" + '"a",' * 1_000 + "] }",
            "columns: list should have at most",
        ),
        (f'[customers]\nname = "{"x" * (2 << 20)}"', "A map has at most 1 MiB"),
        ("[customers]\nname = { column = \"a\", pattern = '(?=a)(a+)+$' }", "looks ahead or behind"),
        ('[vehicles]\ndisposed_on = { column = "a", plausible = { from = "1950-01-01" } }', "plausible.reason"),
        ('[file]\ndate_formats = ["%d.%m."]', "'%d.%m.' names no year"),
    ],
    ids=[
        "rules",
        "lists",
        "names",
        "header",
        "form",
        "punycode",
        "base64",
        "parts",
        "size",
        "pattern",
        "reason",
        "year",
    ],
)
def test_a_map_that_is_beyond_all_measure_is_told_at_once(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(UnusableMap) as told:
        a_map(tmp_path, text)
    assert sentence in str(told.value)


def test_a_pattern_takes_time_by_the_length_of_the_text_alone() -> None:
    assert not compile_pattern("(a+)+$").found_in("a" * 50_000 + "b")
    assert compile_pattern("^0*(.+)$").taken_from("0012") == "12"
    assert compile_pattern("x").taken_from("abc") == ""
