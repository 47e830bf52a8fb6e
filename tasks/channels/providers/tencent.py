"""`tencent://`: SMS by Tencent Cloud (2021-01-11), which sends registered templates.

Requests are signed with TC3-HMAC-SHA256. A request has one set of parameters, so only messages that say the same go
together, up to 200. The mark of a request is its `SessionContext`: of a single message, the touch's id. The provider
takes no idempotency key, so what was not answered is unknown, and is asked by PullSmsSendStatusByPhoneNumber, which
knows only what the carriers have reported.
"""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import SecretStr
from yarl import URL

from models.core.settings import Settings
from models.core.words import Purpose
from tasks.channels.addresses import Address
from tasks.channels.asking import NOBODY, NOBODYS_NUMBER, Answer, Delivered, NoAnswer, Question, Undelivered
from tasks.channels.bulk import mark_of, may_be_in, requests_of
from tasks.channels.contract import (
    Abilities,
    Accepted,
    Message,
    Outcome,
    RegisteredMessage,
    Rejected,
    Transient,
    Unknown,
)
from tasks.channels.meanings import Meaning, Meanings
from tasks.channels.posting import Failure, Poster, Response

SCHEMES = ("tencent",)
FORM = (
    "tencent://SECRET_ID:SECRET_KEY@sms.tencentcloudapi.com?app=APP_ID&sign=SIGNATURE"
    "[&region=ap-guangzhou&connections=N&batch=N&endpoint=URL]"
)
ALGORITHM, SERVICE, VERSION = "TC3-HMAC-SHA256", "sms", "2021-01-11"
REGION = "ap-guangzhou"
CONNECTIONS, MOST_CONNECTIONS = 50, 500
MOST_MESSAGES = 200
"""Of one request."""
WHO = "Tencent"
NO_REPORT = "Tencent has no report of it"
ZONE = ZoneInfo("Asia/Shanghai")
PROMOTIONS = (8, 22)
"""The hours in China in which marketing is accepted."""
WITHIN = timedelta(hours=1)
"""So long after its sending a message is looked for."""
MOST_RECORDS = 100
MEANINGS = Meanings(
    {
        "LimitExceeded*": Meaning.FREQUENCY,
        "LimitExceeded.DeliveryFrequencyLimit": Meaning.FREQUENCY,
        "LimitExceeded.DailyLimit": Meaning.FREQUENCY,
        "RequestLimitExceeded*": Meaning.THROTTLED,
        "FailedOperation.InsufficientBalanceInSmsPackage": Meaning.MONEY,
        "FailedOperation.MarketingSendTimeConstraint": Meaning.FREQUENCY,
        "FailedOperation.SignatureIncorrectOrUnapproved": Meaning.SETTINGS,
        "FailedOperation.MissingSignature": Meaning.SETTINGS,
        "FailedOperation.MissingSignatureList": Meaning.SETTINGS,
        "FailedOperation.MissingTemplateList": Meaning.SETTINGS,
        "FailedOperation.TemplateUnapprovedOrNotExist": Meaning.SETTINGS,
        "FailedOperation.TemplateIncorrectOrUnapproved": Meaning.SETTINGS,
        "FailedOperation.NotEnterpriseCertification": Meaning.SETTINGS,
        "FailedOperation.FailResolvePacket": Meaning.UNSURE,
        "UnauthorizedOperation*": Meaning.SETTINGS,
        "UnsupportedOperation*": Meaning.SETTINGS,
        "AuthFailure*": Meaning.SETTINGS,
        "ResourceNotFound*": Meaning.SETTINGS,
        "ResourceUnavailable*": Meaning.SETTINGS,
        "InvalidAction": Meaning.SETTINGS,
        "NoSuchVersion": Meaning.SETTINGS,
        "UnsupportedRegion": Meaning.SETTINGS,
        "InvalidParameterValue.SdkAppIdNotExist": Meaning.SETTINGS,
        "InternalError*": Meaning.UNSURE,
    },
    otherwise=Meaning.MESSAGE,
)
"""Codes of the published list; what is not named here is about the message: its number or its parameters."""


