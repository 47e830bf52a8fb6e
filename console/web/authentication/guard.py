"""Authentication of every request: a session is required except on public paths. Cross-site requests are refused."""

from collections.abc import Iterable
from datetime import datetime
from http.cookies import SimpleCookie
from urllib.parse import quote, urlsplit

from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.shared.database import Database
from console.web.authentication.outage import outage
from tasks.access.sessions import SignedIn, read_session

COOKIE = "aftercare_session"
SIGN_IN = "/sign-in"
PASSWORD = "/password"  # noqa: S105  an address
OPEN = ("/sign-in", "/healthz", "/metrics", "/c/", "/d/", "/hooks/", "/api/", "/static/", "/_nicegui/", "/favicon.ico")
"""Paths without a session: they need none, or have keys or signatures of their own."""
BY_LINK = ("/c/", "/d/")
"""Their links are credentials, so no referrer is sent. Browsers then send "null" as the origin of their forms, which
is accepted here: there is no cookie that another site could abuse."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
SIGNED = ("/hooks/", "/api/")
"""Called by programs, not by browsers: they carry no cookie that another site could abuse."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Content-Security-Policy": "frame-ancestors 'none'; base-uri 'self'; object-src 'none'; form-action 'self'",
}


class Guard:
    """ASGI middleware around the console."""

    def __init__(self, app: ASGIApp, database: Database) -> None:
        self._app = app
        self._database = database

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request or a websocket pass, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refusal = await self._judge(scope)
        if refusal is None:
            await self._app(scope, receive, _with_headers(send, scope["path"]))
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refusal(scope, receive, _with_headers(send, scope["path"]))

    async def _judge(self, scope: Scope) -> Response | None:
        """The response instead of the page; None if the request may pass."""
        path = scope["path"]
        if _from_elsewhere(scope) and not path.startswith(SIGNED):
            return PlainTextResponse("This request comes from another site.", status_code=403)
        try:
            scope.setdefault("state", {})["database"] = self._database
            user = await self._signed_in(scope)
        except (OperationalError, InterfaceError):
            if path.startswith(OPEN):
                return None
            return outage(scope)
        scope["state"]["signed_in"] = user
        if path.startswith(OPEN):
            return None
        if user is None:
            return _to_sign_in(scope)
        if user.must_change_password and path != PASSWORD and path != "/sign-out":
            return RedirectResponse(PASSWORD, status_code=303)
        return None

    async def _signed_in(self, scope: Scope) -> SignedIn | None:
        token = _token(scope)
        if token is None or scope["path"].startswith(("/_nicegui/", "/static/")):
            return None
        return await self._database.work(_read, token, self._database.now)


def _read(connection: Connection, token: str, now: datetime) -> SignedIn | None:
    return read_session(connection, token, now)


def _token(scope: Scope) -> str | None:
    cookies: SimpleCookie = SimpleCookie()
    cookies.load(Headers(scope=scope).get("cookie", ""))
    found = cookies.get(COOKIE)
    return found.value if found else None


def _from_elsewhere(scope: Scope) -> bool:
    """A change or a websocket that another site's page requests in the user's name (CSRF)."""
    if scope["type"] == "http" and scope["method"] in SAFE:
        return False
    headers = Headers(scope=scope)
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    if origin == "null" and scope["path"].startswith(BY_LINK):
        return False
    return origin is not None and urlsplit(origin).netloc != headers.get("host")


def _to_sign_in(scope: Scope) -> Response:
    if "text/html" in Headers(scope=scope).get("accept", "") and scope.get("method") in SAFE:
        query = scope.get("query_string", b"").decode()
        wanted = scope["path"] + (f"?{query}" if query else "")
        return RedirectResponse(f"{SIGN_IN}?next={quote(wanted)}", status_code=303)
    return JSONResponse({"detail": "Sign in first."}, status_code=401)


def _with_headers(send: Send, path: str) -> Send:
    ours = HEADERS | ({"Referrer-Policy": "no-referrer"} if path.startswith(BY_LINK) else {})

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*_but(message.get("headers", []), ours), *_encoded(ours)]
        await send(message)

    return sending


def _but(headers: Iterable[tuple[bytes, bytes]], names: Iterable[str]) -> list[tuple[bytes, bytes]]:
    left_out = {name.lower().encode() for name in names}
    return [(name, value) for name, value in headers if name.lower() not in left_out]


def _encoded(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]
