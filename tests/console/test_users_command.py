"""`aftercare users`: adding, another password, disabling."""

import json
import re
from collections.abc import Callable, Iterator

import pytest
import typer
from sqlalchemy import URL, Engine
from typer.testing import CliRunner, Result

from console.cli import users
from console.cli.session import Commands
from models.core.settings import read_settings
from tasks.access.sessions import NotSignedIn, sign_in
from tests.support.world import World, at

NOW = at("2026-03-10 10:00")
Told = Callable[..., Result]


@pytest.fixture
def told(database_url: URL, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """Runs a command on the test's database."""
    monkeypatch.setenv("AFTERCARE_DATABASE_URL", database_url.render_as_string(hide_password=False))
    monkeypatch.setenv("AFTERCARE_NOW", "2026-03-10T10:00+08:00")
    monkeypatch.setenv("COLUMNS", "300")
    read_settings.cache_clear()
    app = typer.Typer(cls=Commands)
    app.add_typer(users.app, name="users")
    yield lambda *arguments, **kwargs: CliRunner().invoke(app, ["users", *arguments], **kwargs)
    read_settings.cache_clear()


def shown(result: Result) -> str:
    """The password that a command printed."""
    assert result.exit_code == 0, result.output
    found = re.search(r"password (\S+) - it is shown only this once", result.output)
    assert found, result.output
    return found[1]


def may_sign_in(engine: Engine, login: str, password: str) -> bool:
    with engine.begin() as connection:
        return not isinstance(sign_in(connection, login, password, NOW), NotSignedIn)


def test_a_user_is_added_given_another_password_and_disabled(told: Told, engine: Engine) -> None:
    first = shown(told("add", "boss", "--role", "manager"))
    assert may_sign_in(engine, "boss", first)
    second = shown(told("passwd", "boss"))
    assert not may_sign_in(engine, "boss", first)
    assert may_sign_in(engine, "boss", second)
    assert told("disable", "boss").output == "boss may no longer sign in.\n"
    assert not may_sign_in(engine, "boss", second)
    assert told("enable", "boss").exit_code == 0
    assert may_sign_in(engine, "boss", second)


def test_a_password_that_was_asked_for_is_not_printed(told: Told, engine: Engine) -> None:
    typed = "correct horse battery"
    done = told("add", "boss", "--role", "manager", "--ask", input=f"{typed}\n{typed}\n")
    assert done.exit_code == 0
    assert typed not in done.output
    assert may_sign_in(engine, "boss", typed)


def test_the_list(told: Told, engine: Engine) -> None:
    with engine.begin() as connection:
        World(connection)
        store = connection.exec_driver_sql("select code from stores").scalar_one()
    told("add", "mei", "--role", "agent", "--store", store, "--name", "Mei", "--language", "en")
    assert "mei" in told().output
    (listed,) = json.loads(told("--json").output)
    assert listed == {
        "login": "mei", "role": "agent", "store": store, "staff": "mei", "name": "Mei", "language": "en",
        "active": True, "locked_until": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("add", "mei", "--role", "agent"), "A user who is agent works in one store: name it."),
        (("add", "mei", "--role", "agent", "--store", "X9"), "There is no store 'X9'."),
        (("add", "mei", "--role", "admin", "--language", "fr"), "'fr' is not one of 'zh-CN', 'en'"),
        (("passwd", "nobody"), "There is no user 'nobody'."),
        (("add", "mei", "--role", "king"), "'king' is not one of"),
    ],
)
def test_what_cannot_be(told: Told, arguments: tuple[str, ...], sentence: str) -> None:
    refused = told(*arguments)
    assert refused.exit_code == 2
    assert sentence in refused.output


def test_a_short_password_is_refused(told: Told) -> None:
    refused = told("add", "boss", "--role", "manager", "--ask", input="short\nshort\n")
    assert refused.exit_code == 2
    assert "A password has 12 to 200 characters." in refused.output
