"""Cases to the cause: what is said of them, closing, opening again, a second complaint, departments (R10, R24)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from models.core.words import CaseKind, CaseState, Role
from models.ledger.case_causes import Category, CompensationKind, Escalated, Received
from models.ledger.tables import Case, CaseFeedback, CaseNote
from tasks.cases.board import list_cases
from tasks.cases.categories import BadCategory, CauseMissing, UnknownCategory, list_categories, set_category
from tasks.cases.causes import (
    DoneInFuture,
    DoneWithoutMeasure,
    LineTooLong,
    UnfitCompensation,
    UnknownDepartment,
    set_particulars,
)
from tasks.cases.escalating import escalate_cases
from tasks.cases.feedback import (
    FeedbackAnswered,
    NothingAsked,
    UnknownFeedback,
    answer_feedback,
    ask_department,
    feedback_in_reach,
    list_feedback,
)
from tasks.cases.handling import (
    CaseChanged,
    CaseIsClosed,
    CaseNotThere,
    NewCase,
    ReasonNeeded,
    close_case,
    open_case,
    reopen_case,
    solve_case,
)
from tasks.cases.meeting import list_alerts, read_meeting
from tests.support.desk import audited
from tests.support.world import World, at

OPENED = at("2026-03-10 10:00")
"""A Tuesday."""
NOW = at("2026-03-11 10:00")


def complaint(world: World, customer: int | None = None, now: str = "2026-03-10 10:00", **more: Any) -> int:
    cause = f"test:{next(world.numbers)}"
    new = NewCase(world.store_id, customer or world.customer(), CaseKind.COMPLAINT, cause, note="a rattle", **more)
    return open_case(world.connection, new, at(now))


def row_of(world: World, case: int) -> Any:
    return world.connection.execute(select(Case.__table__).where(Case.id == case)).one()


def notes_of(world: World, case: int) -> list[str]:
    notes = select(CaseNote.text).where(CaseNote.case_id == case).order_by(CaseNote.id)
    return list(world.connection.scalars(notes))


def test_what_is_said_of_a_case_is_kept(world: World) -> None:
    world.staff(code="M1")
    case = complaint(world, received=Received.COUNTER)
    said = {
        "category": "workmanship",
        "department": "workshop",
        "part": " brake pad ",
        "model": "Aurora",
        "root_cause": "torque not checked",
        "measure": "checklist at the final inspection",
        "measure_done_on": date(2026, 3, 11),
        "compensation": CompensationKind.DISCOUNT,
        "compensation_amount": Decimal("200.00"),
        "compensation_currency": "CNY",
    }
    set_particulars(world.connection, case, said, NOW, "M1", seen=1)
    row = row_of(world, case)
    assert (row.received, row.category, row.department, row.part) == ("counter", "workmanship", "workshop", "brake pad")
    assert (row.root_cause, row.measure_done_on, row.version) == ("torque not checked", date(2026, 3, 11), 2)
    assert (row.compensation, row.compensation_amount) == (CompensationKind.DISCOUNT, Decimal("200.00"))
    with pytest.raises(CaseChanged):
        set_particulars(world.connection, case, {"part": "wheel"}, NOW, "M1", seen=1)
    set_particulars(world.connection, case, {"part": ""}, NOW, "M1")
    assert (row_of(world, case).part, row_of(world, case).model) == (None, "Aurora")
    assert audited(world) == [("M1", "case.described", "case")] * 2
    set_particulars(world.connection, case, {"model": "Aurora"}, NOW, "M1")
    assert row_of(world, case).version == 3, "what changes nothing is no change"


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"category": "weather"}, UnknownCategory),
        ({"department": "kitchen"}, UnknownDepartment),
        ({"part": "x" * 201}, LineTooLong),
        ({"measure_done_on": date(2026, 3, 11)}, DoneWithoutMeasure),
        ({"measure": "m", "measure_done_on": date(2026, 3, 12)}, DoneInFuture),
        ({"compensation": CompensationKind.MONEY}, UnfitCompensation),
        ({"compensation_amount": Decimal(5), "compensation_currency": "CNY"}, UnfitCompensation),
        ({"compensation": CompensationKind.GIFT, "compensation_amount": Decimal(-5)}, UnfitCompensation),
        (
            {
                "compensation": CompensationKind.MONEY,
                "compensation_amount": Decimal("NaN"),
                "compensation_currency": "CNY",
            },
            UnfitCompensation,
        ),
        (
            {
                "compensation": CompensationKind.MONEY,
                "compensation_amount": Decimal("1.005"),
                "compensation_currency": "CNY",
            },
            UnfitCompensation,
        ),
        (
            {
                "compensation": CompensationKind.MONEY,
                "compensation_amount": Decimal(5),
                "compensation_currency": "yuan",
            },
            UnfitCompensation,
        ),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_kept(
    world: World, said: dict[str, Any], error: type[Exception]
) -> None:
    world.staff(code="M1")
    case = complaint(world)
    with pytest.raises(error):
        set_particulars(world.connection, case, said | {"model": "Aurora"}, NOW, "M1")
    assert (row_of(world, case).model, row_of(world, case).version) == (None, 1)


def test_a_category_that_asks_for_it_closes_only_with_cause_and_measure(world: World) -> None:
    world.staff(code="M1")
    case = complaint(world)
    set_particulars(world.connection, case, {"category": "workmanship", "root_cause": "haste"}, NOW, "M1")
    solve_case(world.connection, case, NOW, "M1", None)
    with pytest.raises(CauseMissing, match="only with its measure"):
        close_case(world.connection, case, NOW, "M1", None, customer_agrees=True)
    set_particulars(world.connection, case, {"measure": "trained"}, NOW, "M1")
    close_case(world.connection, case, NOW, "M1", None, customer_agrees=True)
    asked_nothing = complaint(world)
    set_particulars(world.connection, asked_nothing, {"category": "contact"}, NOW, "M1")
    solve_case(world.connection, asked_nothing, NOW, "M1", None)
    close_case(world.connection, asked_nothing, NOW, "M1", None, customer_agrees=True)
    assert list_cases(world.connection, NOW) == []


def test_a_store_has_categories_of_its_own(world: World) -> None:
    world.staff(code="M1")
    other = world.store()
    named = {"zh-CN": "Paint", "en": "Paint"}
    set_category(world.connection, world.store_id, Category("paint", named, asks_cause=True), NOW, "M1")
    set_category(world.connection, world.store_id, Category("price", named, asks_cause=False), NOW, "M1", active=False)
    renamed = {"zh-CN": "Workshop", "en": "Workshop"}
    set_category(world.connection, world.store_id, Category("workmanship", renamed, asks_cause=False), NOW, "M1")
    own = {one.key: one for one in list_categories(world.connection, world.store_id)}
    assert next(iter(own)) == "workmanship"
    assert list(own)[-1] == "paint"
    assert (own["workmanship"].name("en"), own["workmanship"].asks_cause) == ("Workshop", False)
    assert "price" not in own
    assert "paint" not in {one.key for one in list_categories(world.connection, other)}
    for key in ("Paint!", "", "x" * 41, "lack"):
        bad = Category(key, {"zh-CN": "", "en": ""} if key == "lack" else named, asks_cause=False)
        with pytest.raises(BadCategory):
            set_category(world.connection, world.store_id, bad, NOW, "M1")


def test_a_case_opened_again_begins_anew_with_the_manager(world: World) -> None:
    world.staff(code="A1")
    manager = world.staff(Role.MANAGER, code="M1", name="Chen Jing")
    case = complaint(world)
    with pytest.raises(CaseNotThere):
        reopen_case(world.connection, case, NOW, "A1", "it rattles again")
    solve_case(world.connection, case, NOW, "A1", None)
    close_case(world.connection, case, NOW, "A1", None, customer_agrees=True)
    with pytest.raises(ReasonNeeded):
        reopen_case(world.connection, case, NOW, "A1", "  ")
    again = at("2026-03-20 09:00")
    reopen_case(world.connection, case, again, "A1", "it rattles again")
    row = row_of(world, case)
    assert (row.state, row.owner_id, row.escalated) == (CaseState.OPEN, manager, Escalated.OPENED_AGAIN)
    assert (row.reopened_at, row.answer_by, row.closed_at) == (again, at("2026-03-21 09:00"), None)
    assert notes_of(world, case) == [
        "it rattles again",
        "The case was opened again: it went to Chen Jing as the manager.",
    ]


def test_the_second_complaint_within_thirty_days_is_the_managers(world: World) -> None:
    agent = world.staff(code="A1")
    manager = world.staff(Role.MANAGER, code="M1", name="Chen Jing")
    customer = world.customer()
    first = complaint(world, customer, "2026-02-08 10:01", owner_id=agent)
    late = complaint(world, customer, "2026-03-10 10:02", owner_id=agent)
    assert (row_of(world, first).escalated, row_of(world, late).escalated) == (None, None), "30 days and a minute"
    second = complaint(world, customer, "2026-04-09 10:02", owner_id=agent)
    row = row_of(world, second)
    assert (row.owner_id, row.escalated) == (manager, Escalated.SECOND_COMPLAINT)
    assert notes_of(world, second) == [
        "The second complaint of this customer within 30 days: it went to Chen Jing as the manager."
    ]
    escalate_cases(world.connection, at("2026-04-09 10:03"))
    assert len(notes_of(world, second)) == 1
    assert row_of(world, complaint(world, owner_id=agent)).owner_id == agent, "of another customer"


def test_a_second_complaint_that_came_another_way_is_seen_by_the_round(world: World) -> None:
    manager = world.staff(Role.MANAGER)
    customer = world.customer()
    complaint(world, customer)
    second = world.complaint(customer, "2026-03-11 09:00")
    escalate_cases(world.connection, NOW)
    assert row_of(world, second).owner_id == manager


def test_without_a_manager_a_second_complaint_stays_with_its_owner(world: World) -> None:
    agent = world.staff(code="A1")
    customer = world.customer()
    complaint(world, customer, owner_id=agent)
    assert row_of(world, complaint(world, customer, owner_id=agent)).owner_id == agent


def test_a_department_answers_within_two_working_days_of_the_store(world: World) -> None:
    world.staff(code="A1")
    world.staff(Role.WORKSHOP, code="W1", name="Gao Qi")
    case = complaint(world)
    friday = at("2026-03-13 16:00")
    question = ask_department(world.connection, case, "workshop", "Was the torque checked?", friday, "A1")
    (waiting,) = list_feedback(world.connection, friday, departments=["workshop"])
    assert (waiting.id, waiting.department, waiting.due_at) == (question, "workshop", at("2026-03-15 18:00"))
    assert list_feedback(world.connection, friday, departments=["parts"]) == []
    assert feedback_in_reach(world.connection, question, world.store_id, ["workshop"]) == world.store_id
    for store, departments in ((world.store(), None), (None, ["parts"])):
        with pytest.raises(UnknownFeedback):
            feedback_in_reach(world.connection, question, store, departments)
    with pytest.raises(NothingAsked):
        answer_feedback(world.connection, question, " ", friday, "W1")
    answer_feedback(world.connection, question, "No.", friday, "W1")
    with pytest.raises(FeedbackAnswered):
        answer_feedback(world.connection, question, "Yes.", friday, "W1")
    (answered,) = list_feedback(world.connection, at("2026-04-01 10:00"), case_id=case, everything=True)
    assert (answered.answer, answered.answered_by, answered.late) == ("No.", "Gao Qi", False)


def test_a_late_answer_is_told_to_the_manager_once(world: World) -> None:
    world.staff(code="A1")
    world.staff(Role.MANAGER, code="M1", name="Chen Jing")
    case = complaint(world)
    ask_department(world.connection, case, "parts", "When does it come?", NOW, "A1")
    due = world.connection.scalars(select(CaseFeedback.due_at)).one()
    assert due == at("2026-03-13 18:00")
    told = "Parts has not answered by 2026-03-13 18:00: Chen Jing was told as the manager."
    escalate_cases(world.connection, due)
    assert told not in notes_of(world, case)
    escalate_cases(world.connection, at("2026-03-13 18:01"))
    escalate_cases(world.connection, at("2026-03-13 19:00"))
    assert notes_of(world, case).count(told) == 1


def test_nobody_is_asked_about_a_closed_case_or_asks_a_department_that_is_none(world: World) -> None:
    world.staff(code="A1")
    case = complaint(world)
    with pytest.raises(UnknownDepartment):
        ask_department(world.connection, case, "kitchen", "Why?", NOW, "A1")
    solve_case(world.connection, case, NOW, "A1", None)
    close_case(world.connection, case, NOW, "A1", None, customer_agrees=True)
    with pytest.raises(CaseIsClosed):
        ask_department(world.connection, case, "parts", "Why?", NOW, "A1")


def test_three_of_one_part_and_model_within_thirty_days_are_a_quality_alert(world: World) -> None:
    world.staff(code="A1")
    said = ("brake pad", "Brake pad", " brake pad")
    for days, part in zip(("2026-03-01", "2026-03-05", "2026-03-10"), said, strict=True):
        case = complaint(world, now=f"{days} 10:00")
        set_particulars(world.connection, case, {"part": part, "model": "Aurora"}, at(f"{days} 10:00"), "A1")
    assert list_alerts(world.connection, at("2026-03-10 09:59")) == []
    (alert,) = list_alerts(world.connection, at("2026-03-10 10:00"))
    assert (alert.part.lower(), alert.model, alert.count, len(alert.cases)) == ("brake pad", "Aurora", 3, 3)
    assert list_alerts(world.connection, at("2026-03-31 10:00")) == [], "the first is thirty days old"
    assert list_alerts(world.connection, at("2026-03-10 10:00"), "nowhere") == []


def test_a_case_knows_the_model_of_a_customer_with_one_kind_of_car(world: World) -> None:
    one, two = world.customer(), world.customer()
    world.vehicle(one, model="Aurora")
    world.vehicle(two, model="Aurora")
    world.vehicle(two, model="Borealis")
    assert row_of(world, complaint(world, one)).model == "Aurora"
    assert row_of(world, complaint(world, two)).model is None


def test_the_weekly_list_has_what_is_new_open_and_late(world: World) -> None:
    world.staff(code="A1")
    before = complaint(world, now="2026-03-02 10:00")
    closed = complaint(world, now="2026-03-09 00:00")
    fresh = complaint(world, now="2026-03-15 23:59")
    after = complaint(world, now="2026-03-16 00:00")
    for case, category in ((before, "price"), (closed, "contact"), (fresh, "price")):
        set_particulars(world.connection, case, {"category": category}, at("2026-03-16 00:00"), "A1")
    solve_case(world.connection, closed, at("2026-03-09 12:00"), "A1", None)
    close_case(world.connection, closed, at("2026-03-10 12:00"), "A1", None, customer_agrees=True)
    listed = read_meeting(world.connection, at("2026-03-16 00:30"), date(2026, 3, 12))
    assert (listed.since, listed.until) == (date(2026, 3, 9), date(2026, 3, 16))
    stands = {line.id: (line.new, line.open, line.late) for line in listed.lines}
    assert stands == {before: (False, True, True), closed: (True, False, False), fresh: (True, True, False)}
    assert after not in stands
    assert [listed.count(name) for name in ("new", "open", "late")] == [2, 2, 1]
    of_categories = [(one.value, one.new, one.open, one.late) for one in listed.tallies if one.by == "category"]
    assert of_categories == [("price", 1, 2, 1), ("contact", 1, 0, 0)]
    assert read_meeting(world.connection, NOW, date(2026, 3, 12), "nowhere").lines == []
