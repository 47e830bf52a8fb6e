"""Waking a flow run that waits suspended, through Prefect's client."""

from typing import TYPE_CHECKING
from uuid import UUID

from prefect.exceptions import ObjectNotFound

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient


async def wake(client: "PrefectClient", flow_run_id: UUID) -> bool:
    """Resume it if it is suspended. Whether nothing is left to wake: one that runs may be about to suspend itself."""
    try:
        state = (await client.read_flow_run(flow_run_id)).state
    except ObjectNotFound:
        return True
    if state is not None and state.is_paused():
        await client.resume_flow_run(flow_run_id)
        return True
    return state is not None and state.is_final()
