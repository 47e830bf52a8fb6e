"""A dry run: everybody is accounted for, with how and when they get it, or why not."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr
from sqlalchemy import func, insert, select, update

from models.calls.outcomes import NO_ANSWER
from models.campaigns.plans import read_plan
from models.campaigns.rehearsals import CampaignRehearsal
from models.core.reasons import give
from models.core.settings import MessagePrices, Settings
from models.core.words import ChannelName, ProcessName, Purpose, Rehearsed, Role
from models.database.tables import metadata
from models.ledger.tables import CallAttempt, Touch
from models.people.tables import Store
from tasks.campaigns.rehearsal.rehearsing import list_rehearsed, rehearse_campaign
from tasks.campaigns.rehearsal.would_be_touches import Rehearsing
from tasks.dispatch.gates import HELD_PAST_VALIDITY, NO_CONSENT, NO_CONTACT_POINT, QUIET
from tests.support.world import World, at

NOW = at("2026-03-10 10:00")
SETTINGS = Settings(
    secret=SecretStr("what the links of the tests are signed with"), prices=MessagePrices(sms=Decimal("0.05"))
)
EVERYBODY: dict[str, Any] = {
    "audience": {"kind": "all"},
    "variants": [{"key": "a", "words": {"en": {"sms": "Come and see us. Reply STOP to opt out."}}}],
    "control_percent": 0,
    "canary": {"percent": 0},
}


def rehearsing(now: Any = NOW, **changed: Any) -> Rehearsing:
    return Rehearsing(read_plan(EVERYBODY | changed), campaign_id=1, store_id=None, at=now, now=now)


def rehearse(world: World, now: Any = NOW, **changed: Any) -> CampaignRehearsal:
    return rehearse_campaign(world.connection, "Spring", rehearsing(now, **changed), SETTINGS)


def opted_in(world: World, many: int = 1, **values: Any) -> list[int]:
    customers = [world.customer(**values) for _ in range(many)]
    for customer_id in customers:
        world.consent(customer_id, granted=True, given_at=at("2026-01-01 10:00"), purpose=Purpose.MARKETING)
    return customers


def outcomes(rehearsal: CampaignRehearsal) -> dict[Any, int]:
    return rehearsal.by("outcome")


def test_who_may_be_told_is_told_and_who_may_not_is_not(world: World) -> None:
    opted_in(world, 2)
    opted_in(world, phone=None)
    world.customer()
    rehearsal = rehearse(world)
    assert outcomes(rehearsal) == {"told": 2, "not-told": 2}
    assert rehearsal.by("reason", Rehearsed.NOT_TOLD) == {give(NO_CONTACT_POINT): 1, give(NO_CONSENT): 1}
    assert rehearsal.by("channel", Rehearsed.TOLD) == {"sms": 2}
    assert rehearsal.by("on", Rehearsed.TOLD) == {date(2026, 3, 10): 2}


def test_who_is_held_by_law_is_told_before_anybody_approves(world: World) -> None:
    world.connection.execute(update(Store).values(law="us", time_zone="America/New_York"))
    opted_in(world, 2, phone="+12125550101")
    opted_in(world, phone="+12135550101")
    morning = at("2026-03-10 09:30", ZoneInfo("America/New_York"))
    rehearsal = rehearse(world, now=morning, variants=[{"key": "a", "words": {"en": {"sms": "Come and see us."}}}])
    assert outcomes(rehearsal) == {"told": 1, "held": 1, "not-told": 1}  # two share a number
    ((reason, many),) = rehearsal.by("reason", Rehearsed.HELD).items()
    assert many == 1
    assert str(reason).startswith("outside the hours of the law where the customer is: us pack, us-solicitation-hours")


def test_the_control_group_is_held_out_and_the_waves_are_those_of_the_launch(world: World) -> None:
    opted_in(world, 40)
    shares = [
        {"key": "a", "share": 20, "words": EVERYBODY["variants"][0]["words"]},
        {"key": "b", "share": 20, "words": EVERYBODY["variants"][0]["words"]},
    ]
    rehearsal = rehearse(world, variants=shares, control_percent=25, canary={"percent": 5, "at_least": 4})
    assert rehearsal.by("wave") == {"control": 10, "canary": 4, "trial": 8, "rest": 18}
    assert rehearsal.by("variant") == {None: 28, "a": 6, "b": 6}
    assert rehearsal.count(Rehearsed.HELD_OUT) == 10


def test_at_night_they_are_held_until_the_morning(world: World) -> None:
    opted_in(world)
    night = at("2026-03-10 22:00")
    (part,) = rehearse(world, night).parts
    assert (part.outcome, part.gate, part.on) == (Rehearsed.HELD, "quiet-hours", date(2026, 3, 11))
    (part,) = rehearse(world, night, valid_for="2h").parts
    assert (part.outcome, part.reason) == (
        Rehearsed.NOT_TOLD,
        give(HELD_PAST_VALIDITY, because=QUIET),
    )


def test_the_rest_waits_for_the_canary_and_may_then_come_to_quiet_hours(world: World) -> None:
    opted_in(world, 10)
    rehearsal = rehearse(world, at("2026-03-10 19:00"), canary={"percent": 10, "at_least": 1, "watch_for": "2h"})
    assert rehearsal.by("on", Rehearsed.TOLD) == {date(2026, 3, 10): 1}
    assert rehearsal.by("on", Rehearsed.HELD) == {date(2026, 3, 11): 9}


def test_each_at_their_own_hour(world: World) -> None:
    opted_in(world)
    opted_in(world, time_zone="Asia/Tokyo")
    launch = {"kind": "local-hour", "day": "2026-03-10", "hour": "18:30"}
    page = list_rehearsed(world.connection, rehearsing(launch=launch))
    assert sorted(row.at for row in page.rows if row.at) == [at("2026-03-10 17:30"), at("2026-03-10 18:30")]
    assert rehearse(world, launch=launch).begins_at is None


def test_an_open_complaint_and_a_full_cap_hold(world: World) -> None:
    unhappy, contacted = opted_in(world, 2)
    world.complaint(unhappy, "2026-03-09 09:00")
    world.appointment(contacted, "2026-03-10 15:00", booked_at=at("2026-03-01 10:00"))
    world.plan(ProcessName("appointment-reminders"), "2026-03-10 09:30")
    connection = world.connection
    connection.execute(
        Touch.__table__.update().values(  # type: ignore[attr-defined]
            state="sent", contacted_at=at("2026-03-10 09:30"), obligation=False
        )
    )
    rehearsal = rehearse(world)
    assert rehearsal.by("gate", Rehearsed.HELD) == {"complaint": 1, "cap": 1}


def test_what_it_costs_and_how_long_it_takes(world: World) -> None:
    opted_in(world, 7)
    rehearsal = rehearse(world, per_minute=3)
    assert rehearsal.cost == Decimal("0.35")
    assert rehearsal.minutes_at_pace == 3


def test_the_calls_of_the_follow_up_against_the_staff(world: World) -> None:
    opted_in(world, 9)
    words = {"en": {"sms": "Ask whether they have read it."}}
    follow_up = {"kind": "call", "role": "agent", "words": words}
    calls = rehearse(world, follow_up=follow_up).calls
    assert calls is not None
    assert (calls.calls, calls.staff, calls.calls_a_day, calls.days) == (9, 0, 200, None)
    caller = world.staff(Role.AGENT)
    world.staff(Role.AGENT)
    customer = world.customer()
    world.handover(customer, "2026-03-02")
    world.plan(ProcessName("post-delivery-followup"), "2026-03-05 09:30")
    touch_id = world.touches(customer)[0].id
    for day in ("2026-03-08 10:00", "2026-03-08 11:00", "2026-03-09 10:00", "2026-03-09 12:00", "2026-01-01 10:00"):
        world.connection.execute(
            insert(CallAttempt).values(touch_id=touch_id, attempted_at=at(day), staff_id=caller, outcome=NO_ANSWER.name)
        )
    calls = rehearse(world, follow_up=follow_up).calls
    assert calls is not None
    assert (calls.calls, calls.staff, calls.calls_a_day, calls.days) == (9, 2, 2, 3)


def test_collisions_with_what_is_planned_and_with_what_will_be(world: World) -> None:
    planned, foreseen, _ = opted_in(world, 3)
    world.appointment(planned, "2026-03-11 15:00", booked_at=at("2026-03-01 10:00"))
    world.plan(ProcessName("appointment-reminders"), "2026-03-10 09:59")
    world.handover(foreseen, "2026-03-10")
    collisions = {one.process: (one.planned, one.to_come) for one in rehearse(world).collisions}
    assert collisions[ProcessName("appointment-reminders")][0] == 1
    assert collisions[ProcessName("post-delivery-followup")] == (0, 1)


def test_the_customers_page_by_page_with_masked_numbers(world: World) -> None:
    customers = opted_in(world, 5)
    world.customer()
    first = list_rehearsed(world.connection, rehearsing(), outcome=Rehearsed.TOLD, limit=3)
    assert first.next is not None
    rest = list_rehearsed(world.connection, rehearsing(), outcome=Rehearsed.TOLD, after=first.next, limit=3)
    assert (len(first.rows), len(rest.rows), rest.next) == (3, 2, None)
    assert {row.customer_id for row in first.rows + rest.rows} == set(customers)
    assert all(row.recipient and row.recipient.startswith("+86***") for row in first.rows)
    assert all(row.channel is ChannelName.SMS and row.at == NOW for row in first.rows)
    refused = list_rehearsed(world.connection, rehearsing(), reason=give(NO_CONSENT))
    assert [row.outcome for row in refused.rows] == [Rehearsed.NOT_TOLD]


@pytest.mark.parametrize("size", [0, 3])
def test_it_writes_nothing(world: World, size: int) -> None:
    opted_in(world, size)
    counts = {name: select(func.count()).select_from(table) for name, table in metadata.tables.items()}
    before = {name: world.connection.scalar(count) for name, count in counts.items()}
    rehearse(world)
    rehearse(world, NOW + timedelta(days=1))
    assert {name: world.connection.scalar(count) for name, count in counts.items()} == before


def test_what_it_costs_has_the_decimals_of_its_currency(world: World) -> None:
    opted_in(world, 41)
    prices = Settings(secret=SETTINGS.secret, prices=MessagePrices(sms=Decimal("0.0867")))
    rehearsal = rehearse_campaign(world.connection, "Spring", rehearsing(), prices)
    assert (rehearsal.cost, rehearsal.reached) == (Decimal("3.55"), 41)


def test_the_first_wave_is_counted_by_those_who_are_told(world: World) -> None:
    opted_in(world, 8)
    for _ in range(4):
        opted_in(world, 4, phone=None)
    rehearsal = rehearse(world, canary={"percent": 5, "at_least": 6})
    assert rehearsal.first_wave in (0, 6)
    assert rehearse(world, canary={"percent": 100, "at_least": 6}).first_wave == 8
    assert rehearse(world).first_wave == 0
