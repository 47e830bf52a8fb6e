"""`aftercare accounts`, on a real database."""

import json
from collections.abc import Callable, Iterator

import pytest
import typer
from sqlalchemy import URL, Engine
from typer.testing import CliRunner, Result

from console.cli import accounts
from console.cli.session import Commands
from models.core.settings import read_settings
from models.core.words import Role
from tests.support.world import World

Told = Callable[..., Result]


@pytest.fixture
def told(database_url: URL, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """Runs a command on the test's database, its clock moved to 10 March 2026, 10:00."""
    monkeypatch.setenv("AFTERCARE_DATABASE_URL", database_url.render_as_string(hide_password=False))
    monkeypatch.setenv("AFTERCARE_NOW", "2026-03-10T10:00")
    monkeypatch.setenv("COLUMNS", "300")
    read_settings.cache_clear()
    app = typer.Typer(cls=Commands)
    app.add_typer(accounts.app, name="accounts")
    yield lambda *arguments: CliRunner().invoke(app, ["accounts", *arguments])
    read_settings.cache_clear()


@pytest.fixture(autouse=True)
def owing(told: Told, engine: Engine) -> None:
    """An account that owes CNY 900, and somebody of finance."""
    with engine.begin() as connection:
        world = World(connection)
        world.staff(Role.FINANCE, code="F1")
        world.invoice(world.account(world.customer(name="Li Lei"), key="K-1"), "2026-02-03", "900.00")


def test_an_account_is_held_and_released_with_a_reason(told: Told) -> None:
    assert "nothing to release" in told("release", "K-1", "--reason", "paid", "--by", "F1").stderr
    held = told("hold", "K-1", "--reason", "cheque returned", "--by", "F1")
    assert held.stdout == "Account K-1 is on hold.\n"
    (item,) = json.loads(told("list", "--json").stdout)
    assert (item["held_since"], item["hold_reason"]) == ("2026-03-10", "cheque returned")
    refused = told("release", "K-1", "--reason", " ", "--by", "F1")
    assert (refused.exit_code, refused.stderr) == (2, "Say why: a reason is needed.\n")
    assert "is released; case" in told("release", "K-1", "--reason", "new cheque", "--by", "F1").stdout
    assert told("list").stdout == "Accounts: none.\n"


def test_the_ageing_is_printed_and_written_for_programs(told: Told) -> None:
    (line,) = json.loads(told("list", "--ageing", "--json").stdout)
    assert (line["key"], line["name"], line["currency"]) == ("K-1", "Li Lei", "CNY")
    assert (line["days_31_60"], line["total"], line["oldest_due"]) == ("900.00", "900.00", "2026-02-03")
    assert "CNY 900.00" in told("list", "--ageing", "--per", "store").stdout


def test_what_is_arranged_is_listed_and_ended(told: Told) -> None:
    plan = ("--part", "2026-04-01=450", "--part", "2026-05-01=449.99")
    refused = told("instalments", "K-1", *plan, "--reason", "short of money", "--by", "F1")
    assert refused.exit_code == 2
    assert refused.stderr == "The instalments sum up to CNY 899.99, but CNY 900.00 is open.\n"
    assert told("instalments", "K-1", "--part", "soon=1", "--reason", "r", "--by", "F1").exit_code == 2
    plan = ("--part", "2026-04-01=450", "--part", "2026-05-01=450")
    assert told("instalments", "K-1", *plan, "--reason", "short of money", "--by", "F1").exit_code == 0
    assert told("block", "K-1", "--until", "2026-03-01", "--reason", "r", "--by", "F1").stderr == (
        "The day 2026-03-01 has passed; today is 2026-03-10.\n"
    )
    assert told("dispute", "K-1", "--until", "2026-04-30", "--reason", "wrong part", "--by", "F1").exit_code == 0
    (item,) = json.loads(told("list", "--json").stdout)
    assert [(one["kind"], one["ends_on"]) for one in item["arrangements"]] == [
        ("dispute", "2026-04-30"),
        ("instalments", "2026-05-01"),
    ]
    for one in item["arrangements"]:
        assert told("resume", "K-1", str(one["id"]), "--reason", "settled", "--by", "F1").exit_code == 0
    assert json.loads(told("list", "--json").stdout) == []
