"""Customers' replies to a campaign, and that an opt-out ends it for them."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from models.campaigns.tables import Campaign, CampaignRecipient
from models.core.words import (
    CampaignAnswer,
    ChannelName,
    ProcessName,
    Purpose,
    ReplyMeaning,
    Role,
    StepKind,
    TouchState,
)
from models.inbound.tables import Inbound
from models.ledger.tables import Reply
from models.people.tables import StaffMember
from models.subjects.appointment import Appointment
from tasks.dispatch.claim import claim
from tasks.dispatch.dispatch import account_of_claim
from tasks.self_service.replies import ReplyTaken, record_reply
from tasks.subjects.recipient.answers import record_answer
from tests.support.campaigns import BEGAN, LaunchedCampaign
from tests.support.desk import audited, dispatched, touch_of, verdicts_of
from tests.support.stepwise import Batch, StepwiseDispatcher
from tests.support.world import World, at

NUMBER = "+8613800138000"
NOW = at("2026-03-10 12:00")
INTERESTED, NOT_INTERESTED, REPLIED = (
    CampaignAnswer.INTERESTED, CampaignAnswer.NOT_INTERESTED, CampaignAnswer.REPLIED,
)  # fmt: skip


def reply(world: World, text: str, now: Any = NOW, **values: Any) -> ReplyTaken:
    return record_reply(world.connection, NUMBER, text, ChannelName.SMS, now, **values)


def answer_of(world: World, recipient: int) -> CampaignAnswer | None:
    return world.connection.execute(
        select(CampaignRecipient.answer).where(CampaignRecipient.id == recipient)
    ).scalar_one()


@pytest.fixture
def told(world: World) -> int:
    """A recipient who was contacted by SMS."""
    return LaunchedCampaign(world).told(world.customer(phone=NUMBER))


@pytest.mark.parametrize(
    ("text", "answer"),
    [("1", INTERESTED), ("how much is it?", REPLIED), ("2", REPLIED), ("3", REPLIED), ("退订", NOT_INTERESTED)],
)
def test_a_reply_within_thirty_days_is_an_answer(world: World, told: int, text: str, answer: CampaignAnswer) -> None:
    taken = reply(world, text)
    assert (taken.answer, answer_of(world, told)) == (answer, answer)
    assert audited(world)[-1][1:] == ("campaign.answered", "campaign")


@pytest.mark.parametrize("days", [30, 31])
def test_after_thirty_days_it_is_none(world: World, told: int, days: int) -> None:
    taken = reply(world, "1", BEGAN + timedelta(days=days))
    assert taken.answer == answer_of(world, told) == (INTERESTED if days == 30 else None)


def test_a_one_is_about_the_appointment_that_waits_for_it(world: World, told: int) -> None:
    customer = world.connection.execute(select(CampaignRecipient.customer_id)).scalar_one()
    appointment = world.appointment(customer, "2026-03-11 09:00", booked_at=at("2026-03-01 09:00"))
    world.plan(ProcessName("appointment-reminders"), "2026-03-10 09:00")
    dispatched(world, "day-before", TouchState.SENT, at("2026-03-10 09:00"))
    taken = reply(world, "1")
    assert (taken.appointment_id, taken.answer) == (appointment, None)
    assert answer_of(world, told) is None
    assert reply(world, "1").answer is INTERESTED


def test_a_one_confirms_no_appointment_that_nobody_wrote_about(world: World, told: int) -> None:
    customer = world.connection.execute(select(CampaignRecipient.customer_id)).scalar_one()
    world.appointment(customer, "2026-03-30 09:00")
    assert reply(world, "1").answer is INTERESTED
    assert world.connection.execute(select(Appointment.confirmed_at)).scalar_one() is None
    assert answer_of(world, told) is INTERESTED


def test_a_mark_is_the_surveys_that_was_said_after_it(world: World, told: int) -> None:
    customer = world.connection.execute(select(CampaignRecipient.customer_id)).scalar_one()
    campaign = LaunchedCampaign(world, BEGAN + timedelta(hours=1))
    campaign.touch(campaign.recipient(customer), purpose=Purpose.SURVEY)
    assert reply(world, "5").meaning is ReplyMeaning.MARK
    assert answer_of(world, told) is None


def test_what_was_said_last_is_answered(world: World, told: int) -> None:
    customer = world.connection.execute(select(CampaignRecipient.customer_id)).scalar_one()
    world.handover(customer, "2026-03-09")
    world.plan(ProcessName("post-delivery-followup"), "2026-03-10 11:00")
    dispatched(world, "thanks", TouchState.SENT, at("2026-03-10 11:00"))
    assert reply(world, "thank you").answer is None
    assert answer_of(world, told) is None


def test_an_interest_replaces_what_was_said_before_and_nothing_replaces_it(world: World, told: int) -> None:
    for text, answer in (("hello", REPLIED), ("hello again", REPLIED), ("1", INTERESTED), ("ok", INTERESTED)):
        reply(world, text)
        assert answer_of(world, told) is answer
    reply(world, "STOP")
    assert answer_of(world, told) is INTERESTED
    assert record_answer(world.connection, told, NOT_INTERESTED, NOW)
    assert not record_answer(world.connection, told, NOT_INTERESTED, NOW)


def test_the_same_message_answers_once(world: World, told: int) -> None:
    reply(world, "1", message_id="m")
    record_answer(world.connection, told, NOT_INTERESTED, NOW)
    assert reply(world, "1", message_id="m").answer is None
    assert answer_of(world, told) is NOT_INTERESTED
    assert len(world.connection.execute(select(Reply.id)).all()) == 1


def test_an_opt_out_ends_the_campaign_for_the_customer_by_every_channel(world: World) -> None:
    customer = world.customer(phone=NUMBER, email="a@example.com")
    campaign, other = LaunchedCampaign(world), LaunchedCampaign(world)
    recipient = campaign.told(customer)
    later = BEGAN + timedelta(days=3)
    call = campaign.touch(recipient, TouchState.PLANNED, step="follow-up", kind=StepKind.CALL, not_before=later)
    by_mail = campaign.touch(recipient, TouchState.PLANNED, step="again", channels=["sms", "email"])
    elsewhere = other.touch(other.recipient(customer), TouchState.PLANNED, channels=["email"])
    somebody = campaign.touch(campaign.recipient(), TouchState.PLANNED)
    assert reply(world, "STOP").cancelled == 2
    for touch in (call, by_mail):
        assert touch_of(world, touch).state == TouchState.CANCELLED
        assert verdicts_of(world, touch) == [("consent", "stop", "opted-out-of-channel")]
    for touch in (elsewhere, somebody):
        assert touch_of(world, touch).state == TouchState.PLANNED


def claimed(world: World, campaign: LaunchedCampaign) -> StepwiseDispatcher:
    """A dispatcher that has claimed what is due of a campaign."""
    dispatcher = StepwiseDispatcher(world.connection, NOW)
    policies = list(campaign.policies.values())
    judged = claim(
        world.connection,
        NOW,
        dispatcher_id=dispatcher.id,
        limit=10,
        process=ProcessName("campaigns"),
        policies=policies,
    )
    assert [one.state for one in judged] == [TouchState.CLAIMED]
    dispatcher.batch = Batch(judged, account=account_of_claim(judged))
    return dispatcher


def test_an_opt_out_between_claim_and_send_stops_the_message(world: World) -> None:
    customer = world.customer(phone=NUMBER)
    world.consent(customer, granted=True, given_at=at("2026-01-01 00:00"), purpose=Purpose.MARKETING)
    campaign = LaunchedCampaign(world)
    touch = campaign.touch(campaign.recipient(customer), TouchState.PLANNED)
    dispatcher = claimed(world, campaign)
    reply(world, "STOP")
    assert dispatcher.release(NOW).released == []
    assert dispatcher.record(NOW).cancelled == {"no-consent": 1}
    assert touch_of(world, touch).state == TouchState.CANCELLED


def test_an_opt_out_by_sms_stops_the_follow_up_that_is_claimed_for_another_channel(world: World) -> None:
    customer = world.customer(phone=NUMBER, email="a@example.com")
    long_ago = at("2026-01-01 00:00")
    world.consent(customer, granted=True, given_at=long_ago, purpose=Purpose.MARKETING)
    campaign = LaunchedCampaign(world, BEGAN - timedelta(days=3))
    recipient = campaign.told(customer)
    conditions = ["message-sent", "not-answered"]
    campaign.touch(
        recipient, TouchState.PLANNED, step="follow-up", channels=["email"], conditions=conditions,
        valid_until=NOW + timedelta(days=1),
    )  # fmt: skip
    dispatcher = claimed(world, campaign)
    reply(world, "STOP")
    assert dispatcher.release(NOW).released == []
    assert dispatcher.record(NOW).cancelled == {"customer-answered": 1}


@pytest.mark.parametrize(("role", "asked"), [("advisor", "ADV"), ("operator", "AGT"), (None, "AGT")])
def test_who_is_interested_is_called_within_the_hour_by_whom_the_plan_names(
    world: World, role: str | None, asked: str
) -> None:
    """A role that does not work the inbox is not asked."""
    for code, works_as in (("AGT", Role.AGENT), ("ADV", Role.ADVISOR)):
        world.staff(works_as, code=code)
    campaign = LaunchedCampaign(world)
    recipient = campaign.told(world.customer(phone=NUMBER))
    plan = campaign.plan.model_dump(mode="json") | {"follow_up": {"kind": "call", "role": role} if role else None}
    world.connection.execute(update(Campaign).values(plan=plan))
    reply(world, "1")
    (owed,) = world.connection.execute(
        select(Inbound.kind, Inbound.due_at, StaffMember.code).join(
            StaffMember, StaffMember.id == Inbound.responsible_id
        )
    ).all()
    assert tuple(owed) == ("interest", NOW + timedelta(hours=1), asked)
    assert answer_of(world, recipient) is INTERESTED
