"""The web application: the guard, the plain forms, the pages, the static files."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from nicegui import ui
from sqlalchemy import URL
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.types import ASGIApp

from console.api.application import make_api, mounts
from console.customer_pages import routes as customer_pages
from console.web import health_routes, pages, sign_in
from console.web.database import Database
from console.web.guard import Guard
from console.web.limits import Limits
from console.web.outage import tell_outage
from console.web.quick_elements import make_elements_quickly
from console.web.steering import steering
from models.core.settings import Settings

STATIC = Path(__file__).parent / "static"


def make_application(url: URL, settings: Settings) -> ASGIApp:
    """The console over the shared database at `url`. One a process: NiceGUI knows one application."""
    make_elements_quickly()
    database = Database(url, settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        database.close()

    app = FastAPI(title="Aftercare", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    app.state.database, app.state.limits = database, Limits()
    for unanswered in (OperationalError, InterfaceError):
        app.add_exception_handler(unanswered, tell_outage)
    app.mount("/static", StaticFiles(directory=STATIC))
    app.include_router(sign_in.routes)
    app.include_router(health_routes.routes)
    app.include_router(customer_pages.routes)
    app.router.routes.extend(mounts(make_api(database, steering(), app.state.limits)))
    for module in iter_modules(pages.__path__):
        import_module(f"{pages.__name__}.{module.name}")
    ui.run_with(app, title="Aftercare", show_welcome_message=False, tailwind=False, reconnect_timeout=30)
    return Guard(app, database)
