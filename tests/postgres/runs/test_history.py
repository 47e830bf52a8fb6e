"""The list of runs, what a run goes by, and the runs whose process was killed."""

import subprocess
import sys
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select, update

from models.core.retention import DaysKept
from models.core.words import ProcessName, RunState, TouchState
from models.ledger.accounts_of_runs import RunAccount
from models.ledger.tables import Run
from tasks.database.paging import Cursor
from tasks.dispatch.dispatch import dispatch_due
from tasks.policies.catalogue import active_versions, add_policy, policies_in_force
from tasks.runs.failures import DIED, sentence
from tasks.runs.history import PAGE, NoSuchRun, RunFilter, count_waiting, find_runs_of, list_runs, read_run
from tasks.runs.recording import (
    close_run,
    fail_dead_runs,
    fail_run,
    hold_run,
    note_account,
    open_run,
    who_started,
)
from tests.support.office import Office
from tests.support.waiting import until
from tests.support.world import World, at

NOW = at("2026-03-10 10:00")
WARRANTY = ProcessName("warranty-expiry")


def opened(world: World, process: str = WARRANTY, started_at: datetime = NOW, *, dry_run: bool = False) -> UUID:
    return open_run(
        world.connection, process, started_at, started_at, dry_run=dry_run, prefect_run_id=None, started_by="mei"
    )


def test_the_list_goes_on_where_the_page_before_ended_even_within_one_moment(world: World) -> None:
    made = {opened(world) for _ in range(PAGE + 3)} | {opened(world, started_at=NOW - timedelta(days=1))}
    first = list_runs(world.connection, RunFilter(), None)
    assert len(first.rows) == PAGE
    assert first.next is not None
    rest = list_runs(world.connection, RunFilter(), None, Cursor.read(str(first.next)))
    assert [run.started_at for run in rest.rows] == [NOW] * 3 + [NOW - timedelta(days=1)]
    assert {run.id for run in first.rows} | {run.id for run in rest.rows} == made
    assert rest.next is None


def test_runs_are_picked_by_process_state_and_kind(world: World) -> None:
    done, dry, other = opened(world), opened(world, dry_run=True), opened(world, "dispatch")
    close_run(world.connection, done, RunAccount(), NOW)

    def picked(wanted: RunFilter) -> set[UUID]:
        return {run.id for run in list_runs(world.connection, wanted, None).rows}

    assert picked(RunFilter(process="dispatch")) == {other}
    assert picked(RunFilter(state=RunState.COMPLETED)) == {done}
    assert picked(RunFilter(dry_run=True)) == {dry}
    assert picked(RunFilter(process=WARRANTY, state=RunState.RUNNING, dry_run=False)) == set()


def test_a_run_keeps_the_versions_of_the_policy_it_was_opened_under(world: World) -> None:
    other = world.store(code="OWN1")
    body = policies_in_force(world.connection, WARRANTY)[0].policy.model_dump(mode="json")
    before = opened(world)
    add_policy(world.connection, WARRANTY, body | {"priority": 7}, other, "mei", NOW)
    after = opened(world)
    shipped = active_versions(world.connection, WARRANTY)["*"]
    assert read_run(world.connection, before, None).policy_versions == {"*": shipped}
    assert read_run(world.connection, after, None).policy_versions == {"*": shipped, "OWN1": 1}
    assert read_run(world.connection, after, world.store_id).policy_versions == {"*": shipped}
    assert read_run(world.connection, opened(world, "dispatch"), None).policy_versions == {}


def test_the_account_of_all_stores_is_not_told_to_someone_of_one(world: World) -> None:
    run_id = opened(world)
    close_run(world.connection, run_id, RunAccount(eligible=2, planned=2), NOW)
    alone = read_run(world.connection, run_id, world.store_id).account
    assert alone is not None
    assert alone.planned == 2
    world.store()
    assert read_run(world.connection, run_id, world.store_id).account is None
    assert read_run(world.connection, run_id, None).account is not None


def test_a_reason_is_shown_without_phone_numbers(world: World) -> None:
    run_id = opened(world)
    fail_run(world.connection, run_id, RunAccount(), "no such number +8613800138000", NOW)
    assert "13800138000" not in (read_run(world.connection, run_id, None).error or "")


def test_there_is_no_run_of_another_id(world: World) -> None:
    with pytest.raises(NoSuchRun):
        read_run(world.connection, uuid4(), None)


def test_what_a_run_planned_and_waits_for_approval_is_counted_by_store(world: World) -> None:
    run_id, other = opened(world), opened(world)
    account = world.account(world.customer())
    world.invoice(account, "2026-02-08", "1000.00")
    from tasks.planning.sweep import plan

    plan(world.connection, ProcessName("overdue-accounts"), NOW, run_id)
    assert TouchState.AWAITING_APPROVAL in {touch.state for touch in world.touches()}
    assert count_waiting(world.connection, run_id, None) == 1
    assert count_waiting(world.connection, run_id, world.store_id) == 1
    assert count_waiting(world.connection, run_id, world.store()) == 0
    assert count_waiting(world.connection, other, None) == 0


