"""Programs read and set how staff are told of their work."""

import pytest
from sqlalchemy import Connection, select

from models.core.words import Role
from models.people.tables import Store
from tests.postgres.api.conftest import NUMBERS, Desk
from tests.support.world import World

RULES = {
    "channels": ["email", "sms"], "digest_at": ["09:00"], "quiet_from": "20:00", "quiet_until": "08:00",
    "sheet_at": "17:45",
}  # fmt: skip


@pytest.fixture(autouse=True)
def agent(desk: Desk) -> None:
    """Somebody of SH01 with an e-mail address."""

    def furnish(connection: Connection) -> None:
        world = World(connection, numbers=NUMBERS)
        world.store_id = connection.scalar(select(Store.id).where(Store.code == "SH01")) or 0
        world.staff(Role.AGENT, code="C1", name="Hannah Voss", email="c1@example.com")

    desk.look(furnish)


async def test_what_a_store_allows_and_what_each_chose_go_in_and_out(desk: Desk) -> None:
    assert (await desk.ask("PUT", "/api/v1/stores/SH01/word", json=RULES)).json() == RULES
    assert (await desk.ask("GET", "/api/v1/stores/SH01/word")).json() == RULES
    body = {"channels": ["email"], "digest_at": [], "wecom": "hannah"}
    chosen = (await desk.ask("PUT", "/api/v1/staff/SH01/C1/word", json=body)).json()
    assert (chosen["code"], chosen["ways"], chosen["digest_at"]) == ("C1", ["email"], [])
    listed = (await desk.ask("GET", "/api/v1/staff", params={"store": "SH01"})).json()["staff"]
    assert [one for one in listed if one["code"] == "C1"] == [chosen]


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("staff/SH01/C1", {"channels": ["wecom"], "wecom": "x"}, 422, "'wecom' is not allowed"),
        ("staff/SH01/C1", {"digest_at": ["03:00"]}, 422, "There is no digest at 03:00"),
        ("staff/SH01/C1", {"digest_at": ["noon"]}, 422, "'noon' is no time of day"),
        ("staff/SH01/X9", {}, 404, "There is no member of staff 'X9'"),
        ("staff/NO/C1", {}, 404, "There is no store 'NO'"),
        ("stores/SH01", RULES | {"channels": []}, 422, "Allow at least one way"),
        ("stores/SH01", RULES | {"digest_at": ["21:00"]}, 422, "within the quiet hours"),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(
    desk: Desk, path: str, body: dict[str, object], status: int, said: str
) -> None:
    await desk.ask("PUT", "/api/v1/stores/SH01/word", json=RULES)
    refused = await desk.ask("PUT", f"/api/v1/{path}/word", json=body)
    assert (refused.status_code, said in refused.json()["detail"]) == (status, True), refused.text
    assert (await desk.ask("GET", "/api/v1/stores/SH01/word")).json() == RULES


async def test_a_key_of_one_store_reaches_no_other(desk: Desk) -> None:
    key = desk.make_key(store="BJ01", name="bj")
    assert (await desk.ask("PUT", "/api/v1/staff/SH01/C1/word", json={}, key=key)).status_code == 403
    assert (await desk.ask("GET", "/api/v1/stores/SH01/word", key=key)).status_code == 403
    assert (await desk.ask("GET", "/api/v1/staff", key=key)).json() == {"staff": []}
