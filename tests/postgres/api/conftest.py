"""The API on the test's own database, without the console's pages."""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import URL, Connection

from console.api.application import make_api
from console.shared.database import Database
from console.shared.limits import Limits
from console.shared.token_bucket import Allowance
from deployments.steering_runs import Steering
from models.core.settings import Settings
from models.people.api_scopes import OF_EVERY_STORE
from tasks.access.api_keys import NewKey, make_key
from tasks.access.api_scopes import all_scopes
from tests.support.world import World, at

NOW = at("2026-03-11 12:00")
NUMBERS = count(1)
"""For several worlds in one database."""
SECRETS = {"acme": SecretStr("old-secret, new-secret"), "other": SecretStr("third-secret")}


def signed(body: bytes, *, secret: str = "new-secret", at: datetime = NOW) -> dict[str, str]:
    """The headers of a call that a gateway signs."""
    timestamp = str(int(at.timestamp()))
    digits = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"X-Aftercare-Timestamp": timestamp, "X-Aftercare-Signature": f"sha256={digits}"}


class Recorder(Steering):
    """A fake Prefect that records what it is asked to start and honours idempotency keys."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:9/api")
        self.started: dict[str, tuple[UUID, str, datetime | None, bool]] = {}
        self.carried_on: dict[str, tuple[UUID, int]] = {}

    async def start(self, process: str, *, as_of: datetime | None, dry_run: bool, login: str, key: str) -> UUID:
        return self.started.setdefault(key, (uuid4(), process, as_of, dry_run))[0]

    async def carry_on(self, campaign_id: int, *, login: str, key: str) -> UUID:
        return self.carried_on.setdefault(key, (uuid4(), campaign_id))[0]


@pytest.fixture
def database(database_url: URL, tmp_path: Path) -> Iterator[Database]:
    database = Database(database_url, Settings(home=tmp_path, now=NOW.isoformat(), webhook_secrets=SECRETS))
    yield database
    database.close()


@pytest.fixture
def prefect() -> Recorder:
    return Recorder()


@pytest.fixture
def limits() -> Limits:
    """More than any test asks for."""
    plenty = Allowance(at_once=100_000, per_second=1000)
    return Limits(plenty, plenty)


@pytest.fixture
def api(database: Database, prefect: Recorder, limits: Limits) -> FastAPI:
    return make_api(database, prefect, limits)


class Desk:
    """A test's access to the API and to the database behind it."""

    def __init__(self, api: FastAPI, database: Database) -> None:
        self.api, self.database = api, database
        self.key = ""

    async def ask(self, method: str, path: str, *, key: str | None = None, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.key if key is None else key}"} | more.pop("headers", {})
        async with AsyncExitStack() as closing:
            transport = httpx.ASGITransport(self.api)
            client = httpx.AsyncClient(transport=transport, base_url="http://api.test")
            await closing.enter_async_context(client)
            return await client.request(method, path, headers=headers, **more)

    def make_key(self, *scopes: str, store: str | None = None, name: str = "erp") -> str:
        wanted = scopes or (tuple(scope for scope in all_scopes() if not (store and scope in OF_EVERY_STORE)))
        return self.database.work_here(make_key, NewKey(name, wanted, store), NOW, "test")

    def look(self, job: Callable[[Connection], Any]) -> Any:
        return self.database.work_here(job)


@pytest.fixture
def desk(api: FastAPI, database: Database) -> Desk:
    """Two stores, SH01 and BJ01, and a key for everything in both."""
    desk = Desk(api, database)

    def furnish(connection: Connection) -> None:
        world = World(connection, numbers=NUMBERS)
        world.store(code="SH01")
        world.store(code="BJ01")

    desk.look(furnish)
    desk.key = desk.make_key(name="everything")
    return desk
