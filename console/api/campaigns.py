"""Campaigns for programs: create, change, submit and steer them. Approving takes a person in the console."""

import csv
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from io import StringIO
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import Connection, func, select
from starlette.requests import Request
from starlette.responses import StreamingResponse

from console.api.callers import SharedDatabase, caller_with, store_reached
from console.api.problems import Refused, problems
from console.api.reading import LARGEST_ID, MOST, After, at_home
from console.api.requests import ApiRoute
from console.api.rows import LONGEST, RequestPart
from console.shared.campaign_results import ResultsOut, shape_results
from console.shared.campaign_runs import run_key
from console.shared.campaign_shapes import CampaignOut, CampaignWhole, shape_row, shape_whole
from console.shared.database import Database
from console.shared.moments import house_zone
from console.shared.shapes import shape
from deployments.steering_runs import NoPrefect, NotDeployed, PrefectSilent, Steering
from models.campaigns.plans import CampaignPlan, read_plan
from models.campaigns.recipes import list_recipes, recipe
from models.campaigns.rehearsals import CampaignRehearsal
from models.core.settings import Settings
from models.core.words import CampaignState
from models.people.api_scopes import ApiScope
from models.people.tables import Store
from tasks.access.api_keys import ApiCaller
from tasks.access.users import NoSuchStore
from tasks.campaigns.authors import Author, program
from tasks.campaigns.drafting import LONGEST_NAME, change_campaign, create_campaign
from tasks.campaigns.launch.approving import submit, withdraw
from tasks.campaigns.launch.launching import cancel, launch, pause, resume
from tasks.campaigns.listing import CampaignPage as Listed
from tasks.campaigns.listing import CampaignRead, list_campaigns, read_campaign
from tasks.campaigns.outcome.exporting import export_recipients
from tasks.campaigns.outcome.results import read_results
from tasks.campaigns.rehearsal.rehearsing import rehearse_campaign, rehearsing_of
from tasks.database.paging import Cursor

routes = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["campaigns"])
Reads = Annotated[ApiCaller, Depends(caller_with(ApiScope.CAMPAIGNS_READ))]
Writes = Annotated[ApiCaller, Depends(caller_with(ApiScope.CAMPAIGNS_WRITE))]
Id = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The campaign's `id`.")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NAME)]
AS_IT_STANDS = "The campaign as it stands now."
Job = Callable[[Connection, Author], Any]
Steer = Callable[[Connection, Author, int, datetime], Any]
RECIPES = problems(401, 403, 503)
TO_READ = problems(401, 403, 404, 422, 503)
TO_WRITE = problems(401, 403, 404, 409, 413, 415, 422, 503)


class NewCampaign(RequestPart):
    """A new campaign, from a plan or a shipped recipe."""

    name: Name
    store: Annotated[str, StringConstraints(max_length=LONGEST)] | None = Field(
        None, description="The store whose customers it is for; by default the key's store, or all."
    )
    plan: CampaignPlan | None = None
    recipe: Annotated[str, StringConstraints(max_length=LONGEST)] | None = None


class CampaignChange(RequestPart):
    """A new plan for a campaign that has not contacted anybody yet. An earlier approval becomes void."""

    version: int = Field(ge=1, le=LARGEST_ID, description="The version that the change is based on.")
    plan: CampaignPlan
    name: Name | None = Field(None, description="By default the name stays as it is.")


class Submission(RequestPart):
    """Options of a submission."""

    launch: bool = Field(False, description="Launch it as soon as it is approved.", strict=True)


