"""Leads as the trade's XML (ADF), which websites and exchanges send. As JSON they are facts like any other."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from sqlalchemy import Connection
from starlette.requests import Request

from console.api.callers import caller_with, database_of, store_reached
from console.api.problems import Refused, problems
from console.api.requests import ApiRoute, JsonRequest
from console.api.rows import LONGEST
from models.core.settings import Settings
from tasks.access.api_keys import ApiCaller
from tasks.intake.errors import UnknownStore
from tasks.subjects.lead.adf import read_adf
from tasks.subjects.lead.taking_in import NewLead, TakenIn, take_in

XML = ("application/xml", "text/xml", "application/adf+xml", "application/x-adf+xml")
BODY = "request"
"""What the XML of a request is called."""


class AdfRoute(ApiRoute):
    """A route whose bodies are XML."""

    async def admit(self, request: JsonRequest) -> None:
        """Raises `Refused` for a body that is said to be anything else."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in XML:
            raise Refused(415, "Send ADF, and say so: Content-Type: application/xml.")


routes = APIRouter(prefix="/api/v1", route_class=AdfRoute, tags=["facts"])


class LeadRejected(BaseModel):
    """A prospect that did not go in, or a value of it that was left out."""

    prospect: int = Field(description="Counted from 1.")
    field: str
    reason: str
    whole: bool = Field(description="Nothing of it went in.")


class LeadsTaken(BaseModel):
    """What became of the prospects."""

    accepted: int
    inserted: int = Field(description="New leads.")
    repeated: int = Field(description="Of customers who have an open lead: each is a further source of that lead.")
    unchanged: int = Field(description="On record already: sent before.")
    rejects: list[LeadRejected]


@routes.post(
    "/leads/adf",
    summary="Add leads as ADF",
    response_description="At least one lead is on record; the rejected ones come back.",
    responses=problems(401, 403, 413, 415, 422, 429, 503),
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/xml": {"schema": {"type": "string"}}}},
    },
)
async def put_adf(
    request: Request,
    caller: Annotated[ApiCaller, Depends(caller_with("leads:write"))],
    store: Annotated[str | None, Query(max_length=LONGEST, description="A store's code.")] = None,
) -> LeadsTaken:
    """Add what stands in an Auto-lead Data Format document, with its customers. A document type or an entity is
    refused. Needs the scope `leads:write`. Sending the same again changes nothing."""
    database = database_of(request)
    turn: asyncio.Semaphore = request.app.state.turn
    wanted, content, now = store_reached(caller, store), await request.body(), database.now
    leads, unreadable = read_adf(content, BODY, now)
    confined = caller.store is not None
    try:
        async with turn:  # as for every import
            taken = await database.work(_take, leads, wanted, confined, now, database.settings)
    except UnknownStore as error:
        raise Refused(422, f"{error} Name one as store.") from error
    told = [LeadRejected(prospect=one.number, field=one.field, reason=one.reason, whole=True) for one in unreadable]
    told += [
        LeadRejected(prospect=each.row, field=each.column, reason=each.reason, whole=each.whole)
        for each in taken.rejects
    ]
    return _answer(taken, told)


def _take(
    connection: Connection,
    leads: Sequence[NewLead],
    store: str | None,
    confined: bool,
    now: datetime,
    settings: Settings,
) -> TakenIn:
    if not leads:
        return TakenIn()
    return take_in(connection, leads, store=store, confined=confined, now=now, settings=settings)


def _answer(taken: TakenIn, rejects: list[LeadRejected]) -> LeadsTaken:
    counts = taken.counts
    answer = LeadsTaken(
        accepted=counts.inserted + counts.changed + counts.unchanged + counts.repeated,
        inserted=counts.inserted,
        repeated=counts.repeated,
        unchanged=counts.unchanged + counts.changed,
        rejects=rejects,
    )
    if not answer.accepted:
        first = f"{rejects[0].field}: {rejects[0].reason}" if rejects else ""
        raise Refused(422, f"No lead was accepted. {first}".strip(), None, **answer.model_dump())
    return answer
