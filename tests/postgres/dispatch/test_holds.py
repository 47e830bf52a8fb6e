"""What a hold does to the day of a customer, lived hour by hour: to the order of the touches, and to the steps of one
subject. The examples are those of docs/policies.md."""

from collections.abc import Iterator, Sequence
from datetime import time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, exists, select, update

from models.core.words import AppointmentStatus, ChannelName, ProcessName, StepKind, TouchState
from models.ledger.tables import Case, PolicyVersion, TemplateVersion, Touch
from models.people.tables import Store
from models.policies.policy import CONTACT_RULES
from models.subjects.account import Account
from models.subjects.appointment import Appointment
from models.subjects.handover import Handover
from models.subjects.repair_order import RepairOrder
from models.subjects.warranty import Warranty
from tasks.dispatch.claim import claim
from tasks.dispatch.waiting import anything_waits
from tasks.explaining.story import explain
from tasks.planning.sweep import plan
from tests.support.desk import said_of, touch_of
from tests.support.oracles import Waiting, share_the_day
from tests.support.stepwise import StepwiseDispatcher
from tests.support.world import World, at

FOLLOWUP = ProcessName("post-delivery-followup")
WARRANTY = ProcessName("warranty-expiry")
OVERDUE = ProcessName("overdue-accounts")
APPOINTMENTS = ProcessName("appointment-reminders")
SUBJECTS: dict[ProcessName, tuple[Any, ...]] = {
    APPOINTMENTS: (Appointment,), OVERDUE: (Account,), FOLLOWUP: (Handover, RepairOrder), WARRANTY: (Warranty,),
}  # fmt: skip
SWEEP = time(8, 30)
HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture
def world(connection: Connection) -> Iterator[World]:
    savepoint = connection.begin_nested()
    yield World(connection)
    savepoint.rollback()


def live(world: World, since: str, until: str) -> list[tuple[str, str, str]]:
    """Every half an hour a dispatcher looks. The processes sweep when it begins and at 08:30, that of appointments
    each time. What customers and staff got, and when."""
    zone = ZoneInfo(world.zone)
    now, end = at(since, zone), at(until, zone)
    dispatcher = StepwiseDispatcher(world.connection, now)
    told, seen = [], {touch.id for touch in world.touches() if touch.contacted_at}
    while now <= end:
        begins = now == at(since, zone) or now.astimezone(zone).time() == SWEEP
        for process in _concerned(world):
            if begins or process == APPOINTMENTS:
                plan(world.connection, process, now, None).check()
        if anything_waits(world.connection, now):
            dispatcher.claim(now)
            dispatcher.release(now)
            dispatcher.record(now)
        got = [touch for touch in world.touches() if touch.contacted_at and touch.id not in seen]
        told += sorted((f"{now.astimezone(zone):%m-%d %H:%M}", touch.step, _how(world, touch)) for touch in got)
        seen |= {touch.id for touch in got}
        now += HALF_AN_HOUR
    dispatcher.die()
    return told


def _concerned(world: World) -> list[ProcessName]:
    """The processes about something that is there, the most important first."""
    return [process for process, tables in SUBJECTS.items() if any(_has(world, table) for table in tables)]


def _has(world: World, table: Any) -> bool:
    return bool(world.connection.scalar(select(exists(select(table.id)))))


def _how(world: World, touch: Any) -> str:
    return f"inside {touch_of(world, touch.merged_into).step}" if touch.merged_into else str(touch.state)


def ends_of(world: World, step: str) -> list[tuple[str, str]]:
    """The touches of a step, each with its state and the last that a gate said of it."""
    touches = (touch for touch in world.touches() if touch.step == step)
    return [(touch.state, said_of(world, touch.id)[-1]) for touch in touches]


