"""A few flows run by Prefect: what a run leaves behind, and that running twice is harmless."""

import asyncio
from collections.abc import Coroutine
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest
from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    FlowRunFilter,
    FlowRunFilterId,
)
from sqlalchemy import func, insert, select, update

from deployments.launcher import flush_to_prefect
from flows.all_processes import all_processes
from flows.campaigns import campaigns
from flows.dispatch import dispatch
from flows.housekeeping import housekeeping
from flows.processes import complaint_followup, overdue_accounts, post_delivery_followup, warranty_expiry
from models.core.settings import read_settings
from models.core.words import CaseKind, ProcessName, Role, RunState, TouchState
from models.ledger.tables import Case, Dispatcher, Process, Run
from models.people.access import SeenSignature
from tasks.channels.contract import UnusableChannelAddress
from tasks.policies.processes import UnknownProcess
from tasks.prefect.run import ProcessRun, accounted_run
from tasks.processes.adding import add_process, remove_process
from tasks.runs.failures import INTERRUPTED, sentence
from tests.support.office import Office
from tests.support.tyre_storage import OFFER, TYRES, tyre_storage
from tests.support.world import at

pytestmark = pytest.mark.xdist_group("prefect")
TUESDAY = at("2026-03-10 10:30")


async def test_a_run_leaves_a_row_with_its_account_and_masked_artifacts(office: Office) -> None:
    with office.open() as world:
        world.handover(world.customer("+8613800138000"), "2026-03-09")
    run = await post_delivery_followup(as_of=TUESDAY)
    assert (run.account.planned, run.account.sent) == (1, 1)
    with office.open() as world:
        row = world.connection.execute(select(Run.__table__)).one()
    assert (row.state, row.as_of, row.account["sent"]) == (RunState.COMPLETED, TUESDAY, 1)
    async with get_client() as client:
        of_run = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[row.prefect_run_id]))
        artifacts = await client.read_artifacts(artifact_filter=of_run)
    assert {artifact.key for artifact in artifacts} == {
        "post-delivery-followup-account",
        "post-delivery-followup-touches",
    }
    assert not any("13800138000" in str(artifact.data) for artifact in artifacts)


async def test_a_dry_run_shows_who_would_be_contacted_and_does_nothing(office: Office) -> None:
    with office.open() as world:
        world.warranty(world.customer(name="Li Na"), "2026-05-08")
    run = await warranty_expiry(as_of=TUESDAY, dry_run=True)
    assert [(one.customer, one.step) for one in run.would_contact] == [("Li Na", "invitation-60")]
    assert run.account.sent == 1
    assert office.outbox() == []
    with office.open() as world:
        assert world.touches() == []


async def test_a_process_that_is_switched_off_does_nothing(office: Office) -> None:
    with office.open() as world:
        world.warranty(world.customer(), "2026-05-08")
        world.connection.execute(update(Process).values(enabled=False))
    run = await warranty_expiry(as_of=TUESDAY)
    assert run.account.eligible == 0


async def test_a_closed_complaint_becomes_one_more_call(office: Office) -> None:
    with office.open() as world:
        customer = world.customer()
        world.complaint(customer, "2026-03-06 10:00", "2026-03-09 15:00")
    await complaint_followup(as_of=TUESDAY)
    await complaint_followup(as_of=TUESDAY)
    with office.open() as world:
        assert world.steps(customer, TouchState.READY) == ["closed-call"]
    assert office.outbox() == []


async def test_a_broken_promise_becomes_a_case(office: Office) -> None:
    with office.open() as world:
        account = world.account(world.customer())
        world.invoice(account, "2026-03-01", "1000.00")
        world.promise(account, "2026-03-02", "2026-03-08")
    await overdue_accounts(as_of=TUESDAY)
    await overdue_accounts(as_of=TUESDAY)
    with office.open() as world:
        assert len(world.connection.execute(select(Case.id)).all()) == 1
    assert [message["template"] for message in office.outbox()] == ["statement-reminder"]


async def test_dispatch_and_housekeeping_find_nothing_to_do_in_an_empty_store(office: Office) -> None:
    for flow in (dispatch, housekeeping):
        run = await flow(as_of=TUESDAY)
        assert (run.account.eligible, run.account.claimed) == (0, 0)


async def test_a_dispatch_tells_staff_of_what_has_escalated_to_them_once(office: Office) -> None:
    with office.open() as world:
        manager = world.staff(Role.MANAGER, email="m1@staff.example.com")
        world.complaint(world.customer(), "2026-03-10 09:00", kind=CaseKind.MISSED_CALL, owner_id=manager)
    runs = [await dispatch(as_of=TUESDAY), await dispatch(as_of=TUESDAY)]
    assert [run.account.figures for run in runs] == [{"staff_sent": 1.0}, {}]
    assert len(office.settings.staff_outbox.read_text().splitlines()) == 1
    assert office.outbox() == []


