"""A gateway with many connections, that takes arrays, or that asks to wait."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from yarl import URL

from models.core.settings import Settings
from tasks.channels.contract import (
    Abilities,
    Accepted,
    Channel,
    Message,
    Outcome,
    Rejected,
    Transient,
    Unknown,
    UnusableChannelAddress,
)
from tasks.channels.gateway import LONGEST_WAIT, GatewayChannel
from tasks.channels.opening import open_channel
from tests.support.messages import make_message
from tests.support.sink import Cut, Received, Sink

SETTING = "AFTERCARE_CHANNELS__SMS"


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    """A gateway on loopback."""
    async with Sink() as sink:
        yield sink


def _open(url: str) -> Channel:
    return open_channel(SecretStr(url), SETTING, Settings())


async def _send(channel: Channel, *batch: Message) -> list[Outcome]:
    try:
        return await channel.send(batch)
    finally:
        await channel.aclose()


def _messages(number: int) -> list[Message]:
    return [make_message() for _ in range(number)]


async def test_the_address_says_how_many_requests_there_are_at_once(sink: Sink) -> None:
    sink.hold = asyncio.Event()
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        sending = group.create_task(_send(_open(f"{sink.url}?connections=120"), *_messages(200)))
        while len(sink.received) < 120:
            sink.arrived.clear()
            await sink.arrived.wait()
        await asyncio.sleep(0)
        assert len(sink.received) == 120
        sink.hold.set()
    assert sink.connections == 120
    assert len(sending.result()) == 200


async def test_what_is_ours_in_the_address_is_not_passed_on(sink: Sink) -> None:
    channel = _open(f"{sink.url}?sender=4S&connections=3&batch=2")
    assert isinstance(channel, GatewayChannel)
    assert channel._url.query == {"sender": "4S"}
    assert channel.abilities == Abilities(takes_key=True, messages_a_request=2, requests_at_once=3)
    await channel.aclose()


@pytest.mark.parametrize("part", ["connections=0", "connections=hunter2", "connections=2001", "batch=-1", "batch="])
def test_a_wrong_number_is_refused_with_its_setting(part: str) -> None:
    with pytest.raises(UnusableChannelAddress) as refusal:
        _open(f"gateway://u:hunter2@127.0.0.1/sms?{part}")
    assert str(refusal.value).startswith(f"{SETTING} has an unusable {part.partition('=')[0]}; expected ")
    assert "hunter2" not in str(refusal.value)


async def test_a_batch_is_an_array_a_request_with_outcomes_by_place(sink: Sink) -> None:
    messages = _messages(7)
    told: dict[str, dict[str, Any]] = {
        str(messages[1].id): {"status": 400, "error": f"no such number {messages[1].to}"},
        str(messages[3].id): {"status": 503},
        str(messages[4].id): {"status": "fine"},
        str(messages[5].id): {"message_id": 17},
    }
    sink.entry = lambda received: told.get(str(received.key), {})
    outcomes = await _send(_open(f"{sink.url}?batch=3"), *messages)
    assert sink.requests == 3
    assert [one.body["id"] for one in sink.received] == [str(message.id) for message in messages]
    assert "Idempotency-Key" not in sink.received[0].headers
    assert outcomes == [
        Accepted(),
        Rejected("the gateway answered 400: no such number …"),
        Accepted(),
        Transient("the gateway answered 503"),
        Unknown("the gateway gave no status"),
        Accepted("17"),
        Accepted(),
    ]


@pytest.mark.parametrize("answer", [b"", b"OK", b"{}", b"[]", b"[{}]", b"[{}, {}, {}]"])
async def test_an_array_answered_with_nonsense_is_unknown(sink: Sink, answer: bytes) -> None:
    sink.answer = answer
    outcomes = await _send(_open(f"{sink.url}?batch=10"), *_messages(2))
    assert outcomes == [Unknown("the gateway did not say what became of each message")] * 2


async def test_an_array_refused_as_a_whole_is_judged_by_the_status(sink: Sink) -> None:
    sink.status = 500
    outcomes = await _send(_open(f"{sink.url}?batch=10"), *_messages(2))
    assert {type(outcome) for outcome in outcomes} == {Transient}


async def test_an_array_lost_on_its_way_is_unknown_as_a_whole(sink: Sink) -> None:
    sink.cut = Cut.AFTER_READING
    outcomes = await _send(_open(f"{sink.url}?batch=10"), *_messages(3))
    assert [type(outcome) for outcome in outcomes] == [Unknown] * 3


def _impatient(sink: Sink, slept: list[float], **how: Any) -> GatewayChannel:
    """A channel that notes how long it waits, and the gateway's pause is over at once."""

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        channel._closed_until = 0
        sink.status = 200

    channel = GatewayChannel(URL(sink.url).with_scheme("http"), sleep=sleep, **how)
    return channel


