"""A campaign from launch to end: the canary first, the control group never, the rest if there is no objection."""

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import OperationalError

from models.campaigns.tables import CampaignRecipient
from models.core.words import CampaignAnswer, CampaignState, ChannelName, ProcessName, TouchState, Wave
from models.ledger.tables import Touch, Verdict
from models.people.tables import ContactPoint
from tasks.campaigns.launch.advancing import advance
from tasks.campaigns.launch.launching import NothingHeld, cancel, launch, let_go, pause, resume
from tasks.campaigns.listing import read_campaign
from tasks.campaigns.outcome.measuring import measure_steering
from tasks.campaigns.rehearsal.rehearsing import rehearse_campaign, rehearsing_of
from tasks.self_service.replies import record_reply
from tests.support.campaigning import LI, MEI, NOON, CampaignOffice, hours, plan, why_held, words
from tests.support.world import at

CANARY_OF_TEN = {"percent": 10, "at_least": 10}


def test_everybody_gets_it_once(marketing: CampaignOffice) -> None:
    marketing.customers(12)
    campaign = marketing.launched(plan(), NOON)
    account = marketing.carry_on(campaign, NOON)
    assert (account.planned, account.sent) == (12, 12)
    assert marketing.carry_on(campaign, NOON + hours(1)).sent == 0
    assert len({line["to"] for line in marketing.outbox()}) == 12
    assert marketing.read(campaign).state == CampaignState.FINISHED


def test_the_rest_waits_for_the_canary(marketing: CampaignOffice) -> None:
    marketing.customers(40)
    campaign = marketing.launched(plan(canary=CANARY_OF_TEN), NOON)
    assert marketing.carry_on(campaign, NOON).sent == 10
    assert marketing.carry_on(campaign, NOON + hours(1.9)).sent == 0
    assert marketing.carry_on(campaign, NOON + hours(2)).sent == 30


def test_the_control_group_is_told_nothing(marketing: CampaignOffice) -> None:
    marketing.customers(40)
    campaign = marketing.launched(plan(control_percent=10), NOON)
    marketing.carry_on(campaign, NOON)
    waves = Counter(recipient.wave for recipient in marketing.recipients(campaign))
    assert waves == {Wave.CONTROL: 4, Wave.REST: 36}
    with marketing.engine.connect() as connection:
        assert read_campaign(connection, MEI, campaign).waves == waves
    assert len(marketing.outbox()) == 36


def test_too_many_opt_outs_stop_the_rest_until_somebody_lets_it_go(marketing: CampaignOffice) -> None:
    marketing.customers(40)
    campaign = marketing.launched(plan(canary=CANARY_OF_TEN), NOON)
    marketing.carry_on(campaign, NOON)
    with marketing.engine.begin() as connection:
        record_reply(connection, marketing.outbox()[0]["to"], "TD", ChannelName.SMS, NOON + hours(1))
    marketing.carry_on(campaign, NOON + hours(3))
    held = marketing.read(campaign)
    assert why_held(held) == "10 % of the first wave opted out; more than 2 % stop the campaign."
    assert len(marketing.outbox()) == 10
    with marketing.engine.begin() as connection:
        let_go(connection, LI, campaign, NOON + hours(4))
    assert marketing.carry_on(campaign, NOON + hours(4)).sent == 30
    with marketing.engine.begin() as connection, pytest.raises(NothingHeld):
        let_go(connection, LI, campaign, NOON + hours(4))


def test_nobody_reached_in_the_first_wave_stops_it(marketing: CampaignOffice) -> None:
    marketing.customers(20, phone=None)
    campaign = marketing.launched(plan(canary=CANARY_OF_TEN), NOON)
    account = marketing.carry_on(campaign, NOON)
    assert account.cancelled == {"no-contact-point": 10}
    assert why_held(marketing.read(campaign)).startswith("Nobody of the first wave could be told")


