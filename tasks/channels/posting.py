"""HTTP requests to gateways and providers over keep-alive connections, and whether a failed one was written."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from weakref import WeakSet

from aiohttp import (
    ClientConnectionError,
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
)
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import BytesPayload
from yarl import URL

from tasks.channels.contract import Outcome, Transient, Unknown

PATIENCE = ClientTimeout(total=60, sock_connect=10, sock_read=30)
"""Timeouts in seconds: total per request, to connect, and between two reads of the response."""


@dataclass(frozen=True, slots=True)
class Response:
    """A response that was received."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    """Empty if it is incomplete."""


@dataclass(frozen=True, slots=True)
class Failure:
    """No response."""

    reason: str
    """Without the URL, which may contain credentials."""
    written: bool
    """Whether any of the request may have been sent."""
    dropped_on_reuse: bool
    """Whether a reused connection was lost before a response: the other side may have closed it long before."""

    def judge(self, who: str) -> Outcome:
        """The outcome of a message in the request. `who` was called, such as `the gateway`."""
        if self.written:
            return Unknown(f"{who} did not answer ({self.reason})")
        return Transient(f"{who} was not reached ({self.reason})")


class RequestBody(BytesPayload):
    """The body of one request, which records whether it was written and on what kind of connection."""

    def __init__(self, value: bytes, content_type: str, used: WeakSet[asyncio.WriteTransport]) -> None:
        super().__init__(value, content_type=content_type)
        self._used = used
        self.written = False
        """Whether any of it may have been sent: aiohttp writes the headers together with the body."""
        self.on_used_connection = False

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        transport = writer.transport
        if transport is not None:
            self.on_used_connection = transport in self._used
            self._used.add(transport)
        self.written = transport is not None and not transport.is_closing()
        await super().write_with_length(writer, content_length)


class Poster:
    """Sends requests over a limited number of connections."""

    def __init__(self, connections: int, timeout: ClientTimeout = PATIENCE) -> None:
        self._connections, self._timeout = connections, timeout
        self._session: ClientSession | None = None
        self._used: WeakSet[asyncio.WriteTransport] = WeakSet()

    async def post(
        self, url: URL, body: bytes, headers: Mapping[str, str], content_type: str = "application/json"
    ) -> Response | Failure:
        """Post a body. A redirect is not followed."""
        return await self._request("POST", url, RequestBody(body, content_type, self._used), headers)

    async def get(self, url: URL, headers: Mapping[str, str]) -> Response | Failure:
        """Fetch a resource. A redirect is not followed."""
        return await self._request("GET", url, None, headers)

    async def aclose(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()

    async def _request(
        self, method: str, url: URL, body: RequestBody | None, headers: Mapping[str, str]
    ) -> Response | Failure:
        session = self._open_session()
        try:
            async with session.request(method, url, data=body, headers=headers, allow_redirects=False) as answer:
                return Response(answer.status, answer.headers, await _read_body(answer.read))
        except Exception as error:  # noqa: BLE001  a failure of one request must not fail the batch
            dropped = isinstance(error, ClientConnectionError) and not isinstance(error, TimeoutError)
            written, reused = (body.written, body.on_used_connection) if body else (False, False)
            return Failure(_describe(error), written, dropped and reused)

    def _open_session(self) -> ClientSession:
        if self._session is None:
            self._session = ClientSession(
                connector=TCPConnector(limit=self._connections), cookie_jar=DummyCookieJar(), timeout=self._timeout
            )
        return self._session


async def _read_body(read: Callable[[], Awaitable[bytes]]) -> bytes:
    """The response body; empty if it is incomplete, because the status alone may be sufficient."""
    try:
        return await read()
    except (ClientError, OSError, TimeoutError):
        return b""


def _describe(error: Exception) -> str:
    if isinstance(error, ClientConnectorError) and error.strerror:
        return error.strerror
    return type(error).__name__
