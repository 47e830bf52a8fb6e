"""Any Apprise address: e-mail, WeCom, DingTalk, SMS services and a hundred more.

`{to}` in an address is replaced by the recipient: `mailto://user:password@example.com?to={to}`. Without it, all
messages go to the targets in the address.

Apprise only returns success or failure. The cause is inferred from what it logs and from the error it is handling
while it logs. What can be inferred, and what cannot:

- No connection, or a mail server that refused before receiving the message: transient.
- A status from an HTTP service, or a refusal of the recipient or the message by a mail server: as it says.
- No attempt to reach the service, because the recipient or the text is unsuitable: rejected.
- Anything else may have been sent: unknown.
- If an address has several targets, the failure of one is the failure of the message; deliveries to the others cannot
  be determined.
- Some services, such as WeCom's robot, refuse with status 200 and an error in the body. Apprise ignores the body
  and reports success; so does this channel.
"""

import asyncio
import logging
import re
import smtplib
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from traceback import walk_tb
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pydantic import SecretStr

from tasks.channels.contract import Abilities, Accepted, Message, Outcome, Rejected, Transient, Unknown, judge_status

if TYPE_CHECKING:
    from apprise import NotifyBase

THREADS = 8
RECIPIENT = "{to}"
STATUS = re.compile(r"\berror=([1-5]\d\d)\b")
CONNECTING = frozenset({"getaddrinfo", "create_connection", "do_handshake"})
"""Functions of the standard library that establish a connection, before anything is sent."""


@dataclass(slots=True)
class AttemptLog:
    """What Apprise revealed about one attempt."""

    lines: list[str] = field(default_factory=list)
    """What it logged."""
    errors: list[BaseException] = field(default_factory=list)
    """What it was handling while it logged."""
    reached_out: bool = False
    """Whether it was about to contact the service: each of its services calls its throttle first."""


class AppriseChannel:
    """Sends messages in a few threads, one at a time in each. Apprise supports no idempotency key."""

    abilities = Abilities(requests_at_once=THREADS)

    def __init__(self, address: SecretStr) -> None:
        self._address = address
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="apprise")

    async def send(self, batch: Sequence[Message]) -> list[Outcome]:
        """Sends the messages through Apprise, a few in parallel."""
        loop = asyncio.get_running_loop()
        return list(await asyncio.gather(*(loop.run_in_executor(self._threads, self._deliver, one) for one in batch)))

    async def aclose(self) -> None:
        """Waits for messages being sent, then ends the threads."""
        await asyncio.to_thread(self._threads.shutdown)

    def _deliver(self, message: Message) -> Outcome:
        with _listening() as account:
            try:
                accepted = _notify(self._address, message, account)
            except Exception as error:  # noqa: BLE001  a bug in one service must not fail the batch
                account.errors.append(error)
                accepted = False
        return Accepted() if accepted else judge_failure(account)


def load_service(address: SecretStr, recipient: str) -> "NotifyBase | None":
    """The Apprise service for an address and one recipient; None if Apprise cannot make it. Does not connect."""
    from apprise import Apprise, AppriseAsset  # noqa: PLC0415  it takes a second to load, and few installations use it

    asset = AppriseAsset(app_id="Aftercare", app_desc="Aftercare", async_mode=False)
    with _listening():
        return Apprise.instantiate(fill_recipient(address, recipient), asset=asset)


def fill_recipient(address: SecretStr, recipient: str) -> str:
    """The address with the recipient filled in."""
    return address.get_secret_value().replace(RECIPIENT, quote(recipient, safe=""))


def _notify(address: SecretStr, message: Message, account: AttemptLog) -> bool:
    from apprise import Apprise, NotifyFormat  # noqa: PLC0415

    service = load_service(address, message.to)
    if service is None:
        return False
    service.retry = 0  # an address may ask Apprise to retry blindly, or to report a failure as success
    service.optional = False
    _watch_throttle(service, account)
    sender = Apprise(service, asset=service.asset)
    return bool(sender.notify(body=message.text, title=message.subject or "", body_format=NotifyFormat.TEXT))


def _watch_throttle(service: Any, account: AttemptLog) -> None:
    """Make the service record in the log that it contacts the network."""
    throttle = service.throttle

    def note_and_throttle(*args: object, **kwargs: object) -> None:
        account.reached_out = True
        throttle(*args, **kwargs)

    service.throttle = note_and_throttle


class _Listener(logging.Handler):
    """Captures what Apprise logs, per thread."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.accounts: dict[int, AttemptLog] = {}

    def emit(self, record: logging.LogRecord) -> None:
        account = self.accounts.get(threading.get_ident())
        if account is None:
            return
        account.lines.append(record.getMessage())
        handled = sys.exc_info()[1]
        if handled is not None:
            account.errors.append(handled)


_listener = _Listener()


@contextmanager
def _listening() -> Iterator[AttemptLog]:
    """Capture what Apprise does in this thread. Nested captures are independent.

    Apprise logs full recipients, so its lines are captured and kept out of our logs.
    """
    logger = logging.getLogger("apprise")
    logger.addHandler(_listener)
    logger.propagate = False
    thread = threading.get_ident()
    outer = _listener.accounts.get(thread)
    account = _listener.accounts[thread] = AttemptLog()
    try:
        yield account
    finally:
        if outer is None:
            del _listener.accounts[thread]
        else:
            _listener.accounts[thread] = outer


def judge_failure(account: AttemptLog) -> Outcome:
    """The outcome of a message after a failure in Apprise."""
    verdicts = [_judge_error(error) for error in account.errors]
    statuses = [int(found[1]) for line in account.lines if (found := STATUS.search(line))]
    verdicts += [judge_status(status, f"the service answered {status}") for status in statuses]
    if verdicts:
        return next((verdict for verdict in verdicts if isinstance(verdict, Unknown)), verdicts[0])
    if not account.reached_out:
        return Rejected("nothing was sent: the service takes no such recipient or text")
    return Unknown("the service reported a failure without its reason")


def _judge_error(error: BaseException) -> Outcome:
    if isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPResponseException):
        return _judge_mail_answer(error)
    root = _chain(error)[-1]
    reason = (root.strerror if isinstance(root, OSError) else None) or type(root).__name__
    if _before_sending(error):
        return Transient(f"the service was not reached ({reason})")
    return Unknown(f"the service did not answer ({reason})")


def _judge_mail_answer(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPResponseException) -> Outcome:
    """5xx for the recipient or the message is final; for the sender or the sign-in it is our configuration error."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
    else:
        codes = [error.smtp_code]
    reason = f"the mail server answered {', '.join(str(code) for code in codes)}"
    final = isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError)
    return Rejected(reason) if final and min(codes) >= 500 else Transient(reason)


def _before_sending(error: BaseException) -> bool:
    """Whether it failed before the message was handed over: while connecting, or before the DATA command of SMTP."""
    functions = {frame.f_code for link in _chain(error) for frame, _ in walk_tb(link.__traceback__)}
    if any(function.co_name in CONNECTING for function in functions):
        return True
    in_mail = any(function.co_filename == smtplib.__file__ for function in functions)
    return in_mail and smtplib.SMTP.data.__code__ not in functions


def _chain(error: BaseException) -> list[BaseException]:
    """The error and its chain of causes, root cause last."""
    chain = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None and cause not in chain:
        chain.append(cause)
    return chain
