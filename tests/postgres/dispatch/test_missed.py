"""Missed calls and tasks: their own state, count and verdict."""

from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from models.core.retention import DaysKept
from models.core.words import ProcessName, TouchState
from tasks.ledger.transitions import move
from tasks.planning.ending import UNDONE, end_open
from tasks.runs.housekeeping import keep_house
from tests.support.desk import handed_to_staff, touch_of, verdicts_of
from tests.support.office import Office
from tests.support.world import World, at

FOLLOWUP = ProcessName("post-delivery-followup")
NOW = at("2026-03-10 10:00")
LONG_AFTER = at("2026-03-30 10:00")
Made = TypeVar("Made")


def ready_call(world: World) -> UUID:
    """A call on the list about a handover of three days ago."""
    world.handover(world.customer(), "2026-03-07")
    world.plan(FOLLOWUP, "2026-03-10 10:00")
    return handed_to_staff(world, "day-3-call", NOW)


def test_a_call_that_nobody_makes_is_missed_and_counted(world: World) -> None:
    call = ready_call(world)
    account = world.plan(FOLLOWUP, "2026-03-30 10:00")
    touch = touch_of(world, call)
    assert (touch.state, touch.gate, touch.reason) == (TouchState.MISSED, "validity", UNDONE)
    assert touch.state_at == LONG_AFTER
    assert verdicts_of(world, call) == [("validity", "stop", UNDONE)]
    assert account.missed == 1
    assert UNDONE not in account.ended


def test_a_task_that_nobody_does_is_missed(world: World) -> None:
    account = world.account(world.customer())
    world.invoice(account, "2026-01-05", "1000.00")
    world.plan(ProcessName("overdue-accounts"), "2026-03-06 10:00")
    task = handed_to_staff(world, "finance-60", at("2026-03-06 10:00"))
    until = touch_of(world, task).valid_until
    assert end_open(world.connection, ProcessName("overdue-accounts"), until, None).missed == 1
    assert touch_of(world, task).state is TouchState.MISSED


def test_what_was_never_on_a_list_is_skipped_though_its_time_passed_as_well(world: World) -> None:
    world.handover(world.customer(), "2026-03-07")
    world.plan(FOLLOWUP, "2026-03-10 10:00")
    account = world.plan(FOLLOWUP, "2026-03-30 10:00")
    assert world.steps(state="missed") == []
    assert "day-3-call" in world.steps(state="skipped")
    assert account.missed == 0


def test_a_call_that_lost_its_reason_before_its_time_passed_is_cancelled(world: World) -> None:
    invoice = world.invoice(account := world.account(world.customer()), "2026-02-23", "1000.00")
    assert invoice
    world.plan(ProcessName("overdue-accounts"), "2026-03-10 10:00")
    call = handed_to_staff(world, "call-15", NOW)
    world.payment(account, "2026-03-11", "1000.00")
    assert world.plan(ProcessName("overdue-accounts"), "2026-03-30 10:00").missed == 0
    assert touch_of(world, call).state is TouchState.CANCELLED


def test_a_missed_call_comes_back_in_no_sweep_and_the_house_keeper_counts_it_once(world: World) -> None:
    call = ready_call(world)
    assert keep_house(world.connection, LONG_AFTER, None, DaysKept()).missed == 1
    assert keep_house(world.connection, LONG_AFTER, None, DaysKept()).missed == 0
    world.plan(FOLLOWUP, "2026-03-30 10:00")
    assert touch_of(world, call).state is TouchState.MISSED


def test_a_sweep_leaves_what_somebody_settles_at_that_very_moment(office: Office) -> None:
    """The call is read as ready and long past, and recorded as done before the sweep writes: it stays done."""
    with office.open() as world:
        call = ready_call(world)
    with office.engine.connect() as staff, office.engine.connect() as sweeping:
        move(staff, [call], TouchState.DONE, (TouchState.READY,), NOW)
        with ThreadPoolExecutor(1) as thread:
            swept = thread.submit(end_open, sweeping, FOLLOWUP, LONG_AFTER, None)
            wait_for_a_waiter(office.engine)
            staff.commit()
            account = swept.result()
        sweeping.commit()
    with office.open() as world:
        assert touch_of(world, call).state is TouchState.DONE
        assert verdicts_of(world, call) == []
    assert account.missed == 0


def wait_for_a_waiter(engine: Engine) -> None:
    """Until a session of this database waits for another's row."""
    waits = text(
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for _ in range(10_000):
            if connection.scalar(waits):
                return
    pytest.fail("nobody waits")
