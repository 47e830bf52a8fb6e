"""Cases for programs: open a complaint, say what it is about and its cause, read what is open, late and repeated."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import Connection

from console.api.callers import SharedDatabase, caller_with, store_reached
from console.api.inbound import customer_of_key
from console.api.problems import Refused, problems
from console.api.reading import LARGEST_ID
from console.api.requests import ApiRoute
from console.api.rows import LONGEST, RequestPart
from models.core.words import CaseKind, CaseState
from models.inbound.words import InboundKind, InboundWay
from models.ledger.case_causes import CompensationKind, Escalated, Received
from models.people.api_scopes import ApiScope
from tasks.access.api_keys import ApiCaller
from tasks.access.reach import check_case
from tasks.cases.board import CaseItem, list_cases
from tasks.cases.causes import set_particulars
from tasks.cases.handling import reopen_case
from tasks.cases.meeting import list_alerts, read_meeting
from tasks.inbound.by_hand import LONGEST_TEXT, WrittenDown, answering_store, complain
from tasks.subjects.repair_order.coming_back import read_fix_rates

routes = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["cases"])
Reads = Annotated[ApiCaller, Depends(caller_with(ApiScope.CASES_READ))]
Writes = Annotated[ApiCaller, Depends(caller_with(ApiScope.CASES_WRITE))]
Store = Annotated[str | None, Query(max_length=LONGEST, description="A store's code.")]
CaseId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
Short = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST)]
TO_READ = problems(401, 403, 422, 429, 503)
TO_WRITE = problems(401, 403, 404, 409, 413, 415, 422, 429, 503)


class Said(RequestPart):
    """What is said of a case. What is left out stays as it is; null clears it."""

    received: Received | None = None
    category: Short | None = Field(None, description="A key of the store's categories.")
    department: Short | None = None
    part: Short | None = None
    model: Short | None = None
    root_cause: Short | None = None
    measure: Short | None = None
    measure_done_on: date | None = None
    compensation: CompensationKind | None = None
    compensation_amount: Decimal | None = None
    compensation_currency: Short | None = None


class CaseIn(Said):
    """A complaint."""

    key: Short = Field(description="Your own key for it: the same is opened once.")
    by: Short = Field(description="The staff code of who takes it.")
    text: Annotated[str, StringConstraints(max_length=LONGEST_TEXT)] = Field(description="What the customer said.")
    way: InboundWay = Field(description="How it came; not `reply`, nor a page: those come by themselves.")
    customer: Short = Field(description="The customer's key in the source system.")
    store: Short | None = Field(None, description="The store that answers; with a single store none has to be named.")


class Described(Said):
    """What is said of a case, and by whom."""

    by: Short = Field(description="The staff code of who says it.")


class Reopened(RequestPart):
    """Why a case is opened again."""

    by: Short = Field(description="The staff code of who opens it.")
    note: Annotated[str, StringConstraints(max_length=LONGEST)]


class CaseOut(BaseModel):
    """A case. Times are those of its store."""

    id: int
    kind: CaseKind
    state: CaseState
    store: str
    customer_id: int
    owner: str | None = Field(description="The staff code of who owns it.")
    opened_at: datetime
    answer_by: datetime | None
    solve_by: datetime | None
    answered_at: datetime | None
    solved_at: datetime | None
    closed_at: datetime | None
    reopened_at: datetime | None
    overdue: bool
    received: Received | None
    category: str | None
    department: str | None
    part: str | None
    model: str | None
    root_cause: str | None
    measure: str | None
    measure_done_on: date | None
    compensation: CompensationKind | None
    compensation_amount: Decimal | None
    compensation_currency: str | None
    escalated: Escalated | None = Field(description="Why it went to the manager at once.")


class Cases(BaseModel):
    """Cases, the nearest deadline first."""

    cases: list[CaseOut]


class TallyOut(BaseModel):
    """How many complaints have one category, cause, measure or department."""

    by: str
    value: str | None
    new: int
    open: int
    late: int


class WeekOut(BaseModel):
    """The complaints of a week, as the meeting has them."""

    since: date
    until: date = Field(description="Exclusive.")
    new: list[int] = Field(description="The numbers of the cases that were opened in it.")
    open: list[int]
    late: list[int]
    tallies: list[TallyOut]


class AlertOut(BaseModel):
    """Three complaints or more about one part of one model within thirty days."""

    store: str
    part: str
    model: str
    count: int
    first_at: datetime
    last_at: datetime
    cases: list[int]


class FixRateOut(BaseModel):
    """How often the first repair was enough, in one store and month."""

    store: str
    month: date = Field(description="Its first day.")
    orders: int
    came_back: int
    pending: int = Field(description="Neither has the car come back, nor have 30 days passed.")
    rate: float | None = Field(description="Percent of those that are known; null: none is.")


class QualityOut(BaseModel):
    """What repeats itself."""

    alerts: list[AlertOut]
    first_time_fix: list[FixRateOut]


@routes.post("/cases", summary="Open a complaint's case", response_description="The case.", responses=TO_WRITE)
async def open_case(caller: Writes, database: SharedDatabase, said: CaseIn) -> CaseOut:
    """Needs the scope `cases:write`. The same key again changes nothing."""
    wanted = store_reached(caller, said.store)
    return _out(await database.work(_open, caller, said, wanted, database.now))


@routes.get("/cases", summary="Cases", response_description="The cases.", responses=TO_READ)
async def read_cases(
    caller: Reads,
    database: SharedDatabase,
    store: Store = None,
    everything: Annotated[bool, Query(alias="all", description="Closed ones, too.")] = False,
) -> Cases:
    """List what is not closed, the nearest deadline first. Needs the scope `cases:read`."""
    reached = store_reached(caller, store)
    found = await database.work(list_cases, database.now, store=reached, everything=everything)
    return Cases(cases=[_out(item) for item in found])


@routes.patch(
    "/cases/{case_id}", summary="Say what a case is about", response_description="The case.", responses=TO_WRITE
)
async def describe(caller: Writes, database: SharedDatabase, case_id: CaseId, said: Described) -> CaseOut:
    """Category, department, part, model, cause, measure, compensation. Needs the scope `cases:write`."""
    given = _given(said)

    def job(connection: Connection) -> CaseItem:
        _check(connection, caller, case_id)
        set_particulars(connection, case_id, given, database.now, said.by)
        return _read(connection, case_id, database.now)

    return _out(await database.work(job))


@routes.post(
    "/cases/{case_id}/reopen", summary="Open a case again", response_description="The case.", responses=TO_WRITE
)
async def reopen(caller: Writes, database: SharedDatabase, case_id: CaseId, said: Reopened) -> CaseOut:
    """It goes to the manager at once. Needs the scope `cases:write`."""

    def job(connection: Connection) -> CaseItem:
        _check(connection, caller, case_id)
        reopen_case(connection, case_id, database.now, said.by, said.note)
        return _read(connection, case_id, database.now)

    return _out(await database.work(job))


@routes.get("/cases/weekly", summary="The weekly list", response_description="The list.", responses=TO_READ)
async def read_week(
    caller: Reads,
    database: SharedDatabase,
    day: Annotated[date, Query(description="A day of the week.")],
    store: Store = None,
) -> WeekOut:
    """What is new, open and late, by category, cause, measure and department. Needs the scope `cases:read`."""
    listed = await database.work(read_meeting, database.now, day, store_reached(caller, store))
    numbers = {name: [line.id for line in listed.lines if getattr(line, name)] for name in ("new", "open", "late")}
    tallies = [TallyOut(**asdict(one)) for one in listed.tallies]
    return WeekOut(since=listed.since, until=listed.until, tallies=tallies, **numbers)


@routes.get("/cases/quality", summary="What repeats itself", response_description="The figures.", responses=TO_READ)
async def read_quality(caller: Reads, database: SharedDatabase, store: Store = None) -> QualityOut:
    """Quality alerts, and the first-time-fix rate. Needs the scope `cases:read`."""
    reached = store_reached(caller, store)
    alerts = await database.work(list_alerts, database.now, reached)
    rates = await database.work(read_fix_rates, database.now, reached)
    return QualityOut(
        alerts=[AlertOut(**_at_home(asdict(one), one.time_zone)) for one in alerts],
        first_time_fix=[FixRateOut(**asdict(one), rate=one.rate) for one in rates],
    )


def _given(said: Said) -> dict[str, object]:
    """What the request names of a case."""
    return {name: getattr(said, name) for name in Said.model_fields if name in said.model_fields_set}


def _open(connection: Connection, caller: ApiCaller, said: CaseIn, store: str | None, now: datetime) -> CaseItem:
    customer_id = customer_of_key(connection, said.customer, store)
    answering = answering_store(connection, store, customer_id)
    written = WrittenDown(
        way=said.way,
        text=said.text,
        kind=InboundKind.COMPLAINT,
        customer_id=customer_id,
        key=f"{caller.name}:{said.key}",
    )
    recorded, case_id = complain(connection, written, answering.id, now, said.by)
    if case_id is None:
        raise Refused(422, "customer: it is not clear whose complaint this is.")
    if not recorded.again:
        set_particulars(connection, case_id, _given(said), now, said.by)
    return _read(connection, case_id, now)


def _check(connection: Connection, caller: ApiCaller, case_id: int) -> None:
    """Raises `NotYours` for a case of a store that the key does not reach."""
    check_case(connection, caller.store_id, case_id)


def _read(connection: Connection, case_id: int, now: datetime) -> CaseItem:
    (item,) = list_cases(connection, now, everything=True, case_id=case_id)
    return item


def _out(item: CaseItem) -> CaseOut:
    said = {name: getattr(item, name) for name in CaseOut.model_fields}
    return CaseOut(**_at_home(said, item.time_zone))


def _at_home(said: Mapping[str, object], time_zone: str) -> dict[str, object]:
    """Moments on the store's clock."""
    zone = ZoneInfo(time_zone)
    return {name: one.astimezone(zone) if isinstance(one, datetime) else one for name, one in said.items()}