def test_a_call_has_the_place_that_a_line_inside_an_obligation_does_not_take(world: World) -> None:
    customer = world.customer()
    world.appointment(customer, "2026-03-11 12:00", booked_at=at("2026-03-01 10:00"))
    world.connection.execute(update(Store).values(contact_from=time(18)))
    world.invoice(world.account(customer), "2026-03-03", "1000.00")
    world.handover(customer, "2026-03-07")
    assert live(world, "2026-03-10 17:30", "2026-03-10 18:30") == [
        ("03-10 18:00", "day-3-call", "ready"),
        ("03-10 18:00", "day-before", "sent"),
        ("03-10 18:00", "reminder-7", "inside day-before"),
    ]


def test_two_lines_of_one_message_take_one_place(world: World) -> None:
    """Two contacts a day: the statement with two warranties in it is one, the call that is due after them another."""
    rules = {"per_day": 2}
    world.connection.execute(
        update(PolicyVersion)
        .where(PolicyVersion.name == CONTACT_RULES)
        .values(body=PolicyVersion.body.op("||", return_type=PolicyVersion.body.type)(rules))
    )
    world.connection.execute(update(Store).values(contact_from=time(10)))
    customer = world.customer()
    for _ in range(2):
        world.warranty(customer, "2026-04-09")
    world.warranty(customer, "2026-04-27")
    assert live(world, "2026-03-13 09:30", "2026-03-13 10:30") == [
        ("03-13 10:00", "call-45", "ready"),
        ("03-13 10:00", "reminder-30", "inside reminder-30"),
        ("03-13 10:00", "reminder-30", "sent"),
    ]


def test_a_held_call_lets_messages_by_that_are_lines_of_another(world: World) -> None:
    """The statement takes the one place of the day. The warranty's reminder goes inside it; the call is held."""
    customer = world.customer()
    world.connection.execute(update(Store).values(contact_from=time(10)))
    world.invoice(world.account(customer), "2026-03-03", "1000.00")
    world.warranty(customer, "2026-04-24")
    world.warranty(customer, "2026-04-09")
    assert live(world, "2026-03-10 09:30", "2026-03-11 10:30") == [
        ("03-10 10:00", "reminder-30", "inside reminder-7"),
        ("03-10 10:00", "reminder-7", "sent"),
        ("03-11 10:00", "call-45", "ready"),
    ]


def test_nothing_is_kept_free_for_what_is_due_later_in_the_day(world: World) -> None:
    """Held since yesterday, the reminder goes when the hours begin. The call of the same morning, though its process
    comes first, finds the day used up."""
    customer = world.customer()
    world.invoice(world.account(customer), "2026-03-03", "1000.00")
    world.connection.execute(update(TemplateVersion).values(also=None))
    world.warranty(customer, "2026-04-09")
    world.repair_order(customer, "2026-03-08")
    assert live(world, "2026-03-10 10:00", "2026-03-12 09:30") == [
        ("03-10 10:00", "reminder-7", "sent"),
        ("03-11 09:00", "reminder-30", "sent"),
        ("03-12 09:00", "repair-day-3-call", "ready"),
    ]


def test_a_step_held_until_the_next_one_is_due_gives_its_place_to_it(world: World) -> None:
    """A complaint holds the call about the account until the formal reminder is due."""
    world.invoice(world.account(customer := world.customer()), "2026-02-23", "1000.00")
    world.complaint(customer, "2026-03-09 12:00")
    assert live(world, "2026-03-10 10:00", "2026-03-10 11:00") == []
    assert ends_of(world, "call-15") == [("planned", "a complaint is open")]
    assert live(world, "2026-03-25 08:30", "2026-03-25 10:00") == []
    assert ends_of(world, "call-15") == [("skipped", "a complaint is open, and then its time has passed")]
    assert world.steps(state="awaiting-approval") == ["formal-30"]


