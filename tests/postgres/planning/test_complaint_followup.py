"""A closed complaint brings one more call, a day later: whom, when, and what comes of it."""

import pytest
from sqlalchemy import select

from models.calls.outcomes import REACHED_NOT_SATISFIED, REACHED_SATISFIED
from models.core.ids import TouchId
from models.core.words import CaseKind, CaseState, Gate, OutcomeName, ProcessName, Purpose, Role, TouchState
from models.kits.outcomes import CallReport
from models.ledger.tables import Case
from tasks.calls import list_calls, record_outcome
from tasks.cases.handling import CaseNotThere, NewCase, close_case, open_case, solve_case
from tests.support.desk import handed_to_staff, staff_id, touch_of, verdicts_of
from tests.support.stepwise import StepwiseDispatcher
from tests.support.world import World, at

COMPLAINTS = ProcessName("complaint-followup")
CALL_TIME = "2026-03-10 09:30"
NOW = at(CALL_TIME)


@pytest.fixture(autouse=True)
def wang_fang(world: World) -> int:
    return world.staff(code="W1")


def ready_call(world: World, customer: int) -> TouchId:
    """The call about a complaint that was closed yesterday, on the list of staff."""
    world.complaint(customer, "2026-03-07 10:00", "2026-03-09 15:00")
    world.plan(COMPLAINTS, CALL_TIME)
    return handed_to_staff(world, "closed-call", NOW)


def test_a_complaint_closed_yesterday_is_called_about_today(world: World) -> None:
    customer = world.customer(name="Li Lei")
    case = world.complaint(customer, "2026-03-07 10:00", "2026-03-09 15:00")
    account = world.plan(COMPLAINTS, CALL_TIME)
    (touch,) = world.touches(customer)
    assert (touch.step, touch.subject_id, touch.role, touch.purpose) == (
        "closed-call", case, Role.AGENT, Purpose.FOLLOW_UP,
    )  # fmt: skip
    assert (touch.due_at, touch.valid_until) == (NOW, at("2026-03-15 09:30"))
    assert touch.anchor_at == at("2026-03-09 15:00")
    assert (account.eligible, account.planned) == (1, 1)


@pytest.mark.parametrize("closed_at", ["2026-03-09 00:00", "2026-03-09 23:59"])
def test_it_is_the_next_day_whatever_the_hour_it_was_closed_at(world: World, closed_at: str) -> None:
    customer = world.customer()
    world.complaint(customer, "2026-03-07 10:00", closed_at)
    world.plan(COMPLAINTS, "2026-03-10 00:00")
    assert [touch.due_at for touch in world.touches(customer)] == [NOW]


def test_days_are_those_of_the_store(world: World) -> None:
    """At 23:00 in Shanghai it is already the tenth in Auckland, so the call there is due on the eleventh."""
    other = world.store(code="NZ01", time_zone="Pacific/Auckland")
    customer = world.customer(store_id=other)
    world.complaint(customer, "2026-03-07 10:00", "2026-03-09 23:00", store_id=other)
    world.plan(COMPLAINTS, "2026-03-10 10:00")
    assert [touch.due_at for touch in world.touches(customer)] == [at("2026-03-11 04:30")]


@pytest.mark.parametrize(
    ("now", "steps", "state"),
    [
        ("2026-03-08 12:00", [], None),  # it was closed later
        ("2026-03-15 09:29", ["closed-call"], TouchState.PLANNED),
        ("2026-03-15 09:30", ["closed-call"], TouchState.SKIPPED),
        ("2026-03-18 09:30", [], None),  # long over: history
    ],
)
def test_a_call_is_valid_for_five_days(world: World, now: str, steps: list[str], state: TouchState | None) -> None:
    customer = world.customer()
    world.complaint(customer, "2026-03-07 10:00", "2026-03-09 15:00")
    world.plan(COMPLAINTS, now)
    assert world.steps(customer, state) == steps


def test_a_complaint_that_is_not_closed_brings_no_call(world: World) -> None:
    for state in (CaseState.OPEN, CaseState.ANSWERED, CaseState.SOLVED):
        world.complaint(world.customer(), "2026-03-07 10:00", state=state)
    assert world.plan(COMPLAINTS, CALL_TIME).eligible == 0
    assert world.touches() == []


def test_other_cases_bring_no_call(world: World) -> None:
    for kind in set(CaseKind) - {CaseKind.COMPLAINT}:
        world.complaint(world.customer(), "2026-03-07 10:00", "2026-03-09 15:00", kind=kind)
    assert world.plan(COMPLAINTS, CALL_TIME).eligible == 0
    assert world.touches() == []


