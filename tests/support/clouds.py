"""The providers' servers on loopback. Each checks signatures by the provider's library, and keeps what it accepts."""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self
from unittest.mock import patch
from urllib.parse import parse_qsl

from aiohttp import BasicAuth, web
from alibabacloud_openapi_util.client import Client as AliyunUtilities
from Tea.request import TeaRequest
from tencentcloud.common.abstract_client import AbstractClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.http.request import RequestInternal
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

HOST = "127.0.0.1"
KEY_ID, SECRET = "AKIDexample", "a/secret:with+signs"
QUOTED = "a%2Fsecret%3Awith%2Bsigns"


@dataclass
class Cloud(ABC):
    """A server that answers as it is told."""

    port: int = 0
    status: int = 200
    answer: Callable[[str, dict[str, Any]], dict[str, Any] | None] | None = None
    """The answer to an action with parameters, instead of the usual one; None: the usual one."""
    breaks_off: bool = False
    """Whether the connection is lost instead of an answer, after the message was taken."""
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """What was asked with a valid signature."""
    forged: int = 0
    _runner: web.ServerRunner | None = None

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
        body = await request.read()
        if not self.is_signed(request, body):
            self.forged += 1
            return web.json_response(self.refusal(), status=403)
        action, fields = self.read(request, body)
        self.calls.append((action, fields))
        answer = self.answer(action, fields) if self.answer is not None else None
        usual = self.take(action, fields)
        if self.breaks_off:
            assert request.transport is not None
            request.transport.abort()
        return web.json_response(usual if answer is None else answer, status=self.status)

    @abstractmethod
    def is_signed(self, request: web.BaseRequest, body: bytes) -> bool:
        """Whether a request carries the signature that its content asks for."""

    @abstractmethod
    def refusal(self) -> dict[str, Any]:
        """What a forged request is answered with."""

    @abstractmethod
    def read(self, request: web.BaseRequest, body: bytes) -> tuple[str, dict[str, Any]]:
        """The action of a request and its parameters."""

    @abstractmethod
    def take(self, action: str, fields: dict[str, Any]) -> dict[str, Any]:
        """The usual answer to an action."""

    def calls_of(self, action: str) -> list[dict[str, Any]]:
        return [fields for name, fields in self.calls if name == action]


@dataclass
class AliyunCloud(Cloud):
    """Alibaba Cloud's SMS service."""

    records: list[dict[str, Any]] = field(default_factory=list)
    """What QuerySendDetails knows."""
    clock: datetime = datetime(2026, 3, 10, 10, 30, 5, tzinfo=UTC)

    @property
    def address(self) -> str:
        return f"aliyun://{KEY_ID}:{QUOTED}@dysmsapi.example.com?sign=城北店&endpoint=http://{HOST}:{self.port}"

    def is_signed(self, request: web.BaseRequest, body: bytes) -> bool:
        copy = TeaRequest()
        copy.method, copy.pathname, copy.query = request.method, request.path, dict(request.query)
        signed = ("host", "content-type")
        copy.headers = {
            name.lower(): value
            for name, value in request.headers.items()
            if name.lower() in signed or name.lower().startswith("x-acs-")
        }
        digest = hashlib.sha256(body).hexdigest()
        expected = AliyunUtilities.get_authorization(copy, "ACS3-HMAC-SHA256", digest, KEY_ID, SECRET)
        return expected == request.headers.get("Authorization") and digest == copy.headers["x-acs-content-sha256"]

    def refusal(self) -> dict[str, Any]:
        return {"Code": "SignatureDoesNotMatch"}

    def read(self, request: web.BaseRequest, body: bytes) -> tuple[str, dict[str, Any]]:
        return request.headers["x-acs-action"], dict(parse_qsl(body.decode(), keep_blank_values=True))

    def take(self, action: str, fields: dict[str, Any]) -> dict[str, Any]:
        if action == "QuerySendDetails":
            found = [one for one in self.records if one["PhoneNum"] == fields["PhoneNumber"]]
            return {"Code": "OK", "SmsSendDetailDTOs": {"SmsSendDetailDTO": found}}
        single = action == "SendSms"
        numbers = [fields["PhoneNumbers"]] if single else json.loads(fields["PhoneNumberJson"])
        sent = {"OutId": fields["OutId"], "TemplateCode": fields["TemplateCode"], "SendStatus": 1}
        sent["SendDate"] = f"{self.clock:%Y-%m-%d %H:%M:%S}"
        self.records += [sent | {"PhoneNum": number} for number in numbers]
        return {"Code": "OK", "BizId": f"biz{len(self.calls)}", "RequestId": "r"}


