"""Each row of the outcome table, in front of a gateway that misbehaves on demand."""

import asyncio
import base64
import socket
from collections.abc import AsyncIterator
from unittest.mock import Mock
from weakref import WeakSet

import pytest
from aiohttp import ClientConnectionResetError, ClientTimeout
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http import StreamWriter
from pydantic import SecretStr
from yarl import URL

from models.core.settings import Settings
from tasks.channels.contract import KEYED_CHUNK as CHUNK
from tasks.channels.contract import Accepted, Channel, Message, Outcome, Rejected, Transient, Unknown
from tasks.channels.gateway import GatewayChannel
from tasks.channels.opening import open_channel
from tasks.channels.posting import RequestBody
from tests.support.messages import make_message
from tests.support.sink import Cut, Sink

SETTING = "AFTERCARE_CHANNELS__SMS"
END = b'"process": "appointment-reminders"}'
"""The end of a request."""


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    """A gateway on loopback."""
    async with Sink() as sink:
        yield sink


def _open(url: str) -> Channel:
    return open_channel(SecretStr(url), SETTING, Settings())


async def _send(channel: Channel, *batch: Message) -> list[Outcome]:
    try:
        return await channel.send(batch)
    finally:
        await channel.aclose()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_posts_the_documented_request(sink: Sink) -> None:
    message = make_message(subject="预约提醒")
    assert await _send(_open(sink.url), message) == [Accepted(f"sink-{message.id}")]
    [received] = sink.received
    assert received.key == str(message.id)
    assert received.headers["Content-Type"] == "application/json"
    assert received.body == {
        "id": str(message.id),
        "to": message.to,
        "text": message.text,
        "subject": "预约提醒",
        "template": message.template,
        "purpose": "service",
        "parameters": {"customer": "Li Na"},
        "language": "zh-CN",
        "store": "SH01",
        "process": "appointment-reminders",
    }


async def test_leaves_out_a_subject_that_there_is_not(sink: Sink) -> None:
    await _send(_open(sink.url), make_message())
    assert "subject" not in sink.received[0].body


async def test_signs_in_with_the_addresses_credentials(sink: Sink) -> None:
    address = sink.url.replace("://", "://desk:p%40ss%3Aword@")
    assert isinstance((await _send(_open(address), make_message()))[0], Accepted)
    scheme, _, token = sink.received[0].headers["Authorization"].partition(" ")
    assert (scheme, base64.b64decode(token)) == ("Basic", b"desk:p@ss:word")


@pytest.mark.parametrize(
    ("answer", "message_id"),
    [
        (b"", None),
        (b"OK", None),
        (b"\xff\xfe", None),
        (b"[]", None),
        (b'{"message_id": null}', None),
        (b'{"message_id": 17}', "17"),
        (b'{"message_id": "m-1"}', "m-1"),
    ],
)
async def test_2xx_is_accepted_whatever_the_body(sink: Sink, answer: bytes, message_id: str | None) -> None:
    sink.status, sink.answer = 202, answer
    assert await _send(_open(sink.url), make_message()) == [Accepted(message_id)]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Rejected),
        (401, Rejected),
        (404, Rejected),
        (409, Rejected),
        (422, Rejected),
        (408, Transient),
        (425, Transient),
        (429, Transient),
        (500, Transient),
        (502, Transient),
        (503, Transient),
        (307, Transient),
    ],
)
async def test_status(sink: Sink, status: int, kind: type[Outcome]) -> None:
    sink.status = status
    [outcome] = await _send(_open(sink.url), make_message())
    assert type(outcome) is kind
    assert str(status) in str(outcome)
    assert len(sink.received) == 1


async def test_the_reason_quotes_the_gateway_and_hides_the_recipient(sink: Sink) -> None:
    message = make_message()
    sink.status, sink.answer = 400, f"no such\n number: {message.to}".encode() + b"!" * 1000
    [outcome] = await _send(_open(sink.url), message)
    assert isinstance(outcome, Rejected)
    assert outcome.reason.startswith("the gateway answered 400: no such number: …!")
    assert len(outcome.reason) < 250


async def test_connection_refused_is_transient() -> None:
    [outcome] = await _send(_open(f"gateway://127.0.0.1:{_free_port()}/"), make_message())
    assert isinstance(outcome, Transient)