def test_a_first_wave_of_at_least_so_many_tells_so_many(marketing: CampaignOffice) -> None:
    """Two of three have no number: ten recipients are not ten who are told."""
    for _ in range(20):
        marketing.customers(1)
        marketing.customers(2, phone=None)
    wanted = plan(canary=CANARY_OF_TEN)
    campaign = marketing.approved(wanted, NOON)
    with marketing.engine.begin() as connection:
        read = read_campaign(connection, LI, campaign)
        foreseen = rehearse_campaign(connection, "Spring", rehearsing_of(read, None, NOON), marketing.settings)
        launch(connection, MEI, campaign, NOON)
    marketing.carry_on(campaign, NOON)
    first = len(marketing.outbox())
    assert 10 <= first < 20
    assert foreseen.first_wave == 10
    waves = Counter(one.wave for one in marketing.recipients(campaign))
    assert waves[Wave.CANARY] > 10
    assert waves.total() == 60
    assert marketing.carry_on(campaign, NOON + hours(1.9)).sent == 0
    marketing.carry_on(campaign, NOON + hours(2))
    assert len(marketing.outbox()) == 20
    with marketing.engine.connect() as connection:
        assert read_campaign(connection, MEI, campaign).waves == waves


def test_opt_outs_above_the_limit_stop_a_trial_too(marketing: CampaignOffice) -> None:
    marketing.customers(60)
    variants = [{"key": key, "share": 40, "words": words()} for key in ("a", "b")]
    campaign = marketing.launched(plan(variants=variants, canary=CANARY_OF_TEN), NOON)
    marketing.carry_on(campaign, NOON)
    assert marketing.carry_on(campaign, NOON + hours(2)).sent == 38
    with marketing.engine.begin() as connection:
        for line in marketing.outbox()[:3]:
            record_reply(connection, line["to"], "TD", ChannelName.SMS, NOON + hours(3))
    marketing.carry_on(campaign, NOON + hours(4))
    held = marketing.read(campaign)
    assert why_held(held).startswith("6.2 % of the first wave opted out")
    with marketing.engine.begin() as connection:
        seen = measure_steering(connection, campaign, NOON + hours(4))
        assert seen.exceeds(plan(canary=CANARY_OF_TEN).canary) == {"opted_out": 6.25}
        let_go(connection, LI, campaign, NOON + hours(4))
    assert marketing.carry_on(campaign, NOON + hours(48)).sent == 12


def test_a_first_wave_that_is_the_whole_trial_still_finds_a_winner(marketing: CampaignOffice) -> None:
    marketing.customers(20)
    variants = [{"key": key, "share": 10, "words": words()} for key in ("a", "b")]
    campaign = marketing.launched(plan(variants=variants, canary=CANARY_OF_TEN), NOON)
    assert marketing.carry_on(campaign, NOON).sent == 10
    marketing.carry_on(campaign, NOON + hours(2))
    assert marketing.carry_on(campaign, NOON + hours(26)).sent == 10
    assert marketing.read(campaign).winner == "a"


def test_an_audience_that_has_drifted_asks_first(marketing: CampaignOffice) -> None:
    marketing.customers(10)
    campaign = marketing.launched(plan(most_drift=10), NOON)
    marketing.customers(2)
    marketing.carry_on(campaign, NOON)
    assert why_held(marketing.read(campaign)) == "The audience has 12 customers now; 10 were approved."
    with marketing.engine.begin() as connection:
        let_go(connection, LI, campaign, NOON)
    assert marketing.carry_on(campaign, NOON).sent == 12


def test_the_variant_that_did_best_goes_to_the_rest(marketing: CampaignOffice) -> None:
    marketing.customers(40)
    variants = [
        {"key": "a", "share": 25, "words": words("First. Reply TD to stop.")},
        {"key": "b", "share": 25, "words": words("Second. Reply TD to stop.")},
    ]
    campaign = marketing.launched(plan(variants=variants, trial={"by": "stayed", "after": "1d"}), NOON)
    assert marketing.carry_on(campaign, NOON).sent == 20
    with marketing.engine.begin() as connection:
        for line in marketing.outbox():
            if line["text"].startswith("First"):
                record_reply(connection, line["to"], "TD", ChannelName.SMS, NOON + hours(1))
    assert marketing.carry_on(campaign, NOON + hours(23)).sent == 0
    assert marketing.carry_on(campaign, NOON + hours(24)).sent == 20
    assert marketing.read(campaign).winner == "b"
    assert {line["text"] for line in marketing.outbox()[20:]} == {"Second. Reply TD to stop."}


