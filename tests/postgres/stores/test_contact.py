"""When and how a store may contact its customers, changed by its own people, and never over another's change."""

from dataclasses import replace
from datetime import time

import pytest
from sqlalchemy import select

from models.core.words import Role
from models.ledger.tables import AuditEntry
from models.people.tables import Store
from tasks.access.reach import NotYours
from tasks.access.sessions import MayNot, SignedIn
from tasks.stores.contact import (
    HoursBackwards,
    NoChannelLeft,
    StoreChanged,
    UnknownCountry,
    change_store_contact,
    list_store_contact,
)
from tests.support.world import World, at

NOW = at("2026-03-10 10:00")


def manager(world: World, role: Role = Role.MANAGER) -> SignedIn:
    code = world.connection.scalar(select(Store.code).where(Store.id == world.store_id))
    return SignedIn(1, "wang", "wang", role, world.store_id, code, None, "en", False, "digest")


def test_a_manager_changes_the_hours_of_the_store_and_it_is_written_down(world: World) -> None:
    (seen,) = list_store_contact(world.connection, world.store_id)
    wanted = replace(seen, since=time(10), until=time(18, 30), country="DE", channels=("email", "phone"))
    change_store_contact(world.connection, manager(world), NOW, seen, wanted)
    assert list_store_contact(world.connection, world.store_id) == [wanted]
    entry = world.connection.execute(select(AuditEntry.actor, AuditEntry.before, AuditEntry.after)).one()
    assert entry.actor == "wang"
    assert (entry.before["contact_from"], entry.after["contact_from"]) == (f"{seen.since:%H:%M}", "10:00")


def test_the_second_of_two_is_told(world: World) -> None:
    (seen,) = list_store_contact(world.connection, world.store_id)
    change_store_contact(world.connection, manager(world), NOW, seen, replace(seen, since=time(10)))
    with pytest.raises(StoreChanged):
        change_store_contact(world.connection, manager(world), NOW, seen, replace(seen, until=time(17)))


def test_what_cannot_be_is_refused(world: World) -> None:
    (seen,) = list_store_contact(world.connection, world.store_id)
    with pytest.raises(HoursBackwards):
        change_store_contact(world.connection, manager(world), NOW, seen, replace(seen, since=seen.until))
    with pytest.raises(UnknownCountry):
        change_store_contact(world.connection, manager(world), NOW, seen, replace(seen, country="ZZ"))
    with pytest.raises(NoChannelLeft):
        change_store_contact(world.connection, manager(world), NOW, seen, replace(seen, channels=()))
    assert list_store_contact(world.connection, world.store_id) == [seen]


def test_nobody_changes_another_store_or_without_the_right(world: World) -> None:
    other_id = world.store(code="OTHER")
    (other,) = list_store_contact(world.connection, other_id)
    with pytest.raises(NotYours):
        change_store_contact(world.connection, manager(world), NOW, other, replace(other, since=time(10)))
    (seen,) = list_store_contact(world.connection, world.store_id)
    with pytest.raises(MayNot):
        change_store_contact(world.connection, manager(world, Role.AGENT), NOW, seen, replace(seen, since=time(10)))
    assert len(list_store_contact(world.connection, None)) == 2
