"""Steps that come again: each occurrence once, and never two at a time, for any sweeps, zones and calendars."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Integer, Row, Select, Text, func, insert, literal, select, update

from models.calls.outcomes import CALLBACK, NO_ANSWER, REACHED, WRONG_NUMBER
from models.core.cadence import Now, Series, moment
from models.core.offsets import Offset
from models.core.reasons import ReasonCode
from models.core.recurrence import Recurrence, read_recurrence
from models.core.words import MissingDay, Moment, OutcomeName, ProcessName, SubjectKind, TouchState
from models.kits.registry import all_traits, traits_of
from models.ledger.explanations import StepStanding
from models.ledger.tables import CallAttempt, Touch
from models.ledger.touch_states import OPEN
from models.people.tables import Customer, Store
from models.policies.shipped import read_policy
from models.subjects.appointment import Appointment
from models.subjects.handover import Handover
from tasks.explaining.story import explain
from tasks.ledger.transitions import change
from tasks.planning.comparing import Change, compare
from tasks.planning.ending import MOVED
from tasks.planning.forecasting import forecast
from tasks.planning.population import EARLIER_OPEN
from tasks.planning.sweep import plan
from tasks.policies.catalogue import add_policy
from tasks.subjects.contract import Scope, Subject
from tasks.subjects.last_contact import last_contact
from tasks.subjects.registry import subject_of
from tests.support.oracles import day_end, due_moment, instant, occurrence
from tests.support.world import World, at

on_one_database = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai")
PROCESS = ProcessName("post-delivery-followup")
AHEAD, REMEMBERED = timedelta(days=1), timedelta(days=3)

zones = st.sampled_from(ZONES)
days = st.sampled_from(
    [
        date(2026, 3, 27), date(2026, 3, 6), date(2026, 10, 23), date(2026, 10, 1), date(2028, 2, 29),
        date(2027, 1, 31), date(2025, 12, 31), date(2026, 5, 12), date(2024, 2, 29),
    ]
)  # fmt: skip
hours = st.sampled_from([time(0), time(2, 15), time(2, 30), time(9, 30), time(23, 45)])
spans = st.sampled_from(["1d", "2d", "3d", "1w", "2w", "10d", "1mo", "2mo", "1y"])
missing_days = st.sampled_from(MissingDay)


@contextmanager
def undone(world: World) -> Iterator[None]:
    """Facts of one example, which the next one does not see."""
    with world.connection.begin_nested() as savepoint:
        yield
        savepoint.rollback()


@on_one_database
@given(
    day=days, hour=hours, zone=zones, every=spans.map(read_recurrence), missing_day=missing_days,
    number=st.integers(0, 60),
)  # fmt: skip
@example(date(2024, 2, 29), time(0), "Asia/Shanghai", Recurrence(12, 0), MissingDay.NEXT_DAY, 1)
@example(date(2027, 1, 31), time(0), "Asia/Shanghai", Recurrence(1, 0), MissingDay.NEXT_DAY, 1)
@example(date(2027, 1, 31), time(0), "Asia/Shanghai", Recurrence(1, 0), MissingDay.LAST_DAY, 1)
def test_an_occurrence_is_where_the_calendar_says_and_is_known_again(
    world: World, day: date, hour: time, zone: str, every: Recurrence, missing_day: MissingDay, number: int
) -> None:
    place = ZoneInfo(zone)
    base = instant(datetime.combine(day, hour), place)
    expected = occurrence(base, every, missing_day, number, place)
    series, began, clock = Series.of(every, missing_day), moment(base), literal(zone, Text)
    beside = [expected + timedelta(minutes=1), expected - timedelta(days=1, minutes=7), base - timedelta(days=30)]
    found = world.connection.execute(
        select(
            series.occurrence(began, clock, literal(number, Integer)).label("at"),
            series.number_at(moment(expected), began, clock).label("number"),
            series.has(moment(expected), began, clock).label("has"),
            *(series.has(moment(other), began, clock) for other in beside),
        )
    ).one()
    assert (found.at, found.number, found.has) == (expected, number, True)
    assert list(found[3:]) == [False] * len(beside)


@dataclass(frozen=True)
class Course:
    """A step that recurs, and how its occurrences fall."""

    every: Recurrence
    missing_day: MissingDay
    after: int
    at: time
    valid_for: int | None
    """Days; None: until the next occurrence."""
    only_on_its_day: bool = False

    @property
    def body(self) -> dict[str, Any]:
        """The policy."""
        step = {
            "key": "again", "subject": "handover", "kind": "call", "after": f"{self.after}d",
            "at": self.at.isoformat(), "every": str(self.every), "missing_day": self.missing_day,
            "valid_for": f"{self.valid_for}d" if self.valid_for else "until-next-step",
            "template": "handover-day-3-call", "purpose": "follow-up", "role": "agent",
            "only_on_its_day": self.only_on_its_day,
        }  # fmt: skip
        return {"process": PROCESS, "priority": 60, "steps": [step], "rules": {}}

    def due(self, base: datetime, number: int, place: ZoneInfo) -> datetime:
        """When an occurrence is due."""
        occurs = occurrence(base, self.every, self.missing_day, number, place)
        return due_moment(occurs, Offset(self.after, 0), self.at, place)

    def ends(self, base: datetime, number: int, place: ZoneInfo) -> datetime:
        """Until when it is valid."""
        due, following = self.due(base, number, place), self.due(base, number + 1, place)
        ends = following if self.valid_for is None else min(due + timedelta(days=self.valid_for), following)
        return min(ends, day_end(due, place)) if self.only_on_its_day else ends


@st.composite
def courses(draw: st.DrawFn) -> Course:
    """Any step that a policy takes."""
    every = read_recurrence(draw(spans))
    longest = every.shortest.days
    valid_for = draw(st.none() | st.integers(1, longest))
    return Course(every, draw(missing_days), draw(st.integers(-3, 5)), draw(hours), valid_for, draw(st.booleans()))


HAPPENINGS = ("swept", "swept", "handed to staff", "done")
lives = st.lists(st.tuples(st.sampled_from(HAPPENINGS), st.integers(0, 24 * 40)), min_size=2, max_size=10)


@on_one_database
@given(course=courses(), day=days, zone=zones, life=lives)
@example(
    Course(Recurrence(0, 1), MissingDay.LAST_DAY, 0, time(2, 30), 1), date(2026, 3, 27), "Europe/Berlin",
    [("swept", 30), ("handed to staff", 6), ("swept", 20), ("handed to staff", 4), ("swept", 24), ("swept", 24)],
)  # fmt: skip
def test_each_occurrence_comes_at_most_once_and_never_two_at_a_time(
    world: World, course: Course, day: date, zone: str, life: list[tuple[str, int]]
) -> None:
    """Sweeps at any times, after any downtime: what is planned is what was in sight of some sweep, and nothing else."""
    place = ZoneInfo(zone)
    now = base = instant(datetime.combine(day, time(0)), place)
    expected: dict[datetime, tuple[datetime, datetime, bool]] = {}
    with undone(world):
        world.connection.execute(update(Store).values(time_zone=zone))
        add_policy(world.connection, PROCESS, course.body, world.store_id, "test", now)
        world.handover(world.customer(), day.isoformat())
        for happening, later in life:
            now += timedelta(hours=later)
            if happening == "swept":
                plan(world.connection, PROCESS, now, None).check()
                expected = _in_sight(course, base, now, place) | expected
                touches = _touches(world)
                _check(touches, expected, now)
            else:
                _happen(world, happening, now)
    assert len(expected) < 400


def _in_sight(
    course: Course, base: datetime, now: datetime, place: ZoneInfo
) -> dict[datetime, tuple[datetime, datetime, bool]]:
    """By anchor, the occurrences that a sweep sees: due, end, and whether that has passed when it is first seen."""
    seen: dict[datetime, tuple[datetime, datetime, bool]] = {}
    number = 0
    while (due := course.due(base, number, place)) <= now + AHEAD:
        ends = course.ends(base, number, place)
        if ends > now - REMEMBERED:
            occurs = occurrence(base, course.every, course.missing_day, number, place)
            seen[occurs] = (due, ends, ends <= now)
        number += 1
    return seen


def _touches(world: World) -> Sequence[Row[Any]]:
    return world.connection.execute(select(Touch.__table__).order_by(Touch.due_at)).all()


def _check(
    touches: Sequence[Row[Any]], expected: dict[datetime, tuple[datetime, datetime, bool]], now: datetime
) -> None:
    assert {row.anchor_at: (row.due_at, row.valid_until) for row in touches} == {
        anchor: window[:2] for anchor, window in expected.items()
    }
    assert all(one.valid_until <= other.due_at for one, other in pairwise(touches))
    assert sum(row.state in OPEN and row.due_at <= now for row in touches) <= 1
    for row in touches:
        passed_unseen = expected[row.anchor_at][2]
        if row.valid_until <= now and row.state != TouchState.DONE:
            undone_by_staff = row.contacted_at is not None
            assert row.state == (TouchState.MISSED if undone_by_staff else TouchState.SKIPPED), row
        assert not passed_unseen or row.state == TouchState.SKIPPED


def _happen(world: World, happening: str, now: datetime) -> None:
    if happening == "handed to staff":
        due = (Touch.state == TouchState.PLANNED, Touch.due_at <= now, Touch.valid_until > now)
        handed = change(TouchState.READY, (TouchState.PLANNED,), now).where(*due).values(contacted_at=now)
        world.connection.execute(handed)
    else:
        done = change(TouchState.DONE, (TouchState.READY,), now).where(Touch.state == TouchState.READY)
        world.connection.execute(done.where(Touch.valid_until > now))


def recurring(world: World, **changes: Any) -> None:
    """A call every second day at 09:30 about each handover."""
    step = {
        "key": "again", "subject": "handover", "kind": "call", "after": "0d", "at": "09:30", "every": "2d",
        "valid_for": "until-next-step", "template": "handover-day-3-call", "purpose": "follow-up", "role": "agent",
    } | changes  # fmt: skip
    body = {"process": PROCESS, "priority": 60, "steps": [step], "rules": {}}
    add_policy(world.connection, PROCESS, body, world.store_id, "test", at("2026-01-01 00:00"))


def sweep_at(world: World, text: str) -> dict[str, TouchState]:
    """Sweep; the state of each occurrence by its store-local due moment."""
    plan(world.connection, PROCESS, at(text), None).check()
    return {f"{row.due_at.astimezone(ZoneInfo(world.zone)):%m-%d %H:%M}": row.state for row in _touches(world)}


def hand_over(world: World, text: str) -> None:
    _happen(world, "handed to staff", at(text))


def test_a_call_that_nobody_made_is_missed_when_the_next_is_due(world: World) -> None:
    recurring(world)
    world.handover(world.customer(), "2026-03-10")
    assert sweep_at(world, "2026-03-10 10:00") == {"03-10 09:30": TouchState.PLANNED}
    hand_over(world, "2026-03-10 10:00")
    assert sweep_at(world, "2026-03-12 09:31") == {
        "03-10 09:30": TouchState.MISSED, "03-12 09:30": TouchState.PLANNED,
    }  # fmt: skip


def test_after_a_long_downtime_what_is_long_over_is_not_made_up_for(world: World) -> None:
    recurring(world)
    world.handover(world.customer(), "2026-03-10")
    assert sweep_at(world, "2027-03-10 12:00") == {
        "03-07 09:30": TouchState.SKIPPED, "03-09 09:30": TouchState.PLANNED, "03-11 09:30": TouchState.PLANNED,
    }  # fmt: skip


def test_a_moved_anchor_ends_the_series_and_begins_another(world: World) -> None:
    recurring(world)
    handover = world.handover(world.customer(), "2026-03-10")
    sweep_at(world, "2026-03-10 10:00")
    world.connection.execute(update(Handover).where(Handover.id == handover).values(handed_over_on=date(2026, 3, 11)))
    assert sweep_at(world, "2026-03-11 10:00") == {
        "03-10 09:30": TouchState.SUPERSEDED, "03-11 09:30": TouchState.PLANNED,
    }  # fmt: skip
    assert world.connection.scalar(select(Touch.reason).where(Touch.state == TouchState.SUPERSEDED)) == MOVED


def test_an_anchor_that_moves_by_a_span_keeps_what_the_new_series_has_too(world: World) -> None:
    """A call that is on a list already would not come again: it is the same occurrence."""
    recurring(world)
    handover = world.handover(world.customer(), "2026-03-10")
    sweep_at(world, "2026-03-12 10:00")
    hand_over(world, "2026-03-12 10:00")
    world.connection.execute(update(Handover).where(Handover.id == handover).values(handed_over_on=date(2026, 3, 12)))
    assert sweep_at(world, "2026-03-12 11:00")["03-12 09:30"] == TouchState.READY


def test_the_next_occurrence_waits_for_a_call_that_the_customer_put_off(world: World) -> None:
    recurring(world)
    world.handover(world.customer(), "2026-03-10")
    sweep_at(world, "2026-03-10 10:00")
    hand_over(world, "2026-03-10 10:00")
    put_off = update(Touch).values(not_before=at("2026-03-12 15:00"), valid_until=at("2026-03-13 15:00"))
    world.connection.execute(put_off)
    assert sweep_at(world, "2026-03-12 10:00") == {"03-10 09:30": TouchState.READY}
    account = plan(world.connection, PROCESS, at("2026-03-12 10:00"), None)
    assert account.suppressed == {EARLIER_OPEN: 1}
    world.connection.execute(change(TouchState.DONE, (TouchState.READY,), at("2026-03-12 15:00")))
    assert sweep_at(world, "2026-03-12 16:00")["03-12 09:30"] == TouchState.PLANNED


def test_an_occurrence_planned_before_the_earlier_call_was_put_off_gives_way(world: World) -> None:
    recurring(world)
    world.handover(world.customer(), "2026-03-10")
    sweep_at(world, "2026-03-12 08:00")
    first = Touch.due_at == at("2026-03-10 09:30")
    world.connection.execute(
        change(TouchState.READY, (TouchState.PLANNED,), at("2026-03-12 08:00"))
        .where(first)
        .values(contacted_at=at("2026-03-12 08:00"), valid_until=at("2026-03-13 15:00"))
    )
    assert sweep_at(world, "2026-03-12 09:00") == {
        "03-10 09:30": TouchState.READY, "03-12 09:30": TouchState.CANCELLED,
    }  # fmt: skip
    world.connection.execute(change(TouchState.DONE, (TouchState.READY,), at("2026-03-12 15:00")).where(first))
    assert sweep_at(world, "2026-03-12 16:00")["03-12 09:30"] == TouchState.PLANNED


def test_a_birthday_on_29_february_is_on_the_day_that_the_policy_says(world: World) -> None:
    world.handover(world.customer(), "1992-02-29")
    recurring(world, every="1y", valid_for="1d")
    assert sweep_at(world, "2026-02-28 08:00") == {"02-28 09:30": TouchState.PLANNED}
    recurring(world, every="1y", valid_for="1d", missing_day="next-day")
    assert "03-01 09:30" in sweep_at(world, "2027-03-01 08:00")
    assert "02-29 09:30" in sweep_at(world, "2028-02-29 08:00")


def test_a_series_may_count_from_another_moment_which_moves_it(world: World) -> None:
    """Of an appointment, from the booking: the anchor of each occurrence is one of the bookings', not the start's."""
    process = ProcessName("appointment-reminders")
    step = {
        "key": "again", "subject": "appointment", "kind": "call", "after": "1d", "counts_from": "booking",
        "every": "2d", "valid_for": "until-next-step", "template": "other-time-call", "purpose": "service",
        "role": "agent", "conditions": ["still-booked"],
    }  # fmt: skip
    body = {"process": process, "priority": 60, "steps": [step]}
    add_policy(world.connection, process, body, world.store_id, "test", at("2026-01-01 00:00"))
    visit = world.appointment(world.customer(), "2026-03-30 09:00", booked_at=at("2026-03-10 09:00"))
    plan(world.connection, process, at("2026-03-13 09:00"), None).check()
    plan(world.connection, process, at("2026-03-13 10:00"), None).check()
    rows = _touches(world)
    assert [(row.anchor_at, row.due_at) for row in rows] == [
        (at("2026-03-10 09:00"), at("2026-03-11 09:00")), (at("2026-03-12 09:00"), at("2026-03-13 09:00")),
    ]  # fmt: skip
    changed = {"moved_at": at("2026-03-13 12:00"), "starts_at": at("2026-03-31 09:00")}
    world.connection.execute(update(Appointment).where(Appointment.id == visit).values(**changed))
    plan(world.connection, process, at("2026-03-13 13:00"), None).check()
    rows = _touches(world)
    assert [(row.due_at, row.state) for row in rows][1:] == [
        (at("2026-03-13 09:00"), TouchState.SUPERSEDED), (at("2026-03-14 12:00"), TouchState.PLANNED),
    ]  # fmt: skip


def test_what_was_said_does_not_end_a_series_of_messages(world: World) -> None:
    recurring(world, kind="message", role=None, channels=["sms"], template="handover-thanks")
    world.handover(world.customer(), "2026-03-10")
    sweep_at(world, "2026-03-10 10:00")
    world.connection.execute(update(Touch).values(contacted_at=at("2026-03-10 10:00")))
    assert sweep_at(world, "2026-03-12 10:00")["03-12 09:30"] == TouchState.PLANNED
    assert world.connection.scalar(select(func.count()).select_from(Touch)) == 2


def test_why_tells_the_present_occurrence_and_the_next(world: World) -> None:
    recurring(world, every="1w", valid_for="3d")
    customer = world.customer()
    world.handover(customer, "2025-03-11")
    now = at("2026-03-10 10:00")  # a Tuesday, 52 weeks later
    told = explain(world.connection, customer, now, [PROCESS], lambda _process, after, _zone: after)
    steps = [(step.standing, step.due_at) for step in told.processes[0].subjects[0].steps]
    assert steps == [
        (StepStanding.DUE, at("2026-03-10 09:30")), (StepStanding.TO_COME, at("2026-03-17 09:30")),
    ]  # fmt: skip
    world.plan(PROCESS, "2026-03-10 10:00")
    told = explain(world.connection, customer, now, [PROCESS], lambda _process, after, _zone: after)
    assert [step.standing for step in told.processes[0].subjects[0].steps] == [
        StepStanding.IN_LEDGER,
        StepStanding.TO_COME,
    ]


def test_the_forecast_has_each_occurrence_to_come(world: World) -> None:
    recurring(world)
    world.handover(world.customer(), "2026-03-10")
    world.plan(PROCESS, "2026-03-10 08:00")
    rows = forecast(world.connection, at("2026-03-10 08:00"), 6).rows
    assert [(row.day, row.planned, row.to_come) for row in rows] == [
        (date(2026, 3, 10), 1, 0), (date(2026, 3, 12), 0, 1), (date(2026, 3, 14), 0, 1),
    ]  # fmt: skip


def test_what_another_pace_would_change_is_seen_beforehand(world: World) -> None:
    recurring(world)
    world.handover(world.customer(), "2026-03-08")
    body = Course(Recurrence(0, 3), MissingDay.LAST_DAY, 0, time(9, 30), 3).body
    found = compare(world.connection, at("2026-03-10 10:00"), read_policy(PROCESS, body), world.store_id)
    assert {change.change: change.touches for change in found.steps} == {Change.LOST: 1, Change.ADDED: 2}


def test_an_account_with_a_broken_promise_is_asked_again_after_the_promised_day(world: World) -> None:
    process = ProcessName("overdue-accounts")
    step = {
        "key": "again", "subject": "account", "kind": "call", "after": "1d", "at": "10:00", "every": "2d",
        "valid_for": "1d", "template": "overdue-call", "purpose": "dunning", "role": "agent",
        "conditions": ["still-owes", "no-promise"],
    }  # fmt: skip
    body = {"process": process, "priority": 60, "steps": [step]}
    add_policy(world.connection, process, body, world.store_id, "test", at("2026-01-01 00:00"))
    account = world.account(world.customer())
    world.invoice(account, "2026-03-01", "900")
    world.promise(account, "2026-03-03", "2026-03-09")
    world.plan(process, "2026-03-08 11:00")
    assert _touches(world) == []
    world.plan(process, "2026-03-10 11:00")
    assert [row.due_at for row in _touches(world)] == [at("2026-03-10 10:00")]


@pytest.fixture
def of_last_contact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Handovers offer the last contact with their customer as a moment."""
    kind = SubjectKind("handover")
    subject, traits = subject_of(kind), traits_of(kind)
    facts = type(subject).facts

    def with_last_contact(self: Subject, now: Now, scope: Scope) -> Select[Any]:
        own = facts(self, now, scope)
        return own.add_columns(last_contact(Handover.customer_id, now).label("last-contact"))

    monkeypatch.setattr(type(subject), "facts", with_last_contact)
    offered = replace(traits, moments={Moment("last-contact"): ReasonCode("no-booking-date")})
    monkeypatch.setitem(all_traits(), kind, offered)


