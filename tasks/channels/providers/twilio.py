"""`twilio://`: SMS by Twilio's Messages API (2010-04-01), from a number or a Messaging Service.

Twilio takes no idempotency key, so what was not answered is unknown. It is then looked for among the messages to that
number of that time, by its text. Receipts and replies come to `/hooks/NAME/…?as=twilio`.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

from aiohttp import encode_basic_auth
from pydantic import SecretStr
from yarl import URL

from models.core.settings import Settings
from tasks.channels.addresses import Address
from tasks.channels.asking import (
    NOBODY,
    NOBODYS_NUMBER,
    Answer,
    Delivered,
    NoAnswer,
    NotKnown,
    OnItsWay,
    Question,
    Undelivered,
)
from tasks.channels.contract import Abilities, Accepted, Message, Outcome, Transient, Unknown
from tasks.channels.meanings import Meaning, Meanings
from tasks.channels.posting import Failure, Poster, Response

SCHEMES = ("twilio",)
FORM = (
    "twilio://ACCOUNT_SID:AUTH_TOKEN@api.twilio.com?from=+NUMBER[&hook=NAME&connections=N&endpoint=URL] or service=SID"
)
CONNECTIONS, MOST_CONNECTIONS = 20, 500
WHO = "Twilio"
WITHIN = timedelta(minutes=15)
"""So soon after its handover a message was sent, or it is another one."""
PAGE = 100
DELIVERED, UNDELIVERED = ("delivered", "read"), ("undelivered", "failed", "canceled")
"""States of a message that are its last."""
MEANINGS = Meanings(
    {
        "20003": Meaning.SETTINGS,
        "20005": Meaning.MONEY,
        "20006": Meaning.SETTINGS,
        "20404": Meaning.SETTINGS,
        "20429": Meaning.THROTTLED,
        "20500": Meaning.UNSURE,
        "20503": Meaning.UNSURE,
        "14107": Meaning.THROTTLED,
        "21606": Meaning.SETTINGS,
        "21603": Meaning.SETTINGS,
        "21212": Meaning.SETTINGS,
        "21611": Meaning.THROTTLED,
        "21703": Meaning.SETTINGS,
        "21704": Meaning.SETTINGS,
        "30001": Meaning.THROTTLED,
        "30002": Meaning.MONEY,
        "63038": Meaning.FREQUENCY,
    },
    otherwise=Meaning.MESSAGE,
)
"""Codes of the published list; what is not named here is about the message: its number, or a customer who opted out."""


class TwilioChannel:
    """Sends one message a request, several requests at once."""

    def __init__(
        self, endpoint: URL, account: str, token: SecretStr, sender: dict[str, str], callback: str | None, *,
        connections: int,
    ) -> None:  # fmt: skip
        """`sender`: the number or the Messaging Service. `callback`: where receipts are sent."""
        self.abilities = Abilities(can_be_asked=True, requests_at_once=connections, counts_segments=True)
        self._messages = endpoint / "2010-04-01" / "Accounts" / account / "Messages.json"
        self._headers = {"Authorization": encode_basic_auth(account, token.get_secret_value())}
        self._sender, self._callback = sender, callback
        self._poster = Poster(connections)
        self._room = asyncio.Semaphore(connections)

    async def send(self, batch: Sequence[Message]) -> list[Outcome]:
        """Sends the messages, several at once."""
        return list(await asyncio.gather(*(self._deliver(message) for message in batch)))

    async def ask(self, questions: Sequence[Question], now: datetime) -> list[Answer]:  # noqa: ARG002  any time
        """Asks by Twilio's own id, or looks for the message."""
        return list(await asyncio.gather(*(self._ask_one(question) for question in questions)))

    async def check(self, now: datetime) -> str | None:
        """Asks about a number that gets nothing."""
        answer = await self._ask_one(Question(NOBODY, None, NOBODYS_NUMBER, "", now))
        return answer.reason if isinstance(answer, NoAnswer) else None

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._poster.aclose()

    async def _deliver(self, message: Message) -> Outcome:
        fields = {"To": message.to, "Body": message.text, **self._sender}
        if self._callback is not None:
            fields["StatusCallback"] = f"{self._callback}&touch={message.id}"
        form = "application/x-www-form-urlencoded"
        async with self._room:
            said = await self._poster.post(self._messages, urlencode(fields).encode("ascii"), self._headers, form)
        return said.judge(WHO) if isinstance(said, Failure) else _judge(said)

    async def _ask_one(self, question: Question) -> Answer:
        sent_on = question.sent_at.astimezone(UTC)
        query = {"To": question.to, "DateSent>": f"{sent_on - timedelta(days=1):%Y-%m-%d}", "PageSize": str(PAGE)}
        async with self._room:
            said = await self._poster.get(self._messages.with_query(query), self._headers)
        if isinstance(said, Failure):
            return NoAnswer(f"{WHO} was not reached ({said.reason})")
        answer = _read(said)
        records = answer.get("messages")
        if said.status != 200 or not isinstance(records, list):
            return NoAnswer(f"{WHO} answered {said.status}")
        found = [record for record in records if isinstance(record, dict) and _is_about(record, question)]
        if len(found) > 1:
            return NoAnswer(f"{WHO} has several that it may be")
        if found:
            return _answer(found[0])
        return NotKnown() if len(records) < PAGE else NoAnswer(f"{WHO} has too many of this number")


