"""Test messages to a campaign's authors: marked as tests, audited, but not in the ledger of touches."""

import asyncio
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never
from uuid import uuid4

import phonenumbers
from sqlalchemy import Connection, Engine, func, select

from models.campaigns.plans import CampaignPlan
from models.campaigns.words import FOLLOW_UP
from models.core.cadence import moment
from models.core.errors import Conflict, InvalidInput, Unavailable
from models.core.masking import mask_contact
from models.core.settings import Settings
from models.core.words import CAMPAIGNS, ChannelName, Purpose, StepKind
from models.ledger.tables import AuditEntry
from models.people.tables import Store
from tasks.campaigns.wording.messages import CampaignMessage, preview
from tasks.channels.contract import Accepted, Channel, Message, Rejected, Transient, Unknown
from tasks.channels.opening import find_address, open_channel
from tasks.intake.values.cells import Unusable
from tasks.intake.values.phones import read_email
from tasks.ledger import audit

MOST_AN_HOUR = 10
HOUR = timedelta(hours=1)
SENT = "campaign.test-sent"
MARKS = {"zh-CN": "[测试] ", "en": "[Test] "}
WECHAT_ID = re.compile(r"[\w.@-]{2,64}")
EXPECTED: dict[ChannelName, str] = {
    ChannelName.SMS: "a phone number with its country's code, such as +8613800138000",
    ChannelName.EMAIL: "an e-mail address such as name@example.com",
    ChannelName.WECHAT: "a WeChat id",
}


class UnfitForTest(InvalidInput):
    """An address that cannot receive a test."""

    def __init__(self, channel: ChannelName, to: str) -> None:
        self.channel, self.to = channel, to
        expected = EXPECTED.get(channel)
        by = f"expected {expected}" if expected else f"nothing is sent by {channel}"
        super().__init__(f"A test cannot be sent to '{to}': {by}.")


class TooManyTests(Conflict):
    """A user who has reached the rate limit for tests."""

    def __init__(self, author: str) -> None:
        self.author = author
        super().__init__(f"'{author}' has sent {MOST_AN_HOUR} tests within the hour; wait a while.")


class NotSentAsTest(Unavailable):
    """A test that the channel did not accept."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The test was not sent: {reason}.")


@dataclass(frozen=True, slots=True)
class WantedTest:
    """Which message to send, for which customer it is written, and who receives it instead."""

    campaign_id: int
    name: str
    plan: CampaignPlan
    variant: str
    channel: ChannelName
    customer_id: int
    to: str


async def send_test(
    engine: Engine, settings: Settings, author: str, wanted: WantedTest, now: datetime
) -> CampaignMessage:
    """Send one test message and return its text. Its links are expired, so that nobody can act for the customer.

    Raises `UnfitForTest`, `TooManyTests`, `NotSentAsTest`, and what `preview` raises.
    """
    message, store = await asyncio.to_thread(_prepare, engine, settings, author, wanted, now)
    address, setting = find_address(settings, wanted.channel, store)
    channel = open_channel(address, setting, settings)
    try:
        await _send(channel, message, wanted, now)
    finally:
        await channel.aclose()
    return message


def _prepare(
    engine: Engine, settings: Settings, author: str, wanted: WantedTest, now: datetime
) -> tuple[CampaignMessage, str]:
    """Write and audit the message; a rejection gets no second entry."""
    if wanted.variant == FOLLOW_UP and wanted.plan.follow_up and wanted.plan.follow_up.kind is StepKind.CALL:
        raise UnfitForTest(ChannelName.PHONE, wanted.to)
    to = read_address(wanted.channel, wanted.to)
    with engine.begin() as connection:
        _count(connection, author, now)
        message = preview(
            connection, wanted.name, wanted.plan, wanted.customer_id, wanted.variant, wanted.channel, settings, now,
            links_last=timedelta(0),
        )  # fmt: skip
        store = connection.execute(select(Store.code).where(Store.id == message.store_id)).scalar_one()
        after = {
            "variant": wanted.variant,
            "channel": wanted.channel,
            "language": message.language,
            "customer_id": wanted.customer_id,
            "to": mask_contact(to),
        }
        audit.record(connection, now, author, SENT, "campaign", wanted.campaign_id, None, after)
    return message, store


def _count(connection: Connection, author: str, now: datetime) -> None:
    """Serialize tests, so that two at once cannot both be the last allowed one. Raises `TooManyTests`."""
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"campaign test {author}"))))
    sent = connection.execute(
        select(func.count()).where(
            AuditEntry.at > moment(now - HOUR), AuditEntry.actor == author, AuditEntry.action == SENT
        )
    ).scalar_one()
    if sent >= MOST_AN_HOUR:
        raise TooManyTests(author)


async def _send(channel: Channel, message: CampaignMessage, wanted: WantedTest, now: datetime) -> None:
    mark = MARKS[message.language]
    subject = mark + message.subject if message.subject is not None else None
    to = read_address(wanted.channel, wanted.to)
    template = f"campaign-test-{wanted.variant}"
    letter = Message(uuid4(), to, mark + message.text, subject, template, Purpose(wanted.plan.purpose), now)
    letter = replace(letter, language=message.language, process=CAMPAIGNS)
    (outcome,) = await channel.send([letter])
    match outcome:
        case Accepted():
            return
        case Rejected(reason) | Transient(reason) | Unknown(reason):
            raise NotSentAsTest(reason)
        case _:
            assert_never(outcome)


def read_address(channel: ChannelName, to: str) -> str:
    """The recipient of a test in the channel's form. Raises `UnfitForTest`."""
    match channel:
        case ChannelName.SMS:
            return _read_phone(to)
        case ChannelName.EMAIL:
            try:
                return read_email(to)
            except Unusable as error:
                raise UnfitForTest(channel, to) from error
        case ChannelName.WECHAT if WECHAT_ID.fullmatch(to.strip()):
            return to.strip()
        case ChannelName.WECHAT | ChannelName.PHONE:
            raise UnfitForTest(channel, to)
        case _:
            assert_never(channel)


def _read_phone(to: str) -> str:
    try:
        number = phonenumbers.parse(to, None)
    except phonenumbers.NumberParseException as error:
        raise UnfitForTest(ChannelName.SMS, to) from error
    if not phonenumbers.is_valid_number(number):
        raise UnfitForTest(ChannelName.SMS, to)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
