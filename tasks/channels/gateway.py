"""`gateway://` and `gateways://`: an HTTP gateway for SMS or mail that takes the touch's id as idempotency key.

Request: `POST` JSON with the fields of `Message.fields` and the header `Idempotency-Key`. Response: 2xx, with or
without `{"message_id"}`, is accepted; `judge_status` maps the others. Without a response, it depends on whether the
request was written to the connection: not written is transient, written is unknown.

`?connections=N`: N requests at once. `?batch=N`: each request is an array of up to N messages, and a 2xx response is
an array with an object for each, by place: `{"message_id"}` is accepted, `{"status", "error"}` is judged as that
status. The ids in the objects are the idempotency keys.

`Retry-After` is heeded: no further request is written before that moment. A short wait is waited for, and what was
refused is tried again; a long one postpones the messages.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from weakref import WeakSet

from aiohttp import (
    ClientConnectionError,
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
    encode_basic_auth,
)
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import BytesPayload
from yarl import URL

from tasks.channels.contract import Abilities, Accepted, Message, Outcome, Transient, Unknown, judge_status

CONNECTIONS = 50
"""If the address says nothing. On loopback, 32 to 64 are fastest. A gateway that answers slowly needs more: as many as
messages a second times its answer time."""
MOST_CONNECTIONS = 2000
MOST_MESSAGES = 1000
"""The most messages of one request."""
PATIENCE = ClientTimeout(total=60, sock_connect=10, sock_read=30)
"""Timeouts in seconds: total per request, to connect, and between two reads of the response."""
LONGEST_REASON = 200
LONGEST_WAIT = 20
"""Seconds. A gateway that asks for a longer pause gets its messages with a later dispatch."""
MOST_WAITS = 3
"""How often a message waits within one dispatch."""


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

    def __init__(
        self,
        address: URL,
        timeout: ClientTimeout = PATIENCE,
        *,
        connections: int = CONNECTIONS,
        batch: int | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`address` has the scheme http or https; its user and password, if any, become basic authentication.

        `batch`: an array of so many messages a request; None: each request is one message.
        """
        self.abilities = Abilities(takes_key=True, messages_a_request=batch or 1, requests_at_once=connections)
        self._url = address.with_user(None)
        self._headers = {"Content-Type": "application/json"}
        if address.user is not None:
            self._headers["Authorization"] = encode_basic_auth(address.user, address.password or "")
        self._timeout = timeout
        self._in_arrays = batch is not None
        self._sleep = sleep
        self._session: ClientSession | None = None
        self._used: WeakSet[asyncio.WriteTransport] = WeakSet()
        self._closed_until = 0.0
        """By the event loop's clock: the gateway asked for no request before."""

    async def send(self, batch: Sequence[Message]) -> list[Outcome]:
        """Posts the messages, one request per connection in parallel."""
        session = self._open_session()
        outcomes: list[Outcome] = [Transient("not sent")] * len(batch)
        size = self.abilities.messages_a_request
        starts = iter(range(0, len(batch), size))

        async def work(starts: Iterator[int]) -> None:
            for start in starts:
                outcomes[start : start + size] = await self._deliver(session, batch[start : start + size])

        async with asyncio.TaskGroup() as workers:
            for _ in range(min(self.abilities.requests_at_once, -(-len(batch) // size))):
                workers.create_task(work(starts))
        return outcomes

    async def aclose(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()

    async def _deliver(self, session: ClientSession, messages: Sequence[Message]) -> list[Outcome]:
        """Posts the messages of one request; what the gateway asked to repeat a little later is repeated."""
        outcomes: list[Outcome] = [Transient("not sent")] * len(messages)
        waiting = list(range(len(messages)))
        for _ in range(MOST_WAITS + 1):
            wait = self._closed_until - asyncio.get_running_loop().time()
            if wait > LONGEST_WAIT:
                postponed = Transient("the gateway asked to wait", timedelta(seconds=wait))
                return [postponed if place in waiting else outcome for place, outcome in enumerate(outcomes)]
            if wait > 0:
                await self._sleep(wait)
            answered = await self._post_again_if_dropped(session, [messages[place] for place in waiting])
            for place, outcome in zip(waiting, answered, strict=True):
                outcomes[place] = outcome
            waiting = [place for place in waiting if self._asks_to_wait(outcomes[place])]
            if not waiting:
                break
        return outcomes

    def _asks_to_wait(self, outcome: Outcome) -> bool:
        """Whether it is to be repeated. Until then nothing is posted."""
        if not isinstance(outcome, Transient) or outcome.retry_after is None:
            return False
        opens = asyncio.get_running_loop().time() + outcome.retry_after.total_seconds()
        self._closed_until = max(self._closed_until, opens)
        return True

    async def _post_again_if_dropped(self, session: ClientSession, messages: Sequence[Message]) -> list[Outcome]:
        """Posts one request, with one retry if the gateway had closed a reused connection.

        The idempotency keys make the retry safe. A message that was written once stays unknown if the retry fails.
        """
        body = self._encode(messages)
        request = _Request(body, self._used)
        outcomes = await self._attempt(session, messages, request)
        if not (request.dropped and request.on_used_connection):
            return outcomes
        again = await self._attempt(session, messages, _Request(body, self._used))
        return [
            first if isinstance(first, Unknown) and isinstance(second, Transient) else second
            for first, second in zip(outcomes, again, strict=True)
        ]

    async def _attempt(self, session: ClientSession, messages: Sequence[Message], request: _Request) -> list[Outcome]:
        key = {} if self._in_arrays else {"Idempotency-Key": str(messages[0].id)}
        try:
            async with session.post(self._url, data=request, headers=key, allow_redirects=False) as response:
                answer = _Answer(response.status, response.headers, await _read_body(response.read))
        except Exception as error:  # noqa: BLE001  a failure of one request must not fail the batch
            request.dropped = isinstance(error, ClientConnectionError) and not isinstance(error, TimeoutError)
            if request.written:
                return [Unknown(f"the gateway did not answer ({describe_failure(error)})")] * len(messages)
            return [Transient(f"the gateway was not reached ({describe_failure(error)})")] * len(messages)
        if self._in_arrays and 200 <= answer.status < 300:
            return answer.judge_each(messages)
        return [answer.judge(message) for message in messages]

    def _encode(self, messages: Sequence[Message]) -> bytes:
        fields = [message.fields for message in messages]
        return json.dumps(fields if self._in_arrays else fields[0]).encode("ascii")

    def _open_session(self) -> ClientSession:
        if self._session is None:
            self._session = ClientSession(
                connector=TCPConnector(limit=self.abilities.requests_at_once),
                cookie_jar=DummyCookieJar(),
                headers=self._headers,
                timeout=self._timeout,
            )
        return self._session


class _Answer:
    """The gateway's response to one request."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status, self.body = status, body
        self.asked = headers.get("Retry-After", "")

    def judge(self, message: Message) -> Outcome:
        """The outcome of one message, if the response is about all of the request."""
        if 200 <= self.status < 300:
            return Accepted(_message_id(_parse(self.body)))
        return _judge(self.status, self.body.decode("utf-8", "replace"), self.asked, message)

    def judge_each(self, messages: Sequence[Message]) -> list[Outcome]:
        """The outcomes by place. What the array does not tell is unknown."""
        entries = _parse(self.body)
        if not isinstance(entries, list) or len(entries) != len(messages):
            return [Unknown("the gateway did not say what became of each message")] * len(messages)
        return [_judge_entry(entry, message) for entry, message in zip(entries, messages, strict=True)]


def _judge_entry(entry: Any, message: Message) -> Outcome:
    if not isinstance(entry, dict):
        return Unknown("the gateway did not say what became of it")
    status = entry.get("status", 200)
    if not isinstance(status, int) or not 200 <= status < 600:
        return Unknown("the gateway gave no status")
    if status < 300:
        return Accepted(_message_id(entry))
    return _judge(status, str(entry.get("error", "")), str(entry.get("retry_after", "")), message)


def _judge(status: int, said: str, asked: str, message: Message) -> Outcome:
    """A status that is not 2xx, in the gateway's words, which may repeat the recipient."""
    words = " ".join(said.replace(message.to, "…").split())[:LONGEST_REASON]
    outcome = judge_status(status, f"the gateway answered {status}{': ' if words else ''}{words}")
    return (
        replace(outcome, retry_after=_read_wait(asked, message.sent_at)) if isinstance(outcome, Transient) else outcome
    )


def _read_wait(asked: str, now: datetime) -> timedelta | None:
    """`Retry-After`: seconds, or a date. None: not asked, or not readable."""
    text = asked.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return timedelta(seconds=int(text))
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(moment.replace(tzinfo=moment.tzinfo or UTC) - now, timedelta(0))


async def _read_body(read: Callable[[], Awaitable[bytes]]) -> bytes:
    """The response body; empty if it is incomplete, because the status alone is sufficient."""
    try:
        return await read()
    except (ClientError, OSError, TimeoutError):
        return b""


def _parse(body: bytes) -> Any:
    """The body, which need not be JSON."""
    try:
        return json.loads(body)
    except ValueError:
        return None


def _message_id(answer: Any) -> str | None:
    """The gateway's message id."""
    message_id = answer.get("message_id") if isinstance(answer, dict) else None
    return str(message_id) if isinstance(message_id, str | int) else None


def describe_failure(error: Exception) -> str:
    """The error without the URL, which may contain credentials."""
    if isinstance(error, ClientConnectorError) and error.strerror:
        return error.strerror
    return type(error).__name__
