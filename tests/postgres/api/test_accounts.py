"""Accounts for programs: on hold and off it, and what is arranged."""

from datetime import date

import pytest
from sqlalchemy import Connection, select, update

from models.core.words import Role
from models.people.tables import Store
from models.subjects.account import Account
from tests.postgres.api.conftest import NUMBERS, Desk
from tests.support.world import World

BY = {"by": "F1", "reason": "as agreed by phone"}


@pytest.fixture
def account(desk: Desk) -> str:
    """An account of SH01 that owes CNY 900; somebody of finance there."""

    def furnish(connection: Connection) -> None:
        world = World(connection, numbers=NUMBERS)
        world.store_id = connection.scalar(select(Store.id).where(Store.code == "SH01")) or 0
        world.staff(Role.FINANCE, code="F1")
        world.invoice(world.account(world.customer(), key="K-1"), "2026-02-03", "900.00")

    desk.look(furnish)
    return "/api/v1/accounts/K-1"


async def test_a_program_holds_and_releases(desk: Desk, account: str) -> None:
    assert (await desk.ask("POST", f"{account}/hold", json=BY)).status_code == 200
    listed = (await desk.ask("GET", "/api/v1/accounts")).json()["accounts"]
    assert [(one["key"], one["hold_reason"]) for one in listed] == [("K-1", "as agreed by phone")]
    assert (await desk.ask("POST", f"{account}/hold", json=BY)).status_code == 409
    released = await desk.ask("POST", f"{account}/release", json=BY)
    assert released.json()["case_id"] > 0
    assert (await desk.ask("GET", "/api/v1/accounts")).json() == {"accounts": []}


async def test_a_payment_by_the_api_takes_the_account_off_hold(desk: Desk, account: str) -> None:
    def hold(connection: Connection) -> None:
        connection.execute(update(Account).values(held_since=date(2026, 3, 1), hold_reason="handed-to-finance"))

    desk.look(hold)
    rows = {"rows": [{"key": "P1", "account": "K-1", "paid_on": "2026-03-11", "amount": "900"}], "store": "SH01"}
    assert (await desk.ask("POST", "/api/v1/payments", json=rows)).status_code == 200
    assert desk.look(lambda connection: connection.scalar(select(Account.held_since))) is None


async def test_the_ageing_is_read(desk: Desk, account: str) -> None:
    (line,) = (await desk.ask("GET", "/api/v1/accounts/ageing")).json()["lines"]
    assert (line["key"], line["days_31_60"], line["currency"]) == ("K-1", "900.00", "CNY")
    per_store = (await desk.ask("GET", "/api/v1/accounts/ageing", params={"per": "store"})).json()["lines"]
    assert [one["total"] for one in per_store] == ["900.00"]


@pytest.mark.parametrize(
    ("action", "body", "field"),
    [
        ("hold", BY | {"reason": "  "}, "body.reason"),
        ("block", BY | {"until": "2026-03-01"}, "body.until"),
        ("dispute", BY | {"until": "2126-03-01"}, "body.until"),
        (
            "instalments",
            BY | {"parts": [{"due_on": "2026-04-01", "amount": "1"}, {"due_on": "2026-05-01", "amount": "2"}]},
            "body.parts",
        ),
    ],
)
async def test_what_is_wrong_is_told_at_its_field(
    desk: Desk, account: str, action: str, body: dict[str, object], field: str
) -> None:
    answer = await desk.ask("POST", f"{account}/{action}", json=body)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]
    assert (await desk.ask("GET", "/api/v1/accounts")).json() == {"accounts": []}


async def test_an_arrangement_is_set_and_ended(desk: Desk, account: str) -> None:
    made = await desk.ask("POST", f"{account}/dispute", json=BY | {"until": "2026-04-30"})
    number = made.json()["arrangement_id"]
    (one,) = (await desk.ask("GET", "/api/v1/accounts")).json()["accounts"]
    assert [arranged["kind"] for arranged in one["arrangements"]] == ["dispute"]
    assert (await desk.ask("POST", f"{account}/arrangements/{number}/end", json=BY)).status_code == 200
    assert (await desk.ask("POST", f"{account}/arrangements/{number}/end", json=BY)).status_code == 404


async def test_a_key_of_another_store_sees_nothing(desk: Desk, account: str) -> None:
    other = desk.make_key("accounts:read", "accounts:write", store="BJ01", name="other")
    assert (await desk.ask("POST", f"{account}/hold", json=BY, key=other)).status_code == 404
    assert (await desk.ask("GET", "/api/v1/accounts/ageing", key=other)).json() == {"lines": []}
    reader = desk.make_key("accounts:read", name="reader")
    assert (await desk.ask("POST", f"{account}/hold", json=BY, key=reader)).status_code == 403


async def test_a_program_reads_whom_to_see_about_money_and_says_why_they_do_not_pay(desk: Desk, account: str) -> None:
    assert (await desk.ask("POST", f"{account}/cause", json={"by": "F1", "cause": "no-money"})).status_code == 200
    (line,) = (await desk.ask("GET", "/api/v1/accounts/collection")).json()["accounts"]
    assert (line["key"], line["overdue"], line["unpaid_because"]) == ("K-1", {"CNY": "900.00"}, "no-money")
    (summed,) = (await desk.ask("GET", "/api/v1/accounts/ageing?per=cause")).json()["lines"]
    assert (summed["key"], summed["total"]) == ("no-money", "900.00")
    assert (await desk.ask("POST", f"{account}/cause", json={"by": "F1", "cause": "weather"})).status_code == 422
    assert (await desk.ask("GET", "/api/v1/accounts/statements")).json() == {"statements": []}
