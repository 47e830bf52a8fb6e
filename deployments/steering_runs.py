"""Steering flow runs through Prefect's API: start, cancel, resume, look. One client for each application.

Prefect is imported at the first use: it takes more than a second, and whoever only reads our tables needs none of it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any
from uuid import UUID

from models.core.errors import Conflict, NotFound, Unavailable
from tasks.runs.recording import STARTED_BY

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.objects import FlowRun, State

DEPLOYMENT = "aftercare"
CAMPAIGN = "campaign"
"""The flow of one campaign."""
SECONDS = 8
"""Timeout after which a person is told that Prefect does not answer."""


class NoPrefect(Unavailable):
    """The console has no Prefect."""

    def __init__(self) -> None:
        super().__init__(
            "This console has no Prefect: runs are steered where `aftercare up` runs, or where PREFECT_API_URL is set."
        )


class PrefectSilent(Unavailable):
    """Prefect did not answer in time: whether it did what was asked is unknown."""

    def __init__(self) -> None:
        super().__init__("Prefect does not answer at the moment. Check the list of runs before you retry.")


class NotDeployed(Unavailable):
    """No runner has ever served the process."""

    def __init__(self, process: str) -> None:
        self.process = process
        super().__init__(f"Prefect has no deployment of '{process}' yet: no runner has served it.")


class UnknownFlowRun(NotFound):
    """Prefect does not have the flow run, or has deleted it."""

    def __init__(self, flow_run_id: UUID) -> None:
        self.flow_run_id = flow_run_id
        super().__init__(f"Prefect has no run {flow_run_id} any more.")


class NotCancellable(Conflict):
    """The flow run is over, or no runner supervises it."""

    def __init__(self, flow_run_id: UUID, reason: str) -> None:
        self.flow_run_id, self.reason = flow_run_id, reason
        super().__init__(f"This run cannot be cancelled: {reason}.")


@dataclass(frozen=True, slots=True)
class FlowRunSeen:
    """A flow run in Prefect."""

    id: UUID
    state: str
    """Prefect's name, such as `Scheduled`."""
    over: bool
    message: str | None


class Steering:
    """The console's client of Prefect's API. Use it from one event loop."""

    def __init__(self, api: str | None) -> None:
        self.api = api
        self._opening = asyncio.Lock()
        self._closing = AsyncExitStack()
        self._client: PrefectClient | None = None

    @property
    def there(self) -> bool:
        """Whether there is a Prefect to steer."""
        return self.api is not None

    def link(self, flow_run_id: UUID) -> str | None:
        """The page of a flow run in Prefect."""
        return f"{self.api.rstrip('/').removesuffix('/api')}/runs/flow-run/{flow_run_id}" if self.api else None

    async def close(self) -> None:
        """Close the client's connections."""
        await self._closing.aclose()
        self._client = None

    async def start(self, process: str, *, as_of: datetime | None, dry_run: bool, login: str, key: str) -> UUID:
        """Start a process' flow on someone's behalf. Returns the flow run's id. `key` is an idempotency key.

        Raises `NotDeployed`, `PrefectSilent`, `NoPrefect`.
        """
        parameters = {"as_of": as_of.isoformat() if as_of else None, "dry_run": dry_run}
        return await self._start(process, parameters, login, key)

    async def carry_on(self, campaign_id: int, *, login: str, key: str) -> UUID:
        """Start the flow that waits for a campaign's approval and continues it, as `start` does."""
        return await self._start(CAMPAIGN, {"campaign_id": campaign_id}, login, key)

    async def _start(self, flow: str, parameters: dict[str, Any], login: str, key: str) -> UUID:
        async with self._asking() as client:
            from prefect.exceptions import ObjectNotFound  # noqa: PLC0415

            try:
                deployment = await client.read_deployment_by_name(f"{flow}/{DEPLOYMENT}")
            except ObjectNotFound as error:
                raise NotDeployed(flow) from error
            run = await client.create_flow_run_from_deployment(
                deployment.id,
                parameters=parameters,
                tags=[f"{STARTED_BY}{login}"],
                idempotency_key=key,
            )
            return run.id

    async def cancel(self, flow_run_id: UUID) -> None:
        """Cancel a flow run: at once if it is waiting; else its runner ends its process.

        Raises `NotCancellable`, `UnknownFlowRun`, `PrefectSilent`, `NoPrefect`.
        """
        async with self._asking() as client:
            from prefect.states import Cancelled, Cancelling  # noqa: PLC0415

            run = await _read(client, flow_run_id)
            if run.state is not None and run.state.is_final():
                raise NotCancellable(flow_run_id, f"in Prefect it is over ({run.state.name})")
            if run.deployment_id is None:
                raise NotCancellable(flow_run_id, "it was started by a command, which Ctrl-C ends")
            waits = run.state is None or run.state.is_scheduled()
            wanted: State[object] = Cancelled() if waits else Cancelling()
            answer = await client.set_flow_run_state(flow_run_id, wanted)
            if answer.state is None or answer.state.type not in (wanted.type, Cancelled().type):
                raise NotCancellable(
                    flow_run_id, f"Prefect keeps it {answer.state.name if answer.state else 'as it is'}"
                )

    async def wake(self, flow_run_id: UUID) -> None:
        """Resume a suspended flow run; others are left alone. Raises `PrefectSilent`, `NoPrefect`."""
        async with self._asking() as client:
            from tasks.prefect.waiting import wake  # noqa: PLC0415

            await wake(client, flow_run_id)

    async def look(self, flow_run_id: UUID) -> FlowRunSeen:
        """The state of a flow run. Raises `UnknownFlowRun`, `PrefectSilent`, `NoPrefect`."""
        async with self._asking() as client:
            run = await _read(client, flow_run_id)
        state = run.state
        if state is None:
            return FlowRunSeen(run.id, "Scheduled", over=False, message=None)
        return FlowRunSeen(run.id, state.name or state.type.value, state.is_final(), state.message)

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator["PrefectClient"]:
        """The client, with a timeout."""
        if self.api is None:
            raise NoPrefect
        await asyncio.to_thread(import_module, "prefect.client.orchestration")
        import httpx  # noqa: PLC0415
        from prefect.exceptions import PrefectHTTPStatusError  # noqa: PLC0415

        try:
            async with asyncio.timeout(SECONDS):
                yield await self._opened()
        except (TimeoutError, httpx.HTTPError, PrefectHTTPStatusError) as error:
            raise PrefectSilent from error

    async def _opened(self) -> "PrefectClient":
        from prefect.client.orchestration import get_client  # noqa: PLC0415

        async with self._opening:
            if self._client is None:
                self._client = await self._closing.enter_async_context(get_client())
        return self._client


async def _read(client: "PrefectClient", flow_run_id: UUID) -> "FlowRun":
    from prefect.exceptions import ObjectNotFound  # noqa: PLC0415

    try:
        return await client.read_flow_run(flow_run_id)
    except ObjectNotFound as error:
        raise UnknownFlowRun(flow_run_id) from error
