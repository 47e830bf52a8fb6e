"""Programs write down what customers said, once, and read who answers it."""

from typing import Any

import pytest
from sqlalchemy import Connection, select

from models.core.words import Role
from models.people.tables import CustomerKey, Store
from tests.postgres.api.conftest import NUMBERS, Desk
from tests.support.world import World

PATH = "/api/v1/inbound"
NUMBER = "+8613912345678"


def furnish(connection: Connection) -> str:
    """A customer of SH01 with an agent; the customer's key."""
    world = World(connection, numbers=NUMBERS)
    store = connection.scalar(select(Store.id).where(Store.code == "SH01"))
    assert store is not None
    world.staff(Role.AGENT, store_id=store, code="A1")
    customer = world.customer(store_id=store, phone=NUMBER)
    key = connection.scalar(select(CustomerKey.key).where(CustomerKey.customer_id == customer))
    assert key is not None
    return str(key)


def mail(**values: Any) -> dict[str, Any]:
    return {"store": "SH01", "key": "M-1", "way": "phone-call", "text": "when is it ready?"} | values


async def test_it_is_written_down_once_with_somebody_who_answers(desk: Desk) -> None:
    desk.look(furnish)
    first = await desk.ask("POST", PATH, json=mail(sender="139 1234 5678", kind="question"))
    assert first.status_code == 200, first.text
    written = first.json()
    assert (written["store"], written["owner"], written["role"], written["again"]) == ("SH01", "A1", "agent", False)
    assert (written["sender"], written["state"], written["due_at"]) == (NUMBER, "open", "2026-03-12T12:00:00+08:00")
    assert written["customer_id"] is not None
    again = await desk.ask("POST", PATH, json=mail(text="something else"))
    assert (again.json()["id"], again.json()["again"], again.json()["text"]) == (
        written["id"],
        True,
        "when is it ready?",
    )
    one = await desk.ask("GET", f"{PATH}/{written['id']}")
    assert one.json() == {name: value for name, value in written.items() if name != "again"}


async def test_a_customer_is_named_by_their_key(desk: Desk) -> None:
    key = desk.look(furnish)
    answer = await desk.ask("POST", PATH, json=mail(customer=key))
    assert answer.json()["customer_id"] is not None
    unknown = await desk.ask("POST", PATH, json=mail(key="M-2", customer="nobody"))
    assert (unknown.status_code, unknown.json()["detail"]) == (422, "customer: no customer has the key 'nobody'.")


async def test_the_list_is_paged_the_earliest_deadline_first(desk: Desk) -> None:
    desk.look(furnish)
    for number, kind in enumerate(("question", "interest", "booking")):
        await desk.ask("POST", PATH, json=mail(key=f"M-{number}", kind=kind))
    first = (await desk.ask("GET", PATH, params={"store": "SH01", "limit": 2})).json()
    rest = (await desk.ask("GET", PATH, params={"store": "SH01", "limit": 2, "after": first["next"]})).json()
    assert [one["kind"] for one in (*first["inbound"], *rest["inbound"])] == ["interest", "booking", "question"]
    assert rest["next"] is None
    assert (await desk.ask("GET", PATH, params={"view": "answered"})).json()["inbound"] == []
    assert (await desk.ask("GET", PATH, params={"after": "nonsense"})).status_code == 422


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"text": " "}, "Write down what the customer said."),
        ({"way": "reply"}, "'reply' is not written down by hand"),
        ({"sender": "nonsense"}, "'nonsense' is not a phone number"),
        ({"received_at": "2026-03-20T10:00"}, "which is yet to come"),
        ({"store": "XX"}, "Say which store answers"),
        ({"nonsense": 1}, "unknown field"),
    ],
)
async def test_what_cannot_be_is_refused_with_a_sentence(desk: Desk, values: dict[str, Any], said: str) -> None:
    desk.look(furnish)
    answer = await desk.ask("POST", PATH, json=mail(**values))
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert (await desk.ask("GET", PATH)).json()["inbound"] == []


async def test_a_key_of_one_store_reaches_that_store_only(desk: Desk) -> None:
    desk.look(furnish)
    written = (await desk.ask("POST", PATH, json=mail())).json()
    other = desk.make_key(store="BJ01", name="theirs")
    assert (await desk.ask("GET", PATH, key=other)).json()["inbound"] == []
    assert (await desk.ask("GET", f"{PATH}/{written['id']}", key=other)).status_code == 404
    assert (await desk.ask("POST", PATH, key=other, json=mail(key="M-9"))).status_code == 403
    mine = await desk.ask("POST", PATH, key=other, json={**mail(), "store": None})
    assert (mine.status_code, mine.json()["store"], mine.json()["again"]) == (200, "BJ01", False)


@pytest.mark.parametrize(("scope", "method"), [("inbound:write", "GET"), ("inbound:read", "POST")])
async def test_each_scope_is_for_its_own(desk: Desk, scope: str, method: str) -> None:
    key = desk.make_key(scope, name="narrow")
    more = {"json": mail()} if method == "POST" else {}
    assert (await desk.ask(method, PATH, key=key, **more)).status_code == 403
