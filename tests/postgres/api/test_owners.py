"""Owners for programs: read, set, and a desk that is handed over and taken back."""

from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from models.core.words import Role
from models.people.tables import CustomerKey, StaffMember, Store
from tests.postgres.api.conftest import NUMBERS, Desk
from tests.support.world import World


@pytest.fixture
def keys(desk: Desk) -> list[str]:
    """The keys of two customers of SH01, the first of whom is O1's; O2 and the manager M9 work there, too."""

    def furnish(connection: Connection) -> list[str]:
        world = World(connection, numbers=NUMBERS)
        world.store_id = connection.scalar(select(Store.id).where(Store.code == "SH01")) or 0
        owner = world.staff(Role.ADVISOR, code="O1", name="Jana")
        world.staff(Role.ADVISOR, code="O2", name="Oliver")
        world.staff(Role.MANAGER, code="M9")
        ids = [world.customer(owner_id=owner), world.customer()]
        found = select(CustomerKey.key).where(CustomerKey.customer_id.in_(ids)).order_by(CustomerKey.customer_id)
        return list(connection.scalars(found))

    made: list[str] = desk.look(furnish)
    return made


async def owners(desk: Desk, **asked: Any) -> list[str | None]:
    found = await desk.ask("GET", "/api/v1/owners", params=asked)
    return [one["owner"] for one in found.json()["customers"]]


async def test_owners_are_read_and_set(desk: Desk, keys: list[str]) -> None:
    assert await owners(desk, owner="O1") == ["O1"]
    assert "O1" not in await owners(desk, nobody=True)
    body = {"owner": "O2", "deputy": "O1", "by": "M9"}
    done = await desk.ask("PUT", f"/api/v1/owners/{keys[1]}", json=body, params={"store": "SH01"})
    assert (done.status_code, done.json()) == (200, body)
    assert await owners(desk, owner="O2") == ["O2"]
    first = (await desk.ask("GET", "/api/v1/owners", params={"limit": 1})).json()
    assert len(first["customers"]) == 1
    assert first["next"] == first["customers"][0]["id"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("owners/none", {"owner": "O2", "by": "M9"}, 404),
        ("owners/{key}", {"owner": "O2", "by": "X"}, 422),
        ("owners/{key}", {"owner": "X", "by": "M9"}, 422),
        ("owners/{key}", {"owner": "O1", "deputy": "O1", "by": "M9"}, 422),
        ("staff/NONE/hand-over", {"to": "O2", "by": "M9"}, 404),
        ("staff/O1/hand-over", {"to": "O1", "by": "M9"}, 422),
        ("staff/O1/hand-over", {"by": "M9"}, 422),
        ("staff/O1/hand-over", {"parts": {"cars": "O2"}, "by": "M9"}, 422),
        ("staff/O2/hand-over", {"to": "O1", "by": "M9"}, 409),
        ("hand-overs/999/take-back", {"by": "M9"}, 404),
    ],
)
async def test_what_cannot_be_is_refused(
    desk: Desk, keys: list[str], path: str, body: dict[str, Any], status: int
) -> None:
    method = "PUT" if path.startswith("owners") else "POST"
    refused = await desk.ask(method, f"/api/v1/{path.format(key=keys[0])}", json=body)
    assert refused.status_code == status, refused.text
    assert await owners(desk, owner="O1") == ["O1"]


async def test_a_leaver_s_desk_is_handed_over_and_taken_back(desk: Desk, keys: list[str]) -> None:
    def leave(connection: Connection) -> None:
        connection.execute(update(StaffMember).where(StaffMember.code == "O1").values(active=False))

    desk.look(leave)
    handed = await desk.ask("POST", "/api/v1/staff/O1/hand-over", json={"to": "O2", "by": "M9", "word": "has left"})
    assert handed.json()["counts"] == {"customers": 1}
    assert await owners(desk, owner="O2") == ["O2"]
    back = f"/api/v1/hand-overs/{handed.json()['id']}/take-back"
    assert (await desk.ask("POST", back, json={"by": "M9"})).json() == {"counts": {"customers": 1}, "stayed": 0}
    assert (await desk.ask("POST", back, json={"by": "M9"})).status_code == 409


async def test_a_key_of_another_store_sees_and_changes_nothing(desk: Desk, keys: list[str]) -> None:
    other = desk.make_key("owners:read", "owners:write", store="BJ01", name="other")
    assert (await desk.ask("GET", "/api/v1/owners", key=other, params={"store": "SH01"})).status_code == 403
    body = {"to": "O2", "by": "M9"}
    assert (await desk.ask("POST", "/api/v1/staff/O1/hand-over", key=other, json=body)).status_code == 422
    reader = desk.make_key("owners:read", name="reader")
    assert (await desk.ask("POST", "/api/v1/staff/O1/hand-over", key=reader, json=body)).status_code == 403
