"""Random audiences of random customers: the compiled statement finds the same customers as plain Python."""

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from models.campaigns.audiences import AudienceRule, Not
from models.campaigns.tables import AudienceList
from tasks.campaigns.audiences.counting import audience_of
from tests.support.audience_oracle import AUDIENCES, LIST, NOW, PERSONS, STORE, Person, Undone, enter, holds
from tests.support.world import World


def members(world: World, rule: AudienceRule) -> set[int]:
    rows = world.connection.execute(audience_of(rule, NOW, world.store_id)).all()
    found = {row.customer_id for row in rows}
    assert len(found) == len(rows), "nobody is in an audience twice"
    return found


@pytest.fixture
def world(world: World) -> World:
    """Our store, and a list that customers may be on."""
    world.store_id = world.store(code=STORE)
    world.connection.execute(insert(AudienceList).values(id=LIST, name="Guests", made_at=NOW, made_by="test"))
    return world


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(persons=st.lists(PERSONS, min_size=1, max_size=3), rules=st.lists(AUDIENCES, min_size=6, max_size=6))
def test_the_statement_finds_whom_the_oracle_finds(
    world: World, persons: list[Person], rules: list[AudienceRule]
) -> None:
    with suppress(Undone), world.connection.begin_nested():
        known = {enter(world, person): person for person in persons}
        for rule in rules:
            found = members(world, rule)
            assert found == {customer_id for customer_id, person in known.items() if holds(rule, person)}, rule
            assert members(world, Not(of=rule)) == set(known) - found
            assert members(world, Not(of=Not(of=rule))) == found
        raise Undone
