"""Receipts and replies in the providers' own dialects: what is genuine is taken, what is forged changes nothing."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import func, select
from twilio.request_validator import RequestValidator

from console.api.dialects.contract import token_of
from console.api.dialects.taking import find_dialects
from models.core.words import TouchState
from models.ledger.tables import DeliveryReceipt, Reply
from models.people.tables import Consent
from tests.postgres.api.conftest import NUMBERS, Desk
from tests.postgres.api.test_hooks import NUMBER, sent, touch_of
from tests.support.world import World

SECRET = "new-secret"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@dataclass
class Hook(ABC):
    """How a provider calls us."""

    name: str
    receipt: Callable[[UUID, bool], Any]
    """Of a message that was delivered, or was not."""
    reply: Callable[[str], Any]
    """What a customer wrote."""
    message_id: str | None
    """By which the receipt names the message, beside the touch's id."""
    answer: str

    @abstractmethod
    async def call(self, desk: Desk, kind: str, body: Any, *, secret: str = SECRET, **more: Any) -> httpx.Response:
        """Report something to us, as this provider signs it."""


class Tokened(Hook):
    """A provider that does not sign."""

    async def call(self, desk: Desk, kind: str, body: Any, *, secret: str = SECRET, **more: Any) -> httpx.Response:
        token = more.get("token", token_of(secret, "acme", kind))
        path = f"/hooks/{more.get('gateway', 'acme')}/{kind}?as={self.name}&token={token}"
        return await desk.ask("POST", path, content=json.dumps(body).encode(), headers={"Content-Type": JSON})


class Signed(Hook):
    """Twilio."""

    async def call(self, desk: Desk, kind: str, body: Any, *, secret: str = SECRET, **more: Any) -> httpx.Response:
        path = f"/hooks/{more.get('gateway', 'acme')}/{kind}?as=twilio" + more.get("query", "")
        signature = RequestValidator(secret).compute_signature(f"http://api.test{path}", body)
        headers = {"Content-Type": FORM, "X-Twilio-Signature": more.get("signature", signature)}
        return await desk.ask("POST", path, content=urlencode(more.get("sends", body)).encode(), headers=headers)


HOOKS = [
    Tokened(
        "aliyun",
        lambda touch, good: [
            {
                "phone_number": "13800138000", "success": good, "err_code": "DELIVERED" if good else "UNDELIV",
                "biz_id": "b1", "out_id": str(touch), "report_time": "2026-03-11 11:00:00",
            }
        ],
        lambda text: [{"phone_number": "13800138000", "content": text, "send_time": "2026-03-11 11:30:00"}],
        None,
        '"code":0',
    ),
    Tokened(
        "tencent",
        lambda touch, good: [
            {
                "sid": "s1", "mobile": "13800138000", "report_status": "SUCCESS" if good else "FAIL",
                "errmsg": "DELIVRD" if good else "UNDELIV", "user_receive_time": "2026-03-11 11:00:00",
            }
        ],
        lambda text: {"nationcode": "86", "mobile": "13800138000", "text": text, "time": 1773200000},
        "s1",
        '"result":0',
    ),
    Signed(
        "twilio",
        lambda touch, good: {
            "MessageSid": "SM1", "MessageStatus": "delivered" if good else "undelivered", "ErrorCode": "30003"
        },
        lambda text: {"From": NUMBER, "Body": text, "MessageSid": "SM2"},
        "SM1",
        "<Response/>",
    ),
]  # fmt: skip
each = pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook.name)


def customer(desk: Desk) -> int:
    made: int = desk.look(lambda connection: World(connection, numbers=NUMBERS).customer(NUMBER))
    return made


def counted(desk: Desk) -> tuple[int, int, int]:
    """How many receipts, replies and consents there are."""

    def count(table: Any) -> int:
        found: int = desk.look(lambda connection: connection.scalar(select(func.count()).select_from(table)))
        return found

    return count(DeliveryReceipt), count(Reply), count(Consent)


def test_each_dialect_is_found_by_its_name() -> None:
    assert sorted(find_dialects()) == ["aliyun", "tencent", "twilio"]


@each
@pytest.mark.parametrize(("good", "state"), [(True, TouchState.SENT), (False, TouchState.FAILED)])
async def test_a_receipt_settles_its_message(desk: Desk, hook: Hook, good: bool, state: TouchState) -> None:
    touch = sent(desk, TouchState.UNKNOWN if good else TouchState.SENT, message_id=hook.message_id)
    for _ in range(2):  # providers repeat themselves
        answer = await hook.call(desk, "receipts", hook.receipt(touch, good))
        assert (answer.status_code, hook.answer in answer.text.replace(" ", "")) == (200, True)
    settled = touch_of(desk, touch)
    assert (settled.state, settled.delivered_at is not None) == (state, good)
    assert counted(desk)[0] == 1


