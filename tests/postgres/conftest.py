"""Every test here has a database of its own, in a transaction that is rolled back."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from models.core.settings import Settings
from tests.support.office import Office
from tests.support.world import World


@pytest.fixture
def world(connection: Connection) -> World:
    """A store with the shipped policies, and nobody in it yet."""
    return World(connection)


@pytest.fixture
def office(engine: Engine, tmp_path: Path) -> Office:
    """A store with an outbox, for what commits and so needs a database that it may fill."""
    return Office(engine, Settings(home=tmp_path))
