"""How staff are told of their work, for programs that keep staff records: what a store allows, and what each chose."""

from datetime import datetime, time
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import Connection, select

from console.api.callers import SharedDatabase, caller_with, store_reached
from console.api.problems import Refused, problems
from console.api.requests import ApiRoute
from console.api.rows import LONGEST, RequestPart
from models.core.settings import Settings
from models.core.words import Role
from models.people.api_scopes import ApiScope
from models.people.notifications.rules import HouseRules, OwnChoice
from models.people.notifications.words import StaffChannel
from models.people.tables import Store as StoreRow
from tasks.access.api_keys import ApiCaller
from tasks.staff.notifications.choosing import (
    Member,
    choose,
    find_member,
    list_members,
    list_store_rules,
    read_time,
    set_house_rules,
)
from tasks.staff.notifications.ways import Ways

routes = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["staff"])
Reads = Annotated[ApiCaller, Depends(caller_with(ApiScope.STAFF_READ))]
Writes = Annotated[ApiCaller, Depends(caller_with(ApiScope.STAFF_WRITE))]
Code = Annotated[str, Path(min_length=1, max_length=LONGEST, description="The staff code.")]
Store = Annotated[str | None, Query(max_length=LONGEST, description="A store's code.")]
OfStore = Annotated[str, Path(min_length=1, max_length=LONGEST, description="The store's code.")]
TimeOfDay = Annotated[str, StringConstraints(max_length=5)]
MOST = 24
TO_READ = problems(401, 403, 422, 429, 503)
TO_WRITE = problems(401, 403, 404, 413, 415, 422, 429, 503)


class StaffOut(BaseModel):
    """A member of staff, and how they are told of their work."""

    store: str
    code: str
    name: str
    role: Role
    department: str | None
    ways: list[StaffChannel] = Field(
        description="By which channels they are told, as they are tried. Empty: nothing reaches them."
    )
    digest_at: list[str] = Field(description="When they get a digest, store-local.")


class Staff(BaseModel):
    """The active staff, by store and code."""

    staff: list[StaffOut]


class ChoiceIn(RequestPart):
    """How a member of staff wants to be told; null: as the store has it."""

    channels: Annotated[list[StaffChannel], Field(max_length=MOST)] | None = None
    digest_at: Annotated[list[TimeOfDay], Field(max_length=MOST)] | None = Field(
        None, description="Some of the store's times, such as 08:30."
    )
    wecom: Annotated[str, StringConstraints(max_length=LONGEST)] | None = Field(None, description="Their WeCom id.")


class WordRules(RequestPart):
    """What a store allows. Times are store-local."""

    channels: Annotated[list[StaffChannel], Field(max_length=MOST)]
    digest_at: Annotated[list[TimeOfDay], Field(max_length=MOST)]
    quiet_from: TimeOfDay
    quiet_until: TimeOfDay
    sheet_at: TimeOfDay = Field(description="When departments get the sheet of the coming day.")


@routes.get("/staff", summary="Staff and how they are told", response_description="They.", responses=TO_READ)
async def show_staff(caller: Reads, database: SharedDatabase, store: Store = None) -> Staff:
    """Needs the scope `staff:read`."""
    members = await database.work(_list, database.settings, store_reached(caller, store))
    return Staff(staff=[_out(one) for one in members])


@routes.put("/staff/{store}/{code}/word", summary="How one is told", response_description="Set.", responses=TO_WRITE)
async def put_choice(caller: Writes, database: SharedDatabase, store: OfStore, code: Code, body: ChoiceIn) -> StaffOut:
    """Needs the scope `staff:write`."""
    reached = store_reached(caller, store) or store
    return _out(
        await database.work(_choose, database.settings, reached, code, body, database.now, f"key:{caller.name}")
    )


@routes.get(
    "/stores/{store}/word", summary="What a store allows", response_description="It.", responses=problems(404) | TO_READ
)
async def show_rules(caller: Reads, database: SharedDatabase, store: OfStore) -> WordRules:
    """Needs the scope `staff:read`."""
    return _rules_out(await database.work(_rules, store_reached(caller, store) or store))


@routes.put("/stores/{store}/word", summary="Set what a store allows", response_description="Set.", responses=TO_WRITE)
async def put_rules(caller: Writes, database: SharedDatabase, store: OfStore, body: WordRules) -> WordRules:
    """Needs the scope `staff:write`."""
    reached = store_reached(caller, store) or store
    return _rules_out(await database.work(_set_rules, reached, body, database.now, f"key:{caller.name}"))


def _list(connection: Connection, settings: Settings, store: str | None) -> list[Member]:
    store_id = None if store is None else _store_id(connection, store)
    return list_members(connection, Ways(settings), store_id=store_id)


def _choose(
    connection: Connection, settings: Settings, store: str, code: str, body: ChoiceIn, now: datetime, actor: str
) -> Member:
    store_id, ways = _store_id(connection, store), Ways(settings)
    member = find_member(connection, ways, store_id, code)
    channels = None if body.channels is None else tuple(body.channels)
    choice = OwnChoice(channels, None if body.digest_at is None else _times(body.digest_at))
    choose(connection, member, choice, body.wecom if body.wecom is not None else member.wecom, now, actor)
    return find_member(connection, ways, store_id, code)


def _rules(connection: Connection, store: str) -> HouseRules:
    (found,) = list_store_rules(connection, _store_id(connection, store))
    return found.rules


def _set_rules(connection: Connection, store: str, body: WordRules, now: datetime, actor: str) -> HouseRules:
    store_id = _store_id(connection, store)
    hours = {name: read_time(getattr(body, name)) for name in ("quiet_from", "quiet_until", "sheet_at")}
    wanted = HouseRules(channels=tuple(body.channels), digest_at=_times(body.digest_at), **hours)
    set_house_rules(connection, store_id, _rules(connection, store), wanted, now, actor)
    return _rules(connection, store)


def _store_id(connection: Connection, code: str) -> int:
    """Raises `Refused` for an unknown store."""
    found = connection.scalar(select(StoreRow.id).where(StoreRow.code == code))
    if found is None:
        raise Refused(404, f"There is no store '{code}'.")
    return int(found)


def _times(texts: list[str]) -> tuple[time, ...]:
    return tuple(sorted({read_time(text) for text in texts}))


def _out(one: Member) -> StaffOut:
    names = ("store", "code", "name", "role", "department")
    times = [f"{at:%H:%M}" for at in one.digest_at]
    return StaffOut(**{name: getattr(one, name) for name in names}, ways=list(one.ways), digest_at=times)


def _rules_out(rules: HouseRules) -> WordRules:
    hours = {name: f"{getattr(rules, name):%H:%M}" for name in ("quiet_from", "quiet_until", "sheet_at")}
    return WordRules(channels=list(rules.channels), digest_at=[f"{at:%H:%M}" for at in rules.digest_at], **hours)
