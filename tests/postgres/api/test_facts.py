"""Facts from other systems: new, changed, repeated and rejected, with the same rules as files."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, select, text

from models.people.tables import Consent, ContactPoint, Customer, CustomerKey
from models.subjects.account import Invoice
from models.subjects.appointment import Appointment
from models.subjects.vehicle import Vehicle
from tests.postgres.api.conftest import Desk
from tests.support.world import at

LI = {"key": "C-1", "store": "SH01", "name": "Li Wei", "phone": ["13800138000", "13900139000"]}


async def put(desk: Desk, kind: str, *rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = await desk.ask("POST", f"/api/v1/{kind}", json={"rows": list(rows)} | more)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_a_batch_goes_in_once_however_often_it_is_sent(desk: Desk) -> None:
    first = await put(desk, "customers", LI, LI | {"key": "C-2", "name": "Wang Fang", "phone": "13700137000"})
    again = await put(desk, "customers", LI, LI | {"key": "C-2", "name": "Wang Fang", "phone": "13700137000"})
    assert (first["accepted"], first["new"], first["rejects"]) == (2, 2, [])
    assert (again["accepted"], again["new"], again["changed"], again["unchanged"]) == (2, 0, 0, 2)
    numbers = desk.look(lambda connection: connection.scalars(select(ContactPoint.value)).all())
    assert sorted(numbers) == ["+8613700137000", "+8613800138000", "+8613900139000"]


async def test_bad_rows_come_back_with_field_value_and_reason_and_the_good_ones_go_in(desk: Desk) -> None:
    answer = await put(
        desk,
        "customers",
        LI,
        {"key": "C-2", "store": "SH01"},
        {"key": "C-3", "store": "nowhere", "name": "Zhao"},
        {"key": "C-4", "store": "SH01", "name": "Sun", "phone": "12"},
    )
    assert (answer["accepted"], answer["rejected"]) == (2, 2)
    told = [(one["row"], one["field"], one["value"], one["whole"]) for one in answer["rejects"]]
    assert told == [(2, "name", "", True), (3, "store", "nowhere", True), (4, "phone", "12", False)]
    assert all(one["reason"] for one in answer["rejects"])


async def test_when_no_row_goes_in_the_answer_is_422_with_the_rejects(desk: Desk) -> None:
    rows = [{"key": "I-1", "store": "SH01", "customer": "nobody", "due_on": "2026-03-01", "amount": 1}]
    answer = await desk.ask("POST", "/api/v1/invoices", json={"rows": rows})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.json()["rejects"][0]["field"], answer.json()["status"]) == ("customer", 422)


async def test_what_a_row_does_not_name_is_left_and_null_is_an_empty_cell(desk: Desk) -> None:
    await put(desk, "customers", LI)
    bill = {"store": "SH01", "customer": "C-1", "due_on": "2026-03-01", "amount": 80}
    stated = {"status": "disputed", "status_on": "2026-03-05"}
    await put(desk, "invoices", bill | stated | {"key": "I-1"}, bill | stated | {"key": "I-2"})
    await put(desk, "invoices", bill | {"key": "I-1"}, bill | {"key": "I-2", "status": None, "status_on": None})
    found = desk.look(lambda connection: connection.execute(select(Invoice.key, Invoice.status).order_by("key")).all())
    assert [tuple(row) for row in found] == [("I-1", "disputed"), ("I-2", "open")]


async def test_of_two_rows_about_one_fact_the_later_counts_whatever_fields_they_give(desk: Desk) -> None:
    plain = {"key": "C-1", "store": "SH01", "name": "first"}
    await put(desk, "customers", plain, plain | {"name": "second", "level": "VIP"}, plain | {"name": "third"})
    assert desk.look(lambda connection: connection.execute(select(Customer.name, Customer.level)).one()) == (
        "third",
        "VIP",
    )


async def test_rows_in_too_many_shapes_are_refused_together(desk: Desk) -> None:
    names = ["salutation", "language", "level", "birth_on", "wechat"]
    shapes = [
        {"key": f"C-{number}", "store": "SH01", "name": "X"} | {n: None for b, n in enumerate(names) if number >> b & 1}
        for number in range(32)
    ]
    answer = await desk.ask("POST", "/api/v1/customers", json={"rows": shapes})
    assert (answer.status_code, "combinations" in answer.json()["detail"]) == (422, True)
    assert desk.look(lambda connection: connection.scalars(select(Customer.id)).all()) == []


async def test_one_row_by_its_key_in_the_address(desk: Desk) -> None:
    await put(desk, "customers", LI)
    path, row = "/api/v1/appointments/A%2F1", {"store": "SH01", "customer": "C-1"}
    for starts_at in ("2026-03-20 10:00", "2026-03-20T02:00:00Z", "2026-03-20T10:00"):
        answer = await desk.ask("PUT", path, json=row | {"starts_at": starts_at})
        assert answer.status_code == 200, answer.text
    found = desk.look(lambda connection: connection.execute(select(Appointment.key, Appointment.starts_at)).one())
    assert found == ("A/1", at("2026-03-20 10:00"))
    assert answer.json()["unchanged"] == 1


@pytest.mark.parametrize("amount", ['"1234.10"', "1234.10", "1234.1", '"¥1,234.10"', "123410e-2"])
async def test_an_amount_is_never_rounded(desk: Desk, amount: str) -> None:
    await put(desk, "customers", LI)
    body = f'{{"store": "SH01", "customer": "C-1", "due_on": "2026-03-01", "amount": {amount}}}'
    headers = {"Content-Type": "application/json"}
    answer = await desk.ask("PUT", "/api/v1/invoices/I-1", content=body, headers=headers)
    assert answer.status_code == 200, answer.text
    assert desk.look(lambda connection: connection.scalar(select(Invoice.amount))) == Decimal("1234.10")


@pytest.mark.parametrize("amount", ["0.30000000000000004", "1.005", "99999999999999999999999999999999", "-1", '"?"'])
async def test_an_amount_that_would_be_rounded_is_rejected(desk: Desk, amount: str) -> None:
    await put(desk, "customers", LI)
    body = f'{{"store": "SH01", "customer": "C-1", "due_on": "2026-03-01", "amount": {amount}}}'
    headers = {"Content-Type": "application/json"}
    answer = await desk.ask("PUT", "/api/v1/invoices/I-1", content=body, headers=headers)
    assert (answer.status_code, answer.json()["rejects"][0]["field"]) == (422, "amount")


async def test_the_other_kinds(desk: Desk) -> None:
    await put(desk, "customers", LI)
    await put(desk, "vehicles", {"store": "SH01", "vin": "LSVAA4187E2184847", "customer": "C-1", "odometer_km": 85300,
                                 "odometer_read_on": "2026-03-01", "model_year": 2024})  # fmt: skip
    await put(desk, "consents", {"store": "SH01", "customer": "C-1", "granted": False, "channel": "sms",
                                 "given_at": "2026-03-01T09:00"})  # fmt: skip
    await put(desk, "invoices", {"key": 7, "customer": "C-1", "due_on": "2026-03-01", "amount": "80"}, store="SH01")
    await put(desk, "payments", {"key": "P", "invoice": 7, "paid_on": "2026-03-02", "amount": 80}, store="SH01")

    def look(connection: Connection) -> Any:
        return (
            connection.scalar(select(Vehicle.model_year)),
            connection.execute(select(Consent.granted, Consent.channel)).one(),
            connection.scalar(text("select paid_on from invoice_settlements"))
            if connection.scalar(text("select to_regclass('invoice_settlements')"))
            else None,
        )

    year, consent, _ = desk.look(look)
    assert (year, tuple(consent)) == (2024, (False, "sms"))


async def test_a_key_of_one_store_writes_there_and_nowhere_else(desk: Desk) -> None:
    await put(desk, "customers", LI, LI | {"key": "B-1", "store": "BJ01", "name": "Bei", "phone": "13600136000"})
    desk.key = desk.make_key(store="SH01")
    answer = await put(desk, "customers", LI | {"store": None}, LI | {"key": "C-9", "store": "BJ01"})
    assert [(one["row"], one["field"]) for one in answer["rejects"]] == [(2, "store")]
    refused = await desk.ask("POST", "/api/v1/customers", json={"store": "BJ01", "rows": [LI]})
    assert refused.status_code == 403
    stolen = {"customer": "B-1", "granted": False}
    refused = await desk.ask("POST", "/api/v1/consents", json={"rows": [stolen]})
    assert (refused.status_code, refused.json()["rejects"][0]["field"]) == (422, "customer")
    assert desk.look(lambda connection: connection.scalars(select(CustomerKey.key)).all()) == ["C-1", "B-1"]


async def test_several_stores_and_none_named(desk: Desk) -> None:
    answer = await desk.ask("POST", "/api/v1/customers", json={"rows": [{"key": "C-1", "name": "Li"}]})
    assert (answer.status_code, "BJ01" in answer.json()["detail"]) == (422, True)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422),
        (b"[]", 422),
        (b'{"rows": []}', 422),
        (b'{"rows": [{"key": "\\u0000", "name": "x"}]}', 422),
        (b'{"rows": [{"key": "\\ud800", "name": "x"}]}', 422),
        (b'{"rows": [{"key": 1e999999, "name": "x"}]}', 422),
        (b'{"rows": [{"key": NaN, "name": "x"}]}', 422),
        (b'{"rows": [{"key": "a", "name": "x", "nmae": "y"}]}', 422),
        (b'{"rows": [' + b'{"key": "a"},' * 1000 + b'{"key": "a"}]}', 422),
        (b"[" * 100_000, 422),
        (b'"' + b"x" * (5 * 1024 * 1024) + b'"', 413),
    ],
    ids=range(11),
)
async def test_what_cannot_be_used_is_refused_as_a_whole(desk: Desk, body: bytes, status: int) -> None:
    answer = await desk.ask("POST", "/api/v1/customers", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert answer.json()["detail"]


async def test_a_form_is_no_json(desk: Desk) -> None:
    answer = await desk.ask("POST", "/api/v1/customers", data={"rows": "1"})
    assert answer.status_code == 415


async def test_a_program_waits_for_no_import(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.intake.files.records.PATIENCE", "50ms")
    from tasks.intake.importing import wait_for_turn

    with desk.database.engine.begin() as importing:
        wait_for_turn(importing)
        answer = await desk.ask("POST", "/api/v1/customers", json={"rows": [LI]})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")


async def test_each_kind_needs_its_scope(desk: Desk) -> None:
    desk.key = desk.make_key("vehicles:write")
    assert (await desk.ask("POST", "/api/v1/customers", json={"rows": [LI]})).status_code == 403
