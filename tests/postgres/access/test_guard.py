"""The console's guard: who may pass, who must sign in, and cross-site requests."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request, WebSocket
from sqlalchemy import URL
from starlette.types import Message

from console.shared.database import Database
from console.shared.limits import Limits
from console.shared.token_bucket import Allowance, Buckets
from console.web.authentication import sign_in
from console.web.authentication.guard import COOKIE, Guard
from models.core.settings import Settings
from models.core.words import Role
from tasks.access.users import NewUser, add_user, change_password
from tests.support.world import at

NOON = at("2026-03-10 12:00")
PASSWORD = "correct horse battery"
ADDRESS = "http://console.test"


@pytest.fixture
def database(database_url: URL, tmp_path: Path) -> Database:
    database = Database(database_url, Settings(home=tmp_path, now=NOON.isoformat()))
    database.work_here(add_user, NewUser("chief", Role.ADMIN), PASSWORD, NOON, "test")
    return database


@pytest.fixture
def limits() -> Limits:
    return Limits()


@pytest.fixture
def app(database: Database, limits: Limits) -> Guard:
    inner = FastAPI()
    inner.state.limits = limits
    inner.include_router(sign_in.routes)

    @inner.api_route("/secret", methods=["GET", "POST"])
    def secret(request: Request) -> str:
        return str(request.state.signed_in.login)

    @inner.get("/healthz")
    def healthz() -> str:
        return "ok"

    @inner.websocket("/_nicegui_ws/socket.io/")
    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text("welcome")

    return Guard(inner, database)


@pytest.fixture
async def browser(app: Guard, database: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ADDRESS) as client:
        yield client
    database.close()


async def signed_in(browser: httpx.AsyncClient, **fields: str) -> httpx.Response:
    return await browser.post("/sign-in", data={"login": "chief", "password": PASSWORD} | fields)


async def test_a_page_sends_to_the_sign_in_and_back(browser: httpx.AsyncClient) -> None:
    sent = await browser.get("/secret?a=1&b=2", headers={"Accept": "text/html"})
    assert (sent.status_code, sent.headers["location"]) == (303, "/sign-in?next=/secret%3Fa%3D1%26b%3D2")
    back = await signed_in(browser, next="/secret?a=1&b=2")
    assert (back.status_code, back.headers["location"]) == (303, "/secret?a=1&b=2")
    assert (await browser.get("/secret")).json() == "chief"


async def test_anything_else_is_refused(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/secret")).status_code == 401
    assert (await browser.post("/secret")).status_code == 401
    assert (await browser.get("/no-such-page")).status_code == 401, "what there is is not told"
    assert (await browser.get("/healthz")).json() == "ok"


@pytest.mark.parametrize("path", ["//evil.test/x", "https://evil.test", "/\\evil.test", "javascript:alert(1)"])
async def test_signing_in_leads_to_no_other_site(browser: httpx.AsyncClient, path: str) -> None:
    assert (await signed_in(browser, next=path)).headers["location"] == "/"


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(browser: httpx.AsyncClient) -> None:
    plain = (await signed_in(browser)).headers["set-cookie"]
    assert "HttpOnly" in plain
    assert "SameSite=lax" in plain
    assert "Secure" not in plain
    behind_tls = await browser.post(
        "/sign-in", data={"login": "chief", "password": PASSWORD}, headers={"X-Forwarded-Proto": "https"}
    )
    assert "Secure" in behind_tls.headers["set-cookie"]


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.test"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
)
async def test_another_site_changes_nothing_in_the_user_s_name(
    browser: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    await signed_in(browser)
    assert (await browser.post("/secret", headers=headers)).status_code == 403
    assert (await browser.post("/sign-out", headers=headers)).status_code == 403
    assert (await browser.post("/secret", headers={"Origin": ADDRESS})).status_code == 200


@pytest.mark.parametrize("token", ["", "x", "' or 1=1 --", "é" * 10])
async def test_a_made_up_token_opens_nothing(browser: httpx.AsyncClient, token: str) -> None:
    headers = {b"Cookie": f"{COOKIE}={token}".encode()}
    assert (await browser.get("/secret", headers=headers)).status_code == 401


async def test_a_forced_change_of_password_comes_first(browser: httpx.AsyncClient, database: Database) -> None:
    given = database.work_here(change_password, "chief", None, NOON, "test")
    await browser.post("/sign-in", data={"login": "chief", "password": given})
    assert (await browser.get("/secret")).headers["location"] == "/password"
    short = await browser.post("/password", data={"old": given, "new": "short", "again": "short"})
    assert short.status_code == 422
    other = await browser.post("/password", data={"old": "wrong", "new": PASSWORD, "again": PASSWORD})
    assert other.status_code == 422
    done = await browser.post("/password", data={"old": given, "new": PASSWORD, "again": PASSWORD})
    assert done.status_code == 303
    assert (await browser.get("/secret")).json() == "chief"


async def test_brute_force_is_locked_out(browser: httpx.AsyncClient) -> None:
    answers = [(await signed_in(browser, password=f"guess {n}")).status_code for n in range(7)]
    assert answers == [401, 401, 401, 401, 429, 429, 429]
    assert (await signed_in(browser)).status_code == 429


async def test_every_answer_says_what_a_browser_may_do_with_it(browser: httpx.AsyncClient) -> None:
    headers = (await browser.get("/sign-in")).headers
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"


async def test_a_websocket_needs_a_session_and_our_own_site(app: Guard, browser: httpx.AsyncClient) -> None:
    assert await opened(app, {}) == "websocket.close"
    token = (await signed_in(browser)).cookies[COOKIE]
    cookie = {"cookie": f"{COOKIE}={token}"}
    assert await opened(app, cookie) == "websocket.accept"
    assert await opened(app, cookie | {"origin": ADDRESS}) == "websocket.accept"
    assert await opened(app, cookie | {"origin": "https://evil.test"}) == "websocket.close"


async def opened(app: Guard, headers: dict[str, str]) -> str:
    """The first response to a websocket."""
    answers: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        answers.append(message)

    named = {"host": "console.test"} | headers
    scope = {
        "type": "websocket",
        "path": "/_nicegui_ws/socket.io/",
        "raw_path": b"",
        "root_path": "",
        "query_string": b"",
        "subprotocols": [],
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
    }
    await app(scope, receive, send)
    return str(answers[0]["type"])


async def test_one_address_cannot_try_for_ever_however_many_logins_it_knows(
    browser: httpx.AsyncClient, limits: Limits
) -> None:
    limits.sign_ins = Buckets(Allowance(at_once=2, per_second=0.001))
    for login in ("one", "two"):
        assert (await signed_in(browser, login=login, password="guess")).status_code == 401
    refused = await signed_in(browser)
    assert (refused.status_code, "Retry-After" in refused.headers) == (429, True)
