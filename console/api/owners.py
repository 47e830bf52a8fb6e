"""Owners for programs: whose customer somebody is, and desks that are handed over."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import Connection, select

from console.api.callers import SharedDatabase, caller_with, store_reached
from console.api.problems import Refused, problems
from console.api.reading import LARGEST_ID, Limit
from console.api.requests import ApiRoute
from console.api.rows import LONGEST, RequestPart
from models.people.api_scopes import ApiScope
from models.people.owners import DeskPart, OwnerBy
from models.people.tables import Customer, CustomerKey, StaffMember, Store
from tasks.access.api_keys import ApiCaller
from tasks.staff.desks.handing_over import hand_over_desk, store_of_handover, take_back
from tasks.staff.desks.listing import page_of_owned
from tasks.staff.desks.setting import set_owner
from tasks.stores.staff import find_actor

routes = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["owners"])
Reads = Annotated[ApiCaller, Depends(caller_with(ApiScope.OWNERS_READ))]
Writes = Annotated[ApiCaller, Depends(caller_with(ApiScope.OWNERS_WRITE))]
OfStore = Annotated[str | None, Query(alias="store", max_length=LONGEST, description="A store's code.")]
Code = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST)]
TO_READ = problems(401, 403, 422, 429, 503)
TO_WRITE = problems(401, 403, 404, 409, 413, 415, 422, 429, 503)


class OwnedOut(BaseModel):
    """A customer with whose they are."""

    id: int
    store: str
    name: str
    level: str | None
    area: str | None
    has_contract: bool
    owner: str | None = Field(description="A staff code; null: nobody's customer.")
    owner_active: bool = Field(description="Whether the owner still works for the store.")
    deputy: str | None
    owner_by: OwnerBy | None = Field(description="How they came to their owner.")


class OwnedPage(BaseModel):
    """A page of customers."""

    customers: list[OwnedOut]
    next: int | None = Field(description="What to pass as `after` for the next page; null: this is the last.")


class OwnerIn(RequestPart):
    """Whose customer somebody becomes."""

    owner: Code | None = Field(description="A staff code of the customer's store; null: nobody.")
    deputy: Code | None = None
    by: Code = Field(description="The staff code of who decided it.")


class HandOverIn(RequestPart):
    """Who takes over a desk."""

    to: Code | None = Field(None, description="The staff code of who takes over what no part names.")
    parts: dict[DeskPart, Code] = Field(default_factory=dict, description="By part, the staff code of who has it.")
    word: Annotated[str, StringConstraints(max_length=LONGEST)] | None = None
    by: Code = Field(description="The staff code of who does it.")


class HandedOver(BaseModel):
    """What went to others."""

    id: int = Field(description="Its number, to take it back.")
    counts: Mapping[DeskPart, int]


class TakeBackIn(RequestPart):
    """Who takes it back."""

    by: Code = Field(description="The staff code of who does it.")


class GivenBack(BaseModel):
    """What came back."""

    counts: Mapping[DeskPart, int]
    stayed: int = Field(description="Settled, taken up or passed on meanwhile: it stays where it is.")


@routes.get("/owners", summary="Customers and their owners", response_description="A page.", responses=TO_READ)
async def show_owners(
    caller: Reads,
    database: SharedDatabase,
    store: OfStore = None,
    owner: Annotated[str | None, Query(max_length=LONGEST, description="Of this owner or deputy.")] = None,
    nobody: Annotated[bool, Query(description="Only customers without an owner.")] = False,
    after: Annotated[int, Query(ge=0, le=LARGEST_ID)] = 0,
    limit: Limit = 100,
) -> OwnedPage:
    """Page by page, in the order of their numbers. Needs the scope `owners:read`."""
    code = store_reached(caller, store)

    def work(connection: Connection) -> OwnedPage:
        store_id = _store_id(connection, code) if code is not None else None
        page = page_of_owned(connection, store_id, owner, unowned=nobody, limit=limit, after=after)
        told = [OwnedOut.model_validate(one, from_attributes=True) for one in page.customers]
        return OwnedPage(customers=told, next=page.next)

    return await database.work(work)


@routes.put("/owners/{key}", summary="Set an owner", response_description="Done.", responses=TO_WRITE)
async def put_owner(
    caller: Writes,
    database: SharedDatabase,
    key: Annotated[str, Path(min_length=1, max_length=LONGEST, description="The customer's key.")],
    body: OwnerIn,
    store: OfStore = None,
) -> OwnerIn:
    """It is as by hand: no file changes it any more. Needs the scope `owners:write`."""
    code = store_reached(caller, store)

    def work(connection: Connection) -> None:
        customer_id, store_id = _customer(connection, key, code)
        actor = find_actor(connection, body.by, store_id)
        set_owner(connection, customer_id, body.owner, body.deputy, database.now, actor.code)

    await database.work(work)
    return body


@routes.post(
    "/staff/{staff}/hand-over", summary="Hand a desk over", response_description="What went.", responses=TO_WRITE
)
async def post_hand_over(
    caller: Writes,
    database: SharedDatabase,
    staff: Annotated[str, Path(min_length=1, max_length=LONGEST, description="The staff code of whose desk it is.")],
    body: HandOverIn,
    store: OfStore = None,
) -> HandedOver:
    """All of it in one step: customers, calls, tasks, cases, inbound, promises, leads. Needs `owners:write`."""
    code = store_reached(caller, store)
    rest = dict.fromkeys(DeskPart, body.to) if body.to is not None else {}

    def work(connection: Connection) -> HandedOver:
        store_id = _store_of_staff(connection, staff, code)
        actor = find_actor(connection, body.by, store_id)
        done = hand_over_desk(connection, store_id, staff, rest | body.parts, database.now, actor.code, body.word)
        return HandedOver(id=done.id, counts=done.counts)

    return await database.work(work)


@routes.post(
    "/hand-overs/{handover_id}/take-back",
    summary="Take a hand-over back",
    response_description="What came back.",
    responses=TO_WRITE,
)
async def post_take_back(
    caller: Writes,
    database: SharedDatabase,
    handover_id: Annotated[int, Path(ge=1, le=LARGEST_ID)],
    body: TakeBackIn,
) -> GivenBack:
    """What is still open and with whoever took it over. Needs the scope `owners:write`."""
    code = store_reached(caller, None)

    def work(connection: Connection) -> GivenBack:
        own = _store_id(connection, code) if code is not None else None
        actor = find_actor(connection, body.by, own or store_of_handover(connection, handover_id))
        back = take_back(connection, handover_id, database.now, actor.code, own)
        return GivenBack(counts=back.counts, stayed=back.stayed)

    return await database.work(work)


def _store_id(connection: Connection, code: str) -> int:
    found = connection.scalar(select(Store.id).where(Store.code == code))
    if found is None:
        raise Refused(422, f"store: there is no store '{code}'.")
    return found


def _customer(connection: Connection, key: str, store: str | None) -> tuple[int, int]:
    """The customer of a key and their store. Raises `Refused` for an unknown one, or one that several stores use."""
    known = (
        select(Customer.id, Customer.store_id)
        .join(CustomerKey, CustomerKey.customer_id == Customer.id)
        .where(CustomerKey.key == key)
    )
    if store is not None:
        known = known.where(Customer.store_id == _store_id(connection, store))
    found = connection.execute(known.distinct().limit(2)).all()
    if not found:
        raise Refused(404, f"No customer has the key '{key}'.")
    if len(found) > 1:
        raise Refused(422, f"Several stores have a customer '{key}': name the store.")
    return found[0].id, found[0].store_id


def _store_of_staff(connection: Connection, staff: str, store: str | None) -> int:
    if store is not None:
        return _store_id(connection, store)
    having = connection.scalars(select(StaffMember.store_id).where(StaffMember.code == staff).limit(2)).all()
    if not having:
        raise Refused(404, f"Nobody has the staff code '{staff}'.")
    if len(having) > 1:
        raise Refused(422, f"Several stores have somebody of the code '{staff}': name the store.")
    return having[0]
