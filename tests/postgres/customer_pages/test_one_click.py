"""One click in a mail program ends e-mail for one purpose (RFC 8058), and nothing else."""

from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI, Request
from httpx import ASGITransport, AsyncClient
from pydantic import SecretStr
from sqlalchemy import URL, Engine, func, select
from starlette.responses import Response

from console.customer_pages import routes
from console.shared.database import Database
from models.core.settings import Settings
from models.core.words import ChannelName, Purpose
from models.people.tables import Consent
from tasks.customers.consent import read_switches
from tasks.messages import links
from tasks.messages.links import write_leave_link
from tests.support.world import World, at

NOW = at("2026-03-10 10:00")
SETTINGS = Settings(
    now=NOW.isoformat(),
    secret=SecretStr("known to this test alone, and long enough"),
    public_url="https://care.example.com",
)
CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def database(database_url: URL) -> Iterator[Database]:
    database = Database(database_url, SETTINGS)
    yield database
    database.close()


@pytest.fixture
async def client(database: Database) -> AsyncIterator[AsyncClient]:
    """A mail program: it follows no redirect and keeps no cookies."""
    application = FastAPI()
    application.include_router(routes.routes)

    @application.middleware("http")
    async def with_database(request: Request, call_next: object) -> Response:
        request.state.database = database
        answer: Response = await call_next(request)  # type: ignore[operator]
        return answer

    transport = ASGITransport(application)
    async with AsyncClient(transport=transport, base_url="https://care.example.com") as client:
        yield client


@pytest.fixture
def customer(engine: Engine) -> int:
    """A customer who has agreed to everything."""
    with engine.begin() as connection:
        world = World(connection)
        customer = world.customer(email="li@example.org")
        world.consent(customer, granted=True, given_at=at("2026-01-01 10:00"))
    return customer


def path_of(customer: int, purpose: Purpose, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(links, "read_settings", lambda: SETTINGS)
    link = write_leave_link(customer, purpose, NOW)
    assert link is not None
    assert link.startswith("https://care.example.com/c/")
    return urlsplit(link).path


def refused(engine: Engine, customer: int) -> set[tuple[Purpose, ChannelName]]:
    with engine.connect() as connection:
        switches = read_switches(connection, None, customer, NOW)
    return {(one.purpose, one.channel) for one in switches.all if not one.allowed}


@pytest.mark.parametrize("purpose", [Purpose.MARKETING, Purpose.SURVEY])
async def test_a_post_ends_it_at_once(
    client: AsyncClient, engine: Engine, customer: int, purpose: Purpose, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await client.post(path_of(customer, purpose, monkeypatch), data=CLICK)
    assert (answer.status_code, "unsubscribed" in answer.text) == (200, True)
    assert refused(engine, customer) == {(purpose, ChannelName.EMAIL)}


async def test_twice_is_once(
    client: AsyncClient, engine: Engine, customer: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = path_of(customer, Purpose.MARKETING, monkeypatch)
    for _ in range(2):
        assert (await client.post(path, data=CLICK)).status_code == 200
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(Consent)) == 2


async def test_a_scanner_that_only_looks_ends_nothing(
    client: AsyncClient, engine: Engine, customer: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = path_of(customer, Purpose.MARKETING, monkeypatch)
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, path.rpartition("/")[0])
    assert refused(engine, customer) == set()


@pytest.mark.parametrize("forged", ["token", "deed"])
async def test_a_forged_link_ends_nothing(
    client: AsyncClient, engine: Engine, customer: int, forged: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = path_of(customer, Purpose.MARKETING, monkeypatch)
    token, _, deed = path.removeprefix("/c/").partition("/")
    changed = f"/c/{token[:-1]}{'A' if token[-1] != 'A' else 'B'}/{deed}" if forged == "token" else f"/c/{token}/leave"
    assert (await client.post(changed, data=CLICK)).status_code == 404
    assert refused(engine, customer) == set()
