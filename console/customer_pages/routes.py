"""The routes under /c/. The link itself says which page it opens. GET changes nothing; changes are forms."""

from collections.abc import Awaitable, Callable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.responses import RedirectResponse, Response

import console.customer_pages
from console.customer_pages.guests import FormTooLarge, Guest, language_asked, read_form
from console.shared.database import Database
from console.shared.plain_pages import preferred_language, render_page
from console.shared.words import LANGUAGES
from models.core.errors import Conflict, NotFound
from models.core.words import LinkPurpose
from models.messages.links import PATH, NotOurLink
from tasks.messages.links import find_reader, read_token, stores_to_call

routes = APIRouter(include_in_schema=False)

NOT_FOUND, GONE, TOO_LARGE, AWAY = 404, 410, 413, 503
"""Unknown and expired links get a page that says whom to call, and no more."""


class NobodyThere(NotFound):
    """The subject of the link is gone, or belongs to another customer now."""

    def __init__(self) -> None:
        super().__init__("What this link was for is no longer there.")


class LinkOver(Conflict):
    """The link has expired."""

    def __init__(self, guest: Guest) -> None:
        self.guest = guest
        super().__init__("This link has expired.")


@cache
def find_pages() -> dict[LinkPurpose, ModuleType]:
    """The page of each purpose: the modules of this folder that declare one."""
    names = sorted(module.name for module in iter_modules(console.customer_pages.__path__))
    modules = [import_module(f"{console.customer_pages.__name__}.{name}") for name in names]
    return {module.PURPOSE: module for module in modules if hasattr(module, "PURPOSE")}


@routes.api_route(PATH + "{token}", methods=["GET", "HEAD"])
async def show_page(request: Request, token: str) -> Response:
    """Show the page that a link opens."""

    async def show() -> Response:
        guest = await _greet(request, token)
        shown: Response = await find_pages()[guest.link.purpose].show(guest)
        return shown

    return await _answered(request, show)


@routes.get(PATH + "{token}/{deed}")
async def show_again(token: str, deed: str) -> Response:  # noqa: ARG001  GET does not perform the action
    """Show the page again, for a browser that reloads the address of a form."""
    return RedirectResponse(PATH + token, status_code=303)


@routes.post(PATH + "{token}/{deed}")
async def take_form(request: Request, token: str, deed: str) -> Response:
    """Perform an action of the customer."""

    async def take() -> Response:
        guest = await _greet(request, token, await read_form(request))
        does = find_pages()[guest.link.purpose].DEEDS.get(deed)
        if does is None:
            raise NotOurLink
        done: Response = await does(guest)
        return done

    return await _answered(request, take)


async def _greet(request: Request, token: str, form: dict[str, str] | None = None) -> Guest:
    """The customer of a link. Raises `NotOurLink`, `NobodyThere`, `LinkOver`."""
    database: Database = request.state.database
    now = database.now
    link = read_token(database.settings, token)
    reader = await database.work(find_reader, link, now)
    if reader is None:
        raise NobodyThere
    guest = Guest(request, token, link, reader, database, now, form or {})
    if reader.over:
        raise LinkOver(guest)
    return guest


async def _answered(request: Request, answer: Callable[[], Awaitable[Response]]) -> Response:
    try:
        return await answer()
    except LinkOver as over:
        return over.guest.page("customer_gone.html", status=GONE, title="over", text="over_text")
    except (NotOurLink, NobodyThere):
        return await _nothing_here(request)
    except FormTooLarge:
        return _plain(request, TOO_LARGE, "too_large", "too_large_text")
    except (OperationalError, InterfaceError):
        return _plain(request, AWAY, "away", "away_text")


async def _nothing_here(request: Request) -> Response:
    database: Database = request.state.database
    try:
        stores = await database.work(stores_to_call)
    except (OperationalError, InterfaceError):
        stores = []
    return _plain(request, NOT_FOUND, "not_ours", "not_ours_text", stores)


def _plain(
    request: Request, status: int, title: str, text: str, stores: list[tuple[str, str]] | None = None
) -> Response:
    """A page for an unknown customer, in the language that the browser asks for."""
    language = language_asked(request, preferred_language(request.headers.get("accept-language", "")))
    others = {code: name for code, name in LANGUAGES.items() if code != language}
    values: dict[str, Any] = {"stores": stores or [], "others": others, "title": title, "text": text}
    return render_page("customer_gone.html", language, status=status, address=_switched(request), **values)


def _switched(request: Request) -> Callable[..., str]:
    return lambda **query: f"{request.url.path}?lang={query['lang']}"
