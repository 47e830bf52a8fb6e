"""People who look customers up."""

import pytest
from sqlalchemy import select

from models.people import Store
from models.words import Role
from tasks.access.sessions import SignedIn, read_session, sign_in
from tasks.access.users import NewUser, add_user
from tests.support.world import World, at

NOW = at("2026-03-10 10:00")
PASSWORD = "correct horse battery"


@pytest.fixture
def manager(world: World) -> SignedIn:
    """A manager of the world's store."""
    return _signed_in(world, "lin", _code(world, world.store_id))


@pytest.fixture
def stranger(world: World) -> SignedIn:
    """A manager of another store."""
    return _signed_in(world, "other", _code(world, world.store()))


def _signed_in(world: World, login: str, store: str) -> SignedIn:
    add_user(world.connection, NewUser(login, Role.MANAGER, store), PASSWORD, NOW, "test")
    token = sign_in(world.connection, login, PASSWORD, NOW)
    assert isinstance(token, str)
    found = read_session(world.connection, token, NOW)
    assert found is not None
    return found


def _code(world: World, store_id: int) -> str:
    return str(world.connection.execute(select(Store.code).where(Store.id == store_id)).scalar_one())
