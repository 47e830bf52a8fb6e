"""`smtp://` and `smtps://`: e-mail through a mail server of our own, over connections that stay open.

`smtps://` is TLS from the start (port 465). `smtp://` (port 587) demands STARTTLS, unless the server is on this machine
or the address says `starttls=no`; a password is never sent without TLS to another machine.

What an answer means: 4xx, and whatever is about us (greeting, sign-in, sender), is transient; 5xx about the recipient
or the message is rejected, except a full mailbox. A connection lost before the message was handed over is transient,
and after it unknown.
"""

import asyncio
import smtplib
import ssl
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from email.headerregistry import Address as MailAddress
from queue import Empty, LifoQueue
from typing import Final

from pydantic import SecretStr

from models.core.settings import MailStyle, Settings
from tasks.channels.addresses import Address, is_loopback
from tasks.channels.contract import Abilities, Accepted, Channel, Message, Outcome, Rejected, Transient, Unknown
from tasks.channels.mail import NoMailAddress, read_mail_address, write_mail

SCHEMES = ("smtp", "smtps")
FORM = "smtp[s]://[USER:PASSWORD@]HOST[:PORT]?from=ADDRESS[&reply_to=ADDRESS&connections=N&starttls=no]"
PORTS = {"smtp": 587, "smtps": 465}
CONNECTIONS, MOST_CONNECTIONS = 4, 100
PATIENCE = 30
"""Seconds to connect, and for each answer."""
MAILBOX_FULL = ("5.2.2", "4.2.2")
LONGEST_REASON = 200
GOES_AHEAD: Final = 354
CLOSING: Final = 421
LOST = (smtplib.SMTPServerDisconnected, OSError)
"""How smtplib tells that the connection is gone."""


class _Refused(Exception):
    """The server's answer to a command other than those about the recipient or the message."""

    def __init__(self, what: str, code: int, said: bytes) -> None:
        super().__init__(_reason(code, said, what))


class SmtpChannel:
    """Sends messages in a few threads, each over a connection of its own that stays open."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        sender: MailAddress,
        reply_to: MailAddress | None,
        style: MailStyle,
        user: str | None,
        password: SecretStr | None,
        implicit_tls: bool,
        starttls: bool,
        connections: int,
    ) -> None:
        self.abilities = Abilities(requests_at_once=connections)
        self._host, self._port = host, port
        self._sender, self._reply_to, self._style = sender, reply_to, style
        self._user, self._password = user, password
        self._implicit_tls, self._starttls = implicit_tls, starttls
        self._threads = ThreadPoolExecutor(connections, thread_name_prefix="smtp")
        self._idle: LifoQueue[smtplib.SMTP] = LifoQueue()

    async def send(self, batch: Sequence[Message]) -> list[Outcome]:
        """Sends the messages, a few in parallel."""
        loop = asyncio.get_running_loop()
        return list(await asyncio.gather(*(loop.run_in_executor(self._threads, self._deliver, one) for one in batch)))

    async def aclose(self) -> None:
        """Waits for messages being sent, then closes the connections."""
        await asyncio.to_thread(self._close)

    async def check(self, now: datetime) -> str | None:  # noqa: ARG002  any time
        """Connects and signs in."""
        return await asyncio.to_thread(self._try)

    def _try(self) -> str | None:
        try:
            connection = self._connect()
        except (smtplib.SMTPException, OSError) as error:
            return f"the mail server was not reached ({_describe(error)})"
        self._idle.put(connection)
        return None

    def _deliver(self, message: Message) -> Outcome:
        try:
            mail = write_mail(message, self._sender, self._reply_to, self._style).as_bytes()
        except (NoMailAddress, ValueError):
            return Rejected("nothing was sent: the address or the text is unsuitable for e-mail")
        try:
            connection = self._idle_connection() or self._connect()
        except _Refused as refusal:
            return Transient(str(refusal))
        except (smtplib.SMTPException, OSError) as error:
            return Transient(f"the mail server was not reached ({_describe(error)})")
        return self._transfer(connection, message, mail)

    def _idle_connection(self) -> smtplib.SMTP | None:
        """An open connection that still works."""
        while True:
            try:
                connection = self._idle.get_nowait()
            except Empty:
                return None
            try:
                if connection.rset()[0] == 250:
                    return connection
            except (*LOST, smtplib.SMTPException):
                pass
            connection.close()

    def _connect(self) -> smtplib.SMTP:
        connection: smtplib.SMTP
        if self._implicit_tls:
            context = ssl.create_default_context()
            connection = smtplib.SMTP_SSL(self._host, self._port, timeout=PATIENCE, context=context)
        else:
            connection = smtplib.SMTP(self._host, self._port, timeout=PATIENCE)
        try:
            connection.ehlo_or_helo_if_needed()
            if self._starttls:
                connection.starttls(context=ssl.create_default_context())
            if self._user is not None and self._password is not None:
                connection.login(self._user, self._password.get_secret_value())
        except BaseException:
            connection.close()
            raise
        return connection

    def _transfer(self, connection: smtplib.SMTP, message: Message, mail: bytes) -> Outcome:
        """One message over an open connection, which is kept for the next unless it is broken."""
        handed_over = False
        try:
            _expect(connection.mail(self._sender.addr_spec, ["SMTPUTF8"] if not mail.isascii() else []), "the sender")
            code, said = connection.rcpt(message.to)
            if code not in (250, 251):
                return self._judge(connection, code, said, message)
            code, said = connection.docmd("DATA")
            if code != GOES_AHEAD:
                return self._judge(connection, code, said, message)
            handed_over = True
            connection.send(_dotted(mail))
            code, said = connection.getreply()
        except _Refused as refusal:
            connection.close()
            return Transient(str(refusal))
        except (smtplib.SMTPException, OSError) as error:
            connection.close()
            if handed_over:
                return Unknown(f"the mail server did not answer ({_describe(error)})")
            return Transient(f"the mail server broke off ({_describe(error)})")
        return self._judge(connection, code, said, message)

    def _judge(self, connection: smtplib.SMTP, code: int, said: bytes, message: Message) -> Outcome:
        """The outcome by the server's answer about the recipient or the message."""
        if code == CLOSING:
            connection.close()
        else:
            self._idle.put(connection)
        if code == 250:
            return Accepted(f"{message.id}@{self._sender.domain}")
        reason = _reason(code, said.replace(message.to.encode(), "…".encode()), "")
        full = any(status in reason for status in MAILBOX_FULL)
        return Rejected(reason) if code >= 500 and not full else Transient(reason)

    def _close(self) -> None:
        self._threads.shutdown()
        while True:
            try:
                connection = self._idle.get_nowait()
            except Empty:
                return
            try:
                connection.quit()
            except (*LOST, smtplib.SMTPException):
                connection.close()