def test_a_paused_campaign_sends_nothing_until_it_is_resumed(marketing: CampaignOffice) -> None:
    marketing.customers(10)
    campaign = marketing.launched(plan(), NOON)
    marketing.advance(campaign, NOON)
    with marketing.engine.begin() as connection:
        assert pause(connection, MEI, campaign, NOON)
        assert not pause(connection, MEI, campaign, NOON)
    assert marketing.send(campaign, NOON).claimed == 0
    with marketing.engine.begin() as connection:
        assert resume(connection, MEI, campaign, NOON)
    assert marketing.send(campaign, NOON).sent == 10


def test_what_is_not_claimed_when_it_is_cancelled_is_never_sent(marketing: CampaignOffice) -> None:
    marketing.customers(10)
    campaign = marketing.launched(plan(), NOON)
    marketing.advance(campaign, NOON)
    with marketing.engine.begin() as connection:
        assert cancel(connection, MEI, campaign, NOON, "wrong price")
        assert not cancel(connection, MEI, campaign, NOON, "wrong price")
    assert marketing.carry_on(campaign, NOON).ended == {"campaign-cancelled": 10}
    with marketing.engine.connect() as connection:
        states = connection.scalars(select(Touch.state)).all()
        verdicts = connection.scalars(select(Verdict.reason)).all()
    assert set(states) == {TouchState.CANCELLED}
    assert verdicts == ["campaign-cancelled"] * 10
    assert marketing.outbox() == []
    assert marketing.read(campaign).cleared_at == NOON


def test_what_may_have_gone_out_is_not_called_cancelled(marketing: CampaignOffice) -> None:
    marketing.customers(2)
    campaign = marketing.launched(plan(), NOON)
    marketing.advance(campaign, NOON)
    with marketing.engine.begin() as connection:
        one = select(Touch.id).order_by(Touch.id).limit(1).scalar_subquery()
        connection.execute(update(Touch).where(Touch.id == one).values(resendable=True))
        cancel(connection, MEI, campaign, NOON, "wrong price")
    marketing.carry_on(campaign, NOON)
    assert _states(marketing, NOON) == {TouchState.CANCELLED: 1, TouchState.UNKNOWN: 1}


