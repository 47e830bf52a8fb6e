"""Leads: who is called when, against an oracle in plain Python, and what comes of the calls (R8)."""

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from models.calls.outcomes import NO_ANSWER, REACHED
from models.core.ids import TouchId
from models.core.words import LeadState, LeadUrgency, ProcessName, TouchState
from models.kits.outcomes import CallReport, Outcome
from models.ledger.tables import Touch
from models.subjects.lead import (
    INTERESTED,
    LEAD_IS_LOST,
    ORDER_PLACED,
    POSTPONED,
    TEST_DRIVE,
    Lead,
    LostKind,
    ShowroomVisit,
)
from tasks.calls.recording import record_outcome
from tasks.explaining.story import explain
from tasks.subjects.lead.first_contact import set_first_contact
from tasks.subjects.lead.outcomes import close_won_leads
from tests.support.desk import staff_id
from tests.support.world import World, at

LEADS = ProcessName("lead-followup")
TODAY = date(2026, 3, 10)
NOON = "2026-03-10 12:00"
AHEAD = timedelta(days=1)
INTERVAL = {LeadUrgency.ORDERED: 7, LeadUrgency.WITHIN_A_WEEK: 2, LeadUrgency.WITHIN_A_MONTH: 7}
INTERVAL[LeadUrgency.WITHIN_THREE_MONTHS] = 15
ENDS = {LeadUrgency.WITHIN_A_WEEK: 7, LeadUrgency.WITHIN_A_MONTH: 30, LeadUrgency.WITHIN_THREE_MONTHS: 90}


@dataclass(frozen=True)
class Story:
    """A lead, in days before today (negative: ahead)."""

    urgency: LeadUrgency
    created: int
    contacted: int | None = None
    visited: int | None = None
    state: LeadState = LeadState.OPEN
    state_days: int | None = None
    postponed: int | None = None
    handed_over: int | None = None


def add(world: World, customer: int, story: Story) -> int:
    """Put the lead on record; its id."""
    made = world.connection.execute(
        insert(Lead)
        .values(
            store_id=world.store_id, key=f"L-{customer}", customer_id=customer, urgency=story.urgency, model="Nova",
            state=story.state, lost_reason="price" if story.state is LeadState.LOST else None,
            created_on=ago(story.created), contacted_on=ago(story.contacted), state_on=ago(story.state_days),
            postponed_to=ago(story.postponed),
        )
        .returning(Lead.id)
    ).scalar_one()  # fmt: skip
    if story.visited is not None:
        visit = {"store_id": world.store_id, "key": f"V-{customer}", "lead_id": made, "visited_on": ago(story.visited)}
        world.connection.execute(insert(ShowroomVisit).values(visit))
    if story.handed_over is not None:
        world.handover(customer, str(ago(story.handed_over)))
    set_first_contact(world.connection, Lead.id == made, at(NOON))
    return made


def ago(days: int | None) -> Any:
    """That day."""
    return None if days is None else TODAY - timedelta(days)


