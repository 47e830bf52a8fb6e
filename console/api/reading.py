"""Endpoints that read: touches, and runs with their accounts."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from console.api.callers import SharedDatabase, caller_with, store_reached
from console.api.problems import Refused, problems
from console.api.requests import ApiRoute
from console.api.rows import LONGEST
from console.shared.moments import house_zone
from models.core.reasons import GivenReason
from models.core.rows import AnyRow
from models.core.settings import Settings
from models.core.words import (
    ChannelName,
    Gate,
    OutcomeName,
    ProcessName,
    Purpose,
    RunState,
    StepKind,
    SubjectKind,
    TouchState,
)
from models.people.api_scopes import ApiScope
from tasks.access.api_keys import ApiCaller
from tasks.database.paging import Cursor, Page
from tasks.database.statistics import be_patient
from tasks.runs.history import RunFilter, find_run, page_of_runs
from tasks.touches.lists import Wanted, page_of_touches

MOST = 500
LARGEST_ID = 2**63 - 1
routes = APIRouter(prefix="/api/v1", route_class=ApiRoute)
After = Annotated[str | None, Query(max_length=200, description="The cursor: `next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=MOST, description="How many at most.")]
ReadsTouches = Annotated[ApiCaller, Depends(caller_with(ApiScope.TOUCHES_READ))]
ReadsRuns = Annotated[ApiCaller, Depends(caller_with(ApiScope.RUNS_READ))]


class TouchOut(BaseModel):
    """One due contact with one customer. Times are those of its store."""

    id: UUID
    process: str
    step: str
    kind: StepKind
    purpose: Purpose
    state: TouchState
    state_at: datetime
    gate: Gate | None = Field(description="The gate that last held or stopped it.")
    reason: GivenReason | None = Field(description="Why it is in its state; docs/json.md lists the codes.")
    store: str = Field(description="The store's code.")
    customer_id: int
    customer_keys: list[str] = Field(description="The keys of the customer in the source systems.")
    subject_kind: SubjectKind
    subject_id: int
    due_at: datetime
    not_before: datetime
    valid_until: datetime
    contacted_at: datetime | None
    delivered_at: datetime | None
    channel: ChannelName | None
    message_id: str | None
    attempts: int
    merged_into: UUID | None = Field(description="The touch inside whose message it went out.")
    outcome: OutcomeName | None


class TouchPage(BaseModel):
    """A page of touches, by due time."""

    touches: list[TouchOut]
    next: str | None = Field(description="The cursor of the next page: pass it as `after`. Null on the last page.")


class RunOut(BaseModel):
    """One run of a process."""

    id: UUID
    process: str
    state: RunState
    dry_run: bool
    as_of: datetime
    started_at: datetime
    finished_at: datetime | None
    started_by: str
    prefect_run_id: UUID | None
    error: str | None


class RunWithAccount(RunOut):
    """One run of a process, with its balanced account."""

    account: dict[str, object] | None
    policy_versions: dict[str, object]


class RunPage(BaseModel):
    """A page of runs, the latest first."""

    runs: list[RunOut]
    next: str | None = Field(description="The cursor of the next page: pass it as `after`. Null on the last page.")


@routes.get(
    "/touches",
    tags=["reading"],
    summary="Touches, page by page",
    response_description="A page.",
    responses=problems(401, 403, 422, 429, 503),
)
async def list_touches(
    caller: ReadsTouches,
    database: SharedDatabase,
    store: Annotated[str | None, Query(max_length=LONGEST, description="A store's code.")] = None,
    process: ProcessName | None = None,
    state: TouchState | None = None,
    customer_id: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
    customer: Annotated[str | None, Query(max_length=LONGEST, description="Their key in a source system.")] = None,
    due_from: Annotated[datetime | None, Query(description="Without a zone, the time is the store's.")] = None,
    due_until: Annotated[datetime | None, Query(description="Exclusive.")] = None,
    after: After = None,
    limit: Limit = 100,
) -> TouchPage:
    """List touches by due time. Needs the scope `touches:read`; a key of one store sees that store's."""
    wanted = Wanted(
        process, state, store=store_reached(caller, store), customer_id=customer_id, customer=customer,
        due_from=due_from, due_until=due_until,
    )  # fmt: skip
    page = await database.work(_touches, wanted, _cursor(after), limit, database.settings)
    return TouchPage(touches=[_touch(row) for row in page.rows], next=_written(page.next))


def _cursor(after: str | None) -> Cursor | None:
    return Cursor.read(after) if after is not None else None


def _written(cursor: Cursor | None) -> str | None:
    return str(cursor) if cursor is not None else None


def _touches(
    connection: Connection, wanted: Wanted, after: Cursor | None, limit: int, settings: Settings
) -> Page[AnyRow]:
    be_patient(connection)
    zone = house_zone(connection, settings)
    due_from, due_until = (at_home(at, zone) for at in (wanted.due_from, wanted.due_until))
    return page_of_touches(connection, replace(wanted, due_from=due_from, due_until=due_until), limit, after)


def _runs(connection: Connection, wanted: RunFilter, after: Cursor | None, limit: int) -> Page[AnyRow]:
    be_patient(connection)
    return page_of_runs(connection, wanted, limit, after)


def at_home(at: datetime | None, zone: ZoneInfo) -> datetime | None:
    """A moment, in the store's zone unless it has one of its own."""
    return at.replace(tzinfo=zone) if at is not None and at.tzinfo is None else at


def _touch(row: AnyRow) -> TouchOut:
    zone = ZoneInfo(row.time_zone)
    said = {name: getattr(row, name) for name in TouchOut.model_fields} | {"reason": row.given_reason}
    local = {name: at.astimezone(zone) for name, at in said.items() if isinstance(at, datetime)}
    return TouchOut(**said | local | {"customer_keys": row.customer_keys or []})


@routes.get(
    "/runs",
    tags=["reading"],
    summary="Runs, page by page",
    response_description="A page.",
    responses=problems(401, 403, 422, 429, 503),
)
async def list_runs(
    caller: ReadsRuns,  # noqa: ARG001  it checks the scope
    database: SharedDatabase,
    process: Annotated[str | None, Query(max_length=100)] = None,
    state: RunState | None = None,
    after: After = None,
    limit: Limit = 50,
) -> RunPage:
    """List runs, the latest first. Needs the scope `runs:read`."""
    page = await database.work(_runs, RunFilter(process, state), _cursor(after), limit)
    return RunPage(runs=[RunOut(**_said(row, RunOut)) for row in page.rows], next=_written(page.next))


@routes.get(
    "/runs/{run_id}",
    tags=["reading"],
    summary="One run with its account",
    response_description="The run.",
    responses=problems(401, 403, 404, 422, 429, 503),
)
async def show_run(
    caller: ReadsRuns,  # noqa: ARG001  it checks the scope
    database: SharedDatabase,
    run_id: Annotated[UUID, Path()],
) -> RunWithAccount:
    """Needs the scope `runs:read`."""
    row = await database.work(find_run, run_id)
    if row is None:
        raise Refused(404, f"There is no run {run_id}.")
    return RunWithAccount(**_said(row, RunWithAccount))


def _said(row: AnyRow, model: type[BaseModel]) -> dict[str, object]:
    return {name: getattr(row, name) for name in model.model_fields}