class Cancellation(RequestPart):
    """Why a campaign is cancelled."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST)]


class RehearsalOut(CampaignRehearsal):
    """What a launch would do with the facts as they are. Times are those of the first store by code."""

    as_of: datetime
    begins_at: datetime | None = Field(description="Null: each customer at their own hour.")


class RecipeOut(BaseModel):
    """A shipped recipe, with its texts by language."""

    key: str
    name: dict[str, str]
    description: dict[str, str]


class CampaignPage(BaseModel):
    """A page of campaigns, the newest first."""

    campaigns: list[CampaignOut]
    next: str | None = Field(description="The cursor of the next page: pass it as `after`. Null on the last page.")


@routes.get("/campaigns", summary="Campaigns, page by page", response_description="A page.", responses=TO_READ)
async def show_campaigns(
    caller: Reads,
    database: SharedDatabase,
    state: Annotated[list[CampaignState] | None, Query(description="Only in this state; may be repeated.")] = None,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=MOST, description="How many at most.")] = 50,
) -> CampaignPage:
    """List campaigns, the newest first. Needs the scope `campaigns:read`; a key of one store sees that store's."""
    return await database.work(_page, _author(caller), state or (), after, limit, database.settings)


def _page(
    connection: Connection,
    author: Author,
    states: Sequence[CampaignState],
    after: str | None,
    limit: int,
    settings: Settings,
) -> CampaignPage:
    cursor = Cursor.read(after, _id_of) if after is not None else None
    beyond = (cursor.at, int(cursor.id)) if cursor is not None else None
    listed: Listed = list_campaigns(connection, author, states=states, limit=limit, after=beyond)
    zone = house_zone(connection, settings)
    following = str(Cursor(*listed.following)) if listed.following else None
    return CampaignPage(campaigns=[shape_row(row, zone) for row in listed.items], next=following)


@routes.get("/campaign-recipes", summary="The shipped recipes", response_description="All.", responses=RECIPES)
async def show_recipes(caller: Reads) -> list[RecipeOut]:  # noqa: ARG001  it checks the scope
    """The recipes that campaigns can be made from, by key. Needs the scope `campaigns:read`."""
    return [RecipeOut(key=one.key, name=one.name, description=one.description) for one in list_recipes()]


@routes.get(
    "/campaigns/{campaign_id}",
    summary="One campaign with its plan",
    response_description=AS_IT_STANDS,
    responses=TO_READ,
)
async def show_campaign(caller: Reads, database: SharedDatabase, campaign_id: Id) -> CampaignWhole:
    """Needs the scope `campaigns:read`."""
    return await database.work(_read, _author(caller), campaign_id, database.settings)


@routes.get(
    "/campaigns/{campaign_id}/dry-run",
    summary="Rehearse a campaign",
    response_description="What a launch would do; nothing was stored.",
    responses=TO_READ,
)
async def rehearse(
    caller: Reads,
    database: SharedDatabase,
    campaign_id: Id,
    at: Annotated[
        datetime | None, Query(description="Rehearse a launch at this time; by default the campaign's own.")
    ] = None,
) -> RehearsalOut:
    """Who would get it, by which channel and when; who would not, and why; and what it would cost. `parts` add up to
    the `audience`. Needs the scope `campaigns:read`."""
    return await database.work(_rehearse, _author(caller), campaign_id, at, database)


def _rehearse(
    connection: Connection, author: Author, campaign_id: int, at: datetime | None, database: Database
) -> RehearsalOut:
    read, zone = read_campaign(connection, author, campaign_id), house_zone(connection, database.settings)
    rehearsing = rehearsing_of(read, at_home(at, zone), database.now)
    done = rehearse_campaign(connection, read.row.name, rehearsing, database.settings)
    return RehearsalOut(**shape(done, zone))


@routes.get(
    "/campaigns/{campaign_id}/results",
    summary="The results of a campaign",
    response_description="The results so far.",
    responses=TO_READ,
)
async def show_results(caller: Reads, database: SharedDatabase, campaign_id: Id) -> ResultsOut:
    """Its balanced account, and its recipients compared with the control group. Needs the scope `campaigns:read`."""
    return await database.work(_results, _author(caller), campaign_id, database)


def _results(connection: Connection, author: Author, campaign_id: int, database: Database) -> ResultsOut:
    read_campaign(connection, author, campaign_id)
    return shape_results(read_results(connection, campaign_id, database.now), database.settings.price_currency)


