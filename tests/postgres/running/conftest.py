"""What commits, and so needs a database of its own."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.core.settings import Settings
from tests.support.office import Office


@pytest.fixture
def office(engine: Engine, tmp_path: Path) -> Office:
    """A store with an outbox."""
    return Office(engine, Settings(home=tmp_path))