def test_after_the_holidays_the_day_begins_with_what_is_still_valid(world: World) -> None:
    """From 1 to 7 October nobody is contacted. The thanks would be over by then, and are skipped at once; the call of
    day 3 goes, and that of day 7 waits for the next day."""
    world.connection.execute(update(Store).values(holiday_country="CN"))
    world.handover(world.customer(), "2026-10-01")
    assert live(world, "2026-10-02 10:00", "2026-10-02 10:00") == []
    assert ends_of(world, "thanks") == [("skipped", "quiet hours or a holiday, and then its time has passed")]
    assert live(world, "2026-10-04 08:30", "2026-10-04 10:00") == []
    assert ends_of(world, "day-3-call") == [("planned", "quiet hours or a holiday")]
    assert live(world, "2026-10-08 08:30", "2026-10-09 09:30") == [
        ("10-08 09:00", "day-3-call", "ready"),
        ("10-09 09:00", "day-7-call", "ready"),
    ]


def test_a_complaint_that_is_closed_lets_go_when_the_next_day_begins(world: World) -> None:
    customer = world.customer()
    world.invoice(world.account(customer), "2026-03-03", "1000.00")
    complaint = world.complaint(customer, "2026-03-09 12:00")
    assert live(world, "2026-03-10 10:00", "2026-03-11 11:00") == []
    closed = update(Case).where(Case.id == complaint).values(state="closed", closed_at=at("2026-03-11 11:15"))
    world.connection.execute(closed)
    assert live(world, "2026-03-11 11:30", "2026-03-12 10:00") == [("03-12 09:00", "reminder-7", "sent")]


def test_a_task_reaches_its_desk_in_the_night(world: World) -> None:
    """Nobody is disturbed by it, and its case has its deadlines from then on."""
    customer = world.customer(has_contract=True)
    world.appointment(
        customer, "2026-03-12 10:00", status=AppointmentStatus.REQUESTED, requested_at=at("2026-03-10 23:10")
    )
    assert live(world, "2026-03-10 23:00", "2026-03-11 00:30") == [("03-11 00:00", "request-escalation", "ready")]
    opened = select(Case.opened_at).where(Case.kind == "booking-request")
    assert world.connection.scalar(opened) == at("2026-03-11 00:00")


@pytest.mark.parametrize("held_by", ["cap", "complaint", "holiday", "quiet hours"])
def test_what_is_of_use_only_on_its_day_does_not_go_on_the_next(world: World, held_by: str) -> None:
    """Due on 30 September 2026, a day before the holidays, or on the first of them."""
    customer = world.customer()
    day = "2026-10-01" if held_by == "holiday" else "2026-09-30"
    world.invoice(world.account(customer), day, "1000.00")
    match held_by:
        case "complaint":
            world.complaint(customer, "2026-09-29 12:00")
        case "holiday":
            world.connection.execute(update(Store).values(holiday_country="CN"))
        case "quiet hours":
            world.connection.execute(update(Store).values(contact_from=time(8), contact_until=time(10)))
    since = "09:30" if held_by == "cap" else "10:00"
    told = live(world, f"{day} {since}", f"{day} 11:00") + live(world, "2026-10-02 08:30", "2026-10-02 10:00")
    assert [step for _, step, _ in told] == (["before-due"] if held_by == "cap" else [])
    ((state, said),) = ends_of(world, "due-today")
    assert (state, said.endswith("and then its time has passed")) == (TouchState.SKIPPED, True)


def test_why_tells_what_took_the_place_of_a_held_touch(world: World) -> None:
    customer = world.customer()
    world.invoice(world.account(customer), "2026-03-03", "1000.00")
    world.handover(customer, "2026-03-07")
    live(world, "2026-03-10 09:30", "2026-03-10 10:00")
    told = explain(
        world.connection, customer, at("2026-03-10 11:00"), list(SUBJECTS), lambda *_: at("2026-03-10 13:30")
    )
    steps = {step.step: step for story in told.processes for subject in story.subjects for step in subject.steps}
    held = steps["reminder-7"].touch
    assert held is not None
    assert held.reason is not None
    assert held.reason.say("en", ZoneInfo(world.zone)) == (
        "the customer was contacted enough for now, by day-3-call of post-delivery-followup on 2026-03-10 09:30"
    )
    assert held.reason.say("zh-CN", ZoneInfo(world.zone)) == (
        "近期联系次数已达上限，已联系：交车回访“第 3 天回访电话”（2026-03-10 09:30）"
    )
    (instead,) = held.reason.figures["instead"]
    assert UUID(instead["touch"]) == steps["day-3-call"].touch.id  # type: ignore[union-attr]