@routes.get(
    "/campaigns/{campaign_id}/export",
    summary="A campaign's recipients as CSV",
    response_class=StreamingResponse,
    response_description="One row for each recipient, after a header row.",
    responses=TO_READ | {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def export(caller: Reads, database: SharedDatabase, campaign_id: Id) -> StreamingResponse:
    """Each with the customer's key, the state of the message, and what they did since; names are abbreviated.
    Needs the scope `campaigns:read`."""
    await database.work(read_campaign, _author(caller), campaign_id)
    return StreamingResponse(_lines(database, campaign_id), media_type="text/csv; charset=utf-8")


def _lines(database: Database, campaign_id: int) -> Iterator[str]:
    """Rows are read as fast as the program takes them."""
    with database.engine.connect() as connection:
        for row in export_recipients(connection, campaign_id, database.now, with_names=False):
            line = StringIO()
            csv.writer(line).writerow(row)
            yield line.getvalue()


@routes.post(
    "/campaigns",
    status_code=201,
    summary="Make a campaign",
    response_description="The new draft.",
    responses=TO_WRITE,
)
async def make_campaign(caller: Writes, database: SharedDatabase, new: NewCampaign) -> CampaignWhole:
    """Create a campaign as a draft. Needs the scope `campaigns:write`."""
    if (new.plan is None) == (new.recipe is None):
        raise Refused(422, "Give either plan or recipe: what the campaign is made from.")
    plan = new.plan if new.plan is not None else read_plan(recipe(new.recipe or "").plan_data())
    store = store_reached(caller, new.store)
    return await database.work(_make, _author(caller), new, plan, store, database)


def _make(
    connection: Connection, author: Author, new: NewCampaign, plan: CampaignPlan, store: str | None, database: Database
) -> CampaignWhole:
    campaign_id = create_campaign(
        connection, author, new.name, plan, database.now, store_id=_store_id(connection, store), recipe=new.recipe
    )
    return _read(connection, author, campaign_id, database.settings)


@routes.put(
    "/campaigns/{campaign_id}",
    summary="Change a campaign",
    response_description=AS_IT_STANDS,
    responses=TO_WRITE,
)
async def put_campaign(
    caller: Writes, database: SharedDatabase, campaign_id: Id, change: CampaignChange
) -> CampaignWhole:
    """Change a campaign. Answers 409 if it has changed since that version, or has contacted people. Needs the scope
    `campaigns:write`."""

    def job(connection: Connection, author: Author) -> None:
        change_campaign(
            connection, author, campaign_id, change.plan, change.version, database.now, name=change.name
        )  # fmt: skip

    return await _do(database, caller, campaign_id, job)


@routes.post(
    "/campaigns/{campaign_id}/submit",
    summary="Submit a draft",
    response_description=AS_IT_STANDS,
    responses=TO_WRITE,
)
async def submit_campaign(
    request: Request, caller: Writes, database: SharedDatabase, campaign_id: Id, submission: Submission
) -> CampaignWhole:
    """A small campaign is `approved` at once. A larger one is `awaiting-approval`, which takes a person. Needs the
    scope `campaigns:write`."""

    def job(connection: Connection, author: Author) -> None:
        submit(connection, author, campaign_id, database.settings, database.now, launch=submission.launch)

    done = await _do(database, caller, campaign_id, job)
    if submission.launch or done.state is not CampaignState.APPROVED:
        await _ask_for_run(request, caller, done, "submitted")
    return done


@routes.post(
    "/campaigns/{campaign_id}/withdraw",
    summary="Withdraw a submitted campaign",
    response_description=AS_IT_STANDS,
    responses=TO_WRITE,
)
async def withdraw_campaign(
    request: Request, caller: Writes, database: SharedDatabase, campaign_id: Id
) -> CampaignWhole:
    """Make it a draft again. Needs the scope `campaigns:write`."""
    done = await _do(database, caller, campaign_id, _at(withdraw, campaign_id, database))
    await _wake_run(request, database, caller, campaign_id)
    return done


@routes.post(
    "/campaigns/{campaign_id}/launch",
    summary="Launch an approved campaign",
    response_description=AS_IT_STANDS,
    responses=TO_WRITE,
)
async def launch_campaign(request: Request, caller: Writes, database: SharedDatabase, campaign_id: Id) -> CampaignWhole:
    """It begins at its moment. Launching is idempotent. Needs the scope `campaigns:write`."""
    done = await _do(database, caller, campaign_id, _at(launch, campaign_id, database))
    await _ask_for_run(request, caller, done, "launched")
    return done


@routes.post(
    "/campaigns/{campaign_id}/pause",
    summary="Pause a campaign",
    response_description=AS_IT_STANDS,
    responses=TO_WRITE,
)
async def pause_campaign(caller: Writes, database: SharedDatabase, campaign_id: Id) -> CampaignWhole:
    """Send nothing more until it is resumed. Needs the scope `campaigns:write`."""
    return await _do(database, caller, campaign_id, _at(pause, campaign_id, database))


@routes.post(
    "/campaigns/{campaign_id}/resume",
    summary="Resume a paused campaign",
    response_description=AS_IT_STANDS,
    responses=TO_WRITE,
)
async def resume_campaign(caller: Writes, database: SharedDatabase, campaign_id: Id) -> CampaignWhole:
    """Needs the scope `campaigns:write`."""
    return await _do(database, caller, campaign_id, _at(resume, campaign_id, database))


@routes.post(
    "/campaigns/{campaign_id}/cancel",
    summary="Cancel a campaign",
    response_description=AS_IT_STANDS,
    responses=TO_WRITE,
)
async def cancel_campaign(
    request: Request, caller: Writes, database: SharedDatabase, campaign_id: Id, cancellation: Cancellation
) -> CampaignWhole:
    """Cancel it for good: whatever is not on its way is never sent. Needs the scope `campaigns:write`."""

    def job(connection: Connection, author: Author) -> None:
        cancel(connection, author, campaign_id, database.now, cancellation.reason)

    done = await _do(database, caller, campaign_id, job)
    await _wake_run(request, database, caller, campaign_id)
    return done


def _at(steer: Steer, campaign_id: int, database: Database) -> Job:
    """A change of a campaign that takes nothing but the time."""
    return lambda connection, author: steer(connection, author, campaign_id, database.now)


def _id_of(text: str) -> int:
    number = int(text)
    if not 0 < number <= LARGEST_ID:
        raise ValueError(text)
    return number


async def _do(database: Database, caller: ApiCaller, campaign_id: int, job: Job) -> CampaignWhole:
    """Change a campaign in one transaction. Returns it as it is afterwards."""
    return await database.work(_done, _author(caller), campaign_id, job, database.settings)


def _done(
    connection: Connection,
    author: Author,
    campaign_id: int,
    job: Job,
    settings: Settings,
) -> CampaignWhole:
    job(connection, author)
    return _read(connection, author, campaign_id, settings)


def _read(connection: Connection, author: Author, campaign_id: int, settings: Settings) -> CampaignWhole:
    return shape_whole(read_campaign(connection, author, campaign_id), house_zone(connection, settings))


def _author(caller: ApiCaller) -> Author:
    return program(caller.name, caller.store_id)


def _store_id(connection: Connection, code: str | None) -> int | None:
    if code is None:
        return None
    found = connection.scalar(select(Store.id).where(func.lower(Store.code) == code.lower()))
    if found is None:
        raise NoSuchStore(code)
    return int(found)


async def _ask_for_run(request: Request, caller: ApiCaller, campaign: CampaignWhole, why: str) -> None:
    """Ask Prefect to run the campaign's flow now. Without Prefect, the scheduled run of every minute does it."""
    steering: Steering = request.app.state.steering
    try:
        await steering.carry_on(
            campaign.id, login=f"api:{caller.name}", key=run_key(campaign.id, why, campaign.version, campaign.state_at)
        )
    except (NoPrefect, NotDeployed, PrefectSilent):
        return


async def _wake_run(request: Request, database: Database, caller: ApiCaller, campaign_id: int) -> None:
    """Resume the flow run that is suspended for its approval, so that it ends. Without Prefect, none is suspended."""
    read: CampaignRead = await database.work(read_campaign, _author(caller), campaign_id)
    steering: Steering = request.app.state.steering
    if read.prefect_run_id is not None:
        try:
            await steering.wake(read.prefect_run_id)
        except (NoPrefect, PrefectSilent):
            return
