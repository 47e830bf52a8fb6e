"""Win-back and trade-in: who is asked back when, what a customer is to the house, and what a yes makes (R12)."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from models.core.ids import TouchId
from models.core.words import CustomerClass, ProcessName, Role, TouchState
from models.kits.outcomes import CallReport
from models.ledger.tables import Touch
from models.subjects.handover import TRADES_IN
from models.subjects.lead import Lead
from tasks.calls.recording import record_outcome
from tasks.subjects.customer.standing import read_class
from tests.support.desk import staff_id
from tests.support.world import World, at

WIN_BACK, TRADE_IN = ProcessName("win-back"), ProcessName("trade-in")
TODAY = date(2026, 3, 10)
NOON = "2026-03-10 12:00"


@dataclass(frozen=True)
class Story:
    """A customer's visits, in days before today (negative: ahead), and what is known of them."""

    handover: int | None = None
    order: int | None = None
    came: int | None = None
    booked: bool = False
    sold: bool = False
    sent: int = 0
    level: str | None = None

    @property
    def visits(self) -> list[date]:
        """The days on which the customer was here by today."""
        days = [days for days in (self.handover, self.order, self.came) if days is not None and days >= 0]
        return sorted(TODAY - timedelta(days) for days in days)


def add(world: World, story: Story) -> int:
    """Put it on record; the customer's id."""
    customer = world.customer(level=story.level)
    car = world.vehicle(customer, disposed_on=TODAY if story.sold else None)
    if story.handover is not None:
        world.handover(customer, str(TODAY - timedelta(story.handover)))
    if story.order is not None:
        world.repair_order(customer, str(TODAY - timedelta(story.order)), vehicle_id=car)
    if story.came is not None:
        day = TODAY - timedelta(story.came)
        world.appointment(customer, f"{day} 10:00", arrived_at=at(f"{day} 10:05"), status="arrived")
    if story.booked:
        world.appointment(customer, "2026-03-20 10:00")
    for number in range(story.sent):
        world.lead(world.customer(), str(TODAY - timedelta(100 * number)), referred_by_id=customer)
    return customer


