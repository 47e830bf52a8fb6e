"""`gateway://` and `gateways://`: an HTTP gateway for SMS or mail that takes the touch's id as idempotency key.

Request: `POST` JSON `{"id", "to", "text", "subject"?, "template", "purpose"}` with the header `Idempotency-Key`.
Response: 2xx, with or without `{"message_id"}`, is accepted; `judge_status` maps the others. Without a response,
it depends on whether the request was written to the connection: not written is transient, written is unknown.
"""

import asyncio
import json
from collections.abc import Iterator, Sequence
from weakref import WeakSet

from aiohttp import (
    ClientConnectionError,
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
    encode_basic_auth,
)
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import BytesPayload
from yarl import URL

from tasks.channels.contract import Accepted, Message, Outcome, Transient, Unknown, judge_status

CHUNK = 500
CONNECTIONS = 50
"""Half a chunk, so that a chunk is sent in two even rounds. On loopback, 32 to 64 are fastest, 100 is slower."""
PATIENCE = ClientTimeout(total=60, sock_connect=10, sock_read=30)
"""Timeouts in seconds: total per message, to connect, and between two reads of the response."""
LONGEST_REASON = 200


class _Request(BytesPayload):
    """The body of one request, which records whether it was written and on what kind of connection."""

    def __init__(self, value: bytes, used: WeakSet[asyncio.WriteTransport]) -> None:
        super().__init__(value, content_type="application/json")
        self._used = used
        self.written = False
        """Whether any of it may have been sent: aiohttp writes the headers together with the body."""
        self.on_used_connection = False
        """Whether the connection was reused; the gateway may have closed it in the meantime."""
        self.dropped = False
        """Whether the connection was lost before a response."""

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        transport = writer.transport
        if transport is not None:
            self.on_used_connection = transport in self._used
            self._used.add(transport)
        self.written = transport is not None and not transport.is_closing()
        await super().write_with_length(writer, content_length)


class GatewayChannel:
    """Sends in parallel over keep-alive connections."""

    idempotent = True
    chunk_size = CHUNK

    def __init__(self, address: URL, timeout: ClientTimeout = PATIENCE) -> None:
        """`address` has the scheme http or https; its user and password, if any, become basic authentication."""
        self._url = address.with_user(None)
        self._headers = {"Content-Type": "application/json"}
        if address.user is not None:
            self._headers["Authorization"] = encode_basic_auth(address.user, address.password or "")
        self._timeout = timeout
        self._session: ClientSession | None = None
        self._used: WeakSet[asyncio.WriteTransport] = WeakSet()

    async def send(self, batch: Sequence[Message]) -> list[Outcome]:
        """Posts the messages, one per connection in parallel."""
        session = self._open_session()
        outcomes: list[Outcome] = [Transient("not sent")] * len(batch)
        queue = iter(enumerate(batch))

        async def work(queue: Iterator[tuple[int, Message]]) -> None:
            for place, message in queue:
                outcomes[place] = await self._deliver(session, message)

        async with asyncio.TaskGroup() as workers:
            for _ in range(min(CONNECTIONS, len(batch))):
                workers.create_task(work(queue))
        return outcomes

    async def aclose(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()

    async def _deliver(self, session: ClientSession, message: Message) -> Outcome:
        """Posts one message, with one retry if the gateway had closed a reused connection.

        The idempotency key makes the retry safe. A message that was written once stays unknown if the retry fails.
        """
        body = _encode(message)
        request = _Request(body, self._used)
        outcome = await self._attempt(session, message, request)
        if not (request.dropped and request.on_used_connection):
            return outcome
        again = await self._attempt(session, message, _Request(body, self._used))
        return outcome if isinstance(outcome, Unknown) and isinstance(again, Transient) else again

    async def _attempt(self, session: ClientSession, message: Message, request: _Request) -> Outcome:
        key = {"Idempotency-Key": str(message.id)}
        try:
            async with session.post(self._url, data=request, headers=key, allow_redirects=False) as response:
                return await _judge_answer(response, message)
        except Exception as error:  # noqa: BLE001  a failure of one message must not fail the batch
            request.dropped = isinstance(error, ClientConnectionError) and not isinstance(error, TimeoutError)
            if request.written:
                return Unknown(f"the gateway did not answer ({_describe(error)})")
            return Transient(f"the gateway was not reached ({_describe(error)})")

    def _open_session(self) -> ClientSession:
        if self._session is None:
            self._session = ClientSession(
                connector=TCPConnector(limit=CONNECTIONS),
                cookie_jar=DummyCookieJar(),
                headers=self._headers,
                timeout=self._timeout,
            )
        return self._session


def _encode(message: Message) -> bytes:
    fields = {"id": str(message.id), "to": message.to, "text": message.text}
    if message.subject is not None:
        fields["subject"] = message.subject
    return json.dumps(fields | {"template": message.template, "purpose": message.purpose}).encode("ascii")


async def _judge_answer(response: ClientResponse, message: Message) -> Outcome:
    if 200 <= response.status < 300:
        return Accepted(_read_message_id(await _read_body(response)))
    body = await _read_body(response)
    said = " ".join(body.decode("utf-8", "replace").replace(message.to, "…").split())[:LONGEST_REASON]
    return judge_status(response.status, f"the gateway answered {response.status}{': ' if said else ''}{said}")


async def _read_body(response: ClientResponse) -> bytes:
    """The response body; empty if it is incomplete, because the status alone is sufficient."""
    try:
        return await response.read()
    except (ClientError, OSError, TimeoutError):
        return b""


def _read_message_id(body: bytes) -> str | None:
    """The gateway's message id, from a response that need not be JSON."""
    try:
        answer = json.loads(body)
    except ValueError:
        return None
    message_id = answer.get("message_id") if isinstance(answer, dict) else None
    return str(message_id) if isinstance(message_id, str | int) else None


def _describe(error: Exception) -> str:
    """The error without the URL, which may contain credentials."""
    if isinstance(error, ClientConnectorError) and error.strerror:
        return error.strerror
    return type(error).__name__
