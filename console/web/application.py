"""The web application: authentication, plain forms, pages and static files."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from nicegui import app as pages_app
from nicegui import ui
from sqlalchemy import URL
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.types import ASGIApp

import console.web
from console.api.application import make_api, mounts
from console.customer_pages import routes as customer_pages
from console.shared.database import Database
from console.shared.limits import Limits
from console.staff_pages import routes as staff_pages
from console.web.authentication import sign_in
from console.web.authentication.guard import Guard
from console.web.authentication.outage import tell_outage
from console.web.health import routes as health_routes
from console.web.not_found import tell_not_found
from console.web.parts.quick_elements import make_elements_quickly
from console.web.parts.steering import steering
from models.core.settings import Settings

STATIC = Path(__file__).parent / "static"


def make_application(url: URL, settings: Settings) -> ASGIApp:
    """The console over the shared database at `url`. Call it once per process: NiceGUI has one global application."""
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
    app.include_router(staff_pages.routes)
    app.router.routes.extend(mounts(make_api(database, steering(), app.state.limits)))
    _register_pages()
    pages_app.add_exception_handler(404, tell_not_found)
    ui.run_with(app, title="Aftercare", show_welcome_message=False, tailwind=False, reconnect_timeout=30)
    return Guard(app, database)


def _register_pages() -> None:
    """Import every page of the console. Each is a module named `page` or `…_page` in its subject's folder."""
    for module in walk_packages(console.web.__path__, f"{console.web.__name__}."):
        if module.name.endswith((".page", "_page")):
            import_module(module.name)