@dataclass
class Oracle:
    """Which steps a sweep at noon plans for a lead, one day ahead."""

    story: Story
    steps: set[str] = field(default_factory=set)

    def expected(self) -> set[str]:
        """Their keys."""
        story = self.story
        letter = story.urgency.value.lower()
        if self.state is LeadState.LOST and story.state_days is not None:
            self.when("lost-reason", story.state_days, time(16), 7)
        if self.state is not LeadState.OPEN or self.was_won or self.is_postponed:
            return self.steps
        every = INTERVAL[story.urgency]
        last = min(days for days in (story.created, *self.contacts) if days >= 0)
        if not self.contacts:
            self.when("first-contact", story.created, time(0), 2)
            self.when("first-contact-late", story.created, time(11), 2)
        self.recurs(f"follow-{letter}", last, every)
        self.when(f"untouched-{letter}", last - 2 * every, time(14), 7)
        if story.urgency in ENDS:
            self.when(f"regrade-{letter}", story.created - ENDS[story.urgency], time(9), 7)
        if story.postponed is not None:
            self.when("postponed-to", story.postponed, time(9, 30), 3)
        self.when("one-year", story.created - 365, time(10), 30)
        return self.steps

    @property
    def state(self) -> LeadState:
        """What had become of it by today."""
        later = self.story.state_days is not None and self.story.state_days < 0
        return LeadState.OPEN if later else self.story.state

    @property
    def contacts(self) -> list[int]:
        """Days on which the customer was reached."""
        return [days for days in (self.story.contacted, self.story.visited) if days is not None and days >= 0]

    @property
    def was_won(self) -> bool:
        """A car was handed over after an order."""
        given = self.story.handed_over
        return self.story.urgency is LeadUrgency.ORDERED and given is not None and 0 <= given <= self.story.created

    @property
    def is_postponed(self) -> bool:
        """Until a day that is still to come."""
        return self.story.postponed is not None and self.story.postponed < 0

    def when(self, step: str, days: int, hour: time, valid: int) -> None:
        """The step is due at an hour so many days ago, and valid for so many days."""
        due = at(f"{TODAY - timedelta(days)} {hour:%H:%M}")
        if due <= at(NOON) + AHEAD and at(NOON) < due + timedelta(days=valid):
            self.steps.add(step)

    def recurs(self, step: str, last: int, every: int) -> None:
        """The step comes again each `every` days after the last contact, until the next one is due."""
        for number in range(1, 450 // every):
            self.when(step, last - number * every, time(9, 30), every)


STORIES = st.builds(
    Story,
    urgency=st.sampled_from(LeadUrgency),
    created=st.integers(0, 120) | st.integers(360, 400),
    contacted=st.none() | st.integers(-2, 40),
    visited=st.none() | st.integers(-2, 40),
    state=st.sampled_from([LeadState.OPEN, LeadState.OPEN, LeadState.OPEN, *LeadState]),
    state_days=st.none() | st.integers(-2, 10),
    postponed=st.none() | st.integers(-5, 5),
    handed_over=st.none() | st.integers(-2, 50),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stories=st.lists(STORIES, min_size=1, max_size=15))
def test_who_is_called_about_a_lead(world: World, stories: list[Story]) -> None:
    customers = {world.customer(): story for story in stories}
    for customer, story in customers.items():
        add(world, customer, story)
    world.plan(LEADS, NOON)
    planned = {customer: set(world.steps(customer)) for customer in customers}
    assert planned == {customer: Oracle(story).expected() for customer, story in customers.items()}


@pytest.mark.parametrize(
    ("came_in", "by"),
    [
        ("2026-03-10 10:15", "2026-03-10 12:15"),
        ("2026-03-10 06:00", "2026-03-10 11:00"),
        ("2026-03-10 17:15", "2026-03-11 10:15"),
        ("2026-03-10 23:59", "2026-03-11 11:00"),
    ],
)
def test_the_first_contact_is_late_after_two_working_hours(world: World, came_in: str, by: str) -> None:
    customer = world.customer()
    lead = add(world, customer, Story(LeadUrgency.WITHIN_A_WEEK, 0))
    world.connection.execute(update(Lead).where(Lead.id == lead).values(came_in_at=at(came_in)))
    set_first_contact(world.connection, Lead.id == lead, at(came_in))
    world.plan(LEADS, "2026-03-11 12:00")
    due = select(Touch.due_at).where(Touch.customer_id == customer, Touch.step == "first-contact-late")
    assert world.connection.execute(due).scalar_one() == at(by)


def called(world: World, customer: int, outcome: Outcome, moment: str, **answers: str) -> None:
    """Somebody makes the open call about the customer's lead."""
    call = world.connection.execute(
        select(Touch.id).where(Touch.customer_id == customer, Touch.kind == "call", Touch.state != TouchState.DONE)
    ).scalar_one()
    hand_over(world, call)
    caller = staff_id(world.connection, "W1")
    record_outcome(world.connection, TouchId(call), CallReport(outcome.name, answers=answers), at(moment), caller)


def hand_over(world: World, touch: UUID) -> None:
    """It is on the list."""
    world.connection.execute(update(Touch).where(Touch.id == touch).values(state=TouchState.READY))


def lead_of(world: World, customer: int) -> Any:
    """The lead as it stands."""
    return world.connection.execute(select(Lead.__table__).where(Lead.customer_id == customer)).one()


@pytest.fixture
def customer(world: World) -> int:
    """A customer whose lead of class A came in today, with the first call planned."""
    world.staff(code="W1")
    found = world.customer()
    add(world, found, Story(LeadUrgency.WITHIN_A_MONTH, 0))
    world.plan(LEADS, NOON)
    return found


def test_a_call_that_reaches_the_customer_moves_the_anchor_and_one_in_vain_does_not(
    world: World, customer: int
) -> None:
    called(world, customer, NO_ANSWER, "2026-03-10 13:00")
    world.plan(LEADS, "2026-03-10 14:00")
    assert "first-contact-late" in world.steps(customer)
    called(world, customer, REACHED, "2026-03-11 10:00")
    world.plan(LEADS, "2026-03-18 08:00")
    due = select(Touch.due_at).where(Touch.customer_id == customer, Touch.step == "follow-a")
    assert world.connection.execute(due).scalars().all() == [at("2026-03-18 09:30")]


def test_a_class_that_is_set_anew_brings_its_own_calls(world: World, customer: int) -> None:
    called(world, customer, INTERESTED, "2026-03-10 13:00", **{"class": "H"})
    found = lead_of(world, customer)
    assert (found.urgency, found.urgency_on) == (LeadUrgency.WITHIN_A_WEEK, TODAY)
    world.plan(LEADS, "2026-03-12 08:00")
    steps = world.steps(customer)
    assert "follow-h" in steps
    assert "follow-a" not in steps


def test_a_lead_that_is_put_off_is_called_on_that_day_and_not_before(world: World, customer: int) -> None:
    called(world, customer, POSTPONED, "2026-03-10 13:00", on="2026-03-30")
    world.plan(LEADS, "2026-03-18 08:00")
    assert "follow-a" not in world.steps(customer)
    world.plan(LEADS, "2026-03-30 08:00")
    assert "postponed-to" in world.steps(customer)


def test_a_lost_lead_says_why_and_the_manager_hears_of_it(world: World, customer: int) -> None:
    called(world, customer, LEAD_IS_LOST, "2026-03-10 13:00", why="bought-elsewhere", competitor="Vega")
    found = lead_of(world, customer)
    assert (found.state, found.lost_kind, found.competitor) == (LeadState.LOST, LostKind.ELSEWHERE, "Vega")
    world.plan(LEADS, "2026-03-10 14:00")
    world.plan(LEADS, "2026-03-12 08:00")
    assert world.steps(customer) == ["first-contact", "first-contact-late", "lost-reason"]


def test_an_order_is_won_by_the_handover_and_a_low_deposit_is_pointed_out(world: World, customer: int) -> None:
    called(world, customer, ORDER_PLACED, "2026-03-10 13:00", deposit="2000", currency="CNY")
    found = lead_of(world, customer)
    assert (found.urgency, found.deposit, found.currency) == (LeadUrgency.ORDERED, Decimal("2000.00"), "CNY")
    story = explain(world.connection, customer, at("2026-03-10 14:00"), [LEADS], lambda _process, after, _zone: after)
    assert "low-deposit" in str(story)
    assert close_won_leads(world.connection, at("2026-03-11 12:00")) == 0
    world.handover(customer, "2026-03-12")
    assert close_won_leads(world.connection, at("2026-03-11 12:00")) == 0, "it is handed over tomorrow"
    assert close_won_leads(world.connection, at("2026-03-12 12:00")) == 1
    assert close_won_leads(world.connection, at("2026-03-12 12:00")) == 0
    won = lead_of(world, customer)
    assert (won.state, won.state_on) == (LeadState.WON, date(2026, 3, 12))


def test_a_test_drive_is_kept_with_its_day(world: World, customer: int) -> None:
    called(world, customer, TEST_DRIVE, "2026-03-10 13:00", on="2026-03-14")
    assert lead_of(world, customer).test_drive_on == date(2026, 3, 14)


@pytest.mark.parametrize("urgency", LeadUrgency)
@pytest.mark.parametrize("created", [0, 8, 40, 300])
def test_a_lead_is_counted_once_for_each_step_of_its_own_class_that_is_due(
    world: World, urgency: LeadUrgency, created: int
) -> None:
    """No step of another class makes it look like more; `why` names it whether something is due or not."""
    customer = world.customer()
    number = add(world, customer, Story(urgency, created))
    account = world.plan(LEADS, NOON)
    due = [touch for touch in world.touches() if touch.subject_id == number]
    assert account.suppressed.keys() <= {"time-passed", "found-too-late"}
    assert account.eligible == len(due)
    assert {touch.step for touch in due if touch.step.startswith("follow-")} <= {f"follow-{urgency.lower()}"}
    again = world.plan(LEADS, NOON)
    assert (again.eligible, again.already_planned) == (account.eligible, account.eligible)
    (told,) = explain(world.connection, customer, at(NOON), [LEADS], lambda _process, after, _zone: after).processes
    (subject,) = told.subjects
    assert {step.step for step in subject.steps} >= {f"follow-{urgency.lower()}"}
