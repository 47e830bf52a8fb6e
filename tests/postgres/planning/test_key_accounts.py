"""Visits to key accounts: who is visited in which month, and what was made of the plan (R9)."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from models.core.ids import TouchId
from models.core.words import ProcessName, Role, TouchState
from models.ledger.tables import Touch
from tasks.calls.visit_plan import VisitsOfPerson, read_visit_plan
from tasks.calls.visit_reports import VisitReport
from tasks.calls.visits import finish_visit, plan_visit
from tests.support.desk import staff_id
from tests.support.world import World, at

KEY_ACCOUNTS = ProcessName("key-accounts")
TODAY = date(2026, 3, 1)
MORNING = "2026-03-01 09:00"


@dataclass(frozen=True)
class Story:
    """A customer of a level, who last came so many days ago; None: was never in touch, and on record for long."""

    level: str | None
    came: int | None
    sent: int = 0


def add(world: World, story: Story) -> int:
    """Put it on record; the customer's id."""
    customer = world.customer(level=story.level)
    if story.came is not None:
        day = TODAY - timedelta(story.came)
        world.appointment(customer, f"{day} 10:00", arrived_at=at(f"{day} 10:00"), status="arrived")
    for _ in range(story.sent):
        world.lead(world.customer(), "2026-02-01", referred_by_id=customer)
    return customer


def months_since(day: date) -> int:
    """Calendar months from the month of a day to this one."""
    return (TODAY.year - day.year) * 12 + TODAY.month - day.month


def expected(story: Story) -> set[str]:
    """What stands in the plan of this month: a month begins on the first, so only the months count."""
    last = date(2020, 1, 1) if story.came is None else TODAY - timedelta(story.came)
    passed = months_since(last)
    level = (story.level or "").strip().lower()
    if level.startswith("vip") or story.sent >= 3:
        return {"vip-visit"} if passed >= 1 else set()
    if level in ("1", "level 1", "一级"):
        return {"level-1-visit"} if passed >= 2 and passed % 2 == 0 else set()
    return set()


STORIES = st.builds(
    Story,
    level=st.sampled_from([None, "VIP", "vip 2", "1", " Level 1", "一级", "2", "gold"]),
    came=st.none() | st.integers(1, 160),
    sent=st.sampled_from([0, 0, 2, 3]),
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stories=st.lists(STORIES, min_size=1, max_size=8))
@example(
    stories=[Story("VIP", 1), Story("VIP", 30), Story("1", 29), Story("1", 59), Story("1", 60), Story(None, 40, 3)]
)
def test_who_is_visited_in_this_month(world: World, stories: list[Story]) -> None:
    customers = {add(world, story): story for story in stories}
    world.plan(KEY_ACCOUNTS, MORNING)
    planned = {customer: set(world.steps(customer)) for customer in customers}
    assert planned == {customer: expected(story) for customer, story in customers.items()}


@pytest.fixture
def visit(world: World) -> TouchId:
    """A VIP's visit of March, on the list of who sells."""
    world.staff(Role.SALES, code="S1", name="Zhao Lei")
    customer = add(world, Story("VIP", 40))
    world.plan(KEY_ACCOUNTS, MORNING)
    planned = select(Touch.id).where(Touch.customer_id == customer, Touch.state == TouchState.PLANNED)
    found = world.connection.execute(planned).scalar_one()
    world.connection.execute(update(Touch).where(Touch.id == found).values(state=TouchState.READY))
    return TouchId(found)


def of_march(world: World, month: date = TODAY) -> list[tuple[str | None, int, int, int, int]]:
    lines: list[VisitsOfPerson] = read_visit_plan(world.connection, month)
    return [(line.staff, line.planned, line.made, line.missed, line.waiting) for line in lines]


def test_a_visit_is_planned_made_and_counted_and_the_next_is_in_a_month(world: World, visit: TouchId) -> None:
    seller = staff_id(world.connection, "S1")
    assert of_march(world) == [(None, 1, 0, 0, 1)]
    plan_visit(world.connection, visit, date(2026, 3, 20), at(MORNING), seller)
    assert of_march(world) == [("S1", 1, 0, 0, 1)]
    report = VisitReport(date(2026, 3, 20), "wants a van", "send an offer")
    finish_visit(world.connection, visit, report, at("2026-03-20 17:00"), seller)
    assert of_march(world) == [("S1", 1, 1, 0, 0)]
    world.plan(KEY_ACCOUNTS, "2026-03-31 07:00")
    assert [touch.step for touch in world.touches() if touch.state == TouchState.PLANNED] == []
    world.plan(KEY_ACCOUNTS, "2026-04-01 07:00")
    due = [touch.due_at for touch in world.touches() if touch.state == TouchState.PLANNED]
    assert due == [at("2026-04-01 08:00")]
    assert of_march(world, date(2026, 4, 15)) == [(None, 1, 0, 0, 1)]


def test_a_visit_that_nobody_made_comes_again(world: World, visit: TouchId) -> None:
    world.connection.execute(update(Touch).where(Touch.id == visit).values(state=TouchState.MISSED))
    world.plan(KEY_ACCOUNTS, "2026-04-01 09:00")
    assert len(world.steps(state=TouchState.PLANNED)) == 1
    assert of_march(world) == [(None, 1, 0, 1, 0)]


def test_who_was_erased_is_not_visited(world: World) -> None:
    customer = world.customer(level="VIP", erased_at=at("2026-02-01 10:00"))
    world.plan(KEY_ACCOUNTS, MORNING)
    assert world.steps(customer) == []
