"""A store with two advisors, a salesperson, an agent, finance and a manager, and another store with an advisor."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from models.core.words import Role
from tests.support.world import World

NAMES = {
    "A1": ("Jana", Role.ADVISOR),
    "A2": ("Oliver", Role.ADVISOR),
    "S1": ("Petra", Role.SALES),
    "C1": ("Hannah", Role.AGENT),
    "F1": ("Karin", Role.FINANCE),
    "W1": ("Uwe", Role.WORKSHOP),
    "M1": ("Martin", Role.MANAGER),
}


@dataclass
class House:
    """The store, and its staff by code."""

    world: World
    staff: Mapping[str, int]

    def __getitem__(self, code: str) -> int:
        return self.staff[code]


@pytest.fixture
def house(world: World) -> House:
    """The store; somebody in another one is `B1`."""
    staff = {code: world.staff(role, code=code, name=name) for code, (name, role) in NAMES.items()}
    elsewhere = world.store(code="OTHER")
    return House(world, staff | {"B1": world.staff(Role.ADVISOR, code="B1", name="Bo", store_id=elsewhere)})
