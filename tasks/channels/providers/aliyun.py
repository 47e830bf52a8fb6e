"""`aliyun://`: SMS by Alibaba Cloud (Dysmsapi, 2017-05-25), which sends registered templates.

Requests are signed with ACS3-HMAC-SHA256. One message goes by SendSms, with the touch's id as `OutId`; several of one
template by SendBatchSms. The provider takes no idempotency key, so what was not answered is unknown, and is asked by
QuerySendDetails.
"""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4
from zoneinfo import ZoneInfo

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
from tasks.channels.bulk import mark_of, may_be_in, requests_of
from tasks.channels.contract import Abilities, Accepted, Message, Outcome, Rejected, Unknown
from tasks.channels.meanings import Meaning, Meanings
from tasks.channels.posting import Failure, Poster, Response

SCHEMES = ("aliyun",)
FORM = "aliyun://KEY_ID:KEY_SECRET@dysmsapi.aliyuncs.com?sign=SIGNATURE[&connections=N&batch=N&endpoint=URL]"
ALGORITHM = "ACS3-HMAC-SHA256"
VERSION = "2017-05-25"
CONNECTIONS, MOST_CONNECTIONS = 20, 500
MOST_MESSAGES = 100
"""Of one SendBatchSms."""
WHO = "Aliyun"
ZONE = ZoneInfo("Asia/Shanghai")
"""Of all times that it gives and takes."""
WITHIN = timedelta(minutes=15)
"""A message of a batch was sent so soon after its handover, or it is another one."""
PAGE, MOST_PAGES = 50, 10
MEANINGS = Meanings(
    {
        "isv.BUSINESS_LIMIT_CONTROL": Meaning.FREQUENCY,
        "isv.DAY_LIMIT_CONTROL": Meaning.FREQUENCY,
        "isv.MONTH_LIMIT_CONTROL": Meaning.FREQUENCY,
        "isv.BUSINESS_LIMIT*": Meaning.FREQUENCY,
        "Throttling*": Meaning.THROTTLED,
        "isv.AMOUNT_NOT_ENOUGH": Meaning.MONEY,
        "isv.OUT_OF_SERVICE": Meaning.MONEY,
        "isv.BILLING_DEDUCTION_ERROR": Meaning.MONEY,
        "isv.ACCOUNT*": Meaning.SETTINGS,
        "isv.PRODUCT_UN*": Meaning.SETTINGS,
        "isv.SMS_SIGN*": Meaning.SETTINGS,
        "isv.SMS_TEMPLATE*": Meaning.SETTINGS,
        "isv.SIGN*": Meaning.SETTINGS,
        "isv.RAM*": Meaning.SETTINGS,
        "isp.RAM_PERMISSION_DENY": Meaning.SETTINGS,
        "isp.*": Meaning.UNSURE,
        "InvalidAccessKeyId*": Meaning.SETTINGS,
        "SignatureDoesNotMatch": Meaning.SETTINGS,
        "SignatureNonceUsed": Meaning.THROTTLED,
        "InvalidTimeStamp*": Meaning.SETTINGS,
        "Forbidden*": Meaning.SETTINGS,
        "NoPermission": Meaning.SETTINGS,
        "ServiceUnavailable": Meaning.UNSURE,
        "InternalError": Meaning.UNSURE,
    },
    otherwise=Meaning.MESSAGE,
)
"""Codes of the published list; what is not named here is about the message: its number or its parameters."""


