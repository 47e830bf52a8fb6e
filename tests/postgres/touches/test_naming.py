"""What people type: the first characters of an id, and a staff code, which a store gives to one person."""

from uuid import UUID

import pytest
from sqlalchemy import insert, literal, select

from console.cli.naming import AmbiguousTouch, UnknownTouch, find_staff, find_touch
from models.core.ids import TouchId
from models.core.words import ProcessName, Role
from models.ledger.tables import Touch
from tasks.stores.staff import InactiveStaff, UnknownStaff
from tests.support.desk import handed_to_staff
from tests.support.world import World, at

NOW = at("2026-03-10 10:00")


@pytest.fixture
def call(world: World) -> TouchId:
    world.handover(world.customer(), "2026-03-07")
    world.plan(ProcessName("post-delivery-followup"), "2026-03-10 10:00")
    return handed_to_staff(world, "day-3-call", NOW)


def test_the_first_characters_name_a_touch_with_or_without_dashes(world: World, call: TouchId) -> None:
    for typed in (str(call), str(call)[:8], f" {str(call)[:13].upper()} ", call.hex[:20]):
        assert find_touch(world.connection, typed) == call


@pytest.mark.parametrize("typed", ["xyz", "", "abc", "g" * 8, "5de25411-ea7d-4243-9c8f-66c133fc68ff"])
def test_what_names_none_is_told(world: World, call: TouchId, typed: str) -> None:
    assert call
    with pytest.raises(UnknownTouch, match="expected 4 or more"):
        find_touch(world.connection, typed)


def test_an_id_that_begins_two_touches_needs_more_characters(world: World, call: TouchId) -> None:
    twin = UUID(str(call)[:-4] + ("0000" if str(call)[-4:] != "0000" else "ffff"))
    columns = [column.name for column in Touch.__table__.c if column.name not in ("id", "step")]
    others = select(literal(twin), literal("twin"), *(Touch.__table__.c[name] for name in columns))
    twins = insert(Touch).from_select(["id", "step", *columns], others.where(Touch.id == call))
    world.connection.execute(twins)
    with pytest.raises(AmbiguousTouch, match="Give more characters"):
        find_touch(world.connection, str(call)[:8])
    assert find_touch(world.connection, str(call)) == call


def test_a_code_names_whoever_has_it_in_the_store_of_the_touch_or_an_admin(world: World, call: TouchId) -> None:
    mine = world.staff(code="W1")
    world.staff(code="W1", store_id=world.store())
    admin = world.staff(Role.ADMIN, code="A1", store_id=world.store())
    assert [find_staff(world.connection, code, call) for code in (" W1 ", "A1")] == [mine, admin]
    world.staff(code="W2", active=False)
    with pytest.raises(InactiveStaff, match="is no longer active"):
        find_staff(world.connection, "W2", call)
    with pytest.raises(UnknownStaff, match="has the staff code 'W9'"):
        find_staff(world.connection, "W9", call)
