"""`aftercare cases` to the cause, and the lists of the week, on a real database."""

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer
from sqlalchemy import URL, Engine
from typer.testing import CliRunner, Result

from console.cli import accounts, cases
from console.cli.session import Commands
from models.core.settings import read_settings
from models.core.words import Role
from tests.support.world import World

Told = Callable[..., Result]


@pytest.fixture
def told(database_url: URL, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """Runs a command on a store with staff and one customer, its clock moved to 10 March 2026, 10:00."""
    monkeypatch.setenv("AFTERCARE_DATABASE_URL", database_url.render_as_string(hide_password=False))
    monkeypatch.setenv("AFTERCARE_NOW", "2026-03-10T10:00")
    monkeypatch.setenv("COLUMNS", "300")
    read_settings.cache_clear()
    with engine.begin() as connection:
        world = World(connection)
        world.staff(Role.ADVISOR, code="A1")
        world.staff(Role.WORKSHOP, code="W1")
        customer = world.customer("+8613800138000", name="=Li Lei")
        world.invoice(world.account(customer, key="K-1"), "2026-02-03", "900.00")
    app = typer.Typer(cls=Commands)
    app.add_typer(accounts.app, name="accounts")
    app.add_typer(cases.app, name="cases")
    yield lambda *arguments: CliRunner().invoke(app, arguments)
    read_settings.cache_clear()


def test_a_case_goes_from_the_counter_to_its_cause(told: Told, tmp_path: Path) -> None:
    opened = told(
        "cases", "open", "--text", "squeals", "--customer", "13800138000", "--by", "A1", "--category", "product"
    )
    assert opened.stdout.startswith("Case "), opened.stderr
    case = opened.stdout.split()[1]
    asked = told("cases", "ask", case, "--department", "workshop", "--question", "Which pads?", "--by", "A1")
    assert "answers by 2026-03-12 18:00" in asked.stdout
    (question,) = json.loads(told("cases", "feedback", "--json").stdout)
    assert told("cases", "reply", str(question["id"]), "--answer", "Hard ones.", "--by", "W1").exit_code == 0
    told("cases", "solve", case, "--by", "A1")
    lacking = told("cases", "close", case, "--by", "A1", "--customer-agrees", "--cause", "hard pads")
    assert (lacking.exit_code, "only with its measure" in lacking.stderr) == (2, True)
    (item,) = json.loads(told("cases", "--json").stdout)
    assert item["root_cause"] is None, "nothing is half done"
    described = told("cases", "describe", case, "--by", "A1", "--compensation", "discount=200.00 CNY", "--part", "pad")
    assert described.exit_code == 0, described.stderr
    why = ("--cause", "hard pads", "--measure", "another make")
    assert "is closed" in told("cases", "close", case, "--by", "A1", "--customer-agrees", *why).stdout
    assert "is open again" in told("cases", "reopen", case, "--by", "A1", "--note", "squeals again").stdout
    week = json.loads(told("cases", "weekly", "--json").stdout)
    assert (week["since"], [line["compensation_amount"] for line in week["lines"]]) == ("2026-03-09", ["200.00"])
    file = tmp_path / "week.csv"
    assert "1 complaints" in told("cases", "weekly", "--csv", str(file)).stdout
    headings, row = csv.reader(file.read_text(encoding="utf-8-sig").splitlines())
    assert dict(zip(headings, row, strict=True))["Customer"].startswith("'=Li Lei"), "no cell is a formula"
    assert "hard pads" in told("cases", "weekly").stdout
    assert json.loads(told("cases", "quality", "--json").stdout) == {"alerts": [], "first_time_fix": []}


def test_what_cannot_be_read_is_told(told: Told) -> None:
    bad = told("cases", "describe", "1", "--by", "A1", "--compensation", "lots")
    assert (bad.exit_code, "'lots' is no compensation" in bad.stderr) == (2, True)
    assert told("cases", "category", "paint", "--name", "Paint", "--by", "A1", "--asks-cause").exit_code == 0
    listed = {one["key"]: one["asks_cause"] for one in json.loads(told("cases", "categories", "--json").stdout)}
    assert listed["paint"]
    assert "is left out" in told("cases", "category", "paint", "--name", "Paint", "--by", "A1", "--leave-out").stdout
    assert "paint" not in told("cases", "categories").stdout


def test_the_collection_list_says_why_and_is_a_csv(told: Told, tmp_path: Path) -> None:
    assert told("accounts", "because", "K-1", "no-money", "--by", "A1").exit_code == 0
    listed = json.loads(told("accounts", "collect", "--json").stdout)
    (line,) = listed["lines"]
    assert (line["key"], line["overdue"], line["days"], line["unpaid_because"]) == (
        "K-1",
        {"CNY": "900.00"},
        35,
        "no-money",
    )
    file = tmp_path / "money.csv"
    assert told("accounts", "collect", "--csv", str(file)).exit_code == 0
    assert "CNY 900.00" in file.read_text(encoding="utf-8-sig")
    assert "no money" in told("accounts", "collect").stdout
    nowhere = told("accounts", "collect", "--csv", str(tmp_path / "no" / "where.csv"))
    assert (nowhere.exit_code, "cannot be written" in nowhere.stderr) == (2, True)
