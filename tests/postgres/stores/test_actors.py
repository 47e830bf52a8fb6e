"""Whoever did something is shown by name."""

from sqlalchemy import Text, literal, select

from models.core.words import Role
from models.people.tables import Store
from tasks.access.users import NewUser, add_user
from tasks.stores.actors import actor_name
from tests.support.world import World, at

NOW = at("2026-03-10 10:00")


def named(world: World, actor: str, store_id: int | None = None) -> str:
    store = literal(store_id) if store_id is not None else None
    found: str = world.connection.execute(select(actor_name(literal(actor, Text), store))).scalar_one()
    return found


def code_of(world: World) -> str:
    found: str = world.connection.execute(select(Store.code).where(Store.id == world.store_id)).scalar_one()
    return found


def test_a_staff_code_is_its_holder_in_that_store(world: World) -> None:
    world.staff(Role.AGENT, code="C1", name="Chen Jing")
    assert named(world, "C1") == "Chen Jing"
    home, other = world.store_id, world.store()
    world.store_id = other
    world.staff(Role.AGENT, code="C1", name="Zhao Lei")
    assert (named(world, "C1", home), named(world, "C1", other)) == ("Chen Jing", "Zhao Lei")
    assert named(world, "C1") == "C1"  # of two people, neither is guessed


def test_a_user_is_who_they_are_or_their_login(world: World) -> None:
    new = NewUser("mei", Role.AGENT, store=code_of(world), name="Han Mei")
    add_user(world.connection, new, "a long enough passphrase 7", NOW, "test")
    assert named(world, "mei") == named(world, "user:mei") == "Han Mei"
    assert named(world, "user:admin.zh") == "admin.zh"
    assert named(world, "aftercare") == "aftercare"
    assert named(world, "customer:7") == "customer:7"
