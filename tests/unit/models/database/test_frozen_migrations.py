"""A migration that databases in use have run is never edited."""

import shutil
from pathlib import Path

import pytest

from console.cli.database import MigrationChanged
from models.database.migrating import FROZEN, VERSIONS, changed_migrations

FIRST = "0001_the_shared_database.py"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the migrations."""
    return Path(shutil.copytree(VERSIONS, tmp_path / "versions"))


def test_the_frozen_migrations_are_as_they_were() -> None:
    assert changed_migrations() == []


def test_the_first_is_frozen() -> None:
    assert FIRST in (VERSIONS / FROZEN).read_text()


def test_an_edited_one_is_told(folder: Path) -> None:
    with (folder / FIRST).open("a") as file:
        file.write("\n")
    assert changed_migrations(folder) == [FIRST]


def test_one_that_is_gone_is_told(folder: Path) -> None:
    (folder / FIRST).unlink()
    assert changed_migrations(folder) == [FIRST]


def test_the_error_says_what_to_do() -> None:
    assert "write a new migration" in str(MigrationChanged([FIRST]))
    assert FIRST in str(MigrationChanged([FIRST]))
