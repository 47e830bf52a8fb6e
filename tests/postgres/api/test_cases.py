"""Cases for programs: opened once, described to the cause, opened again; the week, and what repeats itself."""

from typing import Any

import pytest
from sqlalchemy import Connection, select

from models.core.words import Role
from models.people.tables import CustomerKey, Store
from tests.postgres.api.conftest import NUMBERS, Desk
from tests.support.world import World

SAID = {
    "key": "7", "by": "A1", "text": "The brakes squeal.", "way": "counter", "customer": "", "store": "SH01",
    "category": "workmanship", "part": "brake pad",
}  # fmt: skip


@pytest.fixture
def said(desk: Desk) -> dict[str, Any]:
    """A complaint of a customer of SH01, where there is somebody to take it."""

    def furnish(connection: Connection) -> str:
        world = World(connection, numbers=NUMBERS)
        world.store_id = connection.scalar(select(Store.id).where(Store.code == "SH01")) or 0
        world.staff(Role.ADVISOR, code="A1")
        world.staff(Role.MANAGER, code="M1")
        customer = world.customer()
        world.vehicle(customer, model="Aurora")
        return world.connection.execute(select(CustomerKey.key).where(CustomerKey.customer_id == customer)).scalar_one()

    return SAID | {"customer": desk.look(furnish)}


async def test_a_complaint_is_opened_once_and_described_to_its_cause(desk: Desk, said: dict[str, Any]) -> None:
    opened = await desk.ask("POST", "/api/v1/cases", json=said)
    assert opened.status_code == 200, opened.text
    case = opened.json()
    assert (case["received"], case["category"], case["model"], case["owner"]) == (
        "counter", "workmanship", "Aurora", "A1",
    )  # fmt: skip
    assert (await desk.ask("POST", "/api/v1/cases", json=said)).json()["id"] == case["id"]
    cause = {"by": "A1", "root_cause": "haste", "measure": "checklist", "part": None}
    described = await desk.ask("PATCH", f"/api/v1/cases/{case['id']}", json=cause)
    assert (described.json()["root_cause"], described.json()["part"]) == ("haste", None)
    assert described.json()["category"] == "workmanship", "what is not named stays"
    (listed,) = (await desk.ask("GET", "/api/v1/cases")).json()["cases"]
    assert listed == described.json()
    day = case["opened_at"][:10]
    week = (await desk.ask("GET", f"/api/v1/cases/weekly?day={day}")).json()
    assert (week["new"], week["open"]) == ([case["id"]], [case["id"]])
    assert {"by": "root_cause", "value": "haste", "new": 1, "open": 1, "late": 0} in week["tallies"]
    assert (await desk.ask("GET", "/api/v1/cases/quality")).json() == {"alerts": [], "first_time_fix": []}


async def test_what_does_not_fit_is_a_sentence_and_changes_nothing(desk: Desk, said: dict[str, Any]) -> None:
    case = (await desk.ask("POST", "/api/v1/cases", json=said)).json()["id"]
    for wrong, status in (
        ({"category": "weather"}, 422),
        ({"measure_done_on": "2020-01-01"}, 422),
        ({"compensation": "discount"}, 422),
    ):
        refused = await desk.ask("PATCH", f"/api/v1/cases/{case}", json=wrong | {"by": "A1"})
        assert refused.status_code == status, refused.text
    assert (await desk.ask("PATCH", "/api/v1/cases/999999", json={"by": "A1", "part": "x"})).status_code == 404
    again = await desk.ask("POST", f"/api/v1/cases/{case}/reopen", json={"by": "A1", "note": "x"})
    assert again.status_code == 409
    unknown = said | {"customer": "C-NOBODY", "key": "8"}
    assert (await desk.ask("POST", "/api/v1/cases", json=unknown)).status_code == 422
    (listed,) = (await desk.ask("GET", "/api/v1/cases")).json()["cases"]
    assert (listed["category"], listed["compensation"]) == ("workmanship", None)
