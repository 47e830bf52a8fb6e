"""`aftercare owners` and `aftercare staff`, on a real database."""

import json
from collections.abc import Callable, Iterator

import pytest
import typer
from sqlalchemy import URL, Engine
from typer.testing import CliRunner, Result

from console.cli import owners, staff
from console.cli.session import Commands
from models.core.settings import read_settings
from models.core.words import Role
from tests.support.world import World

Told = Callable[..., Result]


@pytest.fixture
def told(engine: Engine, database_url: URL, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """Runs a command on a house with two advisors, one of whom has left, and another store."""
    with engine.begin() as connection:
        world = World(connection)
        leaver = world.staff(Role.ADVISOR, code="A1", name="Jana", active=False)
        world.staff(Role.ADVISOR, code="A2", name="Oliver")
        world.staff(Role.MANAGER, code="M1", name="Martin")
        world.staff(Role.ADVISOR, code="B1", name="Bo", store_id=world.store(code="OTHER"))
        world.customer(owner_id=leaver, name="Ann", area="Pudong")
        world.customer(name="Bea", area="Pudong")
        world.complaint(world.customer(name="Cid"), "2026-03-09 10:00", owner_id=leaver)
    monkeypatch.setenv("AFTERCARE_DATABASE_URL", database_url.render_as_string(hide_password=False))
    monkeypatch.setenv("AFTERCARE_NOW", "2026-03-10T10:00")
    monkeypatch.setenv("COLUMNS", "300")
    read_settings.cache_clear()
    app = typer.Typer(cls=Commands)
    app.add_typer(owners.app, name="owners")
    app.add_typer(staff.app, name="staff")
    yield lambda *arguments: CliRunner().invoke(app, arguments)
    read_settings.cache_clear()


def owners_now(told: Told, *arguments: str) -> dict[str, str | None]:
    listed = told("owners", "list", "--json", *arguments)
    return {one["name"]: one["owner"] for one in json.loads(listed.stdout)["customers"]}


def test_owners_are_listed_set_and_given_in_bulk(told: Told) -> None:
    assert owners_now(told) == {"Ann": "A1", "Bea": None, "Cid": None}
    assert owners_now(told, "--nobody", "--store", "K1") == {"Bea": None, "Cid": None}
    assert told("owners", "set", "Bea", "--owner", "A2", "--by", "M1").exit_code == 0
    refused = told("owners", "set", "Bea", "--owner", "A1", "--by", "M1")
    assert (refused.exit_code, "Jana (A1) is no longer active" in refused.output) == (2, True)
    assert "B1 works for OTHER" in told("owners", "set", "Bea", "--owner", "B1", "--by", "M1").output
    bulk = ("owners", "give", "--to", "A2", "--by", "M1", "--store", "K1", "--area", "Pudong")
    assert "would get the owner A2: 2" in told(*bulk, "--dry-run").output
    assert "got the owner A2: 1" in told(*bulk).output
    assert "Say which customers" in told(*bulk[:-2]).output
    assert owners_now(told, "--owner", "A2") == {"Ann": "A2", "Bea": "A2"}
    assert told("owners", "set", "Bea", "--nobody", "--by", "M1").exit_code == 0
    assert told("owners", "by-rule").output == "Customers who got an owner by rule: 0\n"


def test_a_desk_is_handed_over_and_taken_back(told: Told) -> None:
    desks = {one["code"]: one for one in json.loads(told("staff", "list", "--json").stdout)["desks"]}
    assert desks["A1"]["to_hand_over"]
    assert desks["A1"]["counts"] == {"customers": 1, "cases": 1}
    assert "hand the desk over" in told("staff", "list", "--store", "K1").output
    to_oneself = told("staff", "hand-over", "A2", "--to", "A2", "--by", "M1")
    assert (to_oneself.exit_code, "has this desk already" in to_oneself.output) == (2, True)
    for wrong in (["--part", "cars=A2"], []):
        assert told("staff", "hand-over", "A1", "--by", "M1", *wrong).exit_code == 2
    done = told(
        "staff", "hand-over", "A1", "--to", "A2", "--part", "cases=M1", "--by", "M1", "--word", "left", "--json"
    )
    handed = json.loads(done.stdout)
    assert handed["counts"] == {"customers": 1, "cases": 1}
    (past,) = json.loads(told("staff", "hand-overs", "--json").stdout)
    assert past["parts"] == {"customers": ["A2", 1], "cases": ["M1", 1]}
    assert "customers to A2: 1" in told("staff", "hand-overs", "--store", "K1").output
    assert owners_now(told)["Ann"] == "A2"
    back = told("staff", "take-back", str(handed["id"]), "--by", "M1")
    assert back.output == "Back on the desk of Jana: customers: 1, cases: 1. Stayed where it is: 0.\n"
    assert told("staff", "take-back", str(handed["id"]), "--by", "M1", "--json").exit_code == 2
    assert told("staff", "take-back", "99", "--by", "M1").exit_code == 2
    again = told("staff", "hand-over", "A1", "--to", "A2", "--by", "M1")
    assert again.output.startswith("The desk of Jana is handed over: customers: 1, cases: 1. Take it back")


def test_an_absence_is_entered_and_ended(told: Told) -> None:
    entered = told(
        "staff", "away", "A2", "--from", "2026-03-10", "--until", "2026-03-12", "--stand-in", "M1", "--by", "M1"
    )
    assert entered.output.startswith("A2 is away from 2026-03-10 to 2026-03-12")
    (absence,) = json.loads(told("staff", "list", "--json").stdout)["absences"]
    assert (absence["code"], absence["stand_in"], absence["until"]) == ("A2", "M1", "2026-03-12")
    assert told("staff", "back", str(absence["id"]), "--by", "M1").exit_code == 0
    assert told("staff", "back", str(absence["id"]), "--by", "M1").exit_code == 2
    assert told("staff", "back", "77", "--by", "M1").exit_code == 2
    assert json.loads(told("staff", "list", "--json").stdout)["absences"] == []
