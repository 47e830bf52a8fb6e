"""The rate limit tells a program when to retry."""

import pytest

from console.shared.limits import Limits
from console.shared.token_bucket import Allowance
from models.people.api_scopes import ApiScope
from tests.postgres.api.conftest import Desk

TWICE = Allowance(at_once=2, per_second=0.01)


@pytest.fixture
def limits() -> Limits:
    return Limits(calls=TWICE, strangers=TWICE)


async def test_a_key_that_calls_too_often_waits(desk: Desk) -> None:
    for _ in range(2):
        assert (await desk.ask("GET", "/api/v1/runs")).status_code == 200
    refused = await desk.ask("GET", "/api/v1/runs")
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 100
    assert refused.json()["detail"].startswith("The key of everything calls too often; wait ")


async def test_one_key_does_not_take_anothers_calls(desk: Desk) -> None:
    other = desk.make_key(ApiScope.RUNS_READ)
    for _ in range(3):
        await desk.ask("GET", "/api/v1/runs")
    assert (await desk.ask("GET", "/api/v1/runs", key=other)).status_code == 200


async def test_whoever_tries_keys_waits_and_is_not_looked_up_any_more(desk: Desk) -> None:
    for guess in ("ac_1", "ac_2"):
        assert (await desk.ask("GET", "/api/v1/runs", key=guess)).status_code == 401
    refused = await desk.ask("GET", "/api/v1/runs", key="ac_3")
    assert (refused.status_code, "Retry-After" in refused.headers) == (429, True)
