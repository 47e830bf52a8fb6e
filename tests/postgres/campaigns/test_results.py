"""A campaign's results: a balanced account, and contacted customers compared with the control group."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert, update

from models.core.words import (
    AppointmentStatus,
    CampaignAnswer,
    Gate,
    InvoiceKind,
    InvoiceStatus,
    Purpose,
    Role,
    TouchState,
    Wave,
)
from models.inbound.tables import Inbound
from models.inbound.words import InboundKind, InboundState, InboundWay
from models.ledger.accounts_of_runs import Unbalanced
from models.people.tables import Customer
from tasks.campaigns.outcome.exporting import COLUMNS, export_recipients
from tasks.campaigns.outcome.results import NoSuchCampaign, read_results, read_standings
from tests.support.campaigns import BEGAN, SMS, LaunchedCampaign, a_plan
from tests.support.world import World, at

NOW = at("2026-04-30 10:00")
DAYS = 30
PLAN = a_plan(
    variants=[{"key": "a", "share": 50, "words": SMS}, {"key": "b", "share": 50, "words": SMS}], measured_days=DAYS
)
CONTROL, FIRST, SECOND = (Wave.CONTROL, None), (Wave.REST, "a"), (Wave.REST, "b")


@pytest.fixture
def campaign(world: World) -> LaunchedCampaign:
    return LaunchedCampaign(world, BEGAN, PLAN)


def test_everybody_is_accounted_for(campaign: LaunchedCampaign) -> None:
    campaign.recipient(wave=Wave.CONTROL)
    campaign.recipient()  # passed over
    for state in (
        TouchState.PLANNED,
        TouchState.SENT,
        TouchState.UNKNOWN,
        TouchState.FAILED,
        TouchState.READY,
        TouchState.MISSED,
    ):
        campaign.touch(campaign.recipient(), state)
    campaign.touch(campaign.recipient(), TouchState.PLANNED, gate=Gate.CAP)
    for state, reason in ((TouchState.CANCELLED, "no-consent"), (TouchState.SKIPPED, "time-passed")):
        campaign.touch(campaign.recipient(), state, reason=reason)
    last = campaign.recipient()
    campaign.change(planned_up_to=last - 1)
    account = read_results(campaign.world.connection, campaign.id, NOW).account
    assert account.model_dump() == {
        "recipients": 12, "control": 1, "not_planned": 1, "passed_over": 1, "waiting": 1, "held": {"cap": 1},
        "on_its_way": 0, "sent": 1, "handed_to_staff": 1, "missed": 1, "failed": 1, "unknown": 1,
        "stopped": {"time-passed": 1, "no-consent": 1},
    }  # fmt: skip


def test_it_can_be_followed_without_what_customers_did(campaign: LaunchedCampaign) -> None:
    campaign.recipient(wave=Wave.CONTROL)
    campaign.told()
    campaign.touch(campaign.recipient(variant="b"), TouchState.FAILED)
    account, groups = read_standings(campaign.world.connection, campaign.id)
    results = read_results(campaign.world.connection, campaign.id, NOW)
    assert (account, groups) == (results.account, dict(results.groups))


def test_a_message_that_is_there_twice_is_found_out(campaign: LaunchedCampaign) -> None:
    recipient = campaign.told()
    campaign.touch(recipient, anchor_at=BEGAN + timedelta(days=1))
    with pytest.raises(Unbalanced, match="but 1 is not 2"):
        read_results(campaign.world.connection, campaign.id, NOW)


def test_follow_ups_are_counted_apart(campaign: LaunchedCampaign) -> None:
    recipient = campaign.told()
    campaign.touch(recipient, TouchState.PLANNED, step="follow-up")
    found = read_results(campaign.world.connection, campaign.id, NOW)
    assert (found.account.sent, found.follow_ups) == (1, {"planned": 1})


def test_messages_and_answers_are_counted_by_wave_and_variant(campaign: LaunchedCampaign) -> None:
    campaign.touch(campaign.recipient(wave=Wave.CANARY), delivered_at=BEGAN)
    campaign.touch(campaign.recipient(variant="b"), TouchState.FAILED)
    for variant, answer in (("a", CampaignAnswer.INTERESTED), ("a", CampaignAnswer.REPLIED), ("b", None)):
        campaign.told(variant=variant, answer=answer)
    campaign.told(answer=CampaignAnswer.REPLIED, answered_at=BEGAN + timedelta(days=DAYS, minutes=1))
    found = read_results(campaign.world.connection, campaign.id, NOW)
    assert list(found.groups) == [(Wave.CANARY, "a"), FIRST, SECOND]
    canary, first, second = found.groups.values()
    assert (canary.sent, canary.delivered, first.sent, second.sent, second.failed) == (1, 1, 3, 1, 1)
    assert first.answered == {CampaignAnswer.INTERESTED: 1, CampaignAnswer.REPLIED: 1}
    assert found.of_variant("a").recipients == 4


def test_what_customers_do_counts_from_the_beginning_and_for_so_many_days(campaign: LaunchedCampaign) -> None:
    world = campaign.world
    for hours in (-1, 1, 24 * DAYS - 1, 24 * DAYS + 1):
        moment = BEGAN + timedelta(hours=hours)
        for wave in (Wave.CONTROL, Wave.REST):
            customer = world.customer()
            recipient = campaign.recipient(customer, wave)
            if wave is Wave.REST:
                campaign.touch(recipient)
            world.appointment(customer, "2026-08-01 10:00", booked_at=moment)
            world.appointment(customer, "2026-08-01 10:00", arrived_at=moment, status=AppointmentStatus.COMPLETED)
            world.consent(customer, granted=False, given_at=moment, purpose=Purpose.MARKETING)
            world.complaint(customer, f"{moment:%Y-%m-%d %H:%M}")
    groups = read_results(world.connection, campaign.id, NOW).groups
    for place in (CONTROL, FIRST):
        found = groups[place]
        assert (found.recipients, found.begun) == (4, 4)
        assert (found.booked, found.came, found.opted_out, found.complained) == (2, 2, 2, 2)


def test_each_customer_counts_once_and_what_has_not_happened_yet_not_at_all(campaign: LaunchedCampaign) -> None:
    world = campaign.world
    customer = world.customer()
    campaign.told(customer)
    for day in (11, 12, 13):
        world.appointment(customer, f"2026-04-0{day - 10} 10:00", booked_at=at(f"2026-03-{day} 10:00"))
        world.repair_order(customer, f"2026-03-{day}")
    assert read_results(world.connection, campaign.id, NOW).groups[FIRST].booked == 1
    assert read_results(world.connection, campaign.id, NOW).groups[FIRST].came == 1
    early = read_results(world.connection, campaign.id, BEGAN + timedelta(hours=1)).groups[FIRST]
    assert (early.booked, early.came) == (0, 0)


def test_a_repair_order_counts_by_its_day(campaign: LaunchedCampaign) -> None:
    world = campaign.world
    for opened_on, closed_on in (("2026-03-09", "2026-03-12"), ("2026-03-11", "2026-03-12"), (None, "2026-03-12")):
        customer = world.customer()
        campaign.told(customer)
        world.repair_order(customer, closed_on, opened_on=opened_on)
    assert read_results(world.connection, campaign.id, NOW).groups[FIRST].came == 2


def test_what_they_spent_is_added_up_by_currency(campaign: LaunchedCampaign) -> None:
    world = campaign.world
    customer = world.customer()
    campaign.told(customer)
    account = world.account(customer)
    world.invoice(account, "2026-05-30", "100.00", issued_on="2026-03-20")
    world.invoice(account, "2026-05-30", "30.00", issued_on="2026-03-21", kind=InvoiceKind.CREDIT_NOTE)
    world.invoice(account, "2026-05-30", "500.00", issued_on="2026-03-21", status=InvoiceStatus.VOID)
    world.invoice(account, "2026-05-30", "900.00", issued_on="2026-03-09")
    world.invoice(account, "2026-03-25", "7.50", currency="EUR")
    found = read_results(world.connection, campaign.id, NOW)
    assert found.groups[FIRST].spent == {"CNY": Decimal("70.00"), "EUR": Decimal("7.50")}
    assert found.told.spent_each("CNY") == 70


def test_those_told_are_compared_with_those_held_out(campaign: LaunchedCampaign) -> None:
    world = campaign.world
    for wave, variant, booking in ((Wave.CONTROL, None, 1), (Wave.REST, "a", 3), (Wave.REST, "b", 3)):
        for number in range(5):
            customer = world.customer()
            campaign.recipient(customer, wave, variant)
            if number < booking:
                world.appointment(customer, "2026-03-20 10:00", booked_at=at("2026-03-11 10:00"))
    found = read_results(world.connection, campaign.id, NOW)
    assert found.variants == ("a", "b")
    assert found.differences["booked"].points == pytest.approx(40)
    assert not found.differences["came"].is_clear


def test_what_those_did_who_were_not_sent_it_is_in_the_comparison_and_in_no_share(campaign: LaunchedCampaign) -> None:
    world = campaign.world
    sent, unsent, failed, held_out = (world.customer() for _ in range(4))
    campaign.told(sent, answer=CampaignAnswer.INTERESTED)
    campaign.recipient(unsent)
    campaign.touch(campaign.recipient(failed), TouchState.FAILED)
    campaign.recipient(held_out, Wave.CONTROL)
    for customer in (sent, unsent, failed, held_out):
        world.appointment(customer, "2026-03-20 10:00", booked_at=at("2026-03-11 10:00"))
        world.invoice(world.account(customer), "2026-05-30", "10.00", issued_on="2026-03-20")
    found = read_results(world.connection, campaign.id, NOW)
    told, control = found.told, found.control
    assert (told.begun, told.counted, told.booked, told.share(told.booked)) == (3, 1, 1, 100.0)
    assert (told.as_assigned["booked"], told.spent) == (3, {"CNY": Decimal("10.00")})
    assert (control.counted, control.booked, control.share(control.booked)) == (1, 1, 100.0)
    assert found.differences["booked"].points == 0


def test_whose_turn_has_not_come_is_not_in_the_comparison(campaign: LaunchedCampaign) -> None:
    campaign.told()
    campaign.change(planned_up_to=0)
    campaign.recipient()
    found = read_results(campaign.world.connection, campaign.id, NOW)
    assert (found.told.recipients, found.told.begun) == (2, 0)


def test_a_campaign_that_was_not_launched_has_nothing_and_one_that_is_not_there_is_refused(world: World) -> None:
    campaign = LaunchedCampaign(world)
    assert read_results(world.connection, campaign.id, NOW).groups == {}
    with pytest.raises(NoSuchCampaign):
        read_results(world.connection, 999_999, NOW)


def ask(world: World, customer: int, key: str, **values: Any) -> None:
    """The customer asked for a visit at a time."""
    said = {
        "store_id": world.store_id, "customer_id": customer, "way": InboundWay.PAGE_REQUEST, "text": "",
        "kind": InboundKind.BOOKING, "source": "test", "source_key": key, "state": InboundState.OPEN,
        "role": Role.ADVISOR, "due_at": values["received_at"],
    }  # fmt: skip
    world.connection.execute(insert(Inbound).values(said | values))


def test_recipients_are_written_one_by_one(campaign: LaunchedCampaign) -> None:
    world = campaign.world
    customer, held_out = world.customer(name="=Anna"), world.customer()
    campaign.told(customer, answer=CampaignAnswer.INTERESTED)
    campaign.recipient(held_out, Wave.CONTROL)
    world.appointment(customer, "2026-03-20 10:00", booked_at=at("2026-03-11 10:00"))
    world.invoice(world.account(customer), "2026-05-30", "100.00", issued_on="2026-03-20")
    asked = {"wanted_at": at("2026-03-14 09:30"), "received_at": at("2026-03-11 09:00")}
    ask(world, customer, "1", **asked)
    ask(world, customer, "2", **asked | {"wanted_at": at("2026-03-15 14:00"), "received_at": at("2026-03-11 09:30")})
    assert read_results(world.connection, campaign.id, NOW).told.number("requested") == 1
    assert read_results(world.connection, campaign.id, NOW).told.number("interested") == 1
    headings, first, second = export_recipients(world.connection, campaign.id, NOW, with_names=True)
    assert tuple(headings) == COLUMNS
    told = dict(zip(headings, first, strict=True))
    assert told | {"customer": "", "store": ""} == {
        "customer": "", "name": "'=Anna", "store": "", "wave": "rest", "variant": "a", "state": "sent", "reason": "",
        "channel": "sms", "sent_at": "2026-03-10 10:00", "delivered_at": "", "answer": "interested",
        "answered_at": "2026-03-10 12:00", "time_asked_for": "2026-03-15 14:00", "booked": "yes",
        "came": "", "spent": "CNY 100.00",
    }  # fmt: skip
    assert second[3:6] == ["control", "", "control"]
    _, masked, _ = export_recipients(world.connection, campaign.id, NOW, with_names=False)
    assert masked[1] == "'=***"


def test_someone_of_one_store_gets_that_stores_recipients(campaign: LaunchedCampaign) -> None:
    world = campaign.world
    other = world.store()
    elsewhere = world.customer()
    world.connection.execute(update(Customer).where(Customer.id == elsewhere).values(store_id=other))
    campaign.told(elsewhere)
    campaign.told()
    for store, rows in ((None, 3), (other, 2)):
        found = export_recipients(world.connection, campaign.id, NOW, with_names=True, store_id=store)
        assert len(list(found)) == rows
    with pytest.raises(NoSuchCampaign):
        export_recipients(world.connection, 999_999, NOW, with_names=True)
