"""A gateway on loopback that records what it is sent.

In a test: `async with Sink() as sink: … sink.url …`, told by its attributes how to behave.
As a process of its own, to survive a killed sender: `python -m tests.support.sink --port 0 --record FILE` prints its
port and appends each accepted request as a JSON line before it answers; with `--delay SECONDS` it takes its time.
"""

import argparse
import asyncio
import json
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Self, assert_never
from weakref import WeakKeyDictionary

from aiohttp import web

HOST = "127.0.0.1"


class Cut(StrEnum):
    """When the sink closes a connection instead of answering."""

    NEVER = "never"
    BEFORE_READING = "before-reading"
    AFTER_READING = "after-reading"
    WHEN_REUSED = "when-reused"
    """Answers the first request of each connection and gives the connection up at the second."""


@dataclass(frozen=True, slots=True)
class Received:
    """One request that was read whole."""

    key: str | None
    """Its `Idempotency-Key`; of a message in an array, its id."""
    path: str
    """Where it was posted, percent-decoded."""
    body: dict[str, Any]
    headers: dict[str, str]
    accepted: bool
    repeated: bool
    """Whether an accepted request had the same key before; a real gateway would not send it on again."""


@dataclass
class Sink:
    """A gateway that does as it is told."""

    port: int = 0
    """The port asked for; 0 takes a free one, and is replaced by it."""
    status: int = 200
    answer: bytes | None = None
    """The body of each answer; None gives `{"message_id": "sink-<key>"}`."""
    cut: Cut = Cut.NEVER
    hold: asyncio.Event | None = None
    """Answers wait for it."""
    delay: float = 0
    """Seconds that each answer takes."""
    headers: dict[str, str] = field(default_factory=dict)
    """Sent with each answer."""
    entry: Callable[[Received], dict[str, Any]] | None = None
    """The answer about one message of an array; None accepts it as it would accept a request."""
    requests: int = 0
    record: Callable[[Received], None] | None = None
    """Told of each accepted request before it is answered."""
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    _keys: set[str | None] = field(default_factory=set)
    _requests: WeakKeyDictionary[asyncio.Transport, int] = field(default_factory=WeakKeyDictionary)
    _runner: web.ServerRunner | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a request has been read."""

    @property
    def url(self) -> str:
        """The address of this gateway for an `AFTERCARE_CHANNELS__…` setting."""
        return f"gateway://{HOST}:{self.port}/messages"

    @property
    def accepted(self) -> list[Received]:
        """The requests that were answered with 2xx."""
        return [one for one in self.received if one.accepted]

    async def __aenter__(self) -> Self:
        self._runner = web.ServerRunner(web.Server(self._handle), access_log=None, shutdown_timeout=0)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, self.port).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *problem: type[BaseException] | BaseException | TracebackType | None) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if self._cuts_at_once(request):
            return self._cut(request)
        messages = json.loads(await request.read())
        self.requests += 1
        entries = [self._take(request, one) for one in (messages if isinstance(messages, list) else [messages])]
        self.arrived.set()
        if self.hold is not None:
            await self.hold.wait()
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.cut is Cut.AFTER_READING:
            return self._cut(request)
        said = entries if isinstance(messages, list) else entries[0]
        answer = json.dumps(said).encode() if self.answer is None else self.answer
        return web.Response(status=self.status, headers=self.headers, body=answer, content_type="application/json")

    def _take(self, request: web.BaseRequest, message: dict[str, Any]) -> dict[str, Any]:
        """Keep one message; the answer about it."""
        received = self._read(request, message)
        self.received.append(received)
        if received.accepted and self.record is not None:
            self.record(received)
        return {"message_id": f"sink-{received.key}"} if self.entry is None else self.entry(received)

    def _cuts_at_once(self, request: web.BaseRequest) -> bool:
        assert request.transport is not None
        requests = self._requests.get(request.transport, 0)
        self._requests[request.transport] = requests + 1
        self.connections += requests == 0
        match self.cut:
            case Cut.NEVER | Cut.AFTER_READING:
                return False
            case Cut.BEFORE_READING:
                return True
            case Cut.WHEN_REUSED:
                return requests > 0
            case _:
                assert_never(self.cut)

    def _cut(self, request: web.BaseRequest) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    def _read(self, request: web.BaseRequest, body: dict[str, Any]) -> Received:
        key = request.headers.get("Idempotency-Key") or body.get("id")
        accepted = 200 <= self.status < 300
        repeated = key in self._keys
        if accepted:
            self._keys.add(key)
        return Received(key, request.path, body, dict(request.headers), accepted, repeated)


async def _serve(port: int, record: Path, delay: float) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    with record.open("a", encoding="utf-8", buffering=1) as lines:

        def write(one: Received) -> None:
            lines.write(json.dumps({"key": one.key, "repeated": one.repeated, "body": one.body}) + "\n")

        async with Sink(port=port, record=write, delay=delay) as sink:
            print(sink.port, flush=True)  # noqa: T201  whoever started it reads the port
            await stopped.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--record", type=Path, required=True)
    parser.add_argument("--delay", type=float, default=0)
    chosen = parser.parse_args()
    asyncio.run(_serve(chosen.port, chosen.record, chosen.delay))