def test_nobody_is_written_over_who_cancels_while_it_is_carried_on(marketing: CampaignOffice) -> None:
    marketing.customers(2)
    campaign = marketing.launched(plan(), NOON)
    with marketing.engine.begin() as carried_on, marketing.engine.begin() as other:
        advance(carried_on, campaign, NOON, None)
        other.execute(text("set local lock_timeout = '50ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            cancel(other, MEI, campaign, NOON, "wrong price")
        other.rollback()


def test_the_dispatch_of_the_processes_sends_no_campaign(marketing: CampaignOffice) -> None:
    marketing.customers(3)
    campaign = marketing.launched(plan(), NOON)
    marketing.advance(campaign, NOON)
    assert marketing.dispatch_everything(NOON).claimed == 0
    assert marketing.send(campaign, NOON).sent == 3


def test_each_gets_it_when_their_own_clock_shows_the_hour(marketing: CampaignOffice) -> None:
    (at_home,) = marketing.customers(1)
    (abroad,) = marketing.customers(1, time_zone="Asia/Tokyo")
    launch = {"kind": "local-hour", "day": "2026-03-12", "hour": "10:00"}
    campaign = marketing.launched(plan(launch=launch, canary={"percent": 0}), NOON)
    marketing.carry_on(campaign, at("2026-03-12 08:59"))
    assert marketing.outbox() == []
    assert marketing.carry_on(campaign, at("2026-03-12 09:00")).sent == 1
    assert marketing.carry_on(campaign, at("2026-03-12 10:00")).sent == 1
    begins = {recipient.customer_id: recipient.anchor_at for recipient in marketing.recipients(campaign)}
    assert begins == {at_home: at("2026-03-12 10:00"), abroad: at("2026-03-12 09:00")}


def test_a_rest_that_was_let_go_after_the_hour_gets_it_at_the_next(marketing: CampaignOffice) -> None:
    marketing.customers(20)
    launch = {"kind": "local-hour", "day": "2026-03-12", "hour": "10:00"}
    campaign = marketing.launched(plan(launch=launch, canary=CANARY_OF_TEN), NOON)
    assert marketing.carry_on(campaign, at("2026-03-12 10:00")).sent == 10
    assert marketing.carry_on(campaign, at("2026-03-12 12:00")).sent == 0
    assert marketing.carry_on(campaign, at("2026-03-13 10:00")).sent == 10


def test_those_who_did_not_answer_are_asked_again(marketing: CampaignOffice) -> None:
    answers, books, silent = marketing.customers(3)
    follow_up = {"after": "2d", "words": words("Still time. Reply TD to stop.")}
    campaign = marketing.launched(plan(follow_up=follow_up), NOON)
    marketing.carry_on(campaign, NOON)
    numbers = {line["to"]: line["id"] for line in marketing.outbox()}
    with marketing.engine.begin() as connection:
        marketing.world.connection = connection
        marketing.world.appointment(books, "2026-03-20 10:00", booked_at=NOON + hours(2))
        theirs = update(CampaignRecipient).where(CampaignRecipient.customer_id == answers)
        connection.execute(theirs.values(answer=CampaignAnswer.REPLIED, answered_at=NOON + hours(1)))
    assert len(numbers) == 3
    account = marketing.carry_on(campaign, NOON + timedelta(days=2))
    assert account.sent == 1
    assert account.suppressed["customer-answered"] == 2
    assert marketing.outbox()[-1]["to"] == _number(marketing, silent)
    marketing.carry_on(campaign, NOON + timedelta(days=6))
    assert marketing.read(campaign).state == CampaignState.FINISHED


def test_a_budget_is_never_exceeded(marketing: CampaignOffice) -> None:
    marketing.settings = marketing.settings.model_copy(
        update={"prices": marketing.settings.prices.model_copy(update={"sms": 1})}
    )
    marketing.customers(20)
    campaign = marketing.launched(plan(budget="12.00"), NOON)
    marketing.carry_on(campaign, NOON)
    stopped = marketing.read(campaign)
    assert stopped.spent <= 12
    assert why_held(stopped).startswith("The budget of CNY 12.00 is used up")
    sent = len(marketing.outbox())
    assert 0 < sent <= 12
    with marketing.engine.begin() as connection:
        let_go(connection, LI, campaign, NOON, budget=Decimal(100))
    assert marketing.carry_on(campaign, NOON).sent == 20 - sent


def _number(marketing: CampaignOffice, customer_id: int) -> str:

    with marketing.engine.connect() as connection:
        found = connection.scalar(select(ContactPoint.value).where(ContactPoint.customer_id == customer_id))
    assert found
    return found


def test_a_campaign_is_not_looked_at_before_its_moment(marketing: CampaignOffice) -> None:
    marketing.customers(2)
    later = NOON + hours(5)
    campaign = marketing.launched(plan(launch={"kind": "at", "at": later.isoformat()}), NOON)
    assert marketing.carry_on(campaign, NOON).sent == 0
    assert marketing.recipients(campaign) == []
    assert marketing.carry_on(campaign, later).sent == 2


def _states(marketing: CampaignOffice, now: datetime) -> Counter[str]:
    with marketing.engine.connect() as connection:
        found = select(Touch.state).where(Touch.process == ProcessName("campaigns"), Touch.due_at <= now)
        return Counter(connection.scalars(found))


def test_one_who_opts_out_before_the_message_goes_does_not_get_it(marketing: CampaignOffice) -> None:
    first, second = marketing.customers(2)
    campaign = marketing.launched(plan(), NOON)
    marketing.advance(campaign, NOON)
    with marketing.engine.begin() as connection:
        record_reply(connection, _number(marketing, first), "退订", ChannelName.SMS, NOON)
    marketing.carry_on(campaign, NOON)
    assert [line["to"] for line in marketing.outbox()] == [_number(marketing, second)]
    assert _states(marketing, NOON) == {TouchState.CANCELLED: 1, TouchState.SENT: 1}