async def test_a_bad_address_for_staff_is_told_and_keeps_no_customer_waiting(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with office.open() as world:
        world.warranty(world.customer(), "2026-05-08")
        world.staff(Role.MANAGER, email="m1@staff.example.com")
        world.plan(ProcessName("warranty-expiry"), "2026-03-10 10:30")
    monkeypatch.setenv("AFTERCARE_STAFF_CHANNELS__EMAIL", "no-such-service://x")
    read_settings.cache_clear()
    with pytest.raises(UnusableChannelAddress, match="AFTERCARE_STAFF_CHANNELS__EMAIL"):
        await dispatch(as_of=TUESDAY)
    assert [message["template"] for message in office.outbox()] == ["warranty-invitation"]


def this_run(flow_run_id: UUID | None) -> FlowRunFilter:
    assert flow_run_id is not None
    return FlowRunFilter(id=FlowRunFilterId(any_=[flow_run_id]))


@pytest.mark.parametrize("flow", [dispatch, campaigns], ids=lambda flow: flow.name)
async def test_a_beat_that_finds_nothing_leaves_a_run_and_no_more(
    office: Office, flow: Flow[..., Coroutine[Any, Any, ProcessRun]]
) -> None:
    run = await flow(as_of=TUESDAY)
    with office.open() as world:
        row = world.connection.execute(select(Run.__table__).where(Run.id == run.id)).one()
        assert world.connection.scalar(select(func.count(Dispatcher.id))) == 0
    assert row.state == RunState.COMPLETED
    async with get_client() as client:
        of_run = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[row.prefect_run_id]))
        assert await client.read_artifacts(artifact_filter=of_run) == []
        # Prefect writes task runs down in the order of their events: those of a later flow come after any of this one.
        later = await housekeeping(as_of=TUESDAY)
        with office.open() as world:
            later_id = world.connection.scalar(select(Run.prefect_run_id).where(Run.id == later.id))
        while not await client.read_task_runs(flow_run_filter=this_run(later_id)):
            await flush_to_prefect()
        assert await client.read_task_runs(flow_run_filter=this_run(row.prefect_run_id)) == []


async def test_housekeeping_deletes_what_is_old_and_counts_it(office: Office) -> None:
    def count() -> int:
        with office.open() as world:
            return len(world.connection.scalars(select(SeenSignature.signature)).all())

    with office.open() as world:
        for name in ("a", "b"):
            world.connection.execute(insert(SeenSignature).values(signature=name, seen_at=at("2026-03-01 10:00")))
    await housekeeping(as_of=TUESDAY, dry_run=True)
    assert count() == 2
    run = await housekeeping(as_of=TUESDAY)
    assert (count(), run.account.figures["purged_seen_signatures"]) == (0, 2)
    with office.open() as world:
        kept = world.connection.scalar(select(Run.account).where(Run.id == run.id))
    assert kept is not None
    assert kept["figures"]["purged_seen_signatures"] == 2


async def test_a_run_that_is_interrupted_says_so(office: Office) -> None:
    with pytest.raises(asyncio.CancelledError):
        async with accounted_run("dispatch", TUESDAY, dry_run=False):
            raise asyncio.CancelledError
    with office.open() as world:
        assert world.connection.execute(select(Run.state, Run.error)).one() == (RunState.FAILED, sentence(INTERRUPTED))


async def test_a_process_without_code_is_run_by_a_flow_that_is_made_for_it(office: Office) -> None:
    with office.open() as world:
        add_process(world.connection, TUESDAY, tyre_storage(), "mei")
        world.handover(world.customer(), "2025-09-10")
    flow = import_module("flows.processes").tyre_storage
    assert flow.name == TYRES
    run = await flow(as_of=TUESDAY)
    assert (run.account.planned, run.account.sent) == (1, 1)
    assert (await flow(as_of=TUESDAY)).account.sent == 0
    assert [message["template"] for message in office.outbox()] == [OFFER]
    with office.open() as world:
        flow_run_id = world.connection.scalar(select(Run.prefect_run_id).where(Run.id == run.id))
        remove_process(world.connection, TUESDAY, TYRES, "mei")
    assert flow_run_id is not None
    async with get_client() as client:
        kept = await client.read_flow_run(flow_run_id)
        assert (await client.read_flow(kept.flow_id)).name == TYRES
    with pytest.raises(UnknownProcess):
        await flow(as_of=TUESDAY)


async def test_all_processes_run_with_what_was_added_in_the_order_of_their_priority(office: Office) -> None:
    with office.open() as world:
        files = tyre_storage()
        files.policy["priority"] = 95
        add_process(world.connection, TUESDAY, files, "mei")
        world.handover(world.customer(), "2026-03-09")
    runs = await all_processes(as_of=TUESDAY)
    ours = [
        TYRES, "appointment-reminders", "inbox-answers", "complaint-followup", "came-back", "overdue-accounts",
        "lead-followup", "post-delivery-followup", "account-statements", "inspection-results", "warranty-expiry",
        "service-due", "renewals", "key-accounts", "trade-in", "win-back",
    ]  # fmt: skip
    assert [run.process for run in runs if run.process in ours] == ours
    (handovers,) = (run.account for run in runs if run.process == "post-delivery-followup")
    assert "visits_reached_percent" in handovers.figures
    assert handovers.sent == 1
