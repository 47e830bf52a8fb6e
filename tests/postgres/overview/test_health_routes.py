"""What programs ask of the console: well or not, and the figures for who bears the token."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import URL, Engine, delete, insert, make_url, update

from console.shared.database import Database
from console.web.authentication.guard import Guard
from console.web.health import routes as health_routes
from deployments.schedules import shipped_flows
from models.core.settings import Settings
from models.core.words import ProcessName, RunState
from models.ledger.tables import PolicyVersion, Process, Run
from tests.support.world import at

INSTALLED = at("2026-03-09 10:00")
NOON = at("2026-03-10 12:00")
TOKEN = "a token of more than 24 characters"
Client = Callable[..., httpx.AsyncClient]


@pytest.fixture
async def client(engine: Engine, database_url: URL, tmp_path: Path) -> AsyncIterator[Client]:
    """Makes a client of a console on an installed database."""
    with engine.begin() as connection:
        connection.execute(update(PolicyVersion).values(created_at=INSTALLED))
    opened: list[tuple[httpx.AsyncClient, Database]] = []

    def open_client(url: URL = database_url, **settings: Any) -> httpx.AsyncClient:
        database = Database(url, Settings(home=tmp_path, now=NOON.isoformat(), **settings))
        app = FastAPI()
        app.include_router(health_routes.routes)
        transport = httpx.ASGITransport(Guard(app, database))
        opened.append((httpx.AsyncClient(transport=transport, base_url="http://console.test"), database))
        return opened[-1][0]

    yield open_client
    for one, database in opened:
        await one.aclose()
        database.close()


def run_all(engine: Engine, state: RunState = RunState.COMPLETED) -> None:
    """Every flow ran a minute ago."""
    with engine.begin() as connection:
        for served in shipped_flows():
            connection.execute(
                insert(Run).values(
                    process=served.name, as_of=NOON, dry_run=False, state=state, started_by="test",
                    started_at=NOON - timedelta(minutes=1),
                )
            )  # fmt: skip


async def test_all_is_well_when_the_sweeps_ran_on_time(engine: Engine, client: Client) -> None:
    run_all(engine)
    answer = await client().get("/healthz")
    parts = {"database": "ok", "prefect": "not watched", "sweeps": "ok"}
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "parts": parts})


async def test_a_sweep_that_did_not_happen_is_not_well(client: Client) -> None:
    answer = await client().get("/healthz")
    assert (answer.status_code, answer.json()["parts"]["sweeps"]) == (503, "not ok")


async def test_a_failed_run_is_not_well_and_its_error_is_nobodys_business(engine: Engine, client: Client) -> None:
    run_all(engine, RunState.FAILED)
    answer = await client().get("/healthz")
    assert answer.status_code == 503
    assert set(answer.json()["parts"].values()) <= {"ok", "not ok", "not watched"}


async def test_what_is_switched_off_is_not_missed(engine: Engine, client: Client) -> None:
    run_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(Process), [{"name": "not-ours", "enabled": False}])
        connection.execute(update(Process).where(Process.name == ProcessName("warranty-expiry")).values(enabled=False))
        connection.execute(delete(Run).where(Run.process == ProcessName("warranty-expiry")))
    assert (await client().get("/healthz")).status_code == 200


async def test_a_database_that_is_away_is_told_without_its_address(client: Client) -> None:
    away = make_url("postgresql+psycopg://secret:hidden@127.0.0.1:1/nowhere")
    answer = await client(away).get("/healthz")
    parts = {"database": "not ok", "prefect": "not watched", "sweeps": "not watched"}
    assert (answer.status_code, answer.json()) == (503, {"status": "not ok", "parts": parts})


async def test_prefect_that_does_not_answer_is_not_well(
    engine: Engine, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_all(engine)
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")
    answer = await client().get("/healthz")
    assert (answer.status_code, answer.json()["parts"]["prefect"]) == (503, "not ok")


async def test_whoever_bears_the_token_reads_the_figures(engine: Engine, client: Client) -> None:
    run_all(engine)
    answer = await client(metrics_token=SecretStr(TOKEN)).get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    lines = answer.text.splitlines()
    assert 'aftercare_open_touches{process="warranty-expiry",state="planned"} 0.0' in lines
    assert 'aftercare_unsettled_touches{state="unknown"} 0.0' in lines
    assert {"aftercare_backlog_age_seconds 0.0", "aftercare_cases_overdue 0.0", "aftercare_paused_channels 0.0"} <= set(
        lines
    )
    began = (NOON - timedelta(minutes=1)).timestamp()
    last = next(line for line in lines if line.startswith('aftercare_last_sweep_timestamp_seconds{process="dispatch"}'))
    assert float(last.split()[1]) == began


@pytest.mark.parametrize("header", [None, f"Bearer {TOKEN}x", TOKEN, "Bearer None", "Bearer ü"])
async def test_nobody_else_does(client: Client, header: str | None) -> None:
    headers = {b"Authorization": header.encode("latin-1")} if header else {}
    assert (await client(metrics_token=SecretStr(TOKEN)).get("/metrics", headers=headers)).status_code == 401
    assert (await client().get("/metrics", headers=headers)).status_code == 401


async def test_figures_without_a_database_are_an_outage(client: Client) -> None:
    away = make_url("postgresql+psycopg://secret:hidden@127.0.0.1:1/nowhere")
    console = client(away, metrics_token=SecretStr(TOKEN))
    answer = await console.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, answer.text) == (503, "The database does not answer.")