class TencentChannel:
    """Sends templates, several requests at once."""

    def __init__(
        self,
        endpoint: URL,
        secret_id: str,
        secret_key: SecretStr,
        app: str,
        sign: str,
        region: str,
        *,
        connections: int,
        batch: int,
    ) -> None:
        self.abilities = Abilities(
            can_be_asked=True,
            needs_registered=True,
            messages_a_request=batch,
            requests_at_once=connections,
            counts_segments=True,
        )
        self._endpoint, self._app, self._sign, self._region = endpoint.with_path("/"), app, sign, region
        self._secret_id, self._secret_key = secret_id, secret_key
        self._poster = Poster(connections)
        self._room = asyncio.Semaphore(connections)

    async def send(self, batch: Sequence[Message]) -> list[Outcome]:
        """Sends the messages, those that say the same together."""
        outcomes: dict[object, Outcome] = {one.id: held for one in batch if (held := _too_late(one)) is not None}
        keyed = [(one.registered, one) for one in batch if one.registered is not None and one.id not in outcomes]
        requests = requests_of(keyed, self.abilities.messages_a_request)
        for done in await asyncio.gather(*(self._send_request(*request) for request in requests)):
            outcomes |= done
        missing = Rejected("nothing was sent: it is no registered template")
        return [outcomes.get(message.id, missing) for message in batch]

    async def ask(self, questions: Sequence[Question], now: datetime) -> list[Answer]:
        """Asks by number and time."""
        return list(await asyncio.gather(*(self._ask_one(question, now) for question in questions)))

    async def check(self, now: datetime) -> str | None:
        """Asks about a number that gets nothing."""
        answer = await self._ask_one(Question(NOBODY, None, NOBODYS_NUMBER, "", now), now)
        return answer.reason if isinstance(answer, NoAnswer) and answer.reason != NO_REPORT else None

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._poster.aclose()

    async def _send_request(self, registered: RegisteredMessage, messages: Sequence[Message]) -> dict[object, Outcome]:
        fields = {
            "PhoneNumberSet": [message.to for message in messages],
            "SmsSdkAppId": self._app,
            "SignName": self._sign,
            "TemplateId": registered.code,
            "TemplateParamSet": [value for _, value in registered.parameters],
            "SessionContext": mark_of(messages),
        }
        said = await self._call("SendSms", fields, messages[0].sent_at)
        if isinstance(said, Failure):
            return {message.id: said.judge(WHO) for message in messages}
        if (code := _error(said)) is not None:
            return {message.id: MEANINGS.judge(code, WHO) for message in messages}
        by_number = _statuses(said)
        return {message.id: _judge(by_number.get(message.to)) for message in messages}

    async def _call(self, action: str, fields: Mapping[str, object], now: datetime) -> dict[str, object] | Failure:
        """The answer of the API; empty if it is not JSON."""
        body = json.dumps(fields).encode("ascii")
        headers = sign_request(self._endpoint, action, body, self._secret_id, self._secret_key, now, self._region)
        async with self._room:
            said = await self._poster.post(self._endpoint, body, headers)
        return said if isinstance(said, Failure) else _read(said)

    async def _ask_one(self, question: Question, now: datetime) -> Answer:
        """The report of a message. Without one, the provider may have it or not: it tells neither."""
        sent = int(question.sent_at.timestamp())
        fields = {
            "BeginTime": sent - 60,
            "EndTime": sent + int(WITHIN.total_seconds()),
            "Offset": 0,
            "Limit": MOST_RECORDS,
            "PhoneNumber": question.to,
            "SmsSdkAppId": self._app,
        }
        said = await self._call("PullSmsSendStatusByPhoneNumber", fields, now)
        if isinstance(said, Failure):
            return NoAnswer(f"{WHO} was not reached ({said.reason})")
        if (code := _error(said)) is not None:
            return NoAnswer(f"{WHO} answered {code}")
        reports = said.get("PullSmsSendStatusSet")
        if not isinstance(reports, list):
            return NoAnswer(f"{WHO} answered nonsense")
        found = [one for one in reports if isinstance(one, dict) and _is_about(one, question)]
        return _answer(found[0]) if len(found) == 1 else NoAnswer(NO_REPORT)


