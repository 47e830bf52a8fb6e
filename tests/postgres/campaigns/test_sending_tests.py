"""Messages that the makers of a campaign send to themselves."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from models.campaigns.plans import CampaignPlan
from models.campaigns.words import FOLLOW_UP
from models.core.settings import ChannelAddresses, Settings
from models.core.words import ChannelName
from models.ledger.tables import AuditEntry, Touch
from tasks.campaigns.wording.messages import CampaignMessage
from tasks.campaigns.wording.test_messages import (
    NotSentAsTest,
    TooManyTests,
    UnfitForTest,
    WantedTest,
    read_address,
    send_test,
)
from tasks.messages.links import find_reader, read_token
from tests.support.campaigns import a_plan
from tests.support.office import Office
from tests.support.ports import free_port
from tests.support.world import at

NOW = at("2026-03-10 10:00")
ME = "+8613912345678"
WORDS = {"en": {"sms": "{{ customer }}: {{ links.consent }}", "email": {"subject": "Hello", "text": "Hi. STOP"}}}


def send(
    office: Office,
    customer_id: int,
    now: datetime = NOW,
    to: str = ME,
    channel: ChannelName = ChannelName.SMS,
    settings: Settings | None = None,
    plan: CampaignPlan | None = None,
    variant: str = "a",
) -> CampaignMessage:
    plan = plan or a_plan(channels=["sms", "email"], variants=[{"key": "a", "words": WORDS}])
    wanted = WantedTest(7, "Spring check", plan, variant, channel, customer_id, to)
    return asyncio.run(send_test(office.engine, settings or office.settings, "marketing", wanted, now))


def follow_up(kind: str, **more: str) -> CampaignPlan:
    return a_plan(follow_up={"kind": kind, "words": {"en": {"sms": "{{ customer }}, still there? STOP"}}} | more)


@pytest.fixture
def customer(office: Office) -> int:
    with office.open() as world:
        return world.customer(name="Anna")


def test_a_test_goes_to_its_maker_is_marked_and_is_on_record(office: Office, customer: int) -> None:
    send(office, customer, to="+86 139 1234 5678")
    send(office, customer, to="Me@Example.com", channel=ChannelName.EMAIL)
    by_sms, by_email = office.outbox()
    assert by_sms["to"] == ME
    assert by_sms["text"].startswith("[Test] Anna: http")
    assert (by_email["to"], by_email["subject"], by_email["text"]) == (
        "me@example.com", "[Test] Hello", "[Test] Hi. STOP",
    )  # fmt: skip
    with office.engine.begin() as connection:
        assert connection.scalar(select(func.count()).select_from(Touch)) == 0
        first, _ = connection.execute(select(AuditEntry.__table__).order_by(AuditEntry.id)).all()
    assert (first.actor, first.action, first.entity, first.entity_id) == (
        "marketing", "campaign.test-sent", "campaign", "7",
    )  # fmt: skip
    assert ME not in str(first.after)


def test_a_test_in_chinese_is_marked_in_chinese(office: Office) -> None:
    with office.open() as world:
        customer = world.customer(name="李雷", language="zh-CN")
    send(office, customer, plan=a_plan())
    assert office.outbox()[0]["text"].startswith("[测试] 李雷")


def test_nobody_decides_for_the_customer_by_the_links_of_a_test(office: Office, customer: int) -> None:
    token = send(office, customer).text.rpartition("/")[2]
    with office.engine.begin() as connection:
        reader = find_reader(connection, read_token(office.settings, token), NOW)
    assert reader is not None
    assert reader.over


def test_ten_an_hour_each(office: Office, customer: int) -> None:
    for minutes in range(10):
        send(office, customer, NOW + timedelta(minutes=minutes))
    with pytest.raises(TooManyTests):
        send(office, customer, NOW + timedelta(minutes=59))
    send(office, customer, NOW + timedelta(minutes=60))
    assert len(office.outbox()) == 11


def test_what_the_channel_does_not_take_is_told(office: Office, customer: int) -> None:
    away = f"gateway://127.0.0.1:{free_port()}/send"
    addresses = ChannelAddresses.model_validate({"sms": away})
    settings = Settings(home=office.settings.home, channels=addresses, public_url="https://service.example.com")
    with pytest.raises(NotSentAsTest, match="The test was not sent: "):
        send(office, customer, settings=settings)


@pytest.mark.parametrize(
    ("channel", "to"),
    [
        (ChannelName.SMS, "13912345678"),
        (ChannelName.SMS, "+86123"),
        (ChannelName.EMAIL, "me at example"),
        (ChannelName.WECHAT, "a b"),
        (ChannelName.PHONE, ME),
    ],
)
def test_an_address_that_is_none_is_refused(channel: ChannelName, to: str) -> None:
    with pytest.raises(UnfitForTest, match="A test cannot be sent to"):
        read_address(channel, to)


def test_the_second_message_is_tested_too_and_a_call_is_not(office: Office, customer: int) -> None:
    send(office, customer, plan=follow_up("message"), variant=FOLLOW_UP)
    (sent,) = office.outbox()
    assert (sent["text"], sent["template"]) == ("[Test] Anna, still there? STOP", "campaign-test-follow-up")
    with pytest.raises(UnfitForTest, match="nothing is sent by phone"):
        send(office, customer, plan=follow_up("call", role="advisor"), variant=FOLLOW_UP)
