"""Facts from other systems as they happen, by the same rules as the files of `aftercare import`."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path
from starlette.requests import Request

from console.api.callers import caller_with, database_of, store_reached
from console.api.problems import Refused, problems
from console.api.requests import ApiRoute
from console.api.rows import LONGEST, Upserted, batch_model, row_model, upserted
from tasks.access.api_keys import ApiCaller
from tasks.intake.columns import KindName
from tasks.intake.errors import UnknownStore
from tasks.intake.files.records import Record, load_records
from tasks.intake.kinds import KINDS

ANSWERS = problems(401, 403, 413, 415, 422, 429, 503)
DONE = "At least one row was accepted; the rejected ones come back."
WORD = (
    "Identified by {identity}, so repeating a request changes nothing more. A field that is not given is left as "
    "it is on record; null is what an empty cell of a file is. Needs the scope `{scope}`."
)


def make_routes() -> APIRouter:
    """For each kind with a scope: one path for many rows, and one for a single row by its key."""
    routes = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["facts"])
    for kind in KINDS.values():
        if kind.api_scope is None:
            continue
        _add_batch(routes, kind.name, kind.api_scope)
        if kind.column("key") is not None:
            _add_one(routes, kind.name, kind.api_scope)
    return routes


def _add_batch(routes: APIRouter, kind: KindName, scope: str) -> None:
    model = batch_model(row_model(kind, keyed=False))

    async def put_rows(
        request: Request, batch: Annotated[Any, Body()], caller: Annotated[ApiCaller, Depends(caller_with(scope))]
    ) -> Upserted:
        rows = [row.model_dump(exclude_unset=True) for row in batch.rows]
        return await _load(request, caller, kind, rows, batch.store)

    put_rows.__annotations__["batch"] = model
    routes.add_api_route(
        f"/{kind}",
        put_rows,
        methods=["POST"],
        operation_id=f"put_{kind}",
        summary=f"Add or change up to 1,000 {kind}",
        description=_word(kind, scope),
        response_description=DONE,
        responses=ANSWERS,
    )


def _add_one(routes: APIRouter, kind: KindName, scope: str) -> None:
    model = row_model(kind, keyed=True)

    async def put_row(
        request: Request,
        key: Annotated[str, Path(min_length=1, max_length=LONGEST, description="The key in the source system.")],
        row: Annotated[Any, Body()],
        caller: Annotated[ApiCaller, Depends(caller_with(scope))],
    ) -> Upserted:
        return await _load(request, caller, kind, [{"key": key} | row.model_dump(exclude_unset=True)], None)

    put_row.__annotations__["row"] = model
    routes.add_api_route(
        f"/{kind}/{{key:path}}",
        put_row,
        methods=["PUT"],
        operation_id=f"put_one_of_{kind}",
        summary=f"Add or change one of {kind}",
        description=_word(kind, scope),
        response_description=DONE,
        responses=ANSWERS,
    )


def _word(kind: KindName, scope: str) -> str:
    return WORD.format(identity=KINDS[kind].identity, scope=scope)


async def _load(
    request: Request, caller: ApiCaller, kind: KindName, rows: Sequence[Record], store: str | None
) -> Upserted:
    database = database_of(request)
    turn: asyncio.Semaphore = request.app.state.turn
    wanted = store_reached(caller, store)
    try:
        async with turn:  # the database admits one import at a time, too; waiting here blocks no thread
            loaded = await database.work(
                load_records,
                kind,
                rows,
                store=wanted,
                confined=caller.store is not None,
                now=database.now,
                settings=database.settings,
            )
    except UnknownStore as error:
        known = ", ".join(error.known)
        said = f"There is no store '{error.code}'" if error.code else "There are several stores, and a row names none"
        raise Refused(422, f"{said}; expected one of {known} as store.") from error
    answer = upserted(loaded)
    if not answer.accepted:
        first = answer.rejects[0].reason if answer.rejects else ""
        raise Refused(422, f"No row was accepted. {first}".strip(), None, **answer.model_dump())
    return answer
