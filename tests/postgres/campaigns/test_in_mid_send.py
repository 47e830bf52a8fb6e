"""Events during a campaign's sending: pause, end, STOP, a second worker, kill -9, other processes' work."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from subprocess import DEVNULL, Popen
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, literal, select, update

from models.campaigns.tables import Campaign
from models.core.base import growing
from models.core.settings import MessagePrices
from models.core.words import ChannelName, ContactKind, ProcessName, Purpose, TouchState
from models.ledger.accounts_of_runs import RunAccount
from models.ledger.tables import AuditEntry, Touch
from models.people.tables import Consent, ContactPoint, Customer
from tasks.campaigns.launch.launching import cancel, launch, pause
from tasks.self_service.replies import record_reply
from tests.support.campaigner import arguments
from tests.support.campaigning import LI, MEI, NOON, CampaignOffice, hours, plan, why_held
from tests.support.dispatcher import settings_for
from tests.support.sink import Received, Sink
from tests.support.world import at

BATCH = 5
CUSTOMERS = 40
Act = Callable[[Connection, int], object]


def through(office: CampaignOffice, sink: Sink, batch: int = BATCH, **changes: Any) -> CampaignOffice:
    """The office, sending through a gateway, so many customers a batch."""
    office.settings = settings_for(office.settings.home, sink.url, batch).model_copy(update=changes)
    return office


def states(office: CampaignOffice) -> dict[str, int]:
    with office.engine.connect() as connection:
        counted = select(Touch.state, func.count()).where(Touch.process == ProcessName("campaigns"))
        return {str(state): count for state, count in connection.execute(counted.group_by(Touch.state))}


async def send_and(office: CampaignOffice, sink: Sink, campaign_id: int, act: Act) -> RunAccount:
    """Send a planned campaign; as soon as its first message has arrived, something else is done, and committed."""

    def once(_: Received) -> None:
        sink.record = None
        with office.engine.begin() as connection:
            act(connection, campaign_id)

    sink.record = once
    return await asyncio.to_thread(office.send, campaign_id, NOON)


@pytest.fixture
def planned(marketing: CampaignOffice) -> int:
    """A campaign to forty customers, planned to the last."""
    marketing.customers(CUSTOMERS)
    campaign_id = marketing.launched(plan(), NOON)
    marketing.advance(campaign_id, NOON)
    return campaign_id


async def test_a_pause_takes_effect_within_the_batch(marketing: CampaignOffice, planned: int) -> None:
    async with Sink() as sink:
        through(marketing, sink)
        await send_and(marketing, sink, planned, lambda connection, one: pause(connection, MEI, one, NOON))
    assert len(sink.received) <= BATCH
    assert states(marketing) == {"sent": len(sink.received), "planned": CUSTOMERS - len(sink.received)}


async def test_what_was_not_claimed_when_it_was_cancelled_is_never_sent(
    marketing: CampaignOffice, planned: int
) -> None:  # fmt: skip
    async with Sink() as sink:
        through(marketing, sink)
        await send_and(marketing, sink, planned, lambda connection, one: cancel(connection, MEI, one, NOON, "enough"))
        told = len(sink.received)
        assert told <= BATCH
        await asyncio.to_thread(marketing.carry_on, planned, NOON + hours(1))
        assert len(sink.received) == told
    assert states(marketing) == {"sent": told, "cancelled": CUSTOMERS - told}


async def test_a_stop_that_comes_during_the_send_is_honoured_in_it(marketing: CampaignOffice, planned: int) -> None:
    said_stop: set[str] = set()

    def stop(connection: Connection, _: int) -> None:
        """Half of those whose message is not on its way yet."""
        waiting = select(ContactPoint.value).join(Touch, Touch.customer_id == ContactPoint.customer_id)
        waiting = waiting.where(Touch.state.in_((TouchState.PLANNED, TouchState.CLAIMED)), Touch.customer_id % 2 == 0)
        for number in connection.scalars(waiting):
            record_reply(connection, number, "TD", ChannelName.SMS, NOON)
            said_stop.add(number)

    async with Sink() as sink:
        through(marketing, sink)
        await send_and(marketing, sink, planned, stop)
    told = {one.body["to"] for one in sink.received}
    assert len(said_stop) >= (CUSTOMERS - BATCH) // 2
    assert not told & said_stop
    assert len(told) == CUSTOMERS - len(said_stop)


async def test_two_workers_at_once_tell_everybody_once_and_keep_to_the_budget(marketing: CampaignOffice) -> None:
    marketing.settings = marketing.settings.model_copy(update={"prices": MessagePrices(sms=1)})
    marketing.customers(CUSTOMERS)
    campaign_id = marketing.launched(plan(budget="23.00"), NOON)
    marketing.advance(campaign_id, NOON)
    async with Sink() as sink:
        through(marketing, sink, 3, prices=MessagePrices(sms=1))
        await asyncio.gather(*(asyncio.to_thread(marketing.send, campaign_id, NOON) for _ in range(2)))
        await asyncio.to_thread(marketing.send, campaign_id, NOON)
    row = marketing.read(campaign_id)
    assert len({one.body["to"] for one in sink.received}) == len(sink.received) == 23
    assert row.spent == 23
    assert why_held(row).startswith("The budget of CNY 23.00 is used up")


def test_a_dearer_message_than_foreseen_is_what_is_kept_back_from_then_on(marketing: CampaignOffice) -> None:
    marketing.settings = marketing.settings.model_copy(update={"prices": MessagePrices(sms=1)})
    (customer,) = marketing.customers(1, name="Anna")
    campaign_id = marketing.launched(plan(budget="23.00"), NOON)
    assert marketing.read(campaign_id).dearest_message == 1
    with marketing.engine.begin() as connection:
        renamed = update(Customer).where(Customer.id == customer)
        connection.execute(renamed.values(name="安娜" * 20))
    marketing.carry_on(campaign_id, NOON)
    row = marketing.read(campaign_id)
    assert (row.spent, row.dearest_message) == (2, 2)


def test_launched_by_two_people_at_once_it_is_one_campaign(marketing: CampaignOffice) -> None:
    marketing.customers(CUSTOMERS)
    campaign_id = marketing.approved(plan(), NOON)
    gate = Barrier(2)

    def click(who: Any) -> bool:
        with marketing.engine.begin() as connection:
            gate.wait(10)
            return launch(connection, who, campaign_id, NOON)

    with ThreadPoolExecutor(2) as people:
        assert sorted(people.map(click, (MEI, LI))) == [False, True]
        list(people.map(lambda _: marketing.carry_on(campaign_id, NOON), range(2)))
    marketing.carry_on(campaign_id, NOON)
    assert len({line["to"] for line in marketing.outbox()}) == len(marketing.outbox()) == CUSTOMERS
    with marketing.engine.connect() as connection:
        launches = connection.scalar(select(func.count()).where(AuditEntry.action == "campaign.launched"))
        campaigns = connection.scalar(select(func.count()).select_from(Campaign))
    assert (launches, campaigns) == (1, 1)


def test_marketing_goes_to_those_who_opted_in_and_to_nobody_else(marketing: CampaignOffice) -> None:
    customers = marketing.customers(6)
    with marketing.engine.begin() as connection:
        for customer, granted in zip(customers[:4], (True, True, True, False), strict=True):
            values = {"customer_id": customer, "purpose": Purpose.MARKETING, "granted": granted}
            connection.execute(insert(Consent).values(**values, given_at=at("2026-01-01"), source="test"))
        values |= {"customer_id": customers[2], "granted": False, "given_at": at("2026-02-01")}
        connection.execute(insert(Consent).values(**values, source="test"))
    campaign_id = marketing.launched(plan(purpose="marketing"), NOON)
    account = marketing.carry_on(campaign_id, NOON)
    assert (account.planned, account.sent, sum(account.cancelled.values())) == (6, 2, 4)
    with marketing.engine.connect() as connection:
        told = connection.scalars(select(Touch.customer_id).where(Touch.state == TouchState.SENT)).all()
    assert sorted(told) == customers[:2]


async def test_kill_9_in_mid_campaign_loses_nothing_and_doubles_nothing(marketing: CampaignOffice) -> None:
    marketing.customers(CUSTOMERS)
    campaign_id = marketing.launched(plan(), NOON)
    running: list[Popen[bytes]] = []

    def kill(_: Received) -> None:
        if len(sink.received) % 8 == 0 and running:
            running.pop().kill()

    async with Sink(record=kill) as sink:
        through(marketing, sink)
        command = arguments(marketing.engine, marketing.settings.home, campaign_id, NOON, sink.url, BATCH)
        killed = 0
        for _ in range(3):
            process = await asyncio.to_thread(lambda: Popen(command, stdout=DEVNULL))
            running[:] = [process]
            killed += await asyncio.to_thread(process.wait, 120) == -9
        sink.record = None
        await asyncio.to_thread(marketing.carry_on, campaign_id, NOON)
    assert killed == 3
    assert {one.key for one in sink.received} == {str(key) for key in sent(marketing)}
    assert len({one.body["to"] for one in sink.received}) == CUSTOMERS
    assert len([one for one in sink.received if not one.repeated]) == CUSTOMERS
    assert states(marketing) == {"sent": CUSTOMERS}


def sent(office: CampaignOffice) -> list[Any]:
    with office.engine.connect() as connection:
        return list(connection.scalars(select(Touch.id).where(Touch.state == TouchState.SENT)))


async def test_a_reminder_goes_out_while_thousands_of_a_campaign_wait(marketing: CampaignOffice) -> None:
    many = 5000
    crowd(marketing, many)
    campaign_id = marketing.launched(plan(), NOON)
    marketing.advance(campaign_id, NOON)
    (patient,) = marketing.customers(1)
    with marketing.engine.begin() as connection:
        marketing.world.connection = connection
        marketing.world.appointment(patient, "2026-03-10 13:30", booked_at=at("2026-03-01 10:00"))
        marketing.world.plan(ProcessName("appointment-reminders"), "2026-03-10 12:00")
    by_outbox = marketing.settings
    async with Sink(hold=asyncio.Event()) as sink:
        assert sink.hold is not None
        through(marketing, sink, 1000)
        sending = asyncio.create_task(asyncio.to_thread(marketing.send, campaign_id, NOON))
        await sink.arrived.wait()  # a thousand are claimed, and none of them gets an answer
        marketing.settings = by_outbox
        account = await asyncio.to_thread(marketing.dispatch_everything, NOON)
        pause_it(marketing, campaign_id)
        sink.hold.set()
        await sending
    assert (account.claimed, account.sent) == (1, 1)
    assert states(marketing)["planned"] >= many - 2000


def pause_it(office: CampaignOffice, campaign_id: int) -> None:
    with office.engine.begin() as connection:
        pause(connection, MEI, campaign_id, NOON)


def crowd(office: CampaignOffice, count: int) -> None:
    """So many customers with a mobile number, made inside the database."""
    numbers = func.generate_series(1, count).table_valued("n").render_derived(name="numbers")
    with office.engine.begin() as connection:
        first = connection.scalar(select(func.coalesce(func.max(Customer.id), 0)))
        connection.execute(
            insert(Customer).from_select(
                ["store_id", "name", "created_at"],
                select(
                    literal(office.world.store_id), func.concat("Customer ", numbers.c.n), literal(at("2020-01-01"))
                ),
            )
        )
        connection.execute(
            insert(ContactPoint).from_select(
                ["customer_id", "kind", "value"],
                select(
                    Customer.id,
                    literal(ContactKind.PHONE, growing(ContactKind)),
                    func.concat("+86139", 10_000_000 + Customer.id),
                ).where(Customer.id > first),
            )
        )
