"""The API and the webhooks as one ASGI application. The console mounts it; it also works by itself."""

import asyncio

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.responses import HTMLResponse
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from console.api import (
    accounts,
    attention,
    campaigns,
    cases,
    documentation,
    hooks,
    inbound,
    leads,
    owners,
    reading,
    staff,
    starting,
)
from console.api.problems import Problem, tell_problems
from console.api.upserts import make_routes
from console.shared.database import Database
from console.shared.limits import Limits
from deployments.steering_runs import Steering

VERSION = "1"
ABOUT = (
    "For programs: facts in, touches and runs out. Times without a zone are the store's; amounts are texts or numbers "
    "and are never rounded. Errors are problem documents (RFC 9457) with a sentence."
)


def make_api(database: Database, steering: Steering, limits: Limits) -> FastAPI:
    """The API over the shared database."""
    app = FastAPI(title="Aftercare", version=VERSION, docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
    app.state.database, app.state.steering, app.state.limits = database, steering, limits
    app.state.turn = asyncio.Semaphore(1)
    for routes in (
        make_routes(),
        starting.routes,
        accounts.routes,
        leads.routes,
        campaigns.routes,
        reading.routes,
        inbound.routes,
        owners.routes,
        cases.routes,
        attention.routes,
        staff.routes,
        hooks.routes,
    ):
        app.include_router(routes)
    tell_problems(app)
    setattr(app, "openapi", _Described(app))  # noqa: B010  replacing the method is intended, which types cannot express

    async def show_documentation() -> HTMLResponse:
        return documentation.render(app.openapi())

    app.add_api_route("/api/docs", show_documentation, include_in_schema=False)
    return app


class _Described:
    """The OpenAPI document, cached, with the problem documents."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._document: dict[str, object] | None = None

    def __call__(self) -> dict[str, object]:
        if self._document is None:
            document = get_openapi(
                title=self._app.title,
                version=self._app.version,
                description=ABOUT,
                routes=self._app.routes,
                separate_input_output_schemas=False,
            )
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas = document["components"]["schemas"]
            schemas |= problem.pop("$defs", {}) | {"Problem": problem}
            self._document = document
        return self._document


def mounts(api: FastAPI) -> list[Mount]:
    """The routes that the console mounts. Their paths are complete."""

    async def whole(scope: Scope, receive: Receive, send: Send) -> None:
        await api({**scope, "root_path": scope.get("app_root_path", "")}, receive, send)

    application: ASGIApp = whole
    return [Mount("/api", application), Mount("/hooks", application)]
