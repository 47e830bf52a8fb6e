"""Providers by their published APIs, in front of servers that check signatures with the provider's library."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr

from models.core.settings import Settings
from models.core.words import Purpose
from tasks.channels.asking import (
    Answer,
    AskableChannel,
    Delivered,
    NoAnswer,
    NotKnown,
    OnItsWay,
    Question,
    Undelivered,
)
from tasks.channels.bulk import mark_of, may_be_in
from tasks.channels.contract import (
    Accepted,
    Message,
    Outcome,
    RegisteredMessage,
    Rejected,
    Transient,
    Unknown,
    UnusableChannelAddress,
)
from tasks.channels.opening import open_channel
from tests.support.clouds import AliyunCloud, Cloud, TencentCloud, TwilioCloud
from tests.support.messages import make_message

SETTING = "AFTERCARE_CHANNELS__SMS"
SENT_AT = datetime(2026, 3, 10, 2, 30, tzinfo=UTC)
CLOUDS = [AliyunCloud, TencentCloud, TwilioCloud]


def _open(address: str) -> AskableChannel:
    channel = open_channel(SecretStr(address), SETTING, Settings())
    assert isinstance(channel, AskableChannel)
    return channel


def _message(number: int = 0, code: str = "SMS_1", **differences: Any) -> Message:
    to = f"+86138{number:08d}"
    registered = RegisteredMessage(code, (("name", f"李{number} & Co"), ("day", "5月9日")))
    return make_message(**({"to": to, "registered": registered, "sent_at": SENT_AT} | differences))


async def _send(cloud: Cloud, *batch: Message, query: str = "") -> list[Outcome]:
    channel = _open(f"{cloud.address}{query}")  # type: ignore[attr-defined]
    try:
        return await channel.send(batch)
    finally:
        await channel.aclose()


async def _ask(cloud: Cloud, *questions: Question) -> list[Answer]:
    channel = _open(cloud.address)  # type: ignore[attr-defined]
    try:
        return await channel.ask(questions, SENT_AT + timedelta(minutes=2))
    finally:
        await channel.aclose()


def _question(message: Message, message_id: str | None = None) -> Question:
    return Question(message.id, message_id, message.to, message.text, message.sent_at)


@pytest.mark.parametrize("cloud_kind", CLOUDS)
async def test_the_provider_takes_our_signature(cloud_kind: type[Cloud]) -> None:
    async with cloud_kind() as cloud:
        [outcome] = await _send(cloud, _message())
        assert isinstance(outcome, Accepted), outcome
        assert outcome.message_id
        assert cloud.forged == 0
        assert len(cloud.calls) == 1


@pytest.mark.parametrize("cloud_kind", CLOUDS)
async def test_a_wrong_key_is_our_matter_and_is_not_told(cloud_kind: type[Cloud]) -> None:
    async with cloud_kind() as cloud:
        address = cloud.address.replace("a%2Fsecret", "hunter2")  # type: ignore[attr-defined]
        channel = _open(address)
        [outcome] = await channel.send([_message()])
        await channel.aclose()
    assert isinstance(outcome, Transient)
    assert "its settings need a look" in outcome.reason
    assert "hunter2" not in repr(outcome)


@pytest.mark.parametrize("cloud_kind", CLOUDS)
async def test_an_answer_that_does_not_come_is_unknown(cloud_kind: type[Cloud]) -> None:
    async with cloud_kind(breaks_off=True) as cloud:
        outcomes = await _send(cloud, _message(1), _message(2))
    assert [type(outcome) for outcome in outcomes] == [Unknown, Unknown]


@pytest.mark.parametrize("cloud_kind", CLOUDS)
@pytest.mark.parametrize(
    "nonsense", [{}, {"Response": []}, {"Response": {"SendStatusSet": {}}}, {"Code": 7}, {"sid": 1}]
)
async def test_nonsense_is_unknown(cloud_kind: type[Cloud], nonsense: dict[str, Any]) -> None:
    async with cloud_kind(answer=lambda *_: nonsense) as cloud:
        outcomes = await _send(cloud, _message(1), _message(2))
        assert [type(outcome) for outcome in outcomes] == [Unknown, Unknown]
        [answer] = await _ask(cloud, _question(_message(1)))
    assert isinstance(answer, NoAnswer)


@pytest.mark.parametrize("cloud_kind", CLOUDS)
async def test_nobody_there_is_transient(cloud_kind: type[Cloud]) -> None:
    async with cloud_kind() as cloud:
        pass
    [outcome] = await _send(cloud, _message())
    assert isinstance(outcome, Transient)
    [answer] = await _ask(cloud, _question(_message()))
    assert isinstance(answer, NoAnswer)


@pytest.mark.parametrize("cloud_kind", [AliyunCloud, TencentCloud])
async def test_what_is_no_registered_template_is_not_sent(cloud_kind: type[Cloud]) -> None:
    async with cloud_kind() as cloud:
        outcomes = await _send(cloud, _message(1, registered=None), _message(2))
        assert [type(outcome) for outcome in outcomes] == [Rejected, Accepted]
        assert len(cloud.calls) == 1


async def test_aliyun_sends_a_single_message_with_the_touch_as_its_mark() -> None:
    message = _message(7)
    async with AliyunCloud() as cloud:
        assert await _send(cloud, message) == [Accepted("biz1:13800000007")]
        [fields] = cloud.calls_of("SendSms")
    assert fields == {
        "PhoneNumbers": "13800000007",
        "SignName": "城北店",
        "TemplateCode": "SMS_1",
        "TemplateParam": '{"name":"李7 & Co","day":"5月9日"}',
        "OutId": str(message.id),
    }


async def test_aliyun_sends_those_of_one_template_together() -> None:
    messages = [_message(number, f"SMS_{number % 2}") for number in range(250)]
    async with AliyunCloud() as cloud:
        outcomes = await _send(cloud, *messages)
        batches = cloud.calls_of("SendBatchSms")
    assert sorted(len(json.loads(fields["PhoneNumberJson"])) for fields in batches) == [25, 25, 100, 100]
    for number, outcome in enumerate(outcomes):
        assert isinstance(outcome, Accepted)
        assert str(outcome.message_id).endswith(f":138{number:08d}")
    first = next(fields for fields in batches if fields["TemplateCode"] == "SMS_0")
    assert json.loads(first["TemplateParamJson"])[1] == {"name": "李2 & Co", "day": "5月9日"}
    assert set(json.loads(first["SignNameJson"])) == {"城北店"}
    assert max(len(fields["OutId"]) for fields in batches) <= 256


async def test_one_bad_number_does_not_keep_a_batch_out() -> None:
    def answer(action: str, fields: dict[str, Any]) -> dict[str, Any] | None:
        numbers = str(fields.get("PhoneNumberJson", fields.get("PhoneNumbers")))
        return {"Code": "isv.MOBILE_NUMBER_ILLEGAL"} if "13800000001" in numbers else None

    async with AliyunCloud(answer=answer) as cloud:
        outcomes = await _send(cloud, *(_message(number) for number in range(3)))
        assert len(cloud.calls_of("SendSms")) == 3
    assert [type(outcome) for outcome in outcomes] == [Accepted, Rejected, Accepted]
    assert outcomes[1] == Rejected("Aliyun answered isv.MOBILE_NUMBER_ILLEGAL")


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ("isv.MOBILE_NUMBER_ILLEGAL", Rejected, ""),
        ("isv.PARAM_LENGTH_LIMIT", Rejected, ""),
        ("isv.SOMETHING_NEW", Rejected, ""),
        ("isv.BUSINESS_LIMIT_CONTROL", Transient, "too many"),
        ("isv.DAY_LIMIT_CONTROL", Transient, "too many"),
        ("Throttling.User", Transient, "too fast"),
        ("isv.AMOUNT_NOT_ENOUGH", Transient, "no money left"),
        ("isv.OUT_OF_SERVICE", Transient, "no money left"),
        ("isv.SMS_TEMPLATE_ILLEGAL", Transient, "settings"),
        ("isv.SMS_SIGNATURE_ILLEGAL", Transient, "settings"),
        ("InvalidAccessKeyId.NotFound", Transient, "settings"),
        ("isp.SYSTEM_ERROR", Unknown, ""),
        ("isp.RAM_PERMISSION_DENY", Transient, "settings"),
    ],
)
async def test_aliyuns_codes_by_meaning(code: str, kind: type[Outcome], words: str) -> None:
    async with AliyunCloud(answer=lambda *_: {"Code": code, "Message": "…"}, status=400) as cloud:
        [outcome] = await _send(cloud, _message())
    assert type(outcome) is kind
    assert f"Aliyun answered {code}" in str(outcome)
    assert words in str(outcome)
    assert not isinstance(outcome, Transient) or outcome.retry_after


@pytest.mark.parametrize(
    ("record", "answer"),
    [
        (
            {"SendStatus": 3, "ReceiveDate": "2026-03-10 10:30:09"},
            Delivered(datetime(2026, 3, 10, 2, 30, 9, tzinfo=UTC)),
        ),
        ({"SendStatus": 2, "ErrCode": "MOBILE_NOT_ON_SERVICE"}, Undelivered("Aliyun says MOBILE_NOT_ON_SERVICE")),
        ({"SendStatus": 1}, OnItsWay()),
        ({"SendStatus": "odd"}, NoAnswer("Aliyun gave no state of it")),
    ],
)
async def test_aliyun_says_what_became_of_a_message(record: dict[str, Any], answer: Answer) -> None:
    async with AliyunCloud(breaks_off=True) as cloud:
        message, other = _message(1), _message(1)
        await _send(cloud, message, query="&batch=1")
        cloud.breaks_off = False
        cloud.records[0] |= record
        assert await _ask(cloud, _question(message)) == [answer]
        assert await _ask(cloud, _question(other)) == [NotKnown()]
        [fields] = cloud.calls_of("QuerySendDetails")[:1]
    assert (fields["PhoneNumber"], fields["SendDate"]) == ("13800000001", "20260310")


async def test_aliyun_knows_each_message_of_a_lost_batch() -> None:
    messages = [_message(number) for number in range(40)]
    async with AliyunCloud(breaks_off=True) as cloud:
        assert {type(one) for one in await _send(cloud, *messages)} == {Unknown}
        cloud.breaks_off = False
        answers = await _ask(cloud, *(_question(message) for message in messages))
        never_sent = await _ask(cloud, _question(_message(99)))
    assert answers == [OnItsWay()] * 40
    assert never_sent == [NotKnown()]


async def test_a_message_of_another_time_is_another_one() -> None:
    async with AliyunCloud(clock=datetime(2026, 3, 10, 8, 0, tzinfo=UTC)) as cloud:
        await _send(cloud, message := _message(1))
        assert await _ask(cloud, _question(message)) == [NotKnown()]


async def test_tencent_sends_what_says_the_same_together() -> None:
    same = RegisteredMessage("100", (("1", "5月9日"), ("2", "城北店")))
    messages = [_message(number, registered=same) for number in range(250)] + [_message(250)]
    async with TencentCloud() as cloud:
        outcomes = await _send(cloud, *messages)
        calls = cloud.calls_of("SendSms")
    assert sorted(len(fields["PhoneNumberSet"]) for fields in calls) == [1, 50, 200]
    assert outcomes == [Accepted(f"serial-{message.to}") for message in messages]
    single = next(fields for fields in calls if len(fields["PhoneNumberSet"]) == 1)
    assert single == {
        "PhoneNumberSet": ["+8613800000250"],
        "SmsSdkAppId": "1400006666",
        "SignName": "城北店",
        "TemplateId": "SMS_1",
        "TemplateParamSet": ["李250 & Co", "5月9日"],
        "SessionContext": str(messages[250].id),
    }
    assert max(len(fields["SessionContext"]) for fields in calls) <= 512


async def test_the_same_number_twice_is_two_requests() -> None:
    same = RegisteredMessage("100", ())
    async with TencentCloud() as cloud:
        outcomes = await _send(cloud, _message(1, registered=same), _message(1, registered=same))
        assert len(cloud.calls) == 2
    assert outcomes == [Accepted("serial-+8613800000001")] * 2


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ("InvalidParameterValue.IncorrectPhoneNumber", Rejected, ""),
        ("FailedOperation.PhoneNumberInBlacklist", Rejected, ""),
        ("LimitExceeded.PhoneNumberDailyLimit", Transient, "too many"),
        ("RequestLimitExceeded", Transient, "too fast"),
        ("FailedOperation.InsufficientBalanceInSmsPackage", Transient, "no money left"),
        ("FailedOperation.TemplateUnapprovedOrNotExist", Transient, "settings"),
        ("InternalError.Timeout", Unknown, ""),
    ],
)
@pytest.mark.parametrize("whole", [True, False])
async def test_tencents_codes_by_meaning(code: str, kind: type[Outcome], words: str, whole: bool) -> None:
    status = {"PhoneNumber": "+8613800000000", "Code": code, "SerialNo": ""}
    said = {"Error": {"Code": code}} if whole else {"SendStatusSet": [status]}
    async with TencentCloud(answer=lambda *_: {"Response": said}) as cloud:
        [outcome] = await _send(cloud, _message())
    assert type(outcome) is kind
    assert words in str(outcome)


@pytest.mark.parametrize(
    ("hour", "wait"),
    [(7, timedelta(hours=1)), (8, None), (21, None), (22, timedelta(hours=10)), (0, timedelta(hours=8))],
)
async def test_tencents_marketing_waits_for_its_hours(hour: int, wait: timedelta | None) -> None:
    at = datetime(2026, 3, 10, hour, tzinfo=UTC) - timedelta(hours=8)
    async with TencentCloud() as cloud:
        [promotion] = await _send(cloud, _message(purpose=Purpose.MARKETING, sent_at=at))
        [service] = await _send(cloud, _message(sent_at=at))
        assert len(cloud.calls) == (1 if wait else 2)
    assert isinstance(service, Accepted)
    assert (promotion.retry_after if isinstance(promotion, Transient) else None) == wait


async def test_tencent_tells_what_was_reported_and_nothing_else() -> None:
    message, other = _message(1), _message(1)
    report = {
        "SerialNo": "s1",
        "SessionContext": str(message.id),
        "ReportStatus": "SUCCESS",
        "UserReceiveTime": 1773109809,
    }
    async with TencentCloud(reports=[report]) as cloud:
        assert await _ask(cloud, _question(message)) == [
            Delivered(datetime.fromtimestamp(1773109809, UTC), "s1"),
        ]
        [answer] = await _ask(cloud, _question(other))
        assert isinstance(answer, NoAnswer), "no report does not mean that it never got it"
        report |= {"ReportStatus": "FAIL", "Description": "off"}
        assert isinstance((await _ask(cloud, _question(message)))[0], Undelivered)


async def test_twilio_sends_the_text_and_asks_for_a_receipt(monkeypatch: pytest.MonkeyPatch) -> None:
    message = _message(1)
    async with TwilioCloud() as cloud:
        settings = Settings(public_url="https://care.example.com")
        channel = open_channel(SecretStr(f"{cloud.address}&hook=usa"), SETTING, settings)
        assert await channel.send([message]) == [Accepted("SM1")]
        await channel.aclose()
        [fields] = cloud.calls_of("create")
    assert fields == {
        "To": message.to,
        "Body": message.text,
        "From": "+15550100",
        "StatusCallback": f"https://care.example.com/hooks/usa/receipts?as=twilio&touch={message.id}",
    }


async def test_twilio_sends_by_a_messaging_service() -> None:
    async with TwilioCloud() as cloud:
        channel = _open(cloud.address.replace("from=15550100", "service=MG17"))
        await channel.send([_message()])
        await channel.aclose()
        [fields] = cloud.calls_of("create")
    assert fields["MessagingServiceSid"] == "MG17"
    assert "From" not in fields


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, 21211, Rejected),
        (400, 21610, Rejected),
        (400, 21606, Transient),
        (401, 20003, Transient),
        (402, 20005, Transient),
        (429, 20429, Transient),
        (429, None, Transient),
        (500, 20500, Unknown),
        (503, None, Unknown),
        (404, None, Transient),
    ],
)
async def test_twilios_codes_by_meaning(status: int, code: int | None, kind: type[Outcome]) -> None:
    said = {"code": code} if code else {"message": "?"}
    async with TwilioCloud(answer=lambda *_: said, status=status) as cloud:
        [outcome] = await _send(cloud, _message())
    assert type(outcome) is kind


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        ("delivered", Delivered(None, "SM1")),
        ("sent", OnItsWay("SM1")),
        ("queued", OnItsWay("SM1")),
        ("undelivered", Undelivered("Twilio says 30003")),
    ],
)
async def test_twilio_finds_a_message_by_its_text_and_time(status: str, answer: Answer) -> None:
    async with TwilioCloud(breaks_off=True) as cloud:
        message = _message(1, text="one")
        await _send(cloud, message)
        cloud.breaks_off = False
        cloud.records[0] |= {"status": status, "error_code": 30003}
        assert await _ask(cloud, _question(message)) == [answer]
        assert await _ask(cloud, _question(_message(1, text="another"))) == [NotKnown()]
        assert await _ask(cloud, _question(_message(2, text="one"))) == [NotKnown()]
        assert await _ask(cloud, _question(message, "SM1")) == [answer]
        assert await _ask(cloud, _question(message, "SM9")) == [NotKnown()]


def test_a_mark_tells_which_messages_may_be_in_a_request() -> None:
    one, two = _message(id=UUID(int=0x11)), _message(id=UUID(int=0x22))
    assert mark_of([one]) == str(one.id)
    assert mark_of([one, two]) == "batch-1122"
    assert may_be_in(one.id, "batch-1122")
    assert not may_be_in(UUID(int=0x12), "batch-1122")
    assert not may_be_in(one.id, str(uuid4()))


ALIYUN, TENCENT = "aliyun://id:hunter2@h", "tencent://id:hunter2@h"


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        (f"{ALIYUN}", "lacks sign="),
        ("aliyun://h?sign=S", "lacks the id or the secret of its key"),
        ("aliyun://id@h?sign=S", "lacks the id or the secret of its key"),
        (f"{ALIYUN}?sign=S&batch=101", "has an unusable batch"),
        (f"{ALIYUN}?sign=S&endpoint=http://hunter2.example.com", "has an unusable endpoint="),
        (f"{ALIYUN}?sign=S&endpoint=hunter2", "has an unusable endpoint="),
        (f"{ALIYUN}?sign=S&sgin=hunter2", "has 1 unknown setting"),
        (f"{TENCENT}?sign=S", "lacks app="),
        (f"{TENCENT}?app=1", "lacks sign="),
        ("twilio://id:hunter2@h", "lacks from="),
        ("twilio://id:hunter2@h?from=hunter2", "has an unusable from="),
        ("twilio://id:hunter2@h?from=1555&hook=usa", "has an unusable hook="),
        ("twilio://:hunter2@h?from=1555", ""),
    ],
)
def test_a_wrong_address_is_refused_without_its_secret(address: str, problem: str) -> None:
    with pytest.raises(UnusableChannelAddress) as refusal:
        open_channel(SecretStr(address), SETTING, Settings())
    assert str(refusal.value).startswith(f"{SETTING} {problem}")
    assert "hunter2" not in str(refusal.value)
    assert "; expected " in str(refusal.value)


def test_each_provider_says_what_it_can_do() -> None:
    def abilities(clouds: Sequence[Any]) -> list[tuple[bool, bool, bool, int]]:
        opened = [_open(cloud().address).abilities for cloud in clouds]
        return [(one.takes_key, one.can_be_asked, one.needs_registered, one.messages_a_request) for one in opened]

    assert abilities(CLOUDS) == [(False, True, True, 100), (False, True, True, 200), (False, True, False, 1)]
