"""Starting a process through Prefect."""

from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Header
from pydantic import BaseModel, Field
from starlette.requests import Request

from console.api.callers import SharedDatabase, caller_with
from console.api.problems import Refused, problems
from console.api.reading import at_home
from console.api.requests import ApiRoute
from console.api.rows import RequestPart
from console.shared.moments import house_zone
from deployments.steering_runs import NoPrefect, NotDeployed, PrefectSilent, Steering
from models.core.words import ProcessName
from models.people.api_scopes import ApiScope
from tasks.access.api_keys import ApiCaller

routes = APIRouter(prefix="/api/v1", route_class=ApiRoute)
RETRY = {"Retry-After": "30"}


class Start(RequestPart):
    """Options of a run."""

    as_of: Annotated[
        datetime | None, Field(description="The moment to run as of; by default, now. Without a zone, the store's.")
    ] = None
    dry_run: Annotated[bool, Field(description="Only find out what would happen.", strict=True)] = False


class Started(BaseModel):
    """A run that will begin in a moment."""

    prefect_run_id: UUID = Field(description="The id by which the run is found once it has begun.")
    process: ProcessName
    as_of: datetime | None
    dry_run: bool


@routes.post(
    "/processes/{process}/runs",
    status_code=202,
    tags=["processes"],
    summary="Start a process",
    response_description="Prefect will start it in a moment.",
    responses=problems(401, 403, 413, 415, 422, 429, 503),
)
async def start_process(
    request: Request,
    process: ProcessName,
    start: Start,
    caller: Annotated[ApiCaller, Depends(caller_with(ApiScope.PROCESSES_START))],
    database: SharedDatabase,
    key: Annotated[
        str | None,
        Header(alias="Idempotency-Key", max_length=200, description="Idempotency key: the same key starts one run."),
    ] = None,
) -> Started:
    """Like `aftercare run`. Needs the scope `processes:start`, and a key for all stores."""
    steering: Steering = request.app.state.steering
    as_of = at_home(start.as_of, await database.work(house_zone, database.settings))
    unique = f"api:{caller.name}:{process}:{key or uuid4()}"
    try:
        run_id = await steering.start(
            process, as_of=as_of, dry_run=start.dry_run, login=f"api:{caller.name}", key=unique
        )
    except (NoPrefect, NotDeployed, PrefectSilent) as error:
        raise Refused(503, str(error), RETRY) from error
    return Started(prefect_run_id=run_id, process=process, as_of=as_of, dry_run=start.dry_run)