NOON = at("2026-03-10 12:00")
CALL, EXEMPT, LINE, WHOLE = "call", "exempt", "line", "whole"
touches_due = st.lists(
    st.tuples(st.sampled_from([CALL, LINE, LINE, WHOLE]), st.booleans(), st.sampled_from([50, 60]), st.integers(0, 2)),
    min_size=1,
    max_size=6,
)


MOST = 8


@pytest.fixture
def eight_due(world: World) -> list[UUID]:
    """Messages that are due for one customer at noon."""
    customer = world.customer()
    for _ in range(MOST):
        world.handover(customer, "2026-03-09")
    plan(world.connection, FOLLOWUP, NOON, None).check()
    return sorted(touch.id for touch in world.touches(customer) if touch.state == TouchState.PLANNED)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(due=touches_due, per_day=st.integers(1, 3), told_before=st.integers(0, 2))
def test_the_places_of_a_day_are_shared_as_by_hand(
    world: World, eight_due: list[UUID], due: list[tuple[str, bool, int, int]], per_day: int, told_before: int
) -> None:
    with world.connection.begin_nested() as savepoint:
        _allow(world, per_day)
        waiting = _make_due(world, eight_due, due, told_before)
        expected = share_the_day(list(waiting.values()), per_day - told_before)
        dispatcher = StepwiseDispatcher(world.connection, NOON)
        claim(world.connection, NOON, dispatcher_id=dispatcher.id, limit=10)
        dispatcher.die()
        names = {touch_id: one.name for touch_id, one in waiting.items()}
        found: dict[int, int | bool] = {
            names[touch.id]: names[touch.merged_into] if touch.merged_into else touch.state != TouchState.PLANNED
            for touch in world.touches()
            if touch.id in names
        }
        savepoint.rollback()
    assert found == expected


def _allow(world: World, per_day: int) -> None:
    body = {"per_day": per_day, "per_week": 7, "complaint_holds": []}
    changed = update(PolicyVersion).where(PolicyVersion.name == CONTACT_RULES).values(body=body)
    world.connection.execute(changed)


def _make_due(
    world: World, ids: list[UUID], due: list[tuple[str, bool, int, int]], told_before: int
) -> dict[UUID, Waiting]:
    """One touch of each of these kinds is due for the customer, who was contacted so often today already."""
    told = ids[len(due) : len(due) + told_before]
    before = {"state": TouchState.SENT, "contacted_at": NOON - timedelta(hours=2), "channel": ChannelName.SMS}
    _change(world, told, **before)
    _change(world, ids[len(due) + told_before :], state=TouchState.CANCELLED)
    bare = select(TemplateVersion.id).where(TemplateVersion.key == "formal-reminder", TemplateVersion.language == "en")
    waiting = {}
    for name, (touch_id, (kind, exempt, priority, hour)) in enumerate(zip(ids, due, strict=False)):
        due_at = NOON - timedelta(hours=3 - hour)
        values: dict[str, Any] = {"priority": priority, "obligation": exempt, "due_at": due_at}
        if kind == CALL:
            values |= {"kind": StepKind.CALL, "channels": [ChannelName.PHONE]}
        if kind == WHOLE:
            values |= {"template_version_id": world.connection.scalar(bare)}
        _change(world, [touch_id], **values)
        waiting[touch_id] = Waiting(name, priority, due_at, exempt, ChannelName.SMS if kind == LINE else None)
    return waiting


def _change(world: World, ids: Sequence[UUID], **values: Any) -> None:
    world.connection.execute(update(Touch).where(Touch.id.in_(ids)).values(**values))
