"""Accounts for programs: what is owed and how old it is, who is on hold, and what is arranged about it."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import Connection

from console.api.callers import SharedDatabase, caller_with, store_reached
from console.api.problems import Refused, problems
from console.api.requests import ApiRoute
from console.api.rows import LONGEST, RequestPart
from console.shared.database import Database
from models.core.errors import InvalidInput
from models.people.api_scopes import ApiScope
from models.subjects.account import UnpaidBecause
from models.subjects.arrangement import ArrangementKind
from tasks.access.api_keys import ApiCaller
from tasks.customers.accounts.arranging import (
    MOST_INSTALMENTS,
    Part,
    end_arrangement,
    set_block,
    set_dispute,
    set_instalments,
)
from tasks.customers.accounts.holding import Found, find_account, hold_account, release_account, say_why_unpaid
from tasks.customers.accounts.statements import list_statements
from tasks.subjects.account.ageing import Per, list_accounts, read_ageing
from tasks.subjects.account.collecting import read_collection

routes = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["accounts"])
Reads = Annotated[ApiCaller, Depends(caller_with(ApiScope.ACCOUNTS_READ))]
Writes = Annotated[ApiCaller, Depends(caller_with("accounts:write"))]
Key = Annotated[str, Path(min_length=1, max_length=LONGEST, description="The account's key.")]
Store = Annotated[str | None, Query(max_length=LONGEST, description="A store's code.")]
Words = Annotated[str, StringConstraints(max_length=LONGEST)]
TO_READ = problems(401, 403, 422, 429, 503)
TO_WRITE = problems(401, 403, 404, 409, 413, 415, 422, 429, 503)


class AgeingOut(BaseModel):
    """What is open of one account, salesperson or store in one currency."""

    store: str
    key: str | None = Field(description="The account's key, or the staff code of who sold.")
    name: str
    customer_id: int | None
    account_id: int | None
    currency: str
    not_due: Decimal
    days_0_30: Decimal
    days_31_60: Decimal
    over_60: Decimal
    disputed: Decimal = Field(description="Not among the others.")
    total: Decimal = Field(description="All but what is disputed.")
    oldest_due: date | None


class Ageing(BaseModel):
    """The ageing, the largest sum of each currency first."""

    lines: list[AgeingOut]


class ArrangementOut(BaseModel):
    """What is arranged about an account."""

    id: int
    kind: ArrangementKind
    invoice: str | None
    starts_on: date
    ends_on: date
    reason: str | None


class AccountOut(BaseModel):
    """An account that is on hold, or about which something is arranged."""

    id: int
    key: str
    store: str
    customer_id: int
    held_since: date | None
    hold_reason: str | None = Field(description="A reason code, or somebody's own words.")
    unpaid_because: UnpaidBecause | None = Field(description="Why it is not paid, as staff found out.")
    arrangements: list[ArrangementOut]


class Accounts(BaseModel):
    """Accounts on hold, and those about which something is arranged."""

    accounts: list[AccountOut]


class CollectionLineOut(BaseModel):
    """An account that owes something whose day has passed."""

    store: str
    account_id: int
    key: str
    customer_id: int
    overdue: dict[str, Decimal] = Field(description="By currency.")
    oldest_due: date
    days: int
    unpaid_because: UnpaidBecause | None
    held: bool
    arranged: ArrangementKind | None
    promised_for: date | None
    broken: bool = Field(description="The last promise was not kept.")
    part_due_on: date | None
    next_step: str | None
    next_at: datetime | None


class CollectionOut(BaseModel):
    """The accounts to see about in a week, the oldest debt first."""

    since: date
    until: date = Field(description="Exclusive.")
    accounts: list[CollectionLineOut]


class StatementOut(BaseModel):
    """A monthly statement, and what the customer says of it."""

    id: int
    store: str
    account: str = Field(description="The account's key.")
    customer_id: int
    month: date = Field(description="Its first day.")
    totals: dict[str, Decimal] = Field(description="What was open, by currency.")
    answered_at: datetime | None
    agrees: bool | None = Field(description="Null: no answer yet.")
    difference: str | None
    case_id: int | None = Field(description="Where the difference is settled.")


class Statements(BaseModel):
    """Statements; those that differ come first."""

    statements: list[StatementOut]


class Because(RequestPart):
    """Why an account is not paid."""

    by: Words = Field(description="The staff code of who says it.")
    cause: UnpaidBecause | None = Field(description="Null: it is not known any more.")


class ByHand(RequestPart):
    """Who does it, and why."""

    by: Words = Field(description="The staff code of who does it.")
    reason: Words


class UntilDay(ByHand):
    """And up to when it counts."""

    until: date


class Dispute(UntilDay):
    """What the customer contests."""

    invoice: Words | None = Field(None, description="The number of the invoice; by default all that is claimed.")


class InstalmentIn(RequestPart):
    """One part."""

    due_on: date
    amount: Decimal


class Instalments(ByHand):
    """The parts in which all that is open is paid."""

    parts: Annotated[list[InstalmentIn], Field(max_length=MOST_INSTALMENTS)]
    currency: Words | None = None


class Done(BaseModel):
    """What it has led to."""

    account: str
    case_id: int | None = Field(None, description="Of a release: the case that has what was cut off restored.")
    arrangement_id: int | None = None


@routes.get("/accounts/ageing", summary="How old what is open is", response_description="It.", responses=TO_READ)
async def show_ageing(caller: Reads, database: SharedDatabase, per: Per = Per.ACCOUNT, store: Store = None) -> Ageing:
    """Not due, 0-30, 31-60 and over 60 days, in one currency each. Needs the scope `accounts:read`."""
    lines = await database.work(read_ageing, database.now, per, store_reached(caller, store))
    return Ageing(lines=[AgeingOut.model_validate(line, from_attributes=True) for line in lines])


@routes.get("/accounts", summary="Accounts on hold", response_description="They.", responses=TO_READ)
async def show_accounts(caller: Reads, database: SharedDatabase, store: Store = None) -> Accounts:
    """Those on hold, and those about which something is arranged. Needs the scope `accounts:read`."""
    items = await database.work(list_accounts, database.now, store=store_reached(caller, store))
    return Accounts(accounts=[AccountOut.model_validate(item, from_attributes=True) for item in items])


Job = Callable[[Connection, Found, datetime], Done]


async def _do(database: Database, caller: ApiCaller, key: str, store: str | None, job: Job) -> Done:
    """Run a change of one account. What is wrong with a field is told at the field."""

    def work(connection: Connection, now: datetime, reached: str | None) -> Done:
        return job(connection, find_account(connection, key, now, reached), now)

    try:
        return await database.work(work, database.now, store_reached(caller, store))
    except InvalidInput as error:
        field = getattr(error, "field", None)
        if field is None:
            raise
        told: dict[str, object] = {"field": f"body.{field}", "code": type(error).__name__, "reason": str(error)}
        raise Refused(422, str(error), None, errors=[told]) from error


@routes.post("/accounts/{key}/hold", summary="Put it on hold", response_description="Done.", responses=TO_WRITE)
async def hold(caller: Writes, database: SharedDatabase, key: Key, body: ByHand, store: Store = None) -> Done:
    """It stays so until it is released by hand. Needs the scope `accounts:write`."""

    def job(connection: Connection, account: Found, now: datetime) -> Done:
        hold_account(connection, account, body.reason, now, body.by)
        return Done(account=account.key)

    return await _do(database, caller, key, store, job)


@routes.post("/accounts/{key}/release", summary="Take it off hold", response_description="Done.", responses=TO_WRITE)
async def release(caller: Writes, database: SharedDatabase, key: Key, body: ByHand, store: Store = None) -> Done:
    """Finance restores the same day what was cut off. Needs the scope `accounts:write`."""

    def job(connection: Connection, account: Found, now: datetime) -> Done:
        return Done(account=account.key, case_id=release_account(connection, account, body.reason, now, body.by))

    return await _do(database, caller, key, store, job)


@routes.post("/accounts/{key}/dispute", summary="It is contested", response_description="Done.", responses=TO_WRITE)
async def dispute(caller: Writes, database: SharedDatabase, key: Key, body: Dispute, store: Store = None) -> Done:
    """What is contested is not chased up to a day. Needs the scope `accounts:write`."""

    def job(connection: Connection, account: Found, now: datetime) -> Done:
        made = set_dispute(connection, account, body.until, body.reason, now, body.by, invoice=body.invoice)
        return Done(account=account.key, arrangement_id=made)

    return await _do(database, caller, key, store, job)


@routes.get("/accounts/collection", summary="The collection list", response_description="The list.", responses=TO_READ)
async def collection(caller: Reads, database: SharedDatabase, store: Store = None) -> CollectionOut:
    """Whom to see about money this week. Needs the scope `accounts:read`."""
    listed = await database.work(read_collection, database.now, store_reached(caller, store))
    lines = [
        CollectionLineOut(**{name: getattr(line, name) for name in CollectionLineOut.model_fields})
        for line in listed.lines
    ]
    return CollectionOut(since=listed.since, until=listed.until, accounts=lines)


@routes.get("/accounts/statements", summary="Statements", response_description="The list.", responses=TO_READ)
async def statements(
    caller: Reads,
    database: SharedDatabase,
    store: Store = None,
    month: Annotated[date | None, Query(description="A day of the month; by default the latest.")] = None,
) -> Statements:
    """The monthly statements of contract customers. Needs the scope `accounts:read`."""
    found = await database.work(list_statements, store=store_reached(caller, store), month=month)
    names = StatementOut.model_fields
    return Statements(statements=[StatementOut(**{name: getattr(one, name) for name in names}) for one in found])


@routes.post("/accounts/{key}/cause", summary="Why it is not paid", response_description="Done.", responses=TO_WRITE)
async def cause(caller: Writes, database: SharedDatabase, key: Key, body: Because, store: Store = None) -> Done:
    """For the weekly talk. Needs the scope `accounts:write`."""

    def job(connection: Connection, account: Found, now: datetime) -> Done:
        say_why_unpaid(connection, account, body.cause, now, body.by)
        return Done(account=account.key)

    return await _do(database, caller, key, store, job)


@routes.post("/accounts/{key}/block", summary="Do not chase it", response_description="Done.", responses=TO_WRITE)
async def block(caller: Writes, database: SharedDatabase, key: Key, body: UntilDay, store: Store = None) -> Done:
    """Nobody chases it up to a day. Needs the scope `accounts:write`."""

    def job(connection: Connection, account: Found, now: datetime) -> Done:
        made = set_block(connection, account, body.until, body.reason, now, body.by)
        return Done(account=account.key, arrangement_id=made)

    return await _do(database, caller, key, store, job)


@routes.post(
    "/accounts/{key}/instalments", summary="It is paid in parts", response_description="Done.", responses=TO_WRITE
)
async def instalments(
    caller: Writes, database: SharedDatabase, key: Key, body: Instalments, store: Store = None
) -> Done:
    """The parts sum up to what is open; nobody chases for as long as they come. Needs the scope `accounts:write`."""
    parts = [Part(one.due_on, one.amount) for one in body.parts]

    def job(connection: Connection, account: Found, now: datetime) -> Done:
        made = set_instalments(connection, account, parts, body.reason, now, body.by, currency=body.currency)
        return Done(account=account.key, arrangement_id=made)

    return await _do(database, caller, key, store, job)


@routes.post(
    "/accounts/{key}/arrangements/{arrangement_id}/end",
    summary="End what is arranged",
    response_description="Done.",
    responses=TO_WRITE,
)
async def end(
    caller: Writes,
    database: SharedDatabase,
    key: Key,
    arrangement_id: Annotated[int, Path(ge=1, le=2**63 - 1)],
    body: ByHand,
    store: Store = None,
) -> Done:
    """Chasing goes on today. Needs the scope `accounts:write`."""

    def job(connection: Connection, account: Found, now: datetime) -> Done:
        end_arrangement(connection, account, arrangement_id, body.reason, now, body.by)
        return Done(account=account.key, arrangement_id=arrangement_id)

    return await _do(database, caller, key, store, job)