def test_the_runs_of_one_flow_run_are_found(world: World) -> None:
    flow_run_id = uuid4()
    assert find_runs_of(world.connection, flow_run_id) == []
    values = {"as_of": NOW, "dry_run": False, "state": RunState.RUNNING, "started_at": NOW, "started_by": "mei"}
    made = [
        world.connection.execute(
            insert(Run).values(process=name, prefect_run_id=flow_run_id, **values).returning(Run.id)
        ).scalar_one()
        for name in ("overdue-accounts", "warranty-expiry")
    ]
    assert find_runs_of(world.connection, flow_run_id) == made


def test_how_far_a_run_is_is_kept_until_it_is_over(world: World) -> None:
    run_id = opened(world)
    note_account(world.connection, run_id, RunAccount(eligible=9, planned=4))
    seen = read_run(world.connection, run_id, None)
    assert seen.account is not None
    assert (seen.state, seen.account.planned) == (RunState.RUNNING, 4)
    close_run(world.connection, run_id, RunAccount(), NOW)
    note_account(world.connection, run_id, RunAccount(planned=4))
    seen = read_run(world.connection, run_id, None)
    assert seen.account is not None
    assert seen.account.planned == 0


async def test_a_dispatch_tells_how_far_it_is(office: Office) -> None:
    with office.open() as world:
        world.warranty(world.customer(), "2026-05-08")
        world.plan(WARRANTY, "2026-03-10 10:30")
    told: list[RunAccount] = []

    async def report(account: RunAccount) -> None:
        told.append(account)

    moment = at("2026-03-10 10:30")
    account = await dispatch_due(office.engine, office.settings, lambda: moment, report=report)
    assert account.sent == 1
    assert [one.sent for one in told] == [1]


HOLDER = """
import sys
from uuid import UUID
from sqlalchemy import create_engine
from tasks.runs.failures import DIED, sentence
from tasks.runs.recording import hold_run
engine = create_engine(sys.argv[1])
with engine.begin() as connection:
    lease = hold_run(engine, UUID(sys.argv[2]), connection)
print("holding", flush=True)
sys.stdin.read()
"""


def test_a_run_whose_process_was_killed_is_closed_and_one_that_lives_is_not(office: Office) -> None:
    with office.open() as world:
        run_id, alive = opened(world), opened(world)
        lease = hold_run(office.engine, alive, world.connection)
    database = office.engine.url.render_as_string(hide_password=False)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, database, str(run_id)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"holding\n"
        with office.open() as world:
            assert fail_dead_runs(world.connection, NOW) == 0
            assert read_run(world.connection, run_id, None).alive
        process.kill()
    later = NOW + timedelta(minutes=3)

    def closed() -> bool:
        with office.open() as world:
            return fail_dead_runs(world.connection, later) == 1

    until(closed)
    with office.open() as world:
        dead = read_run(world.connection, run_id, None)
        assert (dead.state, dead.error, dead.finished_at) == (RunState.FAILED, sentence(DIED), later)
        assert read_run(world.connection, alive, None).state is RunState.RUNNING
    lease.end()


def test_a_run_that_was_taken_for_dead_and_lives_on_ends_well(world: World) -> None:
    run_id = opened(world)
    assert fail_dead_runs(world.connection, NOW) == 1
    close_run(world.connection, run_id, RunAccount(), NOW)
    seen = read_run(world.connection, run_id, None)
    assert (seen.state, seen.error) == (RunState.COMPLETED, None)


def test_housekeeping_closes_what_is_dead(world: World) -> None:
    from tasks.runs.housekeeping import keep_house

    run_id = opened(world)
    account = keep_house(world.connection, NOW, None, DaysKept())
    assert account.figures["dead_runs_closed"] == 1
    assert world.connection.scalar(select(Run.state).where(Run.id == run_id)) is RunState.FAILED


def test_the_reason_of_whoever_cancelled_a_run_stays(world: World) -> None:
    run_id = opened(world)
    world.connection.execute(update(Run).values(error="Cancelled by mei."))
    fail_run(world.connection, run_id, RunAccount(), "TerminationSignal", NOW)
    assert read_run(world.connection, run_id, None).error == "Cancelled by mei."


@pytest.mark.parametrize(
    ("tags", "by"),
    [(["started-by:mei"], "mei"), (["auto-scheduled"], "schedule"), ([], "hand"), (["started-by:"], "hand")],
)
def test_who_started_a_run_is_read_off_its_tags(tags: list[str], by: str) -> None:
    assert who_started(tags) == by
