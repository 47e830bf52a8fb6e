"""Cases from the opening to the customer's agreement; broken promises."""

import pytest
from sqlalchemy import select, update

from models.ledger import Case
from models.people import Store
from models.words import CaseKind, CaseState
from tasks.case_board import list_cases
from tasks.cases import (
    CaseNotThere,
    CustomerHasNotAgreed,
    NewCase,
    UnknownCase,
    answer_case,
    close_case,
    open_case,
    open_cases_for_broken_promises,
    solve_case,
)
from tests.support.desk import audited
from tests.support.world import World, at

NOW = at("2026-03-10 10:00")


def complaint(world: World, cause: str = "touch:1", now: str = "2026-03-10 10:00") -> int:
    new = NewCase(world.store_id, world.customer(name="Li Lei"), CaseKind.COMPLAINT, cause, note="a rattle")
    return open_case(world.connection, new, at(now))


def test_a_cause_opens_one_case(world: World) -> None:
    assert complaint(world) == complaint(world)
    assert complaint(world, "touch:2") != complaint(world)


def test_a_complaint_goes_its_way_to_the_customers_agreement(world: World) -> None:
    world.staff(code="M1")
    case = complaint(world)
    answer_case(world.connection, case, at("2026-03-10 12:00"), "M1", "rang back")
    solve_case(world.connection, case, at("2026-03-11 12:00"), "M1", None)
    with pytest.raises(CustomerHasNotAgreed):
        close_case(world.connection, case, NOW, "M1", None, customer_agrees=False)
    close_case(world.connection, case, at("2026-03-12 12:00"), "M1", None, customer_agrees=True)
    assert list_cases(world.connection, NOW) == []
    (closed,) = list_cases(world.connection, NOW, everything=True)
    assert (closed.answered_at, closed.solved_at, closed.closed_at) == (
        at("2026-03-10 12:00"),
        at("2026-03-11 12:00"),
        at("2026-03-12 12:00"),
    )
    assert (closed.owner, closed.note, closed.overdue) == ("M1", "a rattle\nrang back", False)
    assert audited(world) == [("M1", f"case.{state}", "case") for state in ("answered", "solved", "closed")]


def test_a_case_takes_no_step_backwards_and_skips_no_solution(world: World) -> None:
    world.staff(code="M1")
    case = complaint(world)
    with pytest.raises(CaseNotThere, match="is open, so it cannot become closed; what may"):
        close_case(world.connection, case, NOW, "M1", None, customer_agrees=True)
    solve_case(world.connection, case, NOW, "M1", None)
    with pytest.raises(CaseNotThere):
        answer_case(world.connection, case, NOW, "M1", None)
    with pytest.raises(UnknownCase):
        solve_case(world.connection, 999999, NOW, "M1", None)


@pytest.mark.parametrize(
    ("now", "overdue"), [("2026-03-11 10:00", False), ("2026-03-11 10:01", True), ("2026-03-13 10:00", True)]
)
def test_a_deadline_that_passed_is_seen(world: World, now: str, overdue: bool) -> None:
    complaint(world)
    (item,) = list_cases(world.connection, at(now))
    assert (item.overdue, item.customer, item.title) == (overdue, "Li Lei", "Customer not satisfied")


def test_the_nearest_deadline_comes_first(world: World) -> None:
    world.staff(code="M1")
    answered = complaint(world, "touch:1", "2026-03-10 08:00")
    answer_case(world.connection, answered, at("2026-03-10 09:00"), "M1", None)
    waiting = complaint(world, "touch:2", "2026-03-10 10:00")
    assert [item.id for item in list_cases(world.connection, NOW)] == [waiting, answered]
    assert list_cases(world.connection, NOW, store="nowhere") == []


def test_a_broken_promise_opens_one_case(world: World) -> None:
    customer = world.customer()
    account = world.account(customer)
    world.invoice(account, "2026-03-10", "1000.00")
    promise = world.promise(account, "2026-03-18", "2026-04-02")
    assert open_cases_for_broken_promises(world.connection, at("2026-04-02 20:00")) == 0
    assert open_cases_for_broken_promises(world.connection, at("2026-04-03 08:00")) == 1
    assert open_cases_for_broken_promises(world.connection, at("2026-04-03 09:00")) == 0
    (case,) = world.connection.execute(select(Case.__table__)).all()
    assert (case.kind, case.cause, case.customer_id) == (CaseKind.BROKEN_PROMISE, f"promise:{promise}", customer)
    assert (case.state, case.title) == (CaseState.OPEN, "Promise to pay broken")
    assert (case.opened_at, case.answer_by, case.solve_by) == (at("2026-04-03 08:00"), None, at("2026-04-05 08:00"))


def test_a_kept_an_old_and_a_renewed_promise_open_none(world: World) -> None:
    kept, old, renewed = (world.account(world.customer()) for _ in range(3))
    for account in (kept, old, renewed):
        world.invoice(account, "2026-01-10", "1000.00")
    world.promise(kept, "2026-03-18", "2026-04-02")
    world.payment(kept, "2026-04-01", "1000.00")
    world.promise(old, "2026-01-18", "2026-02-02")
    world.promise(renewed, "2026-03-18", "2026-04-01")
    world.promise(renewed, "2026-04-02", "2026-04-20")
    assert open_cases_for_broken_promises(world.connection, at("2026-04-03 08:00")) == 0


def test_a_case_is_called_what_the_store_calls_it(world: World) -> None:
    world.connection.execute(update(Store).where(Store.id == world.store_id).values(language="zh-CN"))
    account = world.account(world.customer())
    world.invoice(account, "2026-03-10", "1000.00")
    world.promise(account, "2026-03-18", "2026-04-02")
    open_cases_for_broken_promises(world.connection, at("2026-04-03 08:00"))
    assert [item.title for item in list_cases(world.connection, NOW)] == ["付款承诺未兑现"]
