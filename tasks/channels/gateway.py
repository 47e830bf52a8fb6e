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
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from aiohttp import ClientTimeout, encode_basic_auth
from yarl import URL

from tasks.channels.contract import Abilities, Accepted, Message, Outcome, Transient, Unknown, judge_status
from tasks.channels.posting import PATIENCE, Failure, Poster, Response

CONNECTIONS = 50
"""If the address says nothing. On loopback, 32 to 64 are fastest. A gateway that answers slowly needs more: as many as
messages a second times its answer time."""
MOST_CONNECTIONS = 2000
MOST_MESSAGES = 1000
"""The most messages of one request."""
LONGEST_REASON = 200
LONGEST_WAIT = 20
"""Seconds. A gateway that asks for a longer pause gets its messages with a later dispatch."""
MOST_WAITS = 3
"""How often a message waits within one dispatch."""


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
        self._headers: dict[str, str] = {}
        if address.user is not None:
            self._headers["Authorization"] = encode_basic_auth(address.user, address.password or "")
        self._poster = Poster(connections, timeout)
        self._in_arrays = batch is not None
        self._sleep = sleep
        self._closed_until = 0.0
        """By the event loop's clock: the gateway asked for no request before."""

    async def send(self, batch: Sequence[Message]) -> list[Outcome]:
        """Posts the messages, one request per connection in parallel."""
        outcomes: list[Outcome] = [Transient("not sent")] * len(batch)
        size = self.abilities.messages_a_request
        starts = iter(range(0, len(batch), size))

        async def work(starts: Iterator[int]) -> None:
            for start in starts:
                outcomes[start : start + size] = await self._deliver(batch[start : start + size])

        async with asyncio.TaskGroup() as workers:
            for _ in range(min(self.abilities.requests_at_once, -(-len(batch) // size))):
                workers.create_task(work(starts))
        return outcomes

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._poster.aclose()

    async def _deliver(self, messages: Sequence[Message]) -> list[Outcome]:
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
            answered = await self._post_again_if_dropped([messages[place] for place in waiting])
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

    async def _post_again_if_dropped(self, messages: Sequence[Message]) -> list[Outcome]:
        """Posts one request, with one retry if the gateway had closed a reused connection.

        The idempotency keys make the retry safe. A message that was written once stays unknown if the retry fails.
        """
        first = await self._post(messages)
        outcomes = self._judge(first, messages)
        if not (isinstance(first, Failure) and first.dropped_on_reuse):
            return outcomes
        again = self._judge(await self._post(messages), messages)
        return [
            before if isinstance(before, Unknown) and isinstance(after, Transient) else after
            for before, after in zip(outcomes, again, strict=True)
        ]

    async def _post(self, messages: Sequence[Message]) -> Response | Failure:
        key = {} if self._in_arrays else {"Idempotency-Key": str(messages[0].id)}
        return await self._poster.post(self._url, self._encode(messages), self._headers | key)

    def _judge(self, response: Response | Failure, messages: Sequence[Message]) -> list[Outcome]:
        if isinstance(response, Failure):
            return [response.judge("the gateway")] * len(messages)
        if self._in_arrays and 200 <= response.status < 300:
            return _judge_each(response, messages)
        return [_judge_whole(response, message) for message in messages]

    def _encode(self, messages: Sequence[Message]) -> bytes:
        fields = [message.fields for message in messages]
        return json.dumps(fields if self._in_arrays else fields[0]).encode("ascii")


def _judge_whole(response: Response, message: Message) -> Outcome:
    """The outcome of one message, if the response is about all of the request."""
    if 200 <= response.status < 300:
        return Accepted(_message_id(_parse(response.body)))
    said = response.body.decode("utf-8", "replace")
    return _judge(response.status, said, response.headers.get("Retry-After", ""), message)


def _judge_each(response: Response, messages: Sequence[Message]) -> list[Outcome]:
    """The outcomes by place. What the array does not tell is unknown."""
    entries = _parse(response.body)
    if not isinstance(entries, list) or len(entries) != len(messages):
        return [Unknown("the gateway did not say what became of each message")] * len(messages)
    return [_judge_entry(entry, message) for entry, message in zip(entries, messages, strict=True)]


def _judge_entry(entry: object, message: Message) -> Outcome:
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


def _parse(body: bytes) -> object:
    """The body, which need not be JSON."""
    try:
        return json.loads(body)
    except ValueError:
        return None


def _message_id(answer: object) -> str | None:
    """The gateway's message id."""
    message_id = answer.get("message_id") if isinstance(answer, dict) else None
    return str(message_id) if isinstance(message_id, str | int) else None
