"""Cases from the opening to the customer's agreement; broken promises."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from models.core.words import CaseKind, CaseState, DeadlineClock, Role
from models.ledger.tables import Case
from models.people.tables import Store
from models.subjects.account import Promise
from tasks.access.reach import NotYours
from tasks.access.sessions import SignedIn
from tasks.cases.board import acting_on, list_cases, read_board, read_case
from tasks.cases.handling import (
    CaseChanged,
    CaseIsClosed,
    CaseNotThere,
    CustomerHasNotAgreed,
    NewCase,
    UnknownCase,
    answer_case,
    close_case,
    give_case,
    open_case,
    open_cases_for_broken_promises,
    solve_case,
    take_step_back,
    write_note,
)
from tests.support.desk import audited
from tests.support.users import signed_in
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
    with pytest.raises(CaseNotThere, match="is open, so it cannot become closed; the next state may"):
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


def works_by_the_hour(world: World) -> None:
    """The store's deadlines run while it works: every day, 09:00 to 18:00."""
    values = {"deadline_clock": DeadlineClock.WORKING_HOURS, "holiday_country": None}
    world.connection.execute(update(Store).where(Store.id == world.store_id).values(**values))


def test_a_stores_deadlines_run_while_it_works(world: World) -> None:
    works_by_the_hour(world)
    complaint(world, now="2026-03-10 10:00")
    (item,) = list_cases(world.connection, NOW)
    # Tuesday: 8 hours, then 9 on Wednesday, 7 of Thursday; 9 a day from there.
    assert (item.answer_by, item.solve_by) == (at("2026-03-12 16:00"), at("2026-03-15 13:00"))


def test_cases_that_many_open_at_once_have_the_same_deadlines(world: World) -> None:
    works_by_the_hour(world)
    account = world.account(world.customer())
    world.invoice(account, "2026-03-10", "1000.00")
    world.promise(account, "2026-03-18", "2026-04-02")
    open_cases_for_broken_promises(world.connection, at("2026-04-03 10:00"))
    (item,) = list_cases(world.connection, NOW)
    assert (item.answer_by, item.solve_by) == (None, at("2026-04-08 13:00"))


def test_whoever_acts_on_what_another_has_changed_is_told(world: World) -> None:
    world.staff(code="M1")
    case = complaint(world)
    (seen,) = list_cases(world.connection, NOW)
    answer_case(world.connection, case, NOW, "M1", None, seen=seen.version)
    with pytest.raises(CaseChanged, match=r"Somebody else has changed case .* meanwhile: it is answered"):
        solve_case(world.connection, case, NOW, "M1", None, seen=seen.version)
    with pytest.raises(CaseChanged):
        give_case(world.connection, case, NOW, "M1", "M1", seen=seen.version)
    (now,) = list_cases(world.connection, NOW)
    solve_case(world.connection, case, NOW, "M1", None, seen=now.version)


def test_a_case_is_given_to_a_colleague(world: World) -> None:
    world.staff(code="M1")
    world.staff(code="M2", name="Zhao Lei")
    case = complaint(world)
    give_case(world.connection, case, NOW, "M1", "M2")
    (item,) = list_cases(world.connection, NOW)
    assert (item.owner, item.owner_name) == ("M2", "Zhao Lei")
    assert audited(world) == [("M1", "case.given", "case")]
    solve_case(world.connection, case, NOW, "M2", None)
    close_case(world.connection, case, NOW, "M2", None, customer_agrees=True)
    with pytest.raises(CaseIsClosed):
        give_case(world.connection, case, NOW, "M1", "M1")


def test_an_agent_sees_their_own_and_what_nobody_owns(world: World) -> None:
    for code in ("A1", "A2"):
        world.staff(code=code)
    mine, others, free = (complaint(world, f"touch:{number}") for number in range(3))
    give_case(world.connection, mine, NOW, "A1", "A1")
    give_case(world.connection, others, NOW, "A2", "A2")
    agent, manager = signed_in(world, Role.AGENT, "A1"), signed_in(world, Role.MANAGER, "A1")

    def seen_by(user: SignedIn) -> set[int]:
        return {item.id for column in read_board(world.connection, user, NOW, None, None) for item in column.cases}

    assert seen_by(agent) == {mine, free}
    assert seen_by(manager) == {mine, others, free}
    assert seen_by(signed_in(world, Role.MANAGER, "M9", world.store())) == set()
    for unreachable in (
        lambda: read_case(world.connection, agent, others, NOW),
        lambda: acting_on(world.connection, agent, others, NOW),
        lambda: acting_on(world.connection, signed_in(world, Role.MANAGER, "M9", world.store()), mine, NOW),
    ):
        with pytest.raises(NotYours):
            unreachable()
    assert acting_on(world.connection, agent, free, NOW) == "A1"