async def test_unknown_host_is_transient(monkeypatch: pytest.MonkeyPatch) -> None:
    async def find_nothing(*_args: object, **_kwargs: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", find_nothing)
    [outcome] = await _send(_open("gateway://no-such-host.invalid/sms"), make_message())
    assert isinstance(outcome, Transient)


async def test_failed_tls_handshake_is_transient(sink: Sink) -> None:
    [outcome] = await _send(_open(sink.url.replace("gateway:", "gateways:")), make_message())
    assert isinstance(outcome, Transient)
    assert sink.received == []


async def test_connect_timeout_is_transient(monkeypatch: pytest.MonkeyPatch) -> None:
    async def wait_for_ever(*_args: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", wait_for_ever)
    impatient = GatewayChannel(URL(f"http://127.0.0.1:{_free_port()}/"), ClientTimeout(sock_connect=0.01))
    assert isinstance((await _send(impatient, make_message()))[0], Transient)


@pytest.mark.parametrize("cut", [Cut.BEFORE_READING, Cut.AFTER_READING])
async def test_connection_lost_after_the_write_is_unknown(sink: Sink, cut: Cut) -> None:
    sink.cut = cut
    assert isinstance((await _send(_open(sink.url), make_message()))[0], Unknown)
    assert sink.connections == 1


async def test_no_answer_in_time_is_unknown(sink: Sink) -> None:
    sink.hold = asyncio.Event()
    impatient = GatewayChannel(URL(sink.url).with_scheme("http"), ClientTimeout(sock_read=0.05))
    assert isinstance((await _send(impatient, make_message()))[0], Unknown)
    assert len(sink.received) == 1
    sink.hold.set()


@pytest.mark.parametrize("garbage", [b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 2"])
async def test_an_answer_that_is_not_http_is_unknown(garbage: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(END)
        writer.write(garbage)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert isinstance((await _send(_open(f"gateway://127.0.0.1:{port}/"), make_message()))[0], Unknown)


async def test_a_2xx_whose_body_breaks_off_is_accepted() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(END)
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"message_id"')
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert await _send(_open(f"gateway://127.0.0.1:{port}/"), make_message()) == [Accepted(None)]


async def test_a_connection_given_up_after_earlier_use_is_replaced_once(sink: Sink) -> None:
    sink.cut = Cut.WHEN_REUSED
    channel = _open(sink.url)
    first, second = make_message(), make_message()
    assert await channel.send([first]) == [Accepted(f"sink-{first.id}")]
    assert await _send(channel, second) == [Accepted(f"sink-{second.id}")]
    assert [one.key for one in sink.received] == [str(first.id), str(second.id)]
    assert sink.connections == 2


async def test_what_was_written_stays_unknown_when_its_repetition_is_not_even_sent() -> None:
    served: list[asyncio.StreamWriter] = []

    async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(END)
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        served.append(writer)
        await reader.readuntil(END)
        server.close()
        writer.close()

    server = await asyncio.start_server(answer_once, "127.0.0.1", 0)
    channel = _open(f"gateway://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
    assert await channel.send([make_message()]) == [Accepted(None)]
    [outcome] = await _send(channel, make_message())
    assert isinstance(outcome, Unknown)
    assert len(served) == 1


async def test_outcomes_keep_the_order_and_connections_are_kept_alive(sink: Sink) -> None:
    batch = [make_message() for _ in range(CHUNK)]
    channel = _open(sink.url)
    for _ in range(3):
        assert await channel.send(batch) == [Accepted(f"sink-{message.id}") for message in batch]
    await channel.aclose()
    assert sink.connections <= CHUNK // 2
    assert sum(one.repeated for one in sink.received) == 2 * CHUNK


async def test_sends_in_parallel(sink: Sink) -> None:
    sink.hold = asyncio.Event()
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        sending = group.create_task(_send(_open(sink.url), *(make_message() for _ in range(10))))
        while len(sink.received) < 10:
            sink.arrived.clear()
            await sink.arrived.wait()
        sink.hold.set()
    assert all(isinstance(outcome, Accepted) for outcome in sending.result())


async def test_a_request_that_meets_a_closing_connection_was_not_written() -> None:
    protocol = BaseProtocol(asyncio.get_running_loop(), None)
    protocol.transport = Mock(spec=asyncio.Transport, **{"is_closing.return_value": True})
    request = RequestBody(b"{}", "application/json", WeakSet())
    with pytest.raises(ClientConnectionResetError):
        await request.write_with_length(StreamWriter(protocol, asyncio.get_running_loop()), None)
    assert not request.written


async def test_an_empty_batch_is_no_request(sink: Sink) -> None:
    assert await _send(_open(sink.url)) == []
    assert sink.connections == 0
