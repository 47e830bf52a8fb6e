"""The figures of the first page and of health: the day as each store's clock has it, and one store's alone."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, func, insert, select

from models.calls.outcomes import CALLBACK, NO_ANSWER, REACHED_NOT_SATISFIED, REACHED_SATISFIED, WRONG_NUMBER
from models.calls.surveys import SurveyAnswer
from models.core.words import (
    CaseKind,
    CaseState,
    Gate,
    ProcessName,
    Purpose,
    Role,
    RunState,
    StepKind,
    SubjectKind,
    SurveySource,
    TouchState,
)
from models.kits.outcomes import Outcome
from models.ledger.standings import COVERAGE_GOAL, ContactStanding, Coverage, Share
from models.ledger.tables import CallAttempt, Case, PolicyVersion, Run, TemplateVersion, Touch
from models.policies.shipped import shipped_processes
from tasks.overview.coverage import measure_coverage
from tasks.overview.day import read_day
from tasks.overview.deadlines import count_overdue, read_urgent
from tasks.overview.health import count_open, read_last_runs, read_ledger_health, read_oldest_due
from tasks.overview.history import read_history
from tasks.overview.missed import read_missed
from tests.support.world import World, at

NOW = at("2026-03-10 10:00")
FOLLOW_UP = ProcessName("post-delivery-followup")


def touch(world: World, due_at: datetime, **values: Any) -> UUID:
    """A touch of the follow-up that is due at a moment, sent unless `values` say otherwise."""
    number = next(world.numbers)
    made = {
        "process": FOLLOW_UP, "subject_kind": SubjectKind("handover"), "subject_id": number, "anchor_at": due_at,
        "step": "thanks", "kind": StepKind.MESSAGE, "purpose": Purpose.FOLLOW_UP, "priority": 50,
        "obligation": False, "works_holidays": False, "store_id": world.store_id,
        "policy_version_id": select(func.min(PolicyVersion.id)).scalar_subquery(),
        "template_version_id": select(func.min(TemplateVersion.id)).scalar_subquery(),
        "channels": ["sms"], "conditions": [], "approval": [], "due_at": due_at,
        "valid_until": due_at + timedelta(days=3), "not_before": due_at, "state": TouchState.SENT, "state_at": due_at,
        "figures": {}, "planned_at": due_at,
    } | values  # fmt: skip
    made.setdefault("customer_id", world.customer(store_id=made["store_id"]))
    return world.connection.execute(insert(Touch).values(**made).returning(Touch.id)).scalar_one()


def case(world: World, opened_at: datetime, **values: Any) -> int:
    made = {
        "store_id": world.store_id, "kind": CaseKind.COMPLAINT, "cause": f"test:{next(world.numbers)}",
        "title": "Not satisfied", "state": CaseState.OPEN, "opened_at": opened_at,
        "answer_by": opened_at + timedelta(hours=24), "solve_by": opened_at + timedelta(hours=48),
    } | values  # fmt: skip
    made.setdefault("customer_id", world.customer(store_id=made["store_id"]))
    return world.connection.execute(insert(Case).values(**made).returning(Case.id)).scalar_one()


def standings(
    connection: Connection, store_id: int | None, process: ProcessName = FOLLOW_UP
) -> dict[ContactStanding, int]:
    day = next(one for one in read_day(connection, NOW, store_id) if one.process == process)
    return dict(day.standings)


def test_a_day_accounts_for_each_contact_that_was_due(world: World, connection: Connection) -> None:
    for state, gate in [
        (TouchState.SENT, None), (TouchState.SENT, Gate.CAP), (TouchState.DONE, None), (TouchState.READY, None),
        (TouchState.PLANNED, Gate.QUIET_HOURS), (TouchState.PLANNED, None), (TouchState.CANCELLED, Gate.FACTS),
        (TouchState.SKIPPED, Gate.VALIDITY), (TouchState.MISSED, Gate.VALIDITY),
        (TouchState.FAILED, None), (TouchState.UNKNOWN, None),
    ]:  # fmt: skip
        touch(world, at("2026-03-10 09:00"), state=state, gate=gate)
    touch(world, at("2026-03-09 23:59"))
    touch(world, at("2026-03-11 00:00"))
    assert standings(connection, None) == {
        ContactStanding.SENT: 2, ContactStanding.CALLED: 1, ContactStanding.TO_DO: 1,
        ContactStanding.DEFERRED: 1, ContactStanding.WAITING: 1, ContactStanding.STOPPED: 2,
        ContactStanding.MISSED: 1, ContactStanding.FAILED: 1, ContactStanding.UNKNOWN: 1,
    }  # fmt: skip
    assert next(day.due for day in read_day(connection, NOW, None) if day.process == FOLLOW_UP) == 11
    assert standings(connection, None, ProcessName("warranty-expiry")) == {}


def test_each_store_has_the_day_of_its_own_clock(world: World, connection: Connection) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    far = world.store(time_zone="Europe/Berlin")
    touch(world, at("2026-03-10 00:30"))  # still the 9th in Berlin
    touch(world, at("2026-03-10 00:30"), store_id=far)
    touch(world, at("2026-03-10 23:30", berlin), store_id=far)  # already the 11th in Shanghai
    touch(world, at("2026-03-10 23:30", berlin))
    assert standings(connection, None) == {ContactStanding.SENT: 2}
    assert standings(connection, far) == {ContactStanding.SENT: 1}
    assert standings(connection, world.store_id) == {ContactStanding.SENT: 1}


def test_without_a_store_there_is_a_day_of_nothing(connection: Connection) -> None:
    assert [day.due for day in read_day(connection, NOW, None)] == [0] * (len(shipped_processes()) + 1)
    assert read_history(connection, NOW, None).days == []


def test_thirty_days_end_with_today_and_are_one_stores_alone(world: World, connection: Connection) -> None:
    other = world.store()
    touch(world, at("2026-03-10 09:00"))
    touch(world, at("2026-02-09 00:00"))
    touch(world, at("2026-02-08 23:59"))
    touch(world, at("2026-03-10 09:00"), store_id=other, state=TouchState.FAILED)
    days = read_history(connection, NOW, world.store_id).days
    assert [str(days[0].day), str(days[-1].day), len(days)] == ["2026-02-09", "2026-03-10", 30]
    assert [days[0].standings, days[-1].standings] == [{ContactStanding.SENT: 1}, {ContactStanding.SENT: 1}]
    assert read_history(connection, NOW, None).days[-1].standings == {
        ContactStanding.SENT: 1,
        ContactStanding.FAILED: 1,
    }


def attempt(world: World, touch_id: UUID, outcome: Outcome, tried_at: datetime) -> None:
    values = {"touch_id": touch_id, "attempted_at": tried_at, "outcome": outcome.name}
    world.connection.execute(insert(CallAttempt).values(**values))


def called(world: World, visit: int, *outcomes: Outcome, **values: Any) -> None:
    """A call after a visit, with what came of each try."""
    at_ten = at("2026-02-23 10:00")
    values = {"kind": StepKind.CALL, "state": TouchState.DONE, "contacted_at": at_ten, "subject_id": visit} | values
    made = touch(world, at_ten, **values)
    for number, outcome in enumerate(outcomes):
        attempt(world, made, outcome, at_ten + timedelta(hours=number))


def test_reached_tried_written_to_and_nobody_are_four_figures(world: World, connection: Connection) -> None:
    """Each visit counts once, by the best that was done."""
    visits = [world.handover(world.customer(), "2026-02-20") for _ in range(9)]
    sent = {"contacted_at": at("2026-02-21 10:00")}
    called(world, visits[0], NO_ANSWER, NO_ANSWER, NO_ANSWER)
    called(world, visits[1], WRONG_NUMBER)
    touch(world, at("2026-02-21 10:00"), subject_id=visits[2], **sent)  # a thank-you by SMS
    called(world, visits[3], NO_ANSWER, REACHED_SATISFIED)
    called(world, visits[4], REACHED_NOT_SATISFIED)
    called(world, visits[5], CALLBACK, NO_ANSWER, state=TouchState.READY)  # reached, though not at the second try
    survey(world, visits[6])  # answered the survey without being called
    touch(world, at("2026-02-21 10:00"), subject_id=visits[7], state=TouchState.FAILED, **sent)
    called(world, visits[2], NO_ANSWER)  # written to, and tried

    coverage = read_history(connection, NOW, world.store_id).coverage

    assert coverage == Coverage(reached=4, tried=3, written_to=0, nobody=2)
    assert coverage.share == Share(4, 9)
    assert not coverage.share.reaches(COVERAGE_GOAL)


@pytest.mark.parametrize("unreached", [(NO_ANSWER, NO_ANSWER, NO_ANSWER), (WRONG_NUMBER,), ()])
def test_nothing_but_a_contact_reaches_the_goal(
    world: World, connection: Connection, unreached: tuple[Outcome, ...]
) -> None:
    visit = world.handover(world.customer(), "2026-02-20")
    touch(world, at("2026-02-21 10:00"), subject_id=visit, contacted_at=at("2026-02-21 10:00"))
    called(world, visit, *unreached)
    assert read_history(connection, NOW, None).coverage.reached == 0


def test_the_customers_in_warranty_count_by_their_best_contact_of_a_year(world: World, connection: Connection) -> None:
    people = [world.customer() for _ in range(6)]
    for one in people[:5]:
        world.warranty(one, "2026-09-01")
        world.warranty(one, "2026-10-01")
    world.warranty(people[5], "2026-03-10")  # it ends today
    called(world, 901, REACHED_SATISFIED, customer_id=people[0])
    called(world, 902, NO_ANSWER, customer_id=people[1])
    touch(world, at("2026-02-21 10:00"), customer_id=people[2], contacted_at=at("2026-02-21 10:00"))
    dunned = {"purpose": Purpose.DUNNING, "contacted_at": at("2026-02-21 10:00")}
    touch(world, at("2026-02-21 10:00"), customer_id=people[3], **dunned)
    touch(world, at("2025-03-01 10:00"), customer_id=people[4], contacted_at=at("2025-03-01 10:00"))
    expected = Coverage(reached=1, tried=1, written_to=1, nobody=2)
    assert read_history(connection, NOW, world.store_id).in_warranty == expected
    assert read_history(connection, NOW, None).in_warranty == expected
    assert read_history(connection, NOW, world.store()).in_warranty == Coverage(0, 0, 0, 0)


def test_coverage_is_that_of_the_run_and_of_one_store(world: World, connection: Connection) -> None:
    other = world.store()
    followed = world.handover(world.customer(), "2026-02-20")
    world.handover(world.customer(), "2026-02-20")
    world.repair_order(world.customer(store_id=other), "2026-02-21", store_id=other)
    called(world, followed, REACHED_SATISFIED)
    assert read_history(connection, NOW, world.store_id).coverage.share == Share(1, 2)
    assert read_history(connection, NOW, other).coverage.share == Share(0, 1)
    assert read_history(connection, NOW, None).coverage.share == Share(1, 3)
    figures = measure_coverage(connection, NOW)
    assert {name: figure for name, figure in figures.items() if name.startswith("visits")} == {
        "visits": 3,
        "visits_reached": 1,
        "visits_tried": 0,
        "visits_written_to": 0,
        "visits_nobody": 2,
        "visits_reached_percent": 33.3,
    }


def survey(world: World, subject_id: int, **marks: int | None) -> None:
    world.connection.execute(
        insert(SurveyAnswer).values(
            store_id=world.store_id, customer_id=world.customer(), subject_kind=SubjectKind("handover"),
            subject_id=subject_id, answered_at=at("2026-03-09 12:00"), source=SurveySource.LINK, **marks,
        )
    )  # fmt: skip


def test_satisfaction_counts_a_customer_once_and_the_survey_before_the_call(
    world: World, connection: Connection
) -> None:
    survey(world, 901, solved=5, punctual=3)
    survey(world, 902, solved=5, punctual=2)
    survey(world, 903)  # said nothing that can be counted
    made = {"kind": StepKind.CALL, "state": TouchState.DONE}
    for subject_id, outcome in [(902, REACHED_SATISFIED.name), (904, REACHED_SATISFIED.name)]:
        touch(world, at("2026-03-09 09:00"), subject_id=subject_id, outcome=outcome, **made)
    touch(world, at("2026-03-09 09:00"), outcome=REACHED_NOT_SATISFIED.name, **made)
    touch(world, at("2026-03-09 09:00"), outcome=NO_ANSWER.name, **made)
    assert read_history(connection, NOW, world.store_id).satisfaction == Share(2, 4)
    assert read_history(connection, NOW, world.store()).satisfaction == Share(0, 0)


def test_cases_are_urgent_near_their_next_deadline(world: World, connection: Connection) -> None:
    overdue = case(world, NOW - timedelta(hours=25))
    near = case(world, NOW - timedelta(hours=21))
    case(world, NOW - timedelta(hours=19))  # five hours left
    case(world, NOW - timedelta(hours=25), state=CaseState.ANSWERED, answered_at=NOW)
    late = case(world, NOW - timedelta(hours=49), state=CaseState.ANSWERED, answered_at=NOW - timedelta(hours=48))
    case(world, NOW - timedelta(hours=99), state=CaseState.SOLVED, answered_at=NOW, solved_at=NOW)
    urgent = read_urgent(connection, NOW, world.store_id, None)
    assert {(one.id, one.overdue) for one in urgent.cases} == {(late, True), (overdue, True), (near, False)}
    assert urgent.cases[-1].id == near
    assert (urgent.overdue, urgent.near) == (2, 1)


def test_cases_are_ones_own_or_nobodys_in_ones_own_store(world: World, connection: Connection) -> None:
    mine, theirs, elsewhere = world.staff(code="me"), world.staff(code="them"), world.store()
    long_ago = NOW - timedelta(days=3)
    own = case(world, long_ago, owner_id=mine)
    free = case(world, long_ago)
    case(world, long_ago, owner_id=theirs)
    case(world, long_ago, store_id=elsewhere)
    assert {one.id for one in read_urgent(connection, NOW, world.store_id, "me").cases} == {own, free}
    assert count_overdue(connection, NOW, world.store_id) == 3
    assert count_overdue(connection, NOW, None) == 4


def test_the_backlog_is_as_old_as_what_could_have_gone_out_first(world: World, connection: Connection) -> None:
    assert read_oldest_due(connection, NOW, None) is None
    touch(world, NOW + timedelta(hours=1), state=TouchState.PLANNED)
    assert read_oldest_due(connection, NOW, None) is None
    touch(world, NOW - timedelta(hours=1), state=TouchState.PLANNED, priority=90)
    other = world.store()
    touch(world, NOW - timedelta(hours=3), state=TouchState.PLANNED, priority=10, store_id=other)
    touch(world, NOW - timedelta(hours=9), state=TouchState.PLANNED, not_before=NOW + timedelta(hours=9))
    assert read_oldest_due(connection, NOW, None) == NOW - timedelta(hours=3)
    assert read_oldest_due(connection, NOW, world.store_id) == NOW - timedelta(hours=1)


def test_what_was_given_up_is_counted_for_one_store_or_all(world: World, connection: Connection) -> None:
    other = world.store()
    touch(world, NOW - timedelta(days=40), state=TouchState.UNKNOWN)
    touch(world, NOW - timedelta(days=1), state=TouchState.FAILED, store_id=other)
    touch(world, NOW - timedelta(days=1), state=TouchState.SKIPPED, gate=Gate.VALIDITY)
    touch(world, NOW - timedelta(days=9), state=TouchState.SKIPPED, gate=Gate.VALIDITY)
    everywhere, here = read_ledger_health(connection, NOW, None), read_ledger_health(connection, NOW, world.store_id)
    assert (everywhere.unknown, everywhere.failed, everywhere.expired) == (1, 1, 1)
    assert (here.unknown, here.failed, here.expired) == (1, 0, 1)


def missed(world: World, **values: Any) -> UUID:
    """A call that was due six days ago and was found to be missed yesterday."""
    state = {"state": TouchState.MISSED, "state_at": NOW - timedelta(days=1), "gate": Gate.VALIDITY}
    due_at = values.pop("due_at", NOW - timedelta(days=6))
    return touch(world, due_at, **({"kind": StepKind.CALL, "role": Role.AGENT} | state | values))


def test_what_staff_let_pass_is_counted_by_process_role_and_kind(world: World, connection: Connection) -> None:
    other = world.store()
    missed(world)
    missed(world, due_at=NOW - timedelta(days=20))
    missed(world, kind=StepKind.TASK, role=Role.PARTS)
    missed(world, store_id=other)
    missed(world, state_at=NOW - timedelta(days=7))  # told of for a week
    touch(world, NOW - timedelta(days=1), state=TouchState.SKIPPED, gate=Gate.VALIDITY)
    here = read_missed(connection, NOW, world.store_id)
    assert [(part.process, part.role, part.kind, part.touches) for part in here.parts] == [
        (FOLLOW_UP, Role.AGENT, StepKind.CALL, 2), (FOLLOW_UP, Role.PARTS, StepKind.TASK, 1),
    ]  # fmt: skip
    assert (here.count, here.calls, here.tasks) == (3, 2, 1)
    assert (here.since, here.until) == (date(2026, 2, 18), date(2026, 3, 4))
    assert read_missed(connection, NOW, None).calls == 3
    assert read_ledger_health(connection, NOW, other).missed == 1
    assert read_ledger_health(connection, NOW, None).expired == 1


def test_open_touches_are_counted_by_process_and_state(world: World, connection: Connection) -> None:
    for _ in range(2):
        touch(world, NOW, state=TouchState.PLANNED)
    touch(world, NOW, state=TouchState.READY, store_id=world.store())
    touch(world, NOW, state=TouchState.SENT)
    planned, ready = (FOLLOW_UP, TouchState.PLANNED), (FOLLOW_UP, TouchState.READY)
    assert count_open(connection, None) == {planned: 2, ready: 1}
    assert count_open(connection, world.store_id) == {planned: 2}


def test_the_last_run_is_no_rehearsal(world: World, connection: Connection) -> None:
    for hours, dry_run, state in [
        (5, False, RunState.COMPLETED),
        (3, False, RunState.FAILED),
        (1, True, RunState.COMPLETED),
    ]:
        connection.execute(
            insert(Run).values(
                process=FOLLOW_UP, as_of=NOW, dry_run=dry_run, state=state, started_at=NOW - timedelta(hours=hours),
                started_by="test",
            )
        )  # fmt: skip
    found = read_last_runs(connection, [FOLLOW_UP, "dispatch"])
    assert {name: (run.started_at, run.state) for name, run in found.items()} == {
        FOLLOW_UP: (NOW - timedelta(hours=3), RunState.FAILED)
    }


@pytest.mark.parametrize("reader", [read_oldest_due, count_overdue])
def test_nothing_there_is_nothing_late(connection: Connection, reader: Any) -> None:
    assert not reader(connection, NOW, None)