def open_provider(address: Address, settings: Settings) -> TencentChannel:  # noqa: ARG001  the form of all providers
    """The channel of an address. Raises `UnusableChannelAddress`."""
    address.only("app", "sign", "region", "connections", "batch", "endpoint")
    secret_id, secret_key = address.credentials()
    return TencentChannel(
        address.endpoint(),
        secret_id,
        secret_key,
        address.needed("app"),
        address.needed("sign"),
        address.url.query.get("region", REGION),
        connections=address.number("connections", CONNECTIONS, MOST_CONNECTIONS),
        batch=address.number("batch", MOST_MESSAGES, MOST_MESSAGES),
    )


def sign_request(
    endpoint: URL, action: str, body: bytes, secret_id: str, secret_key: SecretStr, now: datetime, region: str
) -> dict[str, str]:
    """The headers of a request, with its signature (TC3-HMAC-SHA256)."""
    host = endpoint.authority if endpoint.explicit_port else endpoint.host or ""
    day = f"{now.astimezone(UTC):%Y-%m-%d}"
    timestamp = str(int(now.timestamp()))
    lines = f"content-type:application/json\nhost:{host}\n"
    names = "content-type;host"
    canonical = "\n".join(["POST", "/", "", lines, names, hashlib.sha256(body).hexdigest()])
    scope = f"{day}/{SERVICE}/tc3_request"
    to_sign = "\n".join([ALGORITHM, timestamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"TC3{secret_key.get_secret_value()}".encode()
    for part in (day, SERVICE, "tc3_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "Host": host,
        "X-TC-Action": action,
        "X-TC-Timestamp": timestamp,
        "X-TC-Version": VERSION,
        "X-TC-Region": region,
        "Authorization": f"{ALGORITHM} Credential={secret_id}/{scope}, SignedHeaders={names}, Signature={signature}",
    }


def _too_late(message: Message) -> Transient | None:
    """Marketing outside the hours in which it is accepted waits for them."""
    if message.purpose is not Purpose.MARKETING:
        return None
    local = message.sent_at.astimezone(ZONE)
    begin, end = PROMOTIONS
    if begin <= local.hour < end:
        return None
    opens = local.replace(hour=begin, minute=0, second=0, microsecond=0)
    wait = (opens if local.hour < begin else opens + timedelta(days=1)) - local
    return Transient("Tencent takes marketing from 08:00 to 22:00 only", wait)


def _read(said: Response) -> dict[str, Any]:
    try:
        answer = json.loads(said.body)
    except ValueError:
        return {}
    found = answer.get("Response") if isinstance(answer, dict) else None
    return found if isinstance(found, dict) else {}


def _error(said: Mapping[str, object]) -> str | None:
    error = said.get("Error")
    return str(error.get("Code")) if isinstance(error, dict) else None


def _statuses(said: Mapping[str, object]) -> dict[str, dict[str, object]]:
    found = said.get("SendStatusSet")
    entries = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return {str(one.get("PhoneNumber")): one for one in entries}


def _judge(status: Mapping[str, Any] | None) -> Outcome:
    if status is None or not isinstance(status.get("Code"), str):
        return Unknown("Tencent did not say what became of it")
    if status["Code"] == "Ok":
        return Accepted(str(status["SerialNo"]) if status.get("SerialNo") else None)
    return MEANINGS.judge(status["Code"], WHO)


def _is_about(report: Mapping[str, object], question: Question) -> bool:
    if question.message_id is not None:
        return report.get("SerialNo") == question.message_id
    return may_be_in(question.touch_id, str(report.get("SessionContext", "")))


def _answer(report: Mapping[str, object]) -> Answer:
    received = report.get("UserReceiveTime")
    at = datetime.fromtimestamp(received, UTC) if isinstance(received, int) and 0 < received < 2**32 else None
    if report.get("ReportStatus") == "SUCCESS":
        return Delivered(at, str(report["SerialNo"]) if report.get("SerialNo") else None)
    return Undelivered(f"{WHO} says {report.get('Description', 'why not')}", at)