async def test_a_short_pause_is_waited_for_and_what_was_refused_goes_again(sink: Sink) -> None:
    slept: list[float] = []
    sink.status, sink.headers = 429, {"Retry-After": "2"}
    first, second = _messages(2)
    assert await _send(_impatient(sink, slept, connections=1), first, second) == [
        Accepted(f"sink-{first.id}"),
        Accepted(f"sink-{second.id}"),
    ]
    assert slept == [pytest.approx(2, abs=0.2)]
    assert [one.key for one in sink.received] == [str(first.id), str(first.id), str(second.id)]


async def test_a_long_pause_postpones_and_nothing_more_is_posted(sink: Sink) -> None:
    slept: list[float] = []
    sink.status, sink.headers = 503, {"Retry-After": str(LONGEST_WAIT + 100)}
    outcomes = await _send(_impatient(sink, slept, connections=1), *_messages(5))
    assert (slept, len(sink.received)) == ([], 1)
    for outcome in outcomes:
        assert isinstance(outcome, Transient)
        assert outcome.retry_after == pytest.approx(timedelta(seconds=LONGEST_WAIT + 100), abs=timedelta(seconds=1))


async def test_only_what_was_refused_of_an_array_goes_again(sink: Sink) -> None:
    slept: list[float] = []
    messages = _messages(3)

    def answer(received: Received) -> dict[str, Any]:
        busy = received.key == str(messages[1].id) and not slept
        return {"status": 429, "retry_after": 1} if busy else {}

    sink.entry = answer
    assert await _send(_impatient(sink, slept, batch=3), *messages) == [Accepted()] * 3
    assert [one.key for one in sink.received] == [str(messages[place].id) for place in (0, 1, 2, 1)]


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("", None), ("soon", None), ("0", 0), ("600", 600), ("Mon, 02 Mar 2026 10:02:00 GMT", 120)],
)
async def test_what_retry_after_may_say(sink: Sink, asked: str, seconds: int | None) -> None:
    sink.status, sink.headers = 503, {"Retry-After": asked}

    async def never(_: float) -> None:
        """Waits are not waited for."""

    channel = GatewayChannel(URL(sink.url).with_scheme("http"), sleep=never)
    [outcome] = await _send(channel, make_message())
    assert isinstance(outcome, Transient)
    waits = outcome.retry_after.total_seconds() if outcome.retry_after is not None else None
    assert waits == (seconds if seconds is None else pytest.approx(seconds, abs=1))


@pytest.mark.parametrize(
    ("abilities", "chunk"),
    [
        (Abilities(takes_key=True, requests_at_once=50), 500),
        (Abilities(takes_key=True, messages_a_request=1000), 1000),
        (Abilities(requests_at_once=8), 3),
        (Abilities(requests_at_once=8, messages_a_request=100), 300),
        (Abilities(), 1),
    ],
)
def test_a_chunk_keeps_the_channel_busy(abilities: Abilities, chunk: int) -> None:
    assert abilities.chunk == chunk