def later(day: date, months: int) -> date:
    """The day so many months later, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def expected_steps(story: Story) -> set[str]:
    """What a sweep at noon plans, one day ahead."""
    if not story.visits or story.booked or story.sold:
        return set()
    found = set()
    for step, months in (("twelve-months", 12), ("fifteen-months", 15)):
        due = at(f"{later(story.visits[-1], months)} 10:00")
        if due <= at(NOON) + timedelta(days=1) and at(NOON) < due + timedelta(days=30):
            found.add(step)
    return found


def expected_class(story: Story) -> CustomerClass:
    """The class, counted by hand."""
    if (story.level or "").strip().lower().startswith("vip") or story.sent >= 3:
        return CustomerClass.VIP
    if not story.visits:
        return CustomerClass.POTENTIAL
    if later(story.visits[-1], 24) <= TODAY:
        return CustomerClass.LOST
    if later(story.visits[-1], 12) <= TODAY:
        return CustomerClass.SLEEPING
    return CustomerClass.NEW if (TODAY - story.visits[0]).days < 90 else CustomerClass.ACTIVE


DAYS = st.none() | st.integers(-3, 100) | st.integers(360, 400) | st.integers(450, 490) | st.integers(720, 740)
STORIES = st.builds(
    Story,
    handover=DAYS,
    order=DAYS,
    came=DAYS,
    booked=st.sampled_from([False, False, False, True]),
    sold=st.sampled_from([False, False, False, True]),
    sent=st.sampled_from([0, 0, 0, 2, 3]),
    level=st.sampled_from([None, None, "1", "VIP", " vip gold"]),
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stories=st.lists(STORIES, min_size=1, max_size=8))
@example(stories=[Story(order=375), Story(order=741), Story(came=89), Story(came=90), Story(sent=3), Story()])
def test_who_is_asked_back_and_what_they_are_to_the_house(world: World, stories: list[Story]) -> None:
    customers = {add(world, story): story for story in stories}
    world.plan(WIN_BACK, NOON)
    planned = {customer: set(world.steps(customer)) for customer in customers}
    assert planned == {customer: expected_steps(story) for customer, story in customers.items()}
    classes = {customer: read_class(world.connection, customer, at(NOON)) for customer in customers}
    assert classes == {customer: expected_class(story) for customer, story in customers.items()}


@pytest.mark.parametrize(
    ("visit", "due"),
    [("2024-02-29", "2025-02-28"), ("2025-01-31", "2026-01-31"), ("2024-12-31", "2025-12-31")],
)
def test_twelve_months_end_on_the_last_day_of_a_short_month(world: World, visit: str, due: str) -> None:
    customer = world.customer()
    world.repair_order(customer, visit)
    world.plan(WIN_BACK, f"{due} 08:00")
    assert [touch.due_at for touch in world.touches(customer)] == [at(f"{due} 10:00")]


def test_a_visit_ends_what_was_planned(world: World) -> None:
    customer = world.customer()
    world.repair_order(customer, "2025-03-10")
    world.plan(WIN_BACK, "2026-03-10 08:00")
    assert world.steps(customer, TouchState.PLANNED) == ["twelve-months"]
    world.repair_order(customer, "2026-03-10")
    world.plan(WIN_BACK, "2026-03-10 09:00")
    assert world.steps(customer, TouchState.PLANNED) == []


def trade_in_call(world: World) -> tuple[int, Any]:
    """A customer three years after the handover, and the call about it on somebody's list."""
    world.staff(Role.SALES, code="W1")
    customer = world.customer()
    world.handover(customer, "2023-03-10", vehicle_id=world.vehicle(customer))
    world.plan(TRADE_IN, "2026-03-10 08:00")
    call = world.connection.execute(select(Touch.id).where(Touch.customer_id == customer)).scalar_one()
    world.connection.execute(update(Touch).where(Touch.id == call).values(state=TouchState.READY))
    return customer, call


def test_a_yes_to_a_trade_in_makes_a_lead_of_the_own_base(world: World) -> None:
    customer, call = trade_in_call(world)
    caller = staff_id(world.connection, "W1")
    record_outcome(world.connection, TouchId(call), CallReport(TRADES_IN.name), at(NOON), caller)
    lead = world.connection.execute(select(Lead.__table__)).one()
    assert (lead.customer_id, lead.source, lead.trades_in, lead.urgency) == (customer, "own base", True, "A")
    assert (lead.created_on, lead.contacted_on) == (TODAY, TODAY)


def test_a_yes_of_a_customer_with_an_open_lead_makes_no_other(world: World) -> None:
    customer, call = trade_in_call(world)
    open_lead = world.lead(customer, "2026-03-01")
    caller = staff_id(world.connection, "W1")
    record_outcome(world.connection, TouchId(call), CallReport(TRADES_IN.name), at(NOON), caller)
    assert world.connection.scalars(select(Lead.id)).all() == [open_lead]


@pytest.mark.parametrize(
    ("now", "steps"),
    [
        ("2026-03-09 11:00", ["third-year"]),
        ("2026-03-08 08:00", []),
        ("2027-03-10 08:00", ["fourth-year"]),
        ("2028-03-10 08:00", []),
    ],
)
def test_the_third_and_the_fourth_year(world: World, now: str, steps: list[str]) -> None:
    customer = world.customer()
    world.handover(customer, "2023-03-10", vehicle_id=world.vehicle(customer))
    world.plan(TRADE_IN, now)
    assert world.steps(customer) == steps
    sold = world.customer()
    world.handover(sold, "2023-03-10", vehicle_id=world.vehicle(sold, disposed_on=TODAY - timedelta(400)))
    world.plan(TRADE_IN, now)
    assert world.steps(sold) == []
