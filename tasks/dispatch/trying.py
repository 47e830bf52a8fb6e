"""One real message by a channel, to somebody of the house, and what becomes of it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, Select, select

from models.core.errors import NotFound
from models.core.rows import AnyRow, AnySelect
from models.core.settings import Settings
from models.core.words import ChannelName, Purpose, ReceiptStatus
from models.ledger.providers import RegisteredTemplate, RegistrationState
from models.ledger.tables import ChannelPause, DeliveryReceipt
from models.messages.skeletons import PLACEHOLDER
from models.people.tables import Store
from tasks.channels.asking import Answer, AskableChannel, Delivered, Question, Undelivered
from tasks.channels.contract import Accepted, Channel, Message, Outcome, RegisteredMessage, Unknown
from tasks.channels.opening import find_address, open_channel, scheme_of

TEXTS = {"zh-CN": "测试消息，请忽略。", "en": "This is a test. Please disregard it."}
SAMPLE = {"zh-CN": "测试", "en": "test"}
EVERY_SECONDS = 5


class NoRegisteredTemplate(NotFound):
    """The channel sends registered templates only, and none was named, or none is approved."""

    def __init__(self, setting: str, key: str | None) -> None:
        self.setting, self.key = setting, key
        missing = f"'{key}' has no approved registration" if key else "name one with --template"
        super().__init__(f"{setting} sends registered templates only: {missing}.")


@dataclass(frozen=True, slots=True)
class Trial:
    """What is to be sent, and what would hold it if it were a touch."""

    channel: ChannelName
    setting: str
    scheme: str
    message: Message
    paused: bool
    within_hours: bool
    """Whether the store's contact hours are now."""


def prepare_trial(
    connection: Connection,
    settings: Settings,
    channel: ChannelName,
    to: str,
    now: datetime,
    *,
    store: str | None,
    template: str | None,
) -> Trial:
    """The test message. `to`: in the form of the channel. Raises `NoRegisteredTemplate`, `UnusableChannelAddress`."""
    address, setting = find_address(settings, channel, store)
    opened = open_channel(address, setting, settings)
    place = connection.execute(_store(store)).one_or_none()
    language = place.language if place else settings.language
    registered, text = None, TEXTS[language]
    if opened.abilities.needs_registered:
        registered, text = _registered(connection, scheme_of(address), setting, template, language)
    message = Message(
        id=uuid4(),
        to=to,
        text=text,
        subject=text if channel is ChannelName.EMAIL else None,
        template=template or "test",
        purpose=Purpose.SERVICE,
        sent_at=now,
        language=language,
        store=place.code if place else "",
        store_name=place.name if place else "",
        postal_address=place.address if place else None,
        registered=registered,
    )
    paused = connection.execute(_pause(channel, place)).first() is not None
    return Trial(channel, setting, scheme_of(address), message, paused, _within_hours(place, settings, now))


async def try_channel(
    settings: Settings,
    trial: Trial,
    read_receipt: Callable[[str], Row[tuple[ReceiptStatus]] | None],
    seconds: int,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncIterator[Outcome | Answer | ReceiptStatus]:
    """Send it; then what is heard of it, until a last word or for so many seconds."""
    address, setting = find_address(settings, trial.channel, trial.message.store or None)
    channel = open_channel(address, setting, settings)
    try:
        [outcome] = await channel.send([trial.message])
        yield outcome
        if not isinstance(outcome, Accepted | Unknown):
            return
        message_id = outcome.message_id if isinstance(outcome, Accepted) else None
        for _ in range(seconds // EVERY_SECONDS):
            await sleep(EVERY_SECONDS)
            receipt = read_receipt(message_id) if message_id else None
            if receipt is not None:
                yield ReceiptStatus(receipt.status)
                return
            answer = await _ask(channel, trial.message, message_id)
            if isinstance(answer, Delivered | Undelivered):
                yield answer
                return
    finally:
        await channel.aclose()


def read_receipt(connection: Connection, message_id: str) -> Row[tuple[ReceiptStatus]] | None:
    """A receipt that came by webhook."""
    statement = select(DeliveryReceipt.status).where(DeliveryReceipt.message_id == message_id)
    return connection.execute(statement.limit(1)).one_or_none()


async def _ask(channel: Channel, message: Message, message_id: str | None) -> Answer | None:
    if not isinstance(channel, AskableChannel):
        return None
    question = Question(message.id, message_id, message.to, message.text, message.sent_at)
    [answer] = await channel.ask([question], message.sent_at)
    return answer


def _registered(
    connection: Connection, provider: str, setting: str, key: str | None, language: str
) -> tuple[RegisteredMessage, str]:
    kept = RegisteredTemplate
    wanted = (kept.provider == provider, kept.key == key, kept.state == RegistrationState.APPROVED)
    row = connection.execute(
        select(kept.__table__).where(*wanted).order_by((kept.language == language).desc(), kept.id).limit(1)
    ).one_or_none()
    if key is None or row is None:
        raise NoRegisteredTemplate(setting, key)
    values: Mapping[str, str] = {parameter["variable"]: SAMPLE[row.language] for parameter in row.parameters}
    named = tuple((parameter["name"], values[parameter["variable"]]) for parameter in row.parameters)
    return RegisteredMessage(row.code, named), PLACEHOLDER.sub(lambda found: values[found[1]], row.text)


def _store(code: str | None) -> AnySelect:
    found = select(Store.__table__)
    return found.where(Store.code == code) if code else found.order_by(Store.code).limit(1)


def _pause(channel: ChannelName, place: AnyRow | None) -> Select[tuple[int]]:
    running = select(ChannelPause.id).where(ChannelPause.channel == channel, ChannelPause.resumed_at.is_(None))
    own = ChannelPause.store_id.is_(None)
    return running.where(own | (ChannelPause.store_id == place.id) if place else own)


def _within_hours(place: AnyRow | None, settings: Settings, now: datetime) -> bool:
    zone = ZoneInfo(place.time_zone) if place else settings.zone
    local = now.astimezone(zone).time()
    return place is None or place.contact_from <= local < place.contact_until