def test_sweeping_again_plans_nothing_more(world: World) -> None:
    customer = world.customer()
    world.complaint(customer, "2026-03-07 10:00", "2026-03-09 15:00")
    for now in (CALL_TIME, CALL_TIME, "2026-03-11 08:30"):
        world.plan(COMPLAINTS, now)
    assert len(world.touches(customer)) == 1


def test_a_complaint_is_closed_once_and_called_about_once(world: World) -> None:
    customer = world.customer()
    new = NewCase(world.store_id, customer, CaseKind.COMPLAINT, "touch:1", note="a rattle")
    case = open_case(world.connection, new, at("2026-03-07 10:00"))
    solve_case(world.connection, case, at("2026-03-08 10:00"), "W1", None)
    close_case(world.connection, case, at("2026-03-09 15:00"), "W1", None, customer_agrees=True)
    world.plan(COMPLAINTS, CALL_TIME)
    with pytest.raises(CaseNotThere):
        close_case(world.connection, case, NOW, "W1", None, customer_agrees=True)
    world.plan(COMPLAINTS, "2026-03-11 09:30")
    assert world.steps(customer) == ["closed-call"]


def test_who_complained_again_is_asked_about_the_newer_complaint_when_that_is_closed(world: World) -> None:
    customer = world.customer()
    world.complaint(customer, "2026-03-07 10:00", "2026-03-09 15:00")
    newer = world.complaint(customer, "2026-03-08 10:00", "2026-03-10 11:00")
    assert world.plan(COMPLAINTS, CALL_TIME).suppressed == {"newer-complaint-open": 1}
    assert world.touches(customer) == []
    world.plan(COMPLAINTS, "2026-03-11 09:30")
    assert newer in {touch.subject_id for touch in world.touches(customer)}


def test_an_older_complaint_that_is_still_open_stops_nothing(world: World) -> None:
    customer = world.customer()
    world.complaint(customer, "2026-03-05 10:00")
    world.complaint(customer, "2026-03-07 10:00", "2026-03-09 15:00")
    world.plan(COMPLAINTS, CALL_TIME)
    assert world.steps(customer) == ["closed-call"]


def test_who_refuses_contact_is_not_called(world: World) -> None:
    customer = world.customer()
    world.complaint(customer, "2026-03-07 10:00", "2026-03-09 15:00")
    world.consent(customer, granted=False, given_at=at("2026-03-09 16:00"), purpose=Purpose.FOLLOW_UP)
    world.plan(COMPLAINTS, CALL_TIME)
    StepwiseDispatcher(world.connection, NOW).claim(NOW)
    (touch,) = world.touches(customer)
    assert (touch.state, touch.gate) == (TouchState.CANCELLED, Gate.CONSENT)
    assert verdicts_of(world, touch.id)[-1][1:] == ("stop", "no-consent")


def test_who_complains_before_the_call_is_off_the_list(world: World) -> None:
    customer = world.customer()
    touch = ready_call(world, customer)
    assert [item.id for item in list_calls(world.connection, NOW)] == [touch]
    world.complaint(customer, "2026-03-10 09:00")
    assert list_calls(world.connection, NOW) == []


def test_the_caller_is_told_what_to_ask(world: World) -> None:
    touch = ready_call(world, world.customer(name="Li Lei"))
    (item,) = list_calls(world.connection, NOW)
    assert item.id == touch
    assert item.script.startswith(f"Call Li Lei (case {touch_of(world, touch).subject_id}, complained on 7 Mar 2026")
    assert "does the solution hold" in item.script


@pytest.mark.parametrize(
    ("outcome", "opened"),
    [(REACHED_NOT_SATISFIED.name, [CaseState.OPEN]), (REACHED_SATISFIED.name, [])],
)
def test_who_is_still_not_satisfied_has_a_new_complaint(
    world: World, outcome: OutcomeName, opened: list[CaseState]
) -> None:
    customer = world.customer()
    touch = ready_call(world, customer)
    record_outcome(
        world.connection, touch, CallReport(outcome, note="it rattles again"), NOW, staff_id(world.connection, "W1")
    )
    new = select(Case.state).where(Case.customer_id == customer, Case.touch_id == touch)
    assert world.connection.scalars(new).all() == opened
    assert touch_of(world, touch).state == TouchState.DONE
