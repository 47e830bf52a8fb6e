"""`aftercare keys`: made, listed, revoked."""

import json
from collections.abc import Callable, Iterator

import pytest
import typer
from sqlalchemy import URL, Engine
from typer.testing import CliRunner, Result

from console.cli import keys
from console.cli.session import Commands
from models.core.settings import read_settings
from tests.support.world import World

Told = Callable[..., Result]


@pytest.fixture
def told(database_url: URL, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """Runs `aftercare keys …` on a database with the store SH01."""
    monkeypatch.setenv("AFTERCARE_DATABASE_URL", database_url.render_as_string(hide_password=False))
    monkeypatch.setenv("AFTERCARE_NOW", "2026-03-10T10:00")
    monkeypatch.setenv("COLUMNS", "300")
    read_settings.cache_clear()
    with engine.begin() as connection:
        World(connection).store(code="SH01")
    app = typer.Typer(cls=Commands)
    app.add_typer(keys.app, name="keys")
    yield lambda *arguments: CliRunner().invoke(app, ["keys", *arguments])
    read_settings.cache_clear()


def test_a_key_from_beginning_to_end(told: Told) -> None:
    made = told("add", "erp", "--scope", "customers:write", "--scope", "touches:read", "--store", "SH01")
    assert "shown only this once: ac_" in made.output
    (key,) = json.loads(told("list", "--json").output)
    assert (key["name"], key["scopes"], key["store"]) == ("erp", ["customers:write", "touches:read"], "SH01")
    assert (key["created_at"], key["revoked_at"]) == ("2026-03-10T10:00:00+08:00", None)
    assert told("revoke", "erp").exit_code == 0
    assert "2026-03-10 10:00" in told().output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("add", "erp", "--scope", "runs:read", "--store", "SH01"), "runs:read is about all stores"),
        (("add", "erp", "--scope", "touches:read", "--store", "XX"), "There is no store 'XX'."),
        (("revoke", "erp"), "There is no key 'erp'."),
    ],
)
def test_a_mistake_is_told_as_a_sentence(told: Told, arguments: tuple[str, ...], sentence: str) -> None:
    result = told(*arguments)
    assert (result.exit_code, sentence in result.output) == (2, True)
