"""`aftercare processes`: adding, showing and removing a process by its files."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine
from typer.testing import CliRunner, Result

from console.cli.command import app
from models.core.settings import read_settings
from models.policies.shipped import shipped_processes
from tests.support.tyre_storage import TYRES, write_files
from tests.support.world import World

Told = Callable[..., Result]


@pytest.fixture
def told(database_url: URL, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """Runs a command on the test's database, with one store, as of 10 March 2026, 10:00."""
    with engine.begin() as connection:
        World(connection)
    monkeypatch.setenv("AFTERCARE_DATABASE_URL", database_url.render_as_string(hide_password=False))
    monkeypatch.setenv("AFTERCARE_NOW", "2026-03-10T10:00")
    monkeypatch.setenv("COLUMNS", "300")
    read_settings.cache_clear()
    yield lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])
    read_settings.cache_clear()


@pytest.fixture
def tyres(tmp_path: Path) -> Path:
    return write_files(tmp_path / "tyres")


def test_a_folder_becomes_a_process_and_its_next_version(told: Told, tyres: Path) -> None:
    assert told("processes", "add", tyres).output == "The process 'tyre-storage' is added, version 1.\n"
    assert told("processes", "add", tyres).output == "The process 'tyre-storage' is as it was, version 1.\n"
    policy = tyres / "policy.toml"
    policy.write_text(policy.read_text().replace("priority = 30", "priority = 31"))
    shown = json.loads(told("processes", "add", tyres, "--json").output)
    assert shown == {
        "process": TYRES, "version": 2, "new": False, "changed": True, "enabled": True, "work_pool": None
    }  # fmt: skip
    listed = json.loads(told("processes", "list", "--json").output)
    assert [one["process"] for one in listed] == [*shipped_processes(), TYRES]
    assert listed[-1] == {
        "process": TYRES, "enabled": True, "shipped": False, "version": 2,
        "schedule": ["0 9 * * *"], "tags": ["process", "service"],
    }  # fmt: skip
    for command in (("processes",), ("processes", "list"), ("status",)):
        assert TYRES in told(*command).output


def test_one_that_is_switched_off_at_first_says_how_it_is_switched_on(told: Told, tyres: Path) -> None:
    assert "switched off: `aftercare processes enable tyre-storage`" in told("processes", "add", tyres, "--off").output
    assert told("processes", "enable", TYRES).output == "tyre-storage is enabled.\n"


def test_what_is_shown_can_be_written_edited_and_added(told: Told, tyres: Path, tmp_path: Path) -> None:
    told("processes", "add", tyres)
    folder = tmp_path / "edited"
    assert told("processes", "show", TYRES, "--to", folder).exit_code == 0
    assert "is as it was" in told("processes", "add", folder).output
    shown = told("processes", "show", TYRES).output
    assert all(f"# {name}.toml" in shown for name in ("policy", "templates", "wording"))
    assert json.loads(told("processes", "show", TYRES, "--json").output)["wording"][TYRES]["en"] == "Tyre storage"


def test_a_removed_one_is_gone_from_the_lists(told: Told, tyres: Path) -> None:
    told("processes", "add", tyres)
    assert told("processes", "remove", TYRES).output == (
        "The process 'tyre-storage' is removed; open touches that ended: 0.\n"
    )
    assert TYRES not in told("processes").output
    assert told("touches", "--process", TYRES).exit_code == 0  # what it did is still asked for


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("templates.toml", None, "templates.toml: there is no such file; expected policy.toml, templates.toml, "),
        ("policy.toml", "= 1", "policy.toml: it is not TOML: "),
        ("policy.toml", 'process = "dispatch"', "policy.toml, process: the name 'dispatch' is taken by the engine"),
        ("wording.toml", "", "wording.toml, tyre-storage: it is missing; expected what it is called"),
    ],
)
def test_a_bad_folder_is_refused_in_a_sentence_and_nothing_is_changed(
    told: Told, tyres: Path, file: str, text: str | None, said: str
) -> None:
    before = told("processes", "list", "--json").output
    if text is None:
        (tyres / file).unlink()
    else:
        (tyres / file).write_text(text)
    result = told("processes", "add", tyres)
    assert result.exit_code == 2
    assert f"The process in {tyres} is refused. {said}" in result.stderr
    assert told("processes", "list", "--json").output == before


def test_what_cannot_be_read_or_removed_is_told(told: Told, tmp_path: Path) -> None:
    for arguments, said in [
        (("add", tmp_path / "nowhere"), "there is no such folder; expected a folder with policy.toml"),
        (("remove", "warranty-expiry"), "was not added here"),
        (("remove", "campaigns"), "was not added here"),
        (("show", "birthdays"), "There is no process 'birthdays'"),
    ]:
        result = told("processes", *arguments)
        assert result.exit_code == 2
        assert said in result.stderr


def test_where_a_runner_serves_the_flows_there_is_no_pool_to_tell(told: Told) -> None:
    assert told("processes", "deploy").output.startswith("No work pool has the flows: a runner serves them")
