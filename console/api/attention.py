"""Endpoint for dashboards and alerts: what needs somebody."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from console.api.callers import SharedDatabase, caller_with
from console.api.problems import problems
from console.api.requests import ApiRoute
from console.shared.watching import ask_prefect, look_for_attention
from models.core.reasons import GivenReason
from models.people.api_scopes import ApiScope
from tasks.access.api_keys import ApiCaller
from tasks.campaigns.authors import program
from tasks.overview.attention import Reader

routes = APIRouter(prefix="/api/v1", route_class=ApiRoute)


class MatterOut(BaseModel):
    """One thing that waits for somebody or does not run."""

    reason: GivenReason = Field(description="What it is; docs/json.md lists the codes.")
    process: str | None = Field(description="The process or flow that it is about; null: no single one.")
    urgent: bool = Field(description="Whether something has gone wrong, or will without somebody.")


class Attention(BaseModel):
    """Everything that needs somebody; the urgent first."""

    all_clear: bool = Field(description="Whether the list is empty.")
    needs_attention: list[MatterOut]


@routes.get(
    "/attention",
    tags=["reading"],
    summary="What waits for somebody or does not run",
    response_description="The list.",
    responses=problems(401, 403, 429, 503),
)
async def show_attention(
    caller: Annotated[ApiCaller, Depends(caller_with(ApiScope.RUNS_READ))], database: SharedDatabase
) -> Attention:
    """The same that Today, the health page and `aftercare status` say. Needs the scope `runs:read`."""
    reader = Reader(program(caller.name, None))
    prefect = await ask_prefect()
    matters = await database.work(look_for_attention, database.now, database.settings, reader, prefect)
    found = [MatterOut(reason=one.reason, process=one.process, urgent=one.urgent) for one in matters]
    return Attention(all_clear=not found, needs_attention=found)
