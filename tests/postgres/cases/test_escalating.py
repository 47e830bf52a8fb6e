"""What nobody did is told: missed calls, and deadlines of cases, each to the right person and once (F5, R10)."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, select, update

from models.core.retention import DaysKept
from models.core.words import (
    AppointmentStatus,
    CaseKind,
    CaseState,
    ProcessName,
    Role,
    SubjectKind,
    SurveySource,
    TouchState,
)
from models.ledger.tables import Case, CaseNote, CaseWarning, Touch
from models.people.tables import StaffMember
from tasks.cases.escalating import escalate_cases, open_cases_for_missed_calls
from tasks.cases.handling import NewCase, answer_case, open_case, open_cases_for_broken_promises
from tasks.dispatch.tasks_of_desks import carry_out
from tasks.runs.housekeeping import keep_house
from tasks.self_service.surveys import Answer, answer_survey
from tests.support.desk import handed_to_staff
from tests.support.world import World, at

FOLLOWUP = ProcessName("post-delivery-followup")
OPENED = at("2026-03-10 10:00")
"""Its answer is due on 11 March at 10:00, its solution on 12 March."""


@pytest.fixture
def people(world: World) -> dict[str, int]:
    """Somebody of each role that cases are told to."""
    return {
        "manager": world.staff(Role.MANAGER, code="M1", name="Chen Jing"),
        "general": world.staff(Role.GENERAL_MANAGER, code="G1", name="Zhou Lan"),
        "finance": world.staff(Role.FINANCE, code="F1", name="Li Na"),
        "advisor": world.staff(Role.ADVISOR, code="A1", name="Wu Di"),
        "agent": world.staff(Role.AGENT, code="C1", name="He Yi"),
    }


def missed_call(world: World) -> UUID:
    """A call that was on the list, and that nobody made; its time has passed."""
    world.handover(world.customer(), "2026-03-07")
    world.plan(FOLLOWUP, "2026-03-10 10:00")
    call = handed_to_staff(world, "day-3-call", OPENED)
    assert world.plan(FOLLOWUP, "2026-03-30 10:00").missed == 1
    return call


def test_a_call_that_nobody_made_is_told_to_the_manager_once(world: World, people: dict[str, int]) -> None:
    call = missed_call(world)
    now = at("2026-03-30 10:00")
    assert open_cases_for_missed_calls(world.connection, now) == 1
    assert open_cases_for_missed_calls(world.connection, now) == 0
    (case,) = world.connection.execute(select(Case.__table__)).all()
    assert (case.kind, case.touch_id, case.owner_id) == (CaseKind.MISSED_CALL, call, people["manager"])
    assert (case.title, case.solve_by) == ("Nobody made the call", at("2026-04-01 10:00"))


def test_a_task_of_a_desk_that_was_missed_is_no_missed_call(world: World) -> None:
    world.appointment(world.customer(), "2026-03-12 10:00", parts_state="missing")
    world.plan(ProcessName("appointment-reminders"), "2026-03-10 09:00")
    handed_to_staff(world, "parts-order", OPENED)
    world.plan(ProcessName("appointment-reminders"), "2026-03-12 11:00")
    world.connection.execute(update(Touch).where(Touch.step == "parts-order").values(state=TouchState.MISSED))
    assert open_cases_for_missed_calls(world.connection, at("2026-03-12 11:00")) == 0


def test_the_night_finds_what_a_sweep_left(engine: Engine) -> None:
    with engine.begin() as connection:
        world = World(connection)
        missed_call(world)
        account = keep_house(connection, at("2026-03-30 12:00"), None, DaysKept())
        assert account.figures["missed_calls_escalated"] == 1


def complaint(world: World, owner: int | None = None) -> int:
    new = NewCase(world.store_id, world.customer(), CaseKind.COMPLAINT, f"test:{next(world.numbers)}", owner_id=owner)
    return open_case(world.connection, new, OPENED)


def told(world: World, now: datetime) -> list[tuple[str, str | None]]:
    """Who is told at a moment: level and name."""
    escalate_cases(world.connection, now)
    rows = world.connection.execute(
        select(CaseWarning.level, StaffMember.name)
        .outerjoin(StaffMember, StaffMember.id == CaseWarning.told_id)
        .where(CaseWarning.told_at == now)
        .order_by(CaseWarning.deadline)
    )
    return [(row.level, row.name) for row in rows]


def test_owner_manager_and_general_manager_hear_of_a_deadline_each_once(world: World, people: dict[str, int]) -> None:
    case = complaint(world, people["agent"])
    assert told(world, at("2026-03-11 05:59")) == []
    assert told(world, at("2026-03-11 06:00")) == [("near", "He Yi")]
    assert told(world, at("2026-03-11 09:59")) == []
    assert told(world, at("2026-03-11 10:00")) == [("passed", "Chen Jing")]
    assert told(world, at("2026-03-11 20:00")) == []
    assert told(world, at("2026-03-12 10:00")) == [("a-day-later", "Zhou Lan"), ("passed", "Chen Jing")]
    assert told(world, at("2026-03-12 10:01")) == []
    notes = world.connection.scalars(select(CaseNote.text).where(CaseNote.case_id == case).order_by(CaseNote.id)).all()
    assert notes[:2] == [
        "The deadline 2026-03-11 10:00 is near: He Yi, who owns it, was told.",
        "The deadline 2026-03-11 10:00 has passed: Chen Jing was told as the manager.",
    ]
    assert len(notes) == 4


def test_what_is_found_late_is_told_at_its_level_only(world: World, people: dict[str, int]) -> None:
    complaint(world, people["agent"])
    assert told(world, at("2026-03-20 10:00")) == [("a-day-later", "Zhou Lan"), ("a-day-later", "Zhou Lan")]


def test_an_answered_case_has_its_solution_left_and_a_solved_one_nothing(world: World, people: dict[str, int]) -> None:
    case = complaint(world, people["agent"])
    answer_case(world.connection, case, at("2026-03-10 12:00"), "C1", None)
    assert told(world, at("2026-03-11 10:30")) == []
    assert told(world, at("2026-03-12 09:00")) == [("near", "He Yi")]
    world.connection.execute(update(Case).values(state=CaseState.SOLVED, solved_at=at("2026-03-12 09:30")))
    assert told(world, at("2026-03-14 09:00")) == []


def test_without_a_general_manager_the_manager_hears_again(world: World) -> None:
    manager = world.staff(Role.MANAGER, code="M1", name="Chen Jing")
    complaint(world, manager)
    assert told(world, OPENED + timedelta(hours=49)) == [("a-day-later", "Chen Jing"), ("passed", "Chen Jing")]


def owner_of(world: World, case: int) -> int | None:
    return world.connection.scalar(select(Case.owner_id).where(Case.id == case))


def test_a_complaint_is_the_advisors_of_the_visit_or_else_a_managers(world: World, people: dict[str, int]) -> None:
    advised = world.repair_order(world.customer(), "2026-03-05", advisor_id=people["advisor"])
    unadvised = world.repair_order(world.customer(), "2026-03-05")
    handed = world.handover(world.customer(), "2026-03-05")
    left = world.staff(Role.ADVISOR, code="A9", active=False)
    of_leaver = world.repair_order(world.customer(), "2026-03-05", advisor_id=left)
    for kind, visit, expected in (
        ("repair-order", advised, "advisor"),
        ("repair-order", unadvised, "manager"),
        ("handover", handed, "manager"),
        ("repair-order", of_leaver, "manager"),
    ):
        answer = Answer(
            SubjectKind(kind), visit, world.store_id, world.customer(), {"solved": 1}, None, SurveySource.LINK
        )
        case = answer_survey(world.connection, answer, OPENED)
        assert case is not None
        assert owner_of(world, case) == people[expected], (kind, expected)


def test_each_task_of_many_finds_the_advisor_of_its_own_visit(world: World, people: dict[str, int]) -> None:
    """Several at once, and repair orders with the numbers of the appointments beside them."""
    second = world.staff(Role.ADVISOR, code="A2", name="Lu Bo")
    asked = {"status": AppointmentStatus.REQUESTED, "requested_at": at("2026-03-10 09:00")}
    expected = {}
    for advisor in (people["advisor"], second, None):
        customer = world.customer(has_contract=True)
        world.appointment(customer, "2026-03-12 10:00", advisor_id=advisor, **asked)
        world.repair_order(world.customer(), "2026-03-05", advisor_id=second)
        expected[customer] = advisor or people["manager"]
    world.plan(ProcessName("appointment-reminders"), "2026-03-10 10:00")
    tasks = world.connection.scalars(select(Touch.id).where(Touch.step == "request-escalation")).all()
    carry_out(world.connection, tasks, OPENED)
    found = dict(world.connection.execute(select(Case.customer_id, Case.owner_id)).tuples().all())
    assert found == expected


def test_what_finance_settles_is_somebodys_of_finance(world: World, people: dict[str, int]) -> None:
    account = world.account(world.customer())
    world.invoice(account, "2026-01-05", "1000.00")
    world.promise(account, "2026-03-01", "2026-03-08")
    open_cases_for_broken_promises(world.connection, OPENED)
    other = world.account(world.customer())
    world.invoice(other, "2026-01-05", "1000.00")
    world.plan(ProcessName("overdue-accounts"), "2026-03-10 10:00")
    tasks = world.connection.scalars(select(Touch.id).where(Touch.step == "finance-60")).all()
    carry_out(world.connection, tasks, OPENED)
    open_cases_for_broken_promises(world.connection, OPENED)
    found = world.connection.execute(select(Case.kind, Case.owner_id).order_by(Case.kind)).all()
    assert {row.kind for row in found} == {CaseKind.BROKEN_PROMISE, CaseKind.FINANCE_HANDOVER}
    assert {row.owner_id for row in found} == {people["finance"]}


def test_a_case_that_was_nobodys_is_given_as_soon_as_there_is_somebody(world: World) -> None:
    case = complaint(world)
    assert owner_of(world, case) is None
    manager = world.staff(Role.MANAGER)
    escalate_cases(world.connection, OPENED)
    assert owner_of(world, case) == manager


def test_a_case_of_another_store_is_not_this_managers(world: World, people: dict[str, int]) -> None:
    other = world.store()
    new = NewCase(other, world.customer(store_id=other), CaseKind.COMPLAINT, "test:other")
    case = open_case(world.connection, new, OPENED)
    assert owner_of(world, case) is None
    assert people["manager"] is not None
