"""Whether a message that failed in Apprise may have been sent, with real services on loopback."""

import asyncio
import logging
import smtplib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from pydantic import SecretStr

from tasks.channels.apprise import AppriseChannel, AttemptLog, judge_failure
from tasks.channels.contract import Accepted, Message, Outcome, Rejected, Transient, Unknown
from tests.support.messages import make_message
from tests.support.sink import Cut, Sink


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    """A web service on loopback."""
    async with Sink() as sink:
        yield sink


@dataclass
class MailServer:
    """A mail server that answers as it is told: by command, and by `content` for the message itself."""

    answers: dict[str, str] = field(default_factory=dict)
    """None of its own: 250. An empty answer closes the connection."""
    port: int = 0
    mails: list[str] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def open(self) -> AsyncIterator["MailServer"]:
        """Listens on a free port."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield self

    @property
    def address(self) -> SecretStr:
        """Its Apprise address, with a place for the recipient."""
        return SecretStr(f"mailto://127.0.0.1:{self.port}?from=desk@example.com&to={{to}}&mode=insecure")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await self._answer(writer, "greeting", "220 ready"):
            while line := (await reader.readline()).decode():
                command = line.split()[0].split(":")[0].upper()
                if command == "RCPT":
                    self.recipients.append(line.partition("<")[2].partition(">")[0])
                plain = {"DATA": "354 go on", "QUIT": ""}.get(command, "250 fine")
                if not await self._answer(writer, command, plain):
                    break
                if command == "DATA" and self.answers.get("DATA") is None:
                    self.mails.append((await reader.readuntil(b"\r\n.\r\n")).decode())
                    if not await self._answer(writer, "content", "250 fine"):
                        break
        writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, command: str, plain: str) -> bool:
        answer = self.answers.get(command, plain)
        if answer:
            writer.write(f"{answer}\r\n".encode())
            await writer.drain()
        return bool(answer)


async def _send(address: str | SecretStr, *batch: Message) -> list[Outcome]:
    channel = AppriseChannel(address if isinstance(address, SecretStr) else SecretStr(address))
    try:
        return await channel.send(batch)
    finally:
        await channel.aclose()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_puts_each_recipient_into_the_address(sink: Sink) -> None:
    batch = [make_message(to="+8613800138000"), make_message(to="a/b?c=d@example.com", subject="提醒")]
    address = f"json://127.0.0.1:{sink.port}/to/{{to}}"
    assert await _send(address, *batch) == [Accepted(), Accepted()]
    taken = {one.path: one.body for one in sink.received}
    assert set(taken) == {"/to/+8613800138000", "/to/a/b?c=d@example.com"}
    assert taken["/to/a/b?c=d@example.com"]["title"] == "提醒"
    assert taken["/to/+8613800138000"]["message"] == batch[0].text


async def test_uses_an_address_without_a_place_as_it_is(sink: Sink) -> None:
    assert await _send(f"json://127.0.0.1:{sink.port}/robot", make_message()) == [Accepted()]
    assert sink.received[0].path == "/robot"


async def test_keeps_the_order_of_a_mixed_batch() -> None:
    server = MailServer()
    batch = [make_message(to=to) for to in ("li@example.com", "nobody", "wang@example.com")]
    async with server.open():
        outcomes = await _send(server.address, *batch)
    assert [type(outcome) for outcome in outcomes] == [Accepted, Rejected, Accepted]
    assert sorted(server.recipients) == ["li@example.com", "wang@example.com"]


@pytest.mark.parametrize(
    ("status", "kind"), [(400, Rejected), (404, Rejected), (408, Transient), (429, Transient), (503, Transient)]
)
async def test_status(sink: Sink, status: int, kind: type[Outcome]) -> None:
    sink.status = status
    [outcome] = await _send(f"json://127.0.0.1:{sink.port}/", make_message())
    assert type(outcome) is kind
    assert str(status) in str(outcome)


@pytest.mark.parametrize("scheme", ["json", "mailto"])
async def test_connection_refused_is_transient(scheme: str) -> None:
    address = f"{scheme}://127.0.0.1:{_free_port()}?from=desk@example.com&to={{to}}&mode=insecure"
    [outcome] = await _send(address, make_message(to="li@example.com"))
    assert outcome == Transient("the service was not reached (Connection refused)")


async def test_failed_tls_handshake_is_transient(sink: Sink) -> None:
    [outcome] = await _send(f"jsons://127.0.0.1:{sink.port}/", make_message())
    assert isinstance(outcome, Transient)


async def test_unknown_host_is_transient(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_nothing(*_args: object, **_kwargs: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", find_nothing)
    [outcome] = await _send("json://no-such-host.invalid/", make_message())
    assert isinstance(outcome, Transient)


@pytest.mark.parametrize("cut", [Cut.BEFORE_READING, Cut.AFTER_READING])
async def test_connection_lost_after_the_write_is_unknown(sink: Sink, cut: Cut) -> None:
    sink.cut = cut
    assert isinstance((await _send(f"json://127.0.0.1:{sink.port}/", make_message()))[0], Unknown)


async def test_no_answer_in_time_is_unknown_and_not_repeated(sink: Sink) -> None:
    sink.hold = asyncio.Event()
    [outcome] = await _send(f"json://127.0.0.1:{sink.port}/?rto=0.1&retry=3", make_message())
    sink.hold.set()
    assert isinstance(outcome, Unknown)
    assert len(sink.received) == 1


async def test_a_failure_is_not_taken_for_a_success_because_the_address_asks_for_it(sink: Sink) -> None:
    sink.status = 400
    assert isinstance((await _send(f"json://127.0.0.1:{sink.port}/?optional=yes", make_message()))[0], Rejected)


async def test_mail_is_sent_to_the_recipient() -> None:
    server = MailServer()
    async with server.open():
        message = make_message(to="li@example.com", subject="Reminder")
        assert await _send(server.address, message) == [Accepted()]
    assert server.recipients == ["li@example.com"]
    assert "Subject: Reminder" in server.mails[0]


@pytest.mark.parametrize(
    ("command", "answer", "kind"),
    [
        ("greeting", "554 go away", Transient),
        ("greeting", "", Transient),
        ("MAIL", "550 sender unknown", Transient),
        ("MAIL", "", Transient),
        ("RCPT", "550 no such user li@example.com", Rejected),
        ("RCPT", "450 try again later", Transient),
        ("DATA", "451 try again later", Transient),
        ("content", "552 too large", Rejected),
        ("content", "451 try again later", Transient),
        ("content", "", Unknown),
    ],
)
async def test_mail_server_says_no(command: str, answer: str, kind: type[Outcome]) -> None:
    server = MailServer({command: answer})
    async with server.open():
        [outcome] = await _send(server.address, make_message(to="li@example.com"))
    assert type(outcome) is kind
    assert "li@example.com" not in str(outcome)


async def test_reasons_and_logs_name_neither_recipient_nor_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    logged: list[str] = []
    listening = logging.Handler()
    monkeypatch.setattr(listening, "emit", lambda record: logged.append(record.getMessage()))
    logging.getLogger().addHandler(listening)
    server = MailServer({"RCPT": "550 no such user li@example.com"})
    async with server.open():
        outcomes = await _send(server.address, make_message(to="li@example.com"))
    logging.getLogger().removeHandler(listening)
    assert "li@example.com" not in str(outcomes) + "".join(logged)


async def test_an_address_that_cannot_be_made_for_this_recipient_is_rejected() -> None:
    [outcome] = await _send("mailto://127.0.0.1:25/?from={to}&to={to}", make_message(to="nobody"))
    assert isinstance(outcome, Rejected)


def test_one_failure_that_may_have_gone_out_outweighs_those_that_have_not() -> None:
    refused = smtplib.SMTPDataError(451, b"later")
    account = AttemptLog(lines=["Failed: error=400."], errors=[refused, TimeoutError()], reached_out=True)
    assert isinstance(judge_failure(account), Unknown)


def test_a_failure_without_a_reason_may_have_gone_out() -> None:
    assert isinstance(judge_failure(AttemptLog(reached_out=True)), Unknown)
