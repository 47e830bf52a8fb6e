"""The call queue: each call goes to one person, in order, and only while its reason holds."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, select, update

from models.calls.outcomes import CALLBACK, NO_ANSWER, REACHED, REACHED_NOT_SATISFIED, REACHED_SATISFIED
from models.calls.queue import HELD_FOR, NotAMarkOfACall
from models.calls.surveys import SurveyAnswer
from models.core.ids import TouchId
from models.core.words import (
    CaseKind,
    OutcomeName,
    PartsState,
    ProcessName,
    Purpose,
    Role,
    StepKind,
    SurveySource,
    TouchState,
)
from models.kits.outcomes import CallReport
from models.ledger.tables import CallAttempt, Case, Touch
from tasks.access.reach import NotYours
from tasks.access.sessions import SignedIn
from tasks.calls import finish_task, record_outcome
from tasks.calls.assigning import (
    CannotMakeThem,
    assign_calls,
    assign_first,
    list_waiting,
    read_role_loads,
    read_staff_loads,
)
from tasks.calls.queue import HeldCall, caller_of, hold, next_call, read_standing, release
from tasks.calls.recording import HeldByAnother
from tasks.calls.sheets import read_sheet
from tests.support.desk import staff_id, touch_of
from tests.support.world import World, at

NOW = at("2026-03-10 10:00")
MEI, LIN = "mei", "lin"


def someone(world: World, login: str = MEI, role: Role = Role.AGENT, **values: Any) -> SignedIn:
    """A signed-in user with a staff code of the store."""
    user: dict[str, Any] = {
        "user_id": 1, "login": login, "name": login.title(), "role": role, "store_id": world.store_id, "store": "K1",
        "staff": login, "language": "en", "must_change_password": False, "token_digest": "",
    }  # fmt: skip
    return SignedIn(**(user | values))


def given(world: World, user: SignedIn, **values: Any) -> HeldCall | None:
    """The next call for someone."""
    now = values.pop("now", NOW)
    role = values.pop("role", None)
    return next_call(world.connection, caller_of(world.connection, user, now, role), now, **values)


def id_of(held: HeldCall | None) -> TouchId | None:
    return held.item.id if held else None


def follow_ups(world: World, *days: str) -> list[TouchId]:
    """Ready calls about handovers of three days before; the ids, in the order in which they are due."""
    for day in days:
        world.handover(world.customer(), day)
    world.plan(ProcessName("post-delivery-followup"), "2026-03-10 10:00")
    calls = (Touch.step == "day-3-call", Touch.state.in_((TouchState.PLANNED, TouchState.READY)))
    world.connection.execute(update(Touch).where(*calls).values(state=TouchState.READY, contacted_at=NOW))
    return list(world.connection.scalars(select(Touch.id).where(*calls).order_by(Touch.not_before, Touch.id)))


@pytest.fixture(autouse=True)
def staff(world: World) -> dict[str, int]:
    return {login: world.staff(code=login, name=login.title()) for login in (MEI, LIN)}


def dunning_call(world: World, account: int | None = None) -> TouchId:
    """A ready call about an overdue invoice, which has priority over a follow-up."""
    world.invoice(account or world.account(world.customer()), "2026-02-23", "1000.00")
    world.plan(ProcessName("overdue-accounts"), "2026-03-10 10:00")
    call = (Touch.step == "call-15", Touch.state == TouchState.PLANNED)
    values = {"state": TouchState.READY, "role": Role.AGENT, "contacted_at": NOW}
    made = update(Touch).where(*call).values(**values).returning(Touch.id)
    return TouchId(world.connection.execute(made).scalar_one())


def test_the_most_important_is_first_and_each_has_another(world: World) -> None:
    first, second = follow_ups(world, "2026-03-06", "2026-03-07")
    urgent = dunning_call(world)
    mei, lin = someone(world), someone(world, LIN)
    assert id_of(given(world, mei)) == urgent
    assert id_of(given(world, lin)) == first
    assert id_of(given(world, mei)) == urgent, "until it is recorded it stays on the screen"
    record_outcome(world.connection, urgent, CallReport(REACHED.name), NOW, staff_id(world.connection, MEI))
    assert id_of(given(world, mei)) == second
    record_outcome(world.connection, second, CallReport(REACHED.name), NOW, staff_id(world.connection, MEI))
    assert given(world, mei) is None


def test_a_call_comes_with_its_script_and_sheet(world: World) -> None:
    customer = world.customer(name="Li Lei", salutation="Mr")
    vehicle = world.vehicle(customer, plate="沪A12345", make="Nova", model="Aurora")
    world.handover(customer, "2026-03-07", vehicle_id=vehicle)
    (touch,) = follow_ups(world)
    world.connection.execute(
        update(Touch).where(Touch.step == "thanks").values(state=TouchState.SENT, contacted_at=at("2026-03-07 18:00"))
    )
    record_outcome(
        world.connection,
        touch,
        CallReport(NO_ANSWER.name, note="mailbox full"),
        at("2026-03-10 09:00"),
        staff_id(world.connection, MEI),
    )
    held = given(world, someone(world), now=at("2026-03-10 13:00"))
    assert held
    assert held.item.script.startswith("Call Mr Li Lei")
    sheet = read_sheet(world.connection, held.item, at("2026-03-10 13:00"))
    assert (sheet.vehicle, sheet.plate, sheet.salutation) == ("Nova Aurora", "沪A12345", "Mr")
    assert [contact.step for contact in sheet.contacts] == ["thanks"]
    assert [(one.outcome, one.note, one.by) for one in sheet.tries] == [(NO_ANSWER.name, "mailbox full", "Mei")]


def test_what_lost_its_reason_is_passed_by(world: World) -> None:
    account = world.account(world.customer())
    urgent = dunning_call(world, account)
    (other,) = follow_ups(world, "2026-03-07")
    mei = someone(world)
    held = given(world, mei)
    assert held
    assert held.item.id == urgent
    release(world.connection, held)
    world.payment(account, "2026-03-10", "1000.00")
    assert id_of(given(world, mei)) == other


def test_a_call_on_the_screen_is_looked_at_again(world: World) -> None:
    account = world.account(world.customer())
    urgent = dunning_call(world, account)
    mei = someone(world)
    assert id_of(given(world, mei)) == urgent
    world.payment(account, "2026-03-10", "1000.00")
    assert given(world, mei) is None


def test_many_without_a_reason_are_passed_by(world: World) -> None:
    calls = follow_ups(world, *["2026-03-06"] * 12, "2026-03-07")
    for call in calls[:12]:
        world.consent(
            touch_of(world, call).customer_id, granted=False, given_at=at("2026-03-10 09:00"), purpose=Purpose.FOLLOW_UP
        )
    assert id_of(given(world, someone(world))) == calls[12]


def calls_that_were_paid(world: World, count: int) -> None:
    """Calls about overdue accounts that have all been paid since, as after a large import of payments."""
    accounts = [world.account(world.customer()) for _ in range(count)]
    for account in accounts:
        world.invoice(account, "2026-02-23", "1000.00")
    world.plan(ProcessName("overdue-accounts"), "2026-03-10 10:00")
    calls = (Touch.step == "call-15", Touch.state == TouchState.PLANNED)
    world.connection.execute(update(Touch).where(*calls).values(state=TouchState.READY, contacted_at=NOW))
    for account in accounts:
        world.payment(account, "2026-03-10", "1000.00")


@contextmanager
def statements_of(connection: Connection) -> Iterator[list[tuple[str, Any]]]:
    """The statements executed in the block."""
    asked: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        asked.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(connection, "before_cursor_execute", note)


def test_thousands_that_were_paid_cost_whoever_calls_few_questions(world: World) -> None:
    calls_that_were_paid(world, 120)
    with statements_of(world.connection) as asked:
        assert given(world, someone(world)) is None
    rounds = [statement for statement, _ in asked if "%(candidates" in statement]
    assert 0 < len(rounds) <= 4, "5, 20, 80 and 320 are judged at a time"
    assert len(asked) <= 12


def test_a_hold_runs_out_unless_it_is_prolonged(world: World) -> None:
    (touch,) = follow_ups(world, "2026-03-07")
    mei, lin = someone(world), someone(world, LIN)
    held = given(world, mei)
    assert held
    almost, after = NOW + HELD_FOR - timedelta(seconds=1), NOW + HELD_FOR
    assert given(world, lin, now=almost) is None
    prolonged = hold(world.connection, held, almost)
    assert prolonged
    assert given(world, lin, now=after) is None
    assert id_of(given(world, lin, now=almost + HELD_FOR)) == touch
    assert hold(world.connection, prolonged, almost + HELD_FOR) is None, "it is another's now"


def test_a_call_that_is_let_go_is_anothers_at_once(world: World) -> None:
    (touch,) = follow_ups(world, "2026-03-07")
    held = given(world, someone(world))
    assert held
    release(world.connection, held)
    assert id_of(given(world, someone(world, LIN))) == touch


def test_leaving_an_old_page_does_not_let_go_of_what_the_new_one_shows(world: World) -> None:
    follow_ups(world, "2026-03-07")
    mei = someone(world)
    old = given(world, mei)
    assert old
    given(world, mei, now=NOW + timedelta(seconds=5))
    release(world.connection, old)
    assert given(world, someone(world, LIN), now=NOW + timedelta(seconds=6)) is None


def test_what_is_passed_over_is_left_for_later(world: World) -> None:
    first, second = follow_ups(world, "2026-03-06", "2026-03-07")
    mei = someone(world)
    held = given(world, mei)
    assert held
    release(world.connection, held)
    assert id_of(given(world, mei, passed_over=[first])) == second


def test_an_agreed_time_comes_first_when_it_is_there(world: World) -> None:
    first, agreed = follow_ups(world, "2026-03-06", "2026-03-07")
    urgent = dunning_call(world)
    report = CallReport(CALLBACK.name, callback_at=at("2026-03-10 11:00"))
    record_outcome(world.connection, agreed, report, NOW, staff_id(world.connection, MEI))
    mei = someone(world)
    assert id_of(given(world, mei, now=at("2026-03-10 11:00"))) == agreed
    assert id_of(given(world, mei, now=at("2026-03-10 11:00"), passed_over=[agreed])) == urgent
    assert first


def test_assigned_calls_come_first_and_to_nobody_else(world: World, staff: dict[str, int]) -> None:
    first, second = follow_ups(world, "2026-03-06", "2026-03-07")
    manager = someone(world, "boss", Role.MANAGER)
    assigned = assign_calls(world.connection, manager, world.store_id, {second: None}, staff[LIN], NOW)
    assert (assigned.changed, assigned.left) == (1, 0)
    assert id_of(given(world, someone(world, LIN))) == second
    assert id_of(given(world, someone(world))) == first
    assert given(world, someone(world), passed_over=[first]) is None
    assert given(world, manager) is None


def test_assigning_what_another_has_meanwhile_changes_nothing(world: World, staff: dict[str, int]) -> None:
    on_screen, given_away = follow_ups(world, "2026-03-06", "2026-03-07")
    boss = someone(world, "boss", Role.MANAGER)
    assert id_of(given(world, someone(world))) == on_screen
    assign_calls(world.connection, boss, world.store_id, {given_away: None}, staff[MEI], NOW)
    seen = {on_screen: None, given_away: None}
    assigned = assign_calls(world.connection, boss, world.store_id, seen, staff[LIN], NOW)
    assert (assigned.changed, assigned.left) == (0, 2)
    assert touch_of(world, given_away).assigned_to == staff[MEI]


def test_the_first_so_many_are_given_to_somebody(world: World, staff: dict[str, int]) -> None:
    calls = follow_ups(world, "2026-03-05", "2026-03-06", "2026-03-07")
    boss = someone(world, "boss", Role.MANAGER)
    assert assign_first(world.connection, boss, world.store_id, 2, None, staff[LIN], NOW).changed == 2
    assert [touch_of(world, call).assigned_to for call in calls] == [staff[LIN], staff[LIN], None]
    waiting = list_waiting(world.connection, world.store_id, NOW, unassigned=True)
    assert [call.id for call in waiting] == calls[2:]
    assert len(list_waiting(world.connection, world.store_id, NOW, assigned_to=staff[LIN])) == 2


def test_calls_are_given_only_to_who_makes_them_and_in_ones_own_store(world: World, staff: dict[str, int]) -> None:
    (touch,) = follow_ups(world, "2026-03-07")
    boss = someone(world, "boss", Role.MANAGER)
    parts = world.staff(Role.PARTS, name="Parts")
    with pytest.raises(CannotMakeThem):
        assign_calls(world.connection, boss, world.store_id, {touch: None}, parts, NOW)
    elsewhere = world.staff(store_id=world.store())
    with pytest.raises(NotYours):
        assign_calls(world.connection, boss, world.store_id, {touch: None}, elsewhere, NOW)
    stranger = someone(world, "boss", Role.MANAGER, store_id=world.store())
    with pytest.raises(NotYours):
        assign_calls(world.connection, stranger, world.store_id, {touch: None}, staff[MEI], NOW)


def test_each_role_gets_its_own(world: World) -> None:
    (call,) = follow_ups(world, "2026-03-07")
    world.appointment(world.customer(), "2026-03-12 09:00", parts_state=PartsState.MISSING)
    world.plan(ProcessName("appointment-reminders"), "2026-03-10 10:00")
    world.connection.execute(
        update(Touch).where(Touch.step == "parts-order").values(state=TouchState.READY, not_before=NOW)
    )
    world.staff(Role.PARTS, code="chen")
    chen = someone(world, "chen", Role.PARTS)
    task = given(world, chen)
    assert task
    assert (task.item.kind, task.item.step) == (StepKind.TASK, "parts-order")
    assert task.item.script
    assert id_of(given(world, someone(world))) == call
    world.staff(Role.MANAGER, code="boss")
    assert given(world, someone(world, "boss", Role.MANAGER), role=Role.ADVISOR) is None
    finish_task(world.connection, task.item.id, NOW, staff_id(world.connection, "chen"), "ordered")
    assert given(world, chen) is None
    assert read_standing(world.connection, caller_of(world.connection, chen, NOW), NOW, "Asia/Shanghai").done == 1


def test_nobody_gets_a_call_of_another_store(world: World) -> None:
    follow_ups(world, "2026-03-07")
    elsewhere = world.store()
    world.staff(code="far", store_id=elsewhere)
    assert given(world, someone(world, "far", store_id=elsewhere)) is None
    everywhere = someone(world, "chief", Role.ADMIN, store_id=None, staff=None, store=None)
    held = given(world, everywhere)
    assert held, "someone of every store works under a name of that store"
    assert id_of(given(world, everywhere)) == held.item.id


def test_who_records_what_another_has_on_the_screen_is_told(world: World) -> None:
    (touch,) = follow_ups(world, "2026-03-07")
    given(world, someone(world))
    with pytest.raises(HeldByAnother, match="Mei"):
        record_outcome(world.connection, touch, CallReport(REACHED.name), NOW, staff_id(world.connection, LIN))
    assert touch_of(world, touch).state is TouchState.READY
    assert world.connection.scalar(select(CallAttempt.id)) is None
    record_outcome(world.connection, touch, CallReport(NO_ANSWER.name), NOW + HELD_FOR, staff_id(world.connection, LIN))
    again = touch_of(world, touch)
    assert (again.state, again.held_by, again.held_until) == (TouchState.READY, None, None)


def test_an_empty_queue_says_when_the_next_one_comes(world: World) -> None:
    (touch,) = follow_ups(world, "2026-03-07")
    record_outcome(world.connection, touch, CallReport(NO_ANSWER.name), NOW, staff_id(world.connection, MEI))
    assert given(world, someone(world)) is None
    standing = read_standing(world.connection, caller_of(world.connection, someone(world), NOW), NOW, "Asia/Shanghai")
    assert (standing.waiting, standing.next_at, standing.done) == (0, at("2026-03-10 13:00"), 1)
    tomorrow = read_standing(
        world.connection, caller_of(world.connection, someone(world), NOW), at("2026-03-11 00:00"), "Asia/Shanghai"
    )
    assert (tomorrow.waiting, tomorrow.done) == (1, 0)


def test_the_load_of_roles_and_people(world: World, staff: dict[str, int]) -> None:
    calls = follow_ups(world, "2026-03-05", "2026-03-06", "2026-03-07")
    boss = someone(world, "boss", Role.MANAGER)
    assign_calls(world.connection, boss, world.store_id, {calls[2]: None}, staff[LIN], NOW)
    record_outcome(world.connection, calls[0], CallReport(NO_ANSWER.name), NOW, staff_id(world.connection, MEI))
    given(world, someone(world))
    (load,) = read_role_loads(world.connection, world.store_id, NOW)
    assert (load.role, load.due, load.later, load.unassigned) == (Role.AGENT, 2, 1, 2)
    by_code = {one.code: one for one in read_staff_loads(world.connection, world.store_id, NOW)}
    assert (by_code[MEI].assigned, by_code[MEI].done, by_code[MEI].on_screen) == (0, 1, True)
    assert (by_code[LIN].assigned, by_code[LIN].done, by_code[LIN].on_screen) == (1, 0, False)
    assert by_code[MEI].first_at == NOW


def survey_call(world: World) -> TouchId:
    """A ready call about a repair order, in which the customer is asked for marks."""
    world.repair_order(world.customer(), "2026-03-07")
    world.plan(ProcessName("post-delivery-followup"), "2026-03-10 10:00")
    call = Touch.step == "repair-day-3-call"
    made = update(Touch).where(call).values(state=TouchState.READY).returning(Touch.id)
    return TouchId(world.connection.execute(made).scalar_one())


@pytest.mark.parametrize("outcome", [REACHED.name, REACHED_NOT_SATISFIED.name])
def test_a_mark_below_par_opens_one_complaint(world: World, staff: dict[str, int], outcome: OutcomeName) -> None:
    touch = survey_call(world)
    report = CallReport(outcome, note="waited for an hour", marks={"punctual": 2, "reception": 5})
    recorded = record_outcome(world.connection, touch, report, NOW, staff_id(world.connection, MEI))
    (case,) = world.connection.execute(select(Case.__table__)).all()
    assert (case.id, case.kind, case.owner_id, case.touch_id) == (
        recorded.case_id,
        CaseKind.COMPLAINT,
        staff[MEI],
        touch,
    )
    (answer,) = world.connection.execute(select(SurveyAnswer.__table__)).all()
    assert (answer.source, answer.punctual, answer.reception, answer.solved) == (SurveySource.CALL, 2, 5, None)
    assert answer.comment == "waited for an hour"


def test_good_marks_open_nothing(world: World) -> None:
    touch = survey_call(world)
    report = CallReport(REACHED_SATISFIED.name, marks={"solved": 5, "punctual": 3})
    assert record_outcome(world.connection, touch, report, NOW, staff_id(world.connection, MEI)).case_id is None


def test_marks_of_a_call_that_asks_for_none_are_refused(world: World) -> None:
    (touch,) = follow_ups(world, "2026-03-07")
    with pytest.raises(NotAMarkOfACall):
        record_outcome(
            world.connection, touch, CallReport(REACHED.name, marks={"solved": 1}), NOW, staff_id(world.connection, MEI)
        )
    assert touch_of(world, touch).state is TouchState.READY


CALLS, AGENTS = 12, 4


def test_agents_at_once_never_get_the_same_call(engine: Engine) -> None:
    logins = [f"agent{number}" for number in range(AGENTS)]
    with engine.begin() as connection:
        world = World(connection)
        for login in logins:
            world.staff(code=login)
        calls = follow_ups(world, *["2026-03-07"] * CALLS)
    users = [someone(world, login) for login in logins]
    together = Barrier(AGENTS)

    def work(user: SignedIn) -> list[TouchId]:
        """Take one call after the other until there is none left."""
        made: list[TouchId] = []
        together.wait(timeout=30)
        while held := _in_one_transaction(engine, user):
            made.append(held.item.id)
            with engine.begin() as connection:
                record_outcome(
                    connection, held.item.id, CallReport(REACHED.name), NOW, staff_id(connection, user.login)
                )
        return made

    with ThreadPoolExecutor(AGENTS) as threads:
        made = [call for calls_of_one in threads.map(work, users) for call in calls_of_one]
    assert sorted(made) == sorted(calls)


def test_as_many_agents_as_calls_get_one_each(engine: Engine) -> None:
    logins = [f"agent{number}" for number in range(AGENTS)]
    with engine.begin() as connection:
        world = World(connection)
        for login in logins:
            world.staff(code=login)
        calls = follow_ups(world, *["2026-03-07"] * AGENTS)
    together = Barrier(AGENTS)

    def take(user: SignedIn) -> TouchId | None:
        together.wait(timeout=30)
        return id_of(_in_one_transaction(engine, user))

    with ThreadPoolExecutor(AGENTS) as threads:
        taken = list(threads.map(take, [someone(world, login) for login in logins]))
    assert set(taken) == set(calls)


def _in_one_transaction(engine: Engine, user: SignedIn) -> HeldCall | None:
    with engine.begin() as connection:
        return _next(connection, user)


def _next(connection: Connection, user: SignedIn) -> HeldCall | None:
    return next_call(connection, caller_of(connection, user, NOW), NOW)
