"""Endpoints for what customers say by themselves: programs write it down, and read who answers it."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import Connection, select

from console.api.callers import SharedDatabase, caller_with, store_reached
from console.api.problems import Refused, problems
from console.api.reading import LARGEST_ID, After, Limit, at_home
from console.api.requests import ApiRoute
from console.api.rows import LONGEST, RequestPart
from models.core.words import ChannelName, Role
from models.inbound.words import AnswerWay, InboundKind, InboundState, InboundWay, Suggestion
from models.people.api_scopes import ApiScope
from models.people.tables import CustomerKey, Store
from tasks.access.api_keys import ApiCaller
from tasks.database.paging import Cursor, Page
from tasks.database.statistics import be_patient
from tasks.inbound.by_hand import LONGEST_TEXT, WrittenDown, answering_store, write_down
from tasks.inbound.listing import InboundItem, InboxView, Wanted, page_of_inbound, read_inbound
from tasks.inbound.recording import API

routes = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["inbound"])
Writes = Annotated[ApiCaller, Depends(caller_with(ApiScope.INBOUND_WRITE))]
Reads = Annotated[ApiCaller, Depends(caller_with(ApiScope.INBOUND_READ))]
Short = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST)]


class InboundIn(RequestPart):
    """Something that a customer said."""

    key: Short = Field(description="Your own key for it: the same is written down once.")
    text: Annotated[str, StringConstraints(max_length=LONGEST_TEXT)] = Field(description="What was said.")
    way: InboundWay = Field(description="How it came; not `reply`, nor a page: those come by themselves.")
    kind: InboundKind | None = Field(None, description="What they want. Without it, as the text reads.")
    store: Short | None = Field(None, description="The store that answers; with a single store none has to be named.")
    customer: Short | None = Field(None, description="The customer's key in the source system.")
    sender: Short | None = Field(None, description="The number, address or WeChat id it came from.")
    received_at: datetime | None = Field(None, description="Without a zone, the time is the store's; by default now.")


class InboundOut(BaseModel):
    """Something that a customer said, and who answers it. Times are those of its store."""

    id: int
    store: str
    way: InboundWay
    channel: ChannelName | None
    kind: InboundKind
    state: InboundState
    text: str
    customer_id: int | None = Field(description="Null: it is not known who it was.")
    sender: str | None
    appointment_id: int | None
    wanted_at: datetime | None = Field(description="The time asked for.")
    received_at: datetime
    due_at: datetime = Field(description="By when it must be answered.")
    overdue: bool
    escalated_at: datetime | None = Field(description="When it went to the manager because it was overdue.")
    role: Role
    owner: str | None = Field(description="The staff code of who answers.")
    suggested: Suggestion | None = Field(description="What the text was taken for.")
    acted_on: bool = Field(description="The suggestion was clear and has been carried out.")
    confirmed: bool | None = Field(description="What staff said of the suggestion.")
    answered_at: datetime | None
    answered_how: AnswerWay | None
    case_id: int | None


class InboundPage(BaseModel):
    """A page of inbound."""

    inbound: list[InboundOut]
    next: str | None = Field(description="The cursor of the next page: pass it as `after`. Null on the last page.")


class InboundWritten(InboundOut):
    """What was written down."""

    again: bool = Field(description="It was written down before under this key; nothing has changed.")


@routes.post(
    "/inbound",
    summary="Write down what a customer said",
    response_description="What was written down, and who answers it by when.",
    responses=problems(401, 403, 404, 409, 413, 415, 422, 429, 503),
)
async def put_inbound(caller: Writes, database: SharedDatabase, said: InboundIn) -> InboundWritten:
    """Needs the scope `inbound:write`. The same key again changes nothing."""
    wanted = store_reached(caller, said.store)
    item, again = await database.work(_write, caller, said, wanted, database.now)
    return InboundWritten(**_out(item).model_dump(), again=again)


@routes.get(
    "/inbound",
    summary="Inbound, page by page",
    response_description="A page.",
    responses=problems(401, 403, 422, 429, 503),
)
async def list_inbound(
    caller: Reads,
    database: SharedDatabase,
    view: Annotated[InboxView, Query(description="`mine` is for people; it is empty here.")] = InboxView.STORE,
    store: Annotated[str | None, Query(max_length=LONGEST, description="A store's code.")] = None,
    kind: InboundKind | None = None,
    customer_id: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
    after: After = None,
    limit: Limit = 100,
) -> InboundPage:
    """List what waits, the earliest deadline first. Needs the scope `inbound:read`."""
    wanted = Wanted(view, store_reached(caller, store), None, kind, customer_id)
    cursor = Cursor.read(after, int) if after is not None else None
    page = await database.work(_page, wanted, database.now, limit, cursor)
    following = str(page.next) if page.next is not None else None
    return InboundPage(inbound=[_out(item) for item in page.rows], next=following)


@routes.get(
    "/inbound/{inbound_id}",
    summary="One inbound",
    response_description="The inbound.",
    responses=problems(401, 403, 404, 422, 429, 503),
)
async def show_inbound(
    caller: Reads, database: SharedDatabase, inbound_id: Annotated[int, Path(ge=1, le=LARGEST_ID)]
) -> InboundOut:
    """Needs the scope `inbound:read`."""
    return _out(await database.work(_read, caller, inbound_id, database.now))


def _write(
    connection: Connection, caller: ApiCaller, said: InboundIn, store: str | None, now: datetime
) -> tuple[InboundItem, bool]:
    customer_id = customer_of_key(connection, said.customer, store) if said.customer is not None else None
    answering = answering_store(connection, store, customer_id)
    written = WrittenDown(
        way=said.way,
        text=said.text,
        kind=said.kind,
        customer_id=customer_id,
        sender=said.sender,
        received_at=at_home(said.received_at, answering.zone),
        key=f"{caller.name}:{said.key}",
    )
    recorded = write_down(connection, written, answering.id, now, staff_code=None, source=API)
    return read_inbound(connection, None, recorded.id, now).item, recorded.again


def customer_of_key(connection: Connection, key: str, store: str | None) -> int:
    """The customer of a key. Raises `Refused` for an unknown one, or one that several stores use."""
    known = select(CustomerKey.customer_id).where(CustomerKey.key == key)
    if store is not None:
        known = known.join(Store, Store.id == CustomerKey.store_id).where(Store.code == store)
    found = connection.scalars(known.distinct().limit(2)).all()
    if len(found) != 1:
        raise Refused(422, f"customer: {'no customer has' if not found else 'several stores have'} the key '{key}'.")
    return int(found[0])


def _page(connection: Connection, wanted: Wanted, now: datetime, limit: int, after: Cursor | None) -> Page[InboundItem]:
    be_patient(connection)
    return page_of_inbound(connection, wanted, now, limit, after)


def _read(connection: Connection, caller: ApiCaller, inbound_id: int, now: datetime) -> InboundItem:
    code = store_reached(caller, None)
    store_id = connection.scalar(select(Store.id).where(Store.code == code)) if code is not None else None
    return read_inbound(connection, store_id, inbound_id, now).item


def _out(item: InboundItem) -> InboundOut:
    zone = ZoneInfo(item.time_zone)
    said = {name: getattr(item, name) for name in InboundOut.model_fields}
    return InboundOut(**said | {name: at.astimezone(zone) for name, at in said.items() if isinstance(at, datetime)})