class AliyunChannel:
    """Sends templates, several in a request and several requests at once."""

    def __init__(
        self, endpoint: URL, key_id: str, secret: SecretStr, sign: str, *, connections: int, batch: int
    ) -> None:
        self.abilities = Abilities(
            can_be_asked=True,
            needs_registered=True,
            messages_a_request=batch,
            requests_at_once=connections,
            counts_segments=True,
        )
        self._endpoint, self._key_id, self._secret, self._sign = endpoint.with_path("/"), key_id, secret, sign
        self._poster = Poster(connections)
        self._room = asyncio.Semaphore(connections)

    async def send(self, batch: Sequence[Message]) -> list[Outcome]:
        """Sends the messages, those of one template together."""
        outcomes: dict[object, Outcome] = {}
        keyed = [(one.registered.code, one) for one in batch if one.registered is not None]
        requests = requests_of(keyed, self.abilities.messages_a_request)
        for done in await asyncio.gather(*(self._send_request(request) for _, request in requests)):
            outcomes |= done
        missing = Rejected("nothing was sent: it is no registered template")
        return [outcomes.get(message.id, missing) for message in batch]

    async def ask(self, questions: Sequence[Question], now: datetime) -> list[Answer]:
        """Asks by number and day."""
        return list(await asyncio.gather(*(self._ask_one(question, now) for question in questions)))

    async def check(self, now: datetime) -> str | None:
        """Asks about a number that gets nothing."""
        answer = await self._ask_one(Question(NOBODY, None, NOBODYS_NUMBER, "", now), now)
        return answer.reason if isinstance(answer, NoAnswer) else None

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._poster.aclose()

    async def _send_request(self, messages: Sequence[Message]) -> dict[object, Outcome]:
        """The outcomes of one request by touch. If one message spoils a batch, each goes by itself."""
        action, fields = self._written(messages)
        said = await self._call(action, fields, messages[0].sent_at)
        if isinstance(said, Failure):
            return {message.id: said.judge(WHO) for message in messages}
        code = said.get("Code")
        if code == "OK":
            biz_id = said.get("BizId")
            return {message.id: Accepted(message_id_of(biz_id, message.to)) for message in messages}
        if not isinstance(code, str):
            return {message.id: Unknown("Aliyun did not say what became of it") for message in messages}
        if len(messages) > 1 and MEANINGS.of(code) in (Meaning.MESSAGE, Meaning.FREQUENCY):
            alone = await asyncio.gather(*(self._send_request([message]) for message in messages))
            return {touch_id: outcome for done in alone for touch_id, outcome in done.items()}
        return {message.id: MEANINGS.judge(code, WHO) for message in messages}

    def _written(self, messages: Sequence[Message]) -> tuple[str, dict[str, str]]:
        """The action and its parameters."""
        numbers = [local_number(message.to) for message in messages]
        registered = [message.registered for message in messages if message.registered is not None]
        values = [dict(one.parameters) for one in registered]
        common = {"TemplateCode": registered[0].code, "OutId": mark_of(messages)}
        if len(messages) == 1:
            single = {"PhoneNumbers": numbers[0], "SignName": self._sign, "TemplateParam": _json(values[0])}
            return "SendSms", common | single
        many = {"PhoneNumberJson": numbers, "SignNameJson": [self._sign] * len(numbers), "TemplateParamJson": values}
        return "SendBatchSms", common | {name: _json(value) for name, value in many.items()}

    async def _call(self, action: str, fields: Mapping[str, str], now: datetime) -> dict[str, object] | Failure:
        """The answer of the API; empty if it is not JSON."""
        body = urlencode(fields).encode("ascii")
        headers = sign_request(self._endpoint, action, body, self._key_id, self._secret, now, uuid4().hex)
        async with self._room:
            said = await self._poster.post(self._endpoint, body, headers, headers["content-type"])
        return said if isinstance(said, Failure) else _read(said)

    async def _ask_one(self, question: Question, now: datetime) -> Answer:
        """The record of a message. Those of a batch are known by number, time and the digits of its id."""
        sent_on = question.sent_at.astimezone(ZONE)
        fields = {"PhoneNumber": local_number(question.to), "SendDate": f"{sent_on:%Y%m%d}", "PageSize": str(PAGE)}
        for page in range(1, MOST_PAGES + 1):
            said = await self._call("QuerySendDetails", fields | {"CurrentPage": str(page)}, now)
            if isinstance(said, Failure):
                return NoAnswer(f"{WHO} was not reached ({said.reason})")
            if said.get("Code") != "OK":
                return NoAnswer(f"{WHO} answered {said.get('Code', 'nonsense')}")
            records = _records(said)
            found = [record for record in records if _is_about(record, question)]
            if found:
                return _answer(found[0]) if len(found) == 1 else NoAnswer(f"{WHO} has several that it may be")
            if len(records) < PAGE:
                return NotKnown()
        return NoAnswer(f"{WHO} has too many of this number and day")


def open_provider(address: Address, settings: Settings) -> AliyunChannel:  # noqa: ARG001  the form of all providers
    """The channel of an address. Raises `UnusableChannelAddress`."""
    address.only("sign", "connections", "batch", "endpoint")
    key_id, secret = address.credentials()
    return AliyunChannel(
        address.endpoint(),
        key_id,
        secret,
        address.needed("sign"),
        connections=address.number("connections", CONNECTIONS, MOST_CONNECTIONS),
        batch=address.number("batch", MOST_MESSAGES, MOST_MESSAGES),
    )


def sign_request(
    endpoint: URL, action: str, body: bytes, key_id: str, secret: SecretStr, now: datetime, nonce: str
) -> dict[str, str]:
    """The headers of a request, with its signature (ACS3-HMAC-SHA256)."""
    digest = hashlib.sha256(body).hexdigest()
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "host": endpoint.authority if endpoint.explicit_port else endpoint.host or "",
        "x-acs-action": action,
        "x-acs-content-sha256": digest,
        "x-acs-date": f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "x-acs-signature-nonce": nonce,
        "x-acs-version": VERSION,
    }
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = "\n".join(["POST", quote(endpoint.path), "", lines, names, digest])
    to_sign = f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(secret.get_secret_value().encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    return headers | {"Authorization": f"{ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={signature}"}


def local_number(number: str) -> str:
    """A number as Aliyun knows it: without the plus sign, and without the 86 of China."""
    return number.removeprefix("+86") if number.startswith("+86") else number.removeprefix("+")


def message_id_of(biz_id: object, number: str) -> str | None:
    """Our name of a message by Aliyun's: all messages of a batch have the same `BizId`."""
    return f"{biz_id}:{local_number(number)}" if biz_id else None


def read_time(text: object) -> datetime | None:
    """A time of Aliyun's, such as `2026-03-10 10:30:00`, which is China's."""
    try:
        return datetime.fromisoformat(str(text)).replace(tzinfo=ZONE)
    except ValueError:
        return None


def _read(said: Response) -> dict[str, Any]:
    try:
        parsed = json.loads(said.body)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _records(said: Mapping[str, object]) -> list[dict[str, object]]:
    details = said.get("SmsSendDetailDTOs")
    found = details.get("SmsSendDetailDTO") if isinstance(details, dict) else None
    return [record for record in found if isinstance(record, dict)] if isinstance(found, list) else []


def _is_about(record: Mapping[str, object], question: Question) -> bool:
    sent = read_time(record.get("SendDate"))
    if sent is None or not may_be_in(question.touch_id, str(record.get("OutId", ""))):
        return False
    return -timedelta(minutes=1) <= sent - question.sent_at <= WITHIN


def _answer(record: Mapping[str, object]) -> Answer:
    at = read_time(record.get("ReceiveDate"))
    match record.get("SendStatus"):
        case 3:
            return Delivered(at)
        case 2:
            return Undelivered(f"{WHO} says {record.get('ErrCode', 'why not')}", at)
        case 1:
            return OnItsWay()
        case _:
            return NoAnswer(f"{WHO} gave no state of it")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