def open_provider(address: Address, settings: Settings) -> Channel:
    """The channel of an address. Raises `UnusableChannelAddress`."""
    url = address.url
    address.only("from", "reply_to", "connections", "starttls")
    local = is_loopback(url.host or "")
    implicit_tls = url.scheme == "smtps"
    wanted = url.query.get("starttls", "no" if local else "yes")
    if wanted not in ("yes", "no"):
        raise address.refuse("has an unusable starttls=")
    starttls = wanted == "yes" and not implicit_tls
    if url.user is not None and not (implicit_tls or starttls or local):
        raise address.refuse("has a password that would be sent without TLS")
    return SmtpChannel(
        url.host or "",
        url.explicit_port or PORTS[url.scheme],
        sender=_mail_address(address, "from"),
        reply_to=_mail_address(address, "reply_to") if "reply_to" in url.query else None,
        style=settings.mail,
        user=url.user,
        password=SecretStr(url.password or "") if url.user is not None else None,
        implicit_tls=implicit_tls,
        starttls=starttls,
        connections=address.number("connections", CONNECTIONS, MOST_CONNECTIONS),
    )


def _mail_address(address: Address, name: str) -> MailAddress:
    """An e-mail address in the query, such as `service@example.com`."""
    try:
        return read_mail_address(address.needed(name))
    except NoMailAddress:
        raise address.refuse(f"has an unusable {name}=") from None


def _expect(answer: tuple[int, bytes], what: str) -> None:
    if answer[0] != 250:
        raise _Refused(what, *answer)


def _dotted(mail: bytes) -> bytes:
    """The message as DATA transfers it: lines that begin with a dot get a second one, and a dot ends it."""
    lines = mail.replace(b"\r\n.", b"\r\n..")
    first = b"." if lines.startswith(b".") else b""
    return first + lines + (b"" if lines.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _reason(code: int, said: bytes, what: str) -> str:
    words = " ".join(said.decode("utf-8", "replace").split())[:LONGEST_REASON]
    about = f" about {what}" if what else ""
    return f"the mail server answered {code}{about}{': ' if words else ''}{words}"


def _describe(error: Exception) -> str:
    """Without what may be a secret: an answer to the sign-in may repeat it."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__} {error.smtp_code}"
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
