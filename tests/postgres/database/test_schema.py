"""The schema by the migrations, without waiting for Alembic where there is nothing to migrate."""

import sys

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection

from models.database.migrating import MIGRATIONS
from models.database.schema import NEWEST, read_version, upgrade


def test_the_last_file_is_the_last_migration() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == NEWEST


def test_a_database_is_at_the_newest(connection: Connection) -> None:
    assert read_version(connection) == NEWEST


def test_a_database_at_the_newest_is_left_alone(database_url: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "models.database.migrating", None)
    upgrade(database_url.render_as_string(hide_password=False))