@dataclass
class TencentCloud(Cloud):
    """Tencent Cloud's SMS service."""

    reports: list[dict[str, Any]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return (
            f"tencent://{KEY_ID}:{QUOTED}@sms.example.com?app=1400006666&sign=城北店&endpoint=http://{HOST}:{self.port}"
        )

    def is_signed(self, request: web.BaseRequest, body: bytes) -> bool:
        profile = ClientProfile(httpProfile=HttpProfile(endpoint=request.headers["Host"]))
        client = AbstractClient(Credential(KEY_ID, SECRET), request.headers["X-TC-Region"], profile)
        client._service, client._apiVersion = "sms", request.headers["X-TC-Version"]
        copy = RequestInternal(request.headers["Host"], request.method, request.path)
        moment = int(request.headers["X-TC-Timestamp"])
        with patch("tencentcloud.common.abstract_client.time.time", lambda: moment):
            client._build_req_with_tc3_signature(request.headers["X-TC-Action"], json.loads(body), copy)
        return copy.header["Authorization"] == request.headers["Authorization"] and copy.data.encode() == body

    def refusal(self) -> dict[str, Any]:
        return {"Response": {"Error": {"Code": "AuthFailure.SignatureFailure"}}}

    def read(self, request: web.BaseRequest, body: bytes) -> tuple[str, dict[str, Any]]:
        return request.headers["X-TC-Action"], json.loads(body)

    def take(self, action: str, fields: dict[str, Any]) -> dict[str, Any]:
        if action == "PullSmsSendStatusByPhoneNumber":
            return {"Response": {"PullSmsSendStatusSet": self.reports}}
        statuses = [
            {"PhoneNumber": number, "Code": "Ok", "SerialNo": f"serial-{number}"} for number in fields["PhoneNumberSet"]
        ]
        return {"Response": {"SendStatusSet": statuses, "RequestId": "r"}}


@dataclass
class TwilioCloud(Cloud):
    """Twilio's Messages API."""

    status: int = 201
    records: list[dict[str, Any]] = field(default_factory=list)
    clock: str = "Tue, 10 Mar 2026 02:30:05 +0000"

    @property
    def address(self) -> str:
        return f"twilio://{KEY_ID}:{QUOTED}@api.example.com?from=15550100&endpoint=http://{HOST}:{self.port}"

    def is_signed(self, request: web.BaseRequest, body: bytes) -> bool:
        said = BasicAuth.decode(request.headers.get("Authorization", "Basic Og=="))
        return (said.login, said.password) == (KEY_ID, SECRET)

    def refusal(self) -> dict[str, Any]:
        return {"code": 20003}

    def read(self, request: web.BaseRequest, body: bytes) -> tuple[str, dict[str, Any]]:
        assert request.path == f"/2010-04-01/Accounts/{KEY_ID}/Messages.json"
        if request.method == "GET":
            self.status = 200
            return "list", dict(request.query)
        return "create", dict(parse_qsl(body.decode()))

    def take(self, action: str, fields: dict[str, Any]) -> dict[str, Any]:
        if action == "list":
            return {"messages": [one for one in self.records if one["to"] == fields["To"]]}
        sid = f"SM{len(self.calls)}"
        sent = {"sid": sid, "to": fields["To"], "body": fields["Body"], "status": "queued", "date_created": self.clock}
        self.records.append(sent)
        return sent
