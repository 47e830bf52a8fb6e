"""Every test here has a database of its own, in a transaction that is rolled back."""

import pytest
from sqlalchemy import Connection

from tests.support.world import World


@pytest.fixture
def world(connection: Connection) -> World:
    """A store with the shipped policies, and nobody in it yet."""
    return World(connection)