def test_the_board_shows_what_was_closed_lately(world: World) -> None:
    world.staff(code="M1")
    lately, long_ago, still_open = (complaint(world, f"touch:{number}") for number in range(3))
    for case, closed in ((lately, "2026-03-01 09:00"), (long_ago, "2026-02-20 09:00")):
        solve_case(world.connection, case, at(closed), "M1", None)
        close_case(world.connection, case, at(closed), "M1", None, customer_agrees=True)
    manager = signed_in(world, Role.MANAGER, "M1")
    board = {column.state: column for column in read_board(world.connection, manager, NOW, None, None)}
    assert [item.id for item in board[CaseState.CLOSED].cases] == [lately]
    assert [item.id for item in board[CaseState.OPEN].cases] == [still_open]
    assert read_board(world.connection, manager, NOW, None, CaseKind.BROKEN_PROMISE)[0].cases == []
    complaint(world, "touch:9")
    (open_ones, *_) = read_board(world.connection, manager, NOW, None, None, limit=1)
    assert ([item.id for item in open_ones.cases], open_ones.more) == ([still_open], True)


def test_notes_stand_under_the_case(world: World) -> None:
    world.staff(code="M1")
    case = complaint(world)
    write_note(world.connection, case, NOW, "M1", "rang, nobody there")
    answer_case(world.connection, case, at("2026-03-10 12:00"), "M1", "rang again")
    seen = read_case(world.connection, signed_in(world, Role.MANAGER, "M1"), case, NOW)
    assert seen.first_note == "a rattle"
    assert [(note.author, note.text) for note in seen.notes] == [
        ("Wang Fang", "rang, nobody there"),
        ("Wang Fang", "rang again"),
    ]
    assert [colleague.code for colleague in seen.colleagues] == ["M1"]


def test_each_step_of_a_case_is_taken_back_where_nobody_has_changed_it_since(world: World) -> None:
    number = complaint(world)
    world.staff(code="A1")

    def standing() -> tuple[object, ...]:
        row = world.connection.execute(select(Case.__table__).where(Case.id == number)).one()
        return row.state, row.answered_at is not None, row.solved_at is not None, row.closed_at is not None

    def version() -> int:
        return world.connection.scalar(select(Case.version).where(Case.id == number)) or 0

    steps: list[tuple[CaseState, Callable[[], object]]] = [
        (CaseState.OPEN, lambda: answer_case(world.connection, number, NOW, "A1", None)),
        (CaseState.ANSWERED, lambda: solve_case(world.connection, number, NOW, "A1", None)),
        (CaseState.SOLVED, lambda: close_case(world.connection, number, NOW, "A1", None, customer_agrees=True)),
    ]
    for before, step in steps:
        was = standing()
        step()
        take_step_back(world.connection, number, NOW, "A1", before, seen=version())
        assert standing() == was
        step()
    assert audited(world)[-2:] == [("A1", "case.taken-back", "case"), ("A1", "case.closed", "case")]
    with pytest.raises(CaseChanged):
        take_step_back(world.connection, number, NOW, "A1", CaseState.SOLVED, seen=version() - 1)
    with pytest.raises(CaseNotThere):
        take_step_back(world.connection, number, NOW, "A1", CaseState.OPEN, seen=version())


def test_a_case_that_was_solved_at_once_is_open_again_without_an_answer(world: World) -> None:
    number = complaint(world)
    world.staff(code="A1")
    solve_case(world.connection, number, NOW, "A1", None)
    version = world.connection.scalar(select(Case.version).where(Case.id == number)) or 0
    take_step_back(world.connection, number, NOW, "A1", CaseState.OPEN, seen=version)
    row = world.connection.execute(select(Case.__table__).where(Case.id == number)).one()
    assert (row.state, row.answered_at, row.solved_at) == (CaseState.OPEN, None, None)


def test_of_several_broken_promises_each_case_is_its_own_followers(world: World) -> None:
    promises = []
    for code in ("A1", "A2"):
        account = world.account(world.customer())
        world.invoice(account, "2026-03-10", "1000.00")
        promises.append((world.promise(account, "2026-03-18", "2026-04-02"), world.staff(Role.ADVISOR, code=code)))
    for promise, follower in promises:
        world.connection.execute(update(Promise).where(Promise.id == promise).values(follower_id=follower))
    assert open_cases_for_broken_promises(world.connection, at("2026-04-03 08:00")) == 2
    owners = {row.cause: row.owner_id for row in world.connection.execute(select(Case.cause, Case.owner_id))}
    assert owners == {f"promise:{promise}": follower for promise, follower in promises}
