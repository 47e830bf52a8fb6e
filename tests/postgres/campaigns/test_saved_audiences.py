"""Saved audiences: scoped to their store, with optimistic locking."""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import insert, select

from models.campaigns.audiences import BadAudience
from models.campaigns.tables import AudienceList
from models.core.words import Role
from models.ledger.tables import AuditEntry
from models.people.permissions import Permission, may
from tasks.access.reach import NotYours
from tasks.access.sessions import MayNot
from tasks.campaigns.audiences.saved import (
    NameTaken,
    UnknownInAudience,
    UnusableName,
    change_audience,
    delete_audience,
    keep_audience,
    list_audiences,
)
from tasks.policies.editing import ChangedMeanwhile
from tests.support.world import World, at

NOW = at("2026-03-10 10:00")
LATER = at("2026-03-10 11:00")
GOLD = {"kind": "level", "levels": ["gold"]}
VIP = {"kind": "level", "levels": ["VIP"]}


@dataclass(frozen=True)
class Person:
    login: str = "ann"
    store_id: int | None = None
    role: Role = Role.MARKETING

    def check(self, permission: Permission) -> None:
        if not may(self.role, permission):
            raise MayNot(self.login, permission)


ANN, BEN = Person(), Person("ben")


def keep(world: World, keeper: Person = ANN, name: str = "Gold", rule: dict[str, Any] = GOLD, **more: Any) -> int:
    return keep_audience(world.connection, keeper, name, rule, NOW, **more)


def test_an_audience_is_kept_changed_and_deleted_and_the_trail_says_by_whom(world: World) -> None:
    audience_id = keep(world)
    assert change_audience(world.connection, BEN, audience_id, "The best", VIP, 1, LATER) == 2
    [found] = list_audiences(world.connection, ANN)
    assert (found.name, found.rule.model_dump(mode="json")["levels"], found.version) == ("The best", ["VIP"], 2)
    assert (found.changed_by, found.changed_at) == ("ben", LATER)
    delete_audience(world.connection, ANN, audience_id, 2, LATER)
    assert list_audiences(world.connection, ANN) == []
    trail = world.connection.execute(select(AuditEntry.actor, AuditEntry.action).order_by(AuditEntry.id)).all()
    assert [tuple(entry) for entry in trail] == [
        ("ann", "audience.kept"),
        ("ben", "audience.changed"),
        ("ann", "audience.deleted"),
    ]


def test_saving_it_as_it_is_makes_no_version(world: World) -> None:
    audience_id = keep(world)
    assert change_audience(world.connection, BEN, audience_id, "Gold", GOLD | {"kind": "level"}, 1, LATER) == 1


def test_nobody_saves_over_what_another_has_just_saved(world: World) -> None:
    audience_id = keep(world)
    change_audience(world.connection, BEN, audience_id, "Gold", VIP, 1, LATER)
    with pytest.raises(ChangedMeanwhile, match="ben saved version 2"):
        change_audience(world.connection, ANN, audience_id, "Silver", GOLD, 1, LATER)
    with pytest.raises(ChangedMeanwhile):
        delete_audience(world.connection, ANN, audience_id, 1, LATER)


def test_someone_of_one_store_uses_what_is_for_all_and_changes_only_their_own(world: World) -> None:
    cara = Person("cara", world.store_id)
    elsewhere = world.store()
    for_all, of_another = keep(world), keep(world, name="Theirs", store_id=elsewhere)
    own = keep(world, cara, "Ours", store_id=elsewhere)
    usable = [(one.name, one.audience_id, one.store_id) for one in list_audiences(world.connection, cara)]
    assert usable == [("Gold", for_all, None), ("Ours", own, world.store_id)]
    with pytest.raises(NotYours):
        change_audience(world.connection, cara, of_another, "Mine", GOLD, 1, LATER)
    with pytest.raises(NotYours):
        change_audience(world.connection, cara, for_all, "Mine", GOLD, 1, LATER)
    with pytest.raises(NotYours):
        change_audience(world.connection, cara, 2**70, "Mine", GOLD, 1, LATER)


def test_what_cannot_be_kept_is_refused(world: World) -> None:
    keep(world)
    with pytest.raises(NameTaken, match="already one of the name 'Gold'"):
        keep(world)
    keep(world, store_id=world.store_id)
    with pytest.raises(UnusableName):
        keep(world, name="  ")
    with pytest.raises(BadAudience):
        keep(world, name="Bad", rule={"kind": "age", "least": 5, "most": 1})
    with pytest.raises(MayNot):
        keep(world, Person(role=Role.AGENT))


def test_it_names_only_lists_and_campaigns_that_there_are(world: World) -> None:
    elsewhere = world.store()
    made = insert(AudienceList).values(name="Guests", store_id=elsewhere, made_at=NOW, made_by="ann")
    list_id = world.connection.execute(made.returning(AudienceList.id)).scalar_one()
    keep(world, rule={"kind": "not", "of": {"kind": "list", "list": list_id}})
    with pytest.raises(UnknownInAudience, match=f"list {list_id}"):
        keep(world, Person("cara", world.store_id), rule={"kind": "list", "list": list_id})
    with pytest.raises(UnknownInAudience, match="campaign 9"):
        keep(world, name="Again", rule={"kind": "campaign", "campaign": 9})
