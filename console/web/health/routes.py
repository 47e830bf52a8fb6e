"""Endpoints for monitoring: `/healthz` for supervisors, `/metrics` for Prometheus."""

import asyncio
import hmac
from collections.abc import Iterator

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.responses import JSONResponse, PlainTextResponse, Response

from console.shared.database import Database
from console.shared.watching import ask_prefect, read_sweeps
from console.web.health.watching import ShortMemory
from models.ledger.attention import WHO_CAN_ACT
from models.ledger.watching import Sweep, age_of
from models.people.permissions import Permission
from tasks.access.sessions import SignedIn
from tasks.campaigns.authors import program
from tasks.overview.attention import Outside, Reader, read_attention
from tasks.overview.deadlines import count_overdue
from tasks.overview.health import GIVEN_UP, IN_FLIGHT, WAITING, count_open, count_unsettled, read_oldest_due
from tasks.overview.missed import read_missed
from tasks.overview.reporting import read_pauses
from tasks.policies.processes import list_processes

ANSWER_SECONDS = 3.0
"""A database that takes longer counts as unavailable."""
BEARER = "Bearer "
OK, NOT_OK, NOT_WATCHED = "ok", "not ok", "not watched"

Figures = dict[tuple[str, ...], float]
"""By the values of the labels."""

routes = APIRouter(include_in_schema=False)
_parts: ShortMemory[dict[str, str]] = ShortMemory(5)
"""The answer is cached: anybody may ask, and nobody may keep the database busy with it."""


@routes.get("/healthz")
async def show_health(request: Request) -> Response:
    """Ok or not, part by part. It needs no authentication, so it tells nothing else."""
    database: Database = request.state.database
    parts = await _parts.recall(database.engine.url, lambda: _look(database))
    well = NOT_OK not in parts.values()
    content = {"status": OK if well else NOT_OK, "parts": parts}
    return JSONResponse(content, status_code=200 if well else 503, headers={"Cache-Control": "no-store"})


async def _look(database: Database) -> dict[str, str]:
    (answers, on_time), prefect = await asyncio.gather(_look_at_database(database), ask_prefect())
    watched = {True: OK, False: NOT_OK, None: NOT_WATCHED}
    return {"database": watched[answers], "prefect": watched[prefect], "sweeps": watched[on_time]}


async def _look_at_database(database: Database) -> tuple[bool, bool | None]:
    """Whether the database answers, and whether all sweeps ran on time; None: not known."""
    looking = database.work(read_sweeps, database.now, database.settings.zone)
    try:
        sweeps = await asyncio.wait_for(looking, ANSWER_SECONDS)
    except (OperationalError, InterfaceError, TimeoutError):
        return False, None
    return True, all(sweep.state.well for sweep in sweeps)


@routes.get("/metrics")
async def show_metrics(request: Request) -> Response:
    """The metrics in Prometheus' text format. Needs a user who may see the health, or the token."""
    database: Database = request.state.database
    user: SignedIn | None = request.scope["state"].get("signed_in")
    store_id, store = None, None
    if not _has_token(request, database):
        if user is None or user.must_change_password:
            return PlainTextResponse("Sign in, or send the token.", 401, headers={"WWW-Authenticate": "Bearer"})
        if not user.may(Permission.SEE_HEALTH):
            return PlainTextResponse("Your role may not do this.", 403)
        store_id, store = user.store_id, user.store
    registry = CollectorRegistry()
    registry.register(Ledger(database, store_id, store))
    try:
        text = await asyncio.to_thread(generate_latest, registry)
    except (OperationalError, InterfaceError):
        return PlainTextResponse("The database does not answer.", 503)
    return Response(text, media_type=CONTENT_TYPE_LATEST)


def _has_token(request: Request, database: Database) -> bool:
    """Whether the request carries the configured token. Without a configured token, none is valid."""
    token = database.settings.metrics_token
    if token is None:
        return False
    given = request.headers.get("authorization", "")
    expected = BEARER + token.get_secret_value()
    return hmac.compare_digest(given.encode(), expected.encode())


class Ledger(Collector):
    """Reads the shared database on each scrape, so that no figure is stale."""

    def __init__(self, database: Database, store_id: int | None, store: str | None) -> None:
        self._database = database
        self._store_id, self._store = store_id, store

    def collect(self) -> Iterator[Metric]:
        """All metrics, as of one moment."""
        yield from self._database.work_here(self._read)

    def _read(self, connection: Connection) -> list[Metric]:
        now, store = self._database.now, self._store_id
        sweeps = read_sweeps(connection, now, self._database.settings.zone)
        ran: Figures = {(sweep.process,): sweep.last.started_at.timestamp() for sweep in sweeps if sweep.last}
        on_time: Figures = {(sweep.process,): float(sweep.state.well) for sweep in sweeps}
        backlog = age_of(read_oldest_due(connection, now, store), now).total_seconds()
        needing = self._needing(connection, sweeps)
        paused = [pause for pause in read_pauses(connection) if store is None or pause.store is None]
        return [
            _gauge("open_touches", "Touches that are not settled yet.", self._open(connection), "process", "state"),
            _gauge("unsettled_touches", "Touches that a person must settle.", self._unsettled(connection), "state"),
            _gauge("missed_touches", "Calls and tasks missed in 7 days.", self._missed(connection), "process"),
            _gauge("backlog_age_seconds", "How long the oldest due touch has been waiting.", {(): backlog}),
            _gauge("last_sweep_timestamp_seconds", "When a flow last began to run.", ran, "process"),
            _gauge("sweep_on_time", "1: a flow ran by its schedule, and did not fail.", on_time, "process"),
            _gauge("paused_channels", "Channels that are paused.", {(): len(paused)}),
            _gauge("needs_attention", "What waits for somebody or does not run.", needing, "matter"),
            _gauge("cases_overdue", "Cases past a deadline.", {(): count_overdue(connection, now, store)}),
        ]

    def _needing(self, connection: Connection, sweeps: list[Sweep]) -> Figures:
        """How many matters of each kind there are. Prefect is told by `/healthz`, which may ask it."""
        reader = Reader(program("metrics", self._store_id), self._store)
        matters = read_attention(connection, self._database.now, Outside(None, sweeps, self._database.settings), reader)
        counted: Figures = {(code,): 0 for code in WHO_CAN_ACT}
        for matter in matters:
            counted[matter.code,] += 1
        return counted

    def _open(self, connection: Connection) -> Figures:
        counted = count_open(connection, self._store_id)
        states = (*WAITING, *IN_FLIGHT)
        return {(name, state): counted.get((name, state), 0) for name in list_processes(connection) for state in states}

    def _missed(self, connection: Connection) -> Figures:
        counted: Figures = {(process,): 0 for process in list_processes(connection)}
        for part in read_missed(connection, self._database.now, self._store_id).parts:
            counted[part.process,] += part.touches
        return counted

    def _unsettled(self, connection: Connection) -> Figures:
        counted = count_unsettled(connection, self._store_id)
        return {(state,): counted.get(state, 0) for state in GIVEN_UP}


def _gauge(name: str, help_text: str, values: Figures, *labels: str) -> Metric:
    family = GaugeMetricFamily(f"aftercare_{name}", help_text, labels=labels)
    for label_values, value in values.items():
        family.add_metric(label_values, value)
    return family
