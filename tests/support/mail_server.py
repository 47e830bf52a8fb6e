"""A mail server on loopback that does as it is told and keeps what it accepts."""

import asyncio
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from threading import Thread
from typing import Any, cast

from aiosmtpd.controller import UnthreadedController
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class MailServer:
    """The handler of the server. An answer that is not given is the usual one."""

    sender_answer: str | None = None
    recipient_answer: str | None = None
    data_answer: str | None = None
    breaks_off: bool = False
    """Whether the connection is lost after the message was read, instead of an answer."""
    password: str | None = None
    """The password that it demands."""
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    sessions: set[tuple[str, int]] = field(default_factory=set)
    """The connections by which mail came."""
    signed_in: set[str] = field(default_factory=set)
    port: int = 0

    async def handle_MAIL(  # noqa: N802  aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.sender_answer or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.recipient_answer:
            return self.recipient_answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.breaks_off:
            cast("asyncio.Transport", server.transport).abort()
            return "250 OK"
        if self.data_answer:
            return self.data_answer
        self.sessions.add(cast("tuple[str, int]", session.peer))
        self.recipients += envelope.rcpt_tos
        assert isinstance(envelope.content, bytes)
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        return "250 2.0.0 queued"

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        good = data.password.decode() == self.password
        if good:
            self.signed_in.add(data.login.decode())
        return AuthResult(success=good, handled=False)


class _Controller(UnthreadedController):
    """Keeps the connections, to end those that clients leave open."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.connections: list[SMTP] = []
        super().__init__(*args, **kwargs)

    def factory(self) -> SMTP:
        made: SMTP = super().factory()  # type: ignore[no-untyped-call]  # aiosmtpd says nothing of it
        self.connections.append(made)
        return made


@contextmanager
def mail_server(**behaviour: Any) -> Iterator[MailServer]:
    """The running server, in the event loop of a thread of its own."""
    handler = MailServer(**behaviour)
    loop = asyncio.new_event_loop()
    wanted = handler.password is not None
    controller = _Controller(
        handler, "127.0.0.1", 0, loop=loop, authenticator=handler.authenticate if wanted else None,
        auth_required=wanted, auth_require_tls=False,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of passwords without TLS, which is meant on loopback
        server = cast("asyncio.Server", loop.run_until_complete(controller._create_server()))
        handler.port = server.sockets[0].getsockname()[1]
        thread = Thread(target=loop.run_forever)
        thread.start()
        try:
            yield handler
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.run_until_complete(_end(server, controller.connections))
            loop.close()


async def _end(server: asyncio.AbstractServer, connections: list[SMTP]) -> None:
    server.close()
    for connection in connections:
        if connection.transport is not None:
            cast("asyncio.Transport", connection.transport).abort()
    others = asyncio.all_tasks() - {cast("asyncio.Task[Any]", asyncio.current_task())}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
