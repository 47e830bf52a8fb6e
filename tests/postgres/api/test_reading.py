"""What programs read: touches and runs, page by page; and how they start a process."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection, select, update

from deployments.steering_runs import Steering
from models.core.reasons import give
from models.core.words import ProcessName
from models.ledger.accounts_of_runs import RunAccount
from models.ledger.tables import Touch
from models.people.tables import Store
from tasks.dispatch.gates import COMPLAINT_OPEN, HELD_PAST_VALIDITY
from tasks.runs.recording import close_run, open_run
from tests.postgres.api.conftest import NOW, NUMBERS, Desk, Recorder
from tests.support.world import World, at

START = "/api/v1/processes/warranty-expiry/runs"


def furnish(connection: Connection) -> None:
    """Three handovers at SH01 and one at BJ01, each with its touches."""
    world = World(connection, numbers=NUMBERS)
    stores = dict(connection.execute(select(Store.code, Store.id)).tuples().all())
    for code, count in (("SH01", 3), ("BJ01", 1)):
        for _ in range(count):
            customer = world.customer(store_id=stores[code])
            world.handover(customer, "2026-03-10", store_id=stores[code])
    world.plan(ProcessName("post-delivery-followup"), "2026-03-11 09:00")


async def pages(desk: Desk, path: str, what: str, **query: Any) -> list[dict[str, Any]]:
    """Everything, page by page."""
    found: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    for _ in range(50):
        answer = await desk.ask("GET", path, params=query | after)
        assert answer.status_code == 200, answer.text
        found += answer.json()[what]
        if answer.json()["next"] is None:
            return found
        after = {"after": answer.json()["next"]}
    raise AssertionError("the pages never end")


async def test_pages_of_touches_hold_each_once_and_in_order(desk: Desk) -> None:
    desk.look(furnish)
    everything = await pages(desk, "/api/v1/touches", "touches", limit=2)
    in_order = desk.look(lambda connection: connection.scalars(select(Touch.id).order_by(Touch.due_at, Touch.id)).all())
    assert [one["id"] for one in everything] == [str(touch_id) for touch_id in in_order]
    assert everything[0]["due_at"].endswith("+08:00")
    assert everything[0]["customer_keys"]


async def test_touches_are_filtered(desk: Desk) -> None:
    desk.look(furnish)
    everything = await pages(desk, "/api/v1/touches", "touches")
    of_one = everything[0]
    filters: list[tuple[dict[str, Any], Any]] = [
        ({"store": "bj01"}, lambda one: one["store"] == "BJ01"),
        ({"customer": of_one["customer_keys"][0]}, lambda one: one["customer_id"] == of_one["customer_id"]),
        ({"customer_id": of_one["customer_id"]}, lambda one: one["customer_id"] == of_one["customer_id"]),
        ({"due_until": "2026-03-11T10:00"}, lambda one: one["due_at"] < "2026-03-11T10:00"),
        ({"due_from": "2026-03-11T02:00Z"}, lambda one: one["due_at"] >= "2026-03-11T10:00"),
        ({"process": "overdue-accounts"}, lambda one: False),
        ({"state": "sent"}, lambda one: False),
    ]
    for query, belongs in filters:
        expected = [one["id"] for one in everything if belongs(one)]
        assert [one["id"] for one in await pages(desk, "/api/v1/touches", "touches", **query)] == expected


@pytest.mark.parametrize(
    ("accepted", "sentence"),
    [
        (None, "a complaint is open, and then its time has passed"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "投诉未结，此后已过有效期"),
        ("fr, en;q=0.5, zh;q=0.4", "a complaint is open, and then its time has passed"),
        ("en;q=0, zh", "投诉未结，此后已过有效期"),
        ("zh;q=much", "投诉未结，此后已过有效期"),
        ("*", "a complaint is open, and then its time has passed"),
    ],
)
async def test_a_reason_is_a_code_with_figures_and_a_sentence_for_the_reader(
    desk: Desk, accepted: str | None, sentence: str
) -> None:
    desk.look(furnish)
    held = give(HELD_PAST_VALIDITY, because=COMPLAINT_OPEN).columns
    desk.look(lambda connection: connection.execute(update(Touch).values(**held)))
    headers = {"Accept-Language": accepted} if accepted else {}
    answer = await desk.ask("GET", "/api/v1/touches", headers=headers)
    assert [one["reason"] for one in answer.json()["touches"]] == [
        {"code": "held-past-validity", "figures": {"because": "complaint-open"}, "sentence": sentence}
    ] * len(answer.json()["touches"])
    assert answer.json()["touches"]


async def test_a_key_of_one_store_sees_that_stores_touches(desk: Desk) -> None:
    desk.look(furnish)
    desk.key = desk.make_key(store="BJ01")
    assert {one["store"] for one in await pages(desk, "/api/v1/touches", "touches")} == {"BJ01"}
    assert (await desk.ask("GET", "/api/v1/touches", params={"store": "SH01"})).status_code == 403


@pytest.mark.parametrize("after", ["x", "....", "MjAyNg==", "中"])
async def test_a_cursor_that_no_page_gave_is_refused(desk: Desk, after: str) -> None:
    assert (await desk.ask("GET", "/api/v1/touches", params={"after": after})).status_code == 422


async def test_runs_come_latest_first_and_one_with_its_account(desk: Desk) -> None:
    def run_some(connection: Connection) -> Any:
        for hour in range(3):
            moment = at(f"2026-03-11 0{hour}:00")
            run_id = open_run(
                connection, "warranty-expiry", moment, moment, dry_run=False, prefect_run_id=None, started_by="t"
            )
        close_run(connection, run_id, RunAccount(), NOW)
        return run_id

    last = desk.look(run_some)
    runs = await pages(desk, "/api/v1/runs", "runs", limit=1, process="warranty-expiry")
    assert [run["state"] for run in runs] == ["completed", "running", "running"]
    one = (await desk.ask("GET", f"/api/v1/runs/{last}")).json()
    assert (one["id"], one["account"]["planned"]) == (str(last), 0)
    assert (await desk.ask("GET", f"/api/v1/runs/{uuid4()}")).status_code == 404


async def test_a_process_is_started_once_under_one_key(desk: Desk, prefect: Recorder) -> None:
    body = {"as_of": "2026-03-10T10:00", "dry_run": True}
    answers = [await desk.ask("POST", START, json=body, headers={"Idempotency-Key": "k1"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    ((_, process, as_of, dry_run),) = prefect.started.values()
    assert (process, as_of, dry_run) == ("warranty-expiry", at("2026-03-10 10:00"), True)
    await desk.ask("POST", START, json={})
    assert len(prefect.started) == 2


async def test_without_prefect_no_process_is_started_and_that_is_said(desk: Desk) -> None:
    desk.api.state.steering = Steering(None)
    answer = await desk.ask("POST", START, json={})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "Prefect" in answer.json()["detail"]


async def test_the_documentation_needs_nothing_from_elsewhere(desk: Desk) -> None:
    page = await desk.ask("GET", "/api/docs", key="")
    assert page.status_code == 200
    assert "POST /api/v1/customers" in page.text
    assert "http" not in page.text.replace("http-equiv", "")
    document = (await desk.ask("GET", "/api/openapi.json", key="")).json()
    assert "/hooks/{gateway}/receipts" in document["paths"]
    described = document["paths"]["/api/v1/customers"]["post"]["responses"]
    assert set(described) == {"200", "401", "403", "413", "415", "422", "429", "503"}


async def test_what_is_not_there_is_told_as_a_problem(desk: Desk) -> None:
    for method, path, status in (("GET", "/api/v1/nothing", 404), ("DELETE", "/api/v1/touches", 405)):
        answer = await desk.ask(method, path)
        assert (answer.status_code, answer.json()["status"]) == (status, status)
