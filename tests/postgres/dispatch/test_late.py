"""Back after three days down, and on the days when the clock changes: each step does what its policy says, once."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from models.core.words import ProcessName, Role, StepKind, TouchState
from models.people.tables import Store
from tasks.planning.sweep import plan
from tasks.policies.catalogue import add_policy
from tests.support.desk import verdicts_of
from tests.support.office import Office
from tests.support.stepwise import StepwiseDispatcher, Town
from tests.support.world import World, at

FOLLOWUP = ProcessName("post-delivery-followup")
BEFORE = at("2026-03-01 10:00")
BACK = "2026-03-10 10:30"
MESSAGE = {
    "subject": "handover", "kind": "message", "channels": ["sms"], "template": "handover-thanks",
    "purpose": "follow-up", "at": "10:00",
}  # fmt: skip
NEXT = MESSAGE | {"key": "next", "after": "5d", "valid_for": "2d", "template": "handover-day-90"}


def follow(world: World, *steps: dict[str, Any]) -> None:
    """The store follows up by these steps."""
    body: dict[str, Any] = {"process": FOLLOWUP, "priority": 60, "steps": list(steps), "rules": {}}
    add_policy(world.connection, FOLLOWUP, body, world.store_id, "test", BEFORE)


def missed(world: World, when_late: str, **changes: Any) -> int:
    """A message was due three days ago, when nothing ran; it would be valid for a week."""
    first = MESSAGE | {"key": "first", "after": "1d", "valid_for": "until-next-step", "when_late": when_late}
    follow(world, first | changes, NEXT)
    customer = world.customer()
    world.handover(customer, "2026-03-06")
    return customer


def states(world: World) -> dict[str, str]:
    return {touch.step: touch.state for touch in world.touches()}


def test_send_it_late(office: Office) -> None:
    with office.open() as world:
        missed(world, "send")
        world.plan(FOLLOWUP, BACK)
    assert office.dispatch(BACK).sent == 1
    assert [message["template"] for message in office.outbox()] == ["handover-thanks"]


def test_skip_it_with_a_record(office: Office) -> None:
    with office.open() as world:
        missed(world, "skip")
        account = world.plan(FOLLOWUP, BACK)
        (first,) = (touch for touch in world.touches() if touch.step == "first")
        assert (first.state, first.reason) == (TouchState.SKIPPED, "found-too-late")
        assert verdicts_of(world, first.id) == [("validity", "stop", "found-too-late")]
    assert account.suppressed == {"found-too-late": 1}
    assert office.dispatch(BACK).claimed == 0


def test_what_is_late_by_less_than_the_policy_allows_is_not_skipped(office: Office) -> None:
    with office.open() as world:
        missed(world, "skip", late_after="4d")
        world.plan(FOLLOWUP, BACK)
    assert office.dispatch(BACK).sent == 1


def test_merge_it_with_the_next(office: Office) -> None:
    with office.open() as world:
        missed(world, "merge")
        world.plan(FOLLOWUP, BACK)
        (first,) = (touch for touch in world.touches() if touch.step == "first")
        assert (first.due_at, first.not_before) == (at("2026-03-07 10:00"), at("2026-03-11 10:00"))
    assert office.dispatch(BACK).claimed == 0
    assert office.dispatch("2026-03-11 10:05").of_which_merged == 1
    (message,) = office.outbox()
    assert "tyre pressure" in message["text"] or "Also: thank you for choosing" in message["text"]
    assert "5 days" in message["text"]
    with office.open() as world:
        assert states(world) == {"first": TouchState.SENT, "next": TouchState.SENT}


def test_turn_it_into_a_call(office: Office) -> None:
    with office.open() as world:
        missed(world, "call")
        world.plan(FOLLOWUP, BACK)
    assert office.dispatch(BACK).of_which_handed_to_staff == 1
    with office.open() as world:
        (call,) = (touch for touch in world.touches() if touch.step == "first")
        assert (call.kind, call.state, call.role, call.channel) == (
            StepKind.CALL, TouchState.READY, Role.AGENT, "phone",
        )  # fmt: skip
    assert office.outbox() == []


def test_what_has_run_out_meanwhile_is_recorded_as_missed(office: Office) -> None:
    with office.open() as world:
        missed(world, "send", valid_for="2d")
        account = world.plan(FOLLOWUP, BACK)
        assert states(world)["first"] == TouchState.SKIPPED
    assert account.suppressed == {"time-passed": 1}


def test_what_was_planned_before_the_outage_and_has_run_out_is_skipped_by_the_claim(office: Office) -> None:
    with office.open() as world:
        missed(world, "send", valid_for="2d")
        world.plan(FOLLOWUP, "2026-03-07 09:00")
    assert office.dispatch(BACK).cancelled == {"time-passed": 1}
    with office.open() as world:
        assert states(world)["first"] == TouchState.SKIPPED


def test_after_three_days_down_the_shipped_follow_up_goes_on_where_it_still_can(office: Office) -> None:
    """The thanks have run out at the day-3 call, which is made two days late."""
    with office.open() as world:
        world.handover(world.customer(), "2026-03-05")
        world.plan(FOLLOWUP, BACK)
        assert states(world) == {"thanks": TouchState.SKIPPED, "day-3-call": TouchState.PLANNED}
    assert office.dispatch(BACK).of_which_handed_to_staff == 1


@pytest.mark.parametrize(
    ("first_day", "changes_on"), [("2026-03-27", "2026-03-29"), ("2026-10-23", "2026-10-25")], ids=["spring", "autumn"]
)
def test_a_daily_step_runs_once_on_each_day_the_clock_changes_or_not(
    world: World, first_day: str, changes_on: str
) -> None:
    """At half past two, which one day has not and the other twice; swept and dispatched every half hour."""
    berlin = ZoneInfo("Europe/Berlin")
    world.connection.execute(
        update(Store).values(time_zone=berlin.key, contact_from=time(0), contact_until=time(23, 59))
    )
    daily = [
        MESSAGE | {"key": f"day-{day}", "after": f"{day}d", "at": "02:30", "valid_for": "6h"} for day in range(1, 4)
    ]
    follow(world, *daily)
    world.handover(world.customer(), first_day)
    town, moment = Town(), datetime.fromisoformat(f"{first_day}T22:00+00:00") + timedelta(hours=1)
    for _ in range(3):
        for half_hour in range(10):
            now = moment + timedelta(minutes=30 * half_hour)
            plan(world.connection, FOLLOWUP, now, None).check()
            dispatcher = StepwiseDispatcher(world.connection, now)
            dispatcher.claim(now)
            dispatcher.release(now)
            dispatcher.send(town, now)
            dispatcher.record(now)
        moment += timedelta(days=1)
    local = [delivery.at.astimezone(berlin) for delivery in town.deliveries]
    days = [datetime.fromisoformat(first_day).date() + timedelta(days=day) for day in range(1, 4)]
    assert [moment.date() for moment in local] == days
    assert datetime.fromisoformat(changes_on).date() in days
    assert {moment.time() for moment in local} <= {time(2, 30), time(3, 30)}


def test_two_sweeps_in_the_doubled_hour_plan_once(world: World) -> None:
    world.connection.execute(update(Store).values(time_zone="Europe/Berlin"))
    follow(world, MESSAGE | {"key": "night", "after": "1d", "at": "02:30", "valid_for": "1d"})
    world.handover(world.customer(), "2026-10-24")
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    shown = {moment.astimezone(ZoneInfo("Europe/Berlin")).time() for moment in (first, second)}
    assert shown == {time(2, 30)}
    assert plan(world.connection, FOLLOWUP, first, None).planned == 1
    again = plan(world.connection, FOLLOWUP, second, None)
    assert (again.planned, again.already_planned) == (0, 1)
    assert len(world.touches()) == 1
