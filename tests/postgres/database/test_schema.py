"""The schema by the migrations, without waiting for Alembic where there is nothing to migrate."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import URL, CheckConstraint, Connection, inspect, text
from sqlalchemy.exc import IntegrityError

import models
from models.database.migrating import MIGRATIONS
from models.database.schema import NEWEST, read_version, upgrade
from models.database.tables import metadata
from tests.support.world import World


def test_the_last_file_is_the_last_migration() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == NEWEST


def test_a_database_is_at_the_newest(connection: Connection) -> None:
    assert read_version(connection) == NEWEST


def test_a_database_at_the_newest_is_left_alone(database_url: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "models.database.migrating", None)
    upgrade(database_url.render_as_string(hide_password=False))


def written_checks() -> Iterator[tuple[str, str]]:
    """The table and the name of each check that a class of a model writes down, wherever in the class it stands."""
    for file in sorted(Path(models.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                table = [value for name, value in _assigned(node) if name == "__tablename__"]
                yield from ((table[0], name) for name in _names_of_checks(node) if table)


def _assigned(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for one in node.body:
        if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name) and isinstance(one.value, ast.Constant):
            yield one.targets[0].id, str(one.value.value)


def _names_of_checks(node: ast.ClassDef) -> Iterator[str]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "CheckConstraint":
            yield from (str(given.value.value) for given in call.keywords if isinstance(given.value, ast.Constant))


def test_every_check_that_a_model_writes_down_is_in_the_database(connection: Connection) -> None:
    written = {(table, f"ck_{table}_{name}") for table, name in written_checks()}
    assert len(written) > 20
    declared = {
        (table.name, str(one.name))
        for table in metadata.sorted_tables
        for one in table.constraints
        if isinstance(one, CheckConstraint)
    }
    assert written - declared == set()
    made = inspect(connection).get_multi_check_constraints()
    assert declared == {(table, str(one["name"])) for (_, table), ones in made.items() for one in ones}


@pytest.mark.parametrize(
    "change",
    [
        "update invoices set amount = 0",
        "update payments set amount = -1",
        "update promises set amount = 0, currency = 'CNY'",
        "update odometer_readings set kilometres = -1",
        "update warranties set limit_kilometres = 0",
    ],
)
def test_an_amount_that_makes_no_sense_is_refused_whoever_writes_it(connection: Connection, change: str) -> None:
    world = World(connection)
    customer = world.customer()
    account = world.account(customer)
    world.invoice(account, "2026-03-03", "1000.00")
    world.payment(account, "2026-03-10", "1000.00")
    world.promise(account, "2026-03-10", "2026-03-20")
    world.warranty(customer, "2026-05-08")
    columns = "vehicle_id, read_on, kilometres, source"
    connection.execute(text(f"insert into odometer_readings ({columns}) select id, '2026-01-01', 9, 'x' from vehicles"))
    with pytest.raises(IntegrityError, match="violates check constraint"):
        connection.execute(text(change))
