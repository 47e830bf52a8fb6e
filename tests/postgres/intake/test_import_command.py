"""`aftercare import`, as it is typed."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, text
from typer.testing import CliRunner, Result

from console.cli.command import app
from models.core.settings import read_settings


@pytest.fixture(autouse=True)
def installation(database_url: URL, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """An installation on a database of the test's own; commands are typed in a folder with one file."""
    monkeypatch.setenv("AFTERCARE_DATABASE_URL", database_url.render_as_string(hide_password=False))
    monkeypatch.setenv("AFTERCARE_NOW", "2026-03-01T10:00:00+08:00")
    monkeypatch.chdir(tmp_path)
    Path("book.csv").write_text("No;Name;Phone\n1;Ann;13800138000\n2;Bob;12\n3;;\n", encoding="utf-8")
    Path("map.toml").write_text('[customers]\nkey = "No"\nname = "Name"\nphone = "Phone"\n', encoding="utf-8")
    read_settings.cache_clear()
    yield
    read_settings.cache_clear()


def typed(line: str) -> Result:
    """A command as it is typed."""
    return CliRunner().invoke(app, ["import", *line.split()])


def customers(engine: Engine) -> int:
    """How many customers are on record."""
    with engine.connect() as connection:
        return connection.execute(text("select count(*) from customers")).scalar_one()


def test_a_file_with_a_map(engine: Engine) -> None:
    told = typed("customers book.csv --map map.toml --store SH01")
    assert told.exit_code == 0, told.output
    assert customers(engine) == 2
    for part in (
        "customers",
        "the store 'SH01' was made",
        "Row 3, customers, Phone '12': phone: this is not a phone",
        "Row 4, customers, Name: name: expected a value",
        "book.csv.rejects.csv",
    ):
        assert part in " ".join(told.output.split())


def test_for_programs(engine: Engine) -> None:
    typed("customers book.csv --map map.toml")
    told = json.loads(typed("customers book.csv --map map.toml --json").stdout)
    assert told["kinds"]["customers"]["unchanged"] == 2
    assert told["first_rejects"][1]["column"] == "Name"
    assert told["rejects"] == "book.csv.rejects.csv"
    assert customers(engine) == 2


def test_no_row_accepted(engine: Engine) -> None:
    Path("book.csv").write_text("No;Name;Phone\n3;;\n", encoding="utf-8")
    assert typed("customers book.csv --map map.toml").exit_code == 1
    assert customers(engine) == 0


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("lead book.csv", "'lead' is not a kind of fact"),
        ("customers none.csv", "none.csv: The file cannot be read: No such file or directory."),
        ("customers book.csv", "book.csv: customers need 'key'. The file's columns are 'No', 'Name', 'Phone'"),
        ("customers book.csv --map none.toml", "none.toml: The map cannot be read: No such file or directory."),
        ("vehicles book.csv --map map.toml", "vehicles need 'key' or 'vin' or 'plate'"),
    ],
)
def test_what_cannot_be_used(engine: Engine, line: str, sentence: str) -> None:
    told = typed(line)
    assert told.exit_code == 2
    assert sentence in told.output
    assert customers(engine) == 0


def test_a_store_that_is_not_known(engine: Engine) -> None:
    typed("customers book.csv --map map.toml --store SH01")
    told = typed("customers book.csv --map map.toml --store SH02")
    assert told.exit_code == 2
    assert "The store 'SH02' is not known; expected one of 'SH01'" in told.output


def test_a_database_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERCARE_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    read_settings.cache_clear()
    told = typed("customers book.csv --map map.toml")
    assert told.exit_code == 2
    assert "AFTERCARE_DATABASE_URL" in told.output


def test_a_check_and_what_it_is_about(engine: Engine) -> None:
    odd = "".join(f"{n};Ann{n};1380013{8000 + n}\n" for n in range(4, 24)) + "x;y\n" * 4
    with Path("book.csv").open("a", encoding="utf-8") as book:
        book.write(odd)
    told = " ".join(typed("customers book.csv --map map.toml --check").output.split())
    assert "Checked, and nothing changed: book.csv" in told
    assert "Row 2 as customers" in told
    assert "An import would stop here, unless it is told to --accept this." in told
    assert not Path("book.csv.rejects.csv").exists()
    stopped = typed("customers book.csv --map map.toml")
    assert (stopped.exit_code, customers(engine)) == (2, 0)
    assert "of 27 rows are not like the header (4 short)" in " ".join(stopped.output.split())
    assert typed("customers book.csv --map map.toml --accept").exit_code == 0
    assert customers(engine) == 22
