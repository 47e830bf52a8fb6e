"""The command as people type it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from sqlalchemy import URL, create_engine, text
from typer.testing import CliRunner, Result

from console.cli.sampling import sample
from models.core.settings import read_settings
from tasks.intake.kinds import KINDS


@pytest.fixture
def settings_read_afresh() -> Iterator[None]:
    """Settings are read once a process; a test that sets the environment has them read again."""
    read_settings.cache_clear()
    yield
    read_settings.cache_clear()


def run(*arguments: str | Path) -> Result:
    application = typer.Typer()
    application.command()(sample)
    return CliRunner().invoke(application, [str(argument) for argument in arguments], catch_exceptions=False)


def test_it_writes_one_file_a_kind_and_says_how_many_rows(tmp_path: Path) -> None:
    result = run("--customers", "120", "--seed", "3", "--out", tmp_path / "demo")
    assert result.exit_code == 0
    assert len(list((tmp_path / "demo").glob("*.csv"))) == len(KINDS)
    assert "customers.csv" in result.output
    assert "2026-03-10T10:00+0800" in result.output


def test_it_is_arranged_around_the_day_that_is_named(tmp_path: Path) -> None:
    result = run("--customers", "20", "--around", "2026-11-26", "--out", tmp_path / "demo")
    assert "arranged around 2026-11-26T10:00+0800" in " ".join(result.output.split())


def test_no_customers_at_all_is_refused(tmp_path: Path) -> None:
    result = run("--customers", "0", "--out", tmp_path / "demo")
    assert result.exit_code == 2
    assert "--customers" in result.output
    assert not (tmp_path / "demo").exists()


@pytest.mark.usefixtures("settings_read_afresh")
def test_it_loads_what_it_wrote(tmp_path: Path, database_url: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERCARE_DATABASE_URL", database_url.render_as_string(hide_password=False))
    monkeypatch.setenv("AFTERCARE_HOME", str(tmp_path))
    result = run("--customers", "60", "--out", tmp_path / "demo", "--load")
    assert result.exit_code == 0, result.output
    engine = create_engine(database_url)
    with engine.connect() as connection:
        assert connection.scalar(text("select count(*) from customers")) == 60
    engine.dispose()
