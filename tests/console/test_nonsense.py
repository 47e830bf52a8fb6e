"""With any input, a command does its work or prints a sentence. It never crashes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlalchemy import URL, Engine
from typer.testing import CliRunner

from console.cli.command import app
from models.core.settings import read_settings
from models.core.words import ProcessName, Role
from tasks.access.users import NewUser, add_user
from tests.support.world import World, at

NONSENSE = ("", "nonsense", "-1", "2026-13-45", "99999999999999999999")
STAY_OPEN = {"up", "console", "demo", "sample"}
"""Commands that keep running, or create lasting files."""
SENSE = {
    "process": "warranty-expiry", "kinds": "customers", "customer": "13912345678", "by": "mei", "login": "mei",
    "role": "admin", "campaign": "1", "recipe": "win-back", "key": "warranty-invitation", "settlement": "delivered",
    "channel": "sms", "outcome": "reached-satisfied", "version": "1", "reason": "because",
}  # fmt: skip
"""Valid values by parameter name."""


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command with its command line."""
    for name in group.list_commands(None):
        command = group.get_command(None, name)
        if hasattr(command, "list_commands"):
            yield from commands(command, (*path, name))
        elif name not in STAY_OPEN:
            yield (*path, name), command


COMMANDS = list(commands(typer.main.get_command(app)))


@pytest.fixture
def dealership(engine: Engine, database_url: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A customer with a warranty, a planned touch, a campaign, a user with all permissions, and a useless file."""
    with engine.begin() as connection:
        world = World(connection)
        customer = world.customer(phone="+8613912345678")
        world.warranty(customer, "2026-05-20")
        world.handover(customer, "2026-03-09")
        world.plan(ProcessName("post-delivery-followup"), "2026-03-10 08:30")
        add_user(connection, NewUser("mei", Role.ADMIN), None, at("2026-03-10 10:00"), "test")
    monkeypatch.setenv("AFTERCARE_DATABASE_URL", database_url.render_as_string(hide_password=False))
    monkeypatch.setenv("AFTERCARE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("AFTERCARE_NOW", "2026-03-10T10:00")
    monkeypatch.chdir(tmp_path)
    read_settings.cache_clear()
    assert falls_over(["campaign", "new", "Spring", "--recipe", "win-back", "--by", "mei"]) is None
    file = tmp_path / "file.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    yield file
    read_settings.cache_clear()


def falls_over(words: list[str]) -> BaseException | None:
    """The error of a command that neither did its work nor printed a sentence."""
    read_settings.cache_clear()
    error = CliRunner().invoke(app, words, input="y\n").exception
    return None if error is None or isinstance(error, SystemExit) else error


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=[" ".join(path) for path, _ in COMMANDS])
def test_no_command_falls_over_what_makes_no_sense(path: tuple[str, ...], command: Any, dealership: Path) -> None:
    def sense(parameter: Any) -> str:
        return SENSE.get(parameter.name, str(dealership))

    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option" and not one.is_flag]
    needed = [f"{one.opts[0]}={sense(one)}" for one in options if one.required]
    usual = [*path, *map(sense, arguments)]
    tried = [[*usual, *needed]]
    for nonsense in NONSENSE:
        tried += [
            [*path, *needed, "--", *usual[len(path) : place], nonsense, *usual[place + 1 :]]
            for place in range(len(path), len(usual))
        ]
        tried += [[*usual, *needed, f"{one.opts[0]}={nonsense}"] for one in options]
    assert {str(words): error for words in tried if (error := falls_over(words)) is not None} == {}