@each
async def test_a_reply_is_taken_once(desk: Desk, hook: Hook) -> None:
    customer(desk)
    for _ in range(2):
        answer = await hook.call(desk, "replies", hook.reply("STOP"))
        assert answer.status_code == 200
    assert counted(desk) == (0, 1, 1)


@each
@pytest.mark.parametrize("kind", ["receipts", "replies"])
@pytest.mark.parametrize("way", ["secret", "gateway", "nothing", "unknown"])
async def test_what_is_forged_changes_nothing(desk: Desk, hook: Hook, kind: str, way: str) -> None:
    customer(desk)
    touch = sent(desk, TouchState.UNKNOWN, message_id=hook.message_id)
    body = hook.receipt(touch, True) if kind == "receipts" else hook.reply("STOP")
    forged: dict[str, dict[str, Any]] = {
        "secret": {"secret": "guessed"},
        "gateway": {"secret": "third-secret"},
        "nothing": {"token": "", "signature": ""},
        "unknown": {"gateway": "nobody", "secret": "nobody's"},
    }
    before = counted(desk)
    answer = await hook.call(desk, kind, body, **forged[way])
    assert answer.status_code == 401
    assert counted(desk) == before
    assert touch_of(desk, touch).state == TouchState.UNKNOWN


async def test_a_twilio_call_that_was_changed_on_its_way_is_forged(desk: Desk) -> None:
    touch = sent(desk, TouchState.UNKNOWN, message_id="SM1")
    [hook] = [one for one in HOOKS if one.name == "twilio"]
    body = hook.receipt(touch, True)
    for change in ({"sends": body | {"MessageSid": "SM2"}}, {"sends": body | {"More": "1"}}):
        assert (await hook.call(desk, "receipts", body, **change)).status_code == 401
    assert counted(desk)[0] == 0


async def test_a_twilio_receipt_names_the_touch_in_its_url(desk: Desk) -> None:
    touch = sent(desk, TouchState.UNKNOWN)
    [hook] = [one for one in HOOKS if one.name == "twilio"]
    answer = await hook.call(desk, "receipts", hook.receipt(touch, True), query=f"&touch={touch}")
    assert answer.status_code == 200
    assert touch_of(desk, touch).state == TouchState.SENT


async def test_that_twilio_has_sent_it_settles_nothing(desk: Desk) -> None:
    touch = sent(desk, TouchState.UNKNOWN, message_id="SM1")
    [hook] = [one for one in HOOKS if one.name == "twilio"]
    answer = await hook.call(desk, "receipts", {"MessageSid": "SM1", "MessageStatus": "sent"})
    assert answer.status_code == 200
    assert touch_of(desk, touch).state == TouchState.UNKNOWN


async def test_a_message_of_aliyuns_batch_is_known_by_batch_and_number(desk: Desk) -> None:
    touch = sent(desk, TouchState.UNKNOWN, message_id="b1:13800138000")
    [hook] = [one for one in HOOKS if one.name == "aliyun"]
    body = hook.receipt(uuid4(), True)
    body[0]["out_id"] = "batch-1122"
    assert (await hook.call(desk, "receipts", body)).status_code == 200
    assert touch_of(desk, touch).state == TouchState.SENT


@each
@pytest.mark.parametrize("kind", ["receipts", "replies"])
async def test_a_genuine_call_that_cannot_be_read_is_refused(desk: Desk, hook: Hook, kind: str) -> None:
    nonsense = {"what": "ever"}
    answer = await hook.call(desk, kind, nonsense)
    assert answer.status_code == 422
    assert counted(desk) == (0, 0, 0)


@pytest.mark.parametrize("name", ["aliyun", "tencent"])
async def test_one_entry_that_cannot_be_read_keeps_no_other_out(desk: Desk, name: str) -> None:
    [hook] = [one for one in HOOKS if one.name == name]
    touch = sent(desk, TouchState.UNKNOWN, message_id=hook.message_id)
    answer = await hook.call(desk, "receipts", [{"what": "ever"}, *hook.receipt(touch, True)])
    assert answer.status_code == 200
    assert touch_of(desk, touch).state == TouchState.SENT


@each
async def test_a_character_that_no_database_keeps_keeps_nothing_out(desk: Desk, hook: Hook) -> None:
    customer(desk)
    answer = await hook.call(desk, "replies", hook.reply("ST\x00OP"))
    assert answer.status_code == 200
    assert counted(desk)[1] == 1


async def test_there_is_no_such_dialect(desk: Desk) -> None:
    answer = await desk.ask("POST", "/hooks/acme/receipts?as=contract", content=b"{}")
    assert answer.status_code == 404
    assert "aliyun, tencent, twilio" in answer.json()["detail"]
