"""What Prefect keeps of a run holds no phone number, whatever the gateway says (invariant 10)."""

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    FlowRunFilter,
    FlowRunFilterId,
    LogFilter,
    LogFilterFlowRunId,
)
from sqlalchemy import select

from deployments.launcher import flush_to_prefect
from flows.processes import post_delivery_followup
from models.core.settings import read_settings
from models.ledger.tables import Run
from tests.support.office import Office
from tests.support.sink import Sink
from tests.support.world import at

pytestmark = pytest.mark.xdist_group("prefect")
TUESDAY = at("2026-03-10 10:30")
NUMBER, MAIL = "13800138000", "li.na@example.com"


async def test_parameters_logs_and_artifacts_hold_no_phone_number(
    office: Office, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with office.open() as world:
        for day in ("2026-03-09", "2026-03-07"):
            world.handover(world.customer(f"+86{NUMBER}", MAIL), day)
    async with Sink(status=400, answer=f"no such number {NUMBER}, nor +86{NUMBER}".encode()) as sink:
        monkeypatch.setenv("AFTERCARE_CHANNELS__SMS", sink.url)
        read_settings.cache_clear()
        run = await post_delivery_followup(as_of=TUESDAY)
        assert (run.account.failed, run.account.of_which_handed_to_staff) == (1, 1)
    await flush_to_prefect()
    kept = await _what_prefect_keeps(office)
    printed = "".join(capfd.readouterr())
    assert "post-delivery-followup" in kept
    for text in (kept, printed):
        assert NUMBER not in text
        assert MAIL not in text


async def _what_prefect_keeps(office: Office) -> str:
    with office.open() as world:
        run_id = world.connection.scalars(select(Run.prefect_run_id)).one()
    assert run_id is not None
    async with get_client() as client:
        flow_run = await client.read_flow_run(run_id)
        task_runs = await client.read_task_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run_id])))
        logs = await client.read_logs(LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run_id])))
        of_run = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run_id]))
        artifacts = await client.read_artifacts(artifact_filter=of_run)
    assert task_runs
    assert artifacts
    everything = [flow_run, *task_runs, *logs, *artifacts]
    return "\n".join(one.model_dump_json() for one in everything)