@pytest.mark.usefixtures("of_last_contact")
def test_a_recorded_contact_begins_the_series_anew(world: World) -> None:
    recurring(world, counts_from="last-contact", after="2d", at="09:30")
    customer = world.customer()
    world.handover(customer, "2026-03-01")
    assert sweep_at(world, "2026-03-09 12:00") == {}, "never reached"
    visit = world.appointment(customer, "2026-03-06 09:00", arrived_at=at("2026-03-06 09:10"))
    assert visit
    assert sweep_at(world, "2026-03-09 12:00") == {
        "03-08 09:30": TouchState.PLANNED, "03-10 09:30": TouchState.PLANNED,
    }  # fmt: skip
    hand_over(world, "2026-03-09 12:00")
    spoken = select(Touch.id).where(Touch.state == TouchState.READY).scalar_subquery()
    world.connection.execute(
        insert(CallAttempt).values(touch_id=spoken, attempted_at=at("2026-03-09 15:00"), outcome=REACHED.name)
    )
    world.connection.execute(change(TouchState.DONE, (TouchState.READY,), at("2026-03-09 15:00")))
    assert sweep_at(world, "2026-03-11 08:00") == {
        "03-08 09:30": TouchState.DONE, "03-10 09:30": TouchState.SUPERSEDED, "03-11 09:30": TouchState.PLANNED,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("outcome", "moves"),
    [(NO_ANSWER.name, False), (WRONG_NUMBER.name, False), (CALLBACK.name, True)],
)
def test_only_who_was_spoken_with_was_reached(world: World, outcome: OutcomeName, moves: bool) -> None:
    customer, now = world.customer(), at("2026-03-12 12:00")
    recurring(world)
    world.handover(customer, "2026-03-10")
    world.plan(PROCESS, "2026-03-10 10:00")
    touch = _touches(world)[0].id
    for attempted_at in (at("2026-03-10 11:00"), at("2026-03-13 11:00")):  # the second is not known yet
        values = {"touch_id": touch, "attempted_at": attempted_at, "outcome": outcome}
        world.connection.execute(insert(CallAttempt).values(**values))
    found = world.connection.scalar(select(last_contact(Customer.id, now)).where(Customer.id == customer))
    assert found == (at("2026-03-10 11:00") if moves else None)