def open_provider(address: Address, settings: Settings) -> TwilioChannel:
    """The channel of an address. Raises `UnusableChannelAddress`."""
    address.only("from", "service", "hook", "connections", "endpoint")
    account, token = address.credentials()
    query = address.url.query
    sender = {"MessagingServiceSid": query["service"]} if "service" in query else {"From": _number(address)}
    hook = query.get("hook")
    if hook is not None and (settings.public_url is None or not hook.isalnum()):
        raise address.refuse("has an unusable hook=, which needs AFTERCARE_PUBLIC_URL and letters and digits only")
    callback = f"{settings.public_url}/hooks/{hook}/receipts?as=twilio" if hook else None
    connections = address.number("connections", CONNECTIONS, MOST_CONNECTIONS)
    return TwilioChannel(address.endpoint(), account, token, sender, callback, connections=connections)


def _number(address: Address) -> str:
    """The sender's number. A plus sign in a query is a blank."""
    digits = address.needed("from").removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        raise address.refuse("has an unusable from=")
    return f"+{digits}"


def _judge(said: Response) -> Outcome:
    answer = _read(said)
    if said.status in (200, 201):
        sid = answer.get("sid")
        return Accepted(sid) if isinstance(sid, str) else Unknown("Twilio did not say what became of it")
    code = answer.get("code")
    if said.status >= 500:
        return Unknown(f"{WHO} answered {said.status}")
    if said.status == 429:
        return MEANINGS.judge("20429", WHO)
    if not isinstance(code, int):
        return Transient(f"{WHO} answered {said.status}")
    return MEANINGS.judge(str(code), WHO)


def _read(said: Response) -> Mapping[str, Any]:
    try:
        answer = json.loads(said.body)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _is_about(record: Mapping[str, object], question: Question) -> bool:
    if question.message_id is not None:
        return record.get("sid") == question.message_id
    created = read_time(record.get("date_created"))
    if created is None or record.get("to") != question.to or record.get("body") != question.text:
        return False
    return -timedelta(minutes=1) <= created - question.sent_at <= WITHIN


def _answer(record: Mapping[str, Any]) -> Answer:
    status, sid = record.get("status"), record.get("sid")
    at = read_time(record.get("date_updated"))
    if status in DELIVERED:
        return Delivered(at, sid)
    if status in UNDELIVERED:
        return Undelivered(f"{WHO} says {record.get('error_code') or status}", at)
    return OnItsWay(sid)


def read_time(text: object) -> datetime | None:
    """A time of Twilio's, such as `Tue, 10 Mar 2026 02:30:00 +0000`."""
    try:
        return parsedate_to_datetime(str(text))
    except ValueError:
        return None
