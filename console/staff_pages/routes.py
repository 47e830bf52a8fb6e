"""The routes under /d/. GET changes nothing; what is acknowledged is what the page has shown."""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.responses import RedirectResponse, Response

from console.shared.database import Database
from console.shared.plain_pages import preferred_language, render_page
from models.core.saying import say_word
from models.core.settings import Settings
from models.messages.letters import write_day
from tasks.staff.notifications.departments import DepartmentWork, acknowledge_shown, read_department_work
from tasks.staff.notifications.links import PATH, NotOurStaffLink, StaffLinkOver, read_staff_token

routes = APIRouter(include_in_schema=False)

NOT_FOUND, GONE, TOO_LARGE, AWAY = 404, 410, 413, 503
LARGEST_FORM = 65_536
LOOK = "department.html"


@routes.api_route(PATH + "{token}", methods=["GET", "HEAD"])
async def show_department(request: Request, token: str) -> Response:
    """Show what waits to be acknowledged."""

    async def show() -> Response:
        database: Database = request.state.database
        return _page(await database.work(_read, database.settings, token, database.now), token, request)

    return await _answered(request, show)


@routes.post(PATH + "{token}")
async def acknowledge_for_department(request: Request, token: str) -> Response:
    """Acknowledge what was shown, then show what is left."""

    async def take() -> Response:
        database: Database = request.state.database
        body = await request.body()
        if len(body) > LARGEST_FORM:
            return _gone(request, TOO_LARGE, "too_large")
        fields = parse_qsl(body.decode("utf-8", "replace"))
        shown = {kind: {int(value) for name, value in fields if name == kind and value.isdecimal()} for kind in KINDS}
        await database.work(_take, database.settings, token, shown["sheet"], shown["notice"], database.now)
        return RedirectResponse(f"{PATH}{token}?done=1", status_code=303)

    return await _answered(request, take)


KINDS = ("sheet", "notice")


def _read(connection: Connection, settings: Settings, token: str, now: datetime) -> DepartmentWork:
    return read_department_work(connection, read_staff_token(connection, settings, token, now))


def _take(
    connection: Connection,
    settings: Settings,
    token: str,
    sheets: Collection[int],
    notices: Collection[int],
    now: datetime,
) -> int:
    return acknowledge_shown(connection, read_staff_token(connection, settings, token, now), sheets, notices, now)


def _page(work: DepartmentWork, token: str, request: Request) -> Response:
    zone = ZoneInfo(work.time_zone)
    return render_page(
        LOOK,
        work.language,
        work=work,
        action=f"{PATH}{token}",
        done="done" in request.query_params,
        clock=lambda at: f"{at.astimezone(zone):%H:%M}",
        local=lambda at: f"{at.astimezone(zone):%Y-%m-%d %H:%M}",
        day=lambda day: write_day(day, work.language),
        word=lambda word: say_word(work.language, word),
    )


def _gone(request: Request, status: int, key: str) -> Response:
    language = preferred_language(request.headers.get("accept-language", ""))
    return render_page("department_gone.html", language, status=status, key=key)


async def _answered(request: Request, answer: Callable[[], Awaitable[Response]]) -> Response:
    try:
        return await answer()
    except StaffLinkOver:
        return _gone(request, GONE, "over")
    except NotOurStaffLink:
        return _gone(request, NOT_FOUND, "not_ours")
    except (OperationalError, InterfaceError):
        return _gone(request, AWAY, "away")
