"""Signing in and out, and changing one's password: plain forms that need no JavaScript."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from console.shared.database import Database
from console.shared.limits import address_of, limits_of, present, retry_after
from console.shared.plain_pages import preferred_language, render_page
from console.web.authentication.guard import COOKIE, PASSWORD, SIGN_IN
from console.web.authentication.kept_words import Word, keep_word
from console.web.authentication.viewer import viewer_of
from tasks.access.passwords import WeakPassword, is_password
from tasks.access.sessions import LASTS, Locked, NotSignedIn, SignedIn, sign_in, sign_out
from tasks.access.users import change_password, find_user, set_language

routes = APIRouter(include_in_schema=False)


@routes.get(SIGN_IN)
def show_sign_in(request: Request, next: str = "/") -> Response:  # noqa: A002  the name in the address
    """The form."""
    return _form(request, next=_own_path(next))


@routes.post(SIGN_IN)
async def take_sign_in(
    request: Request,
    login: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=1000)],
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:
    """Start a session, or show the form again."""
    wait = limits_of(request).sign_ins.take(address_of(request), present())
    if wait > 0:
        answer = _form(request, next=next, login=login, problem="frame.locked", status=429)
        answer.headers.update(retry_after(wait))
        return answer
    database: Database = request.state.database
    found = await database.work(sign_in, login, password, database.now, _browser_language(request))
    match found:
        case Locked():
            return _form(request, next=next, login=login, problem="frame.locked", status=429)
        case NotSignedIn():
            return _form(request, next=next, login=login, problem="frame.wrong", status=401)
    answer = RedirectResponse(_own_path(next), status_code=303)
    answer.set_cookie(
        COOKIE, found, max_age=int(LASTS.total_seconds()), httponly=True, samesite="lax", secure=_behind_tls(request)
    )
    return answer


@routes.post("/sign-out")
async def take_sign_out(request: Request) -> Response:
    """End the session."""
    viewer = viewer_of(request)
    await viewer.database.work(sign_out, viewer.user.token_digest)
    answer = RedirectResponse(SIGN_IN, status_code=303)
    answer.delete_cookie(COOKIE)
    return answer


@routes.post("/language/{language}")
async def take_language(request: Request, language: str) -> Response:
    """Switch the language of the console, and return to the same page."""
    viewer = viewer_of(request)
    if language in ("zh-CN", "en"):
        await viewer.database.work(set_language, viewer.user.login, language)
    return RedirectResponse(_own_path(request.query_params.get("next", "/")), status_code=303)


@routes.get(PASSWORD)
def show_password(request: Request) -> Response:
    """The form."""
    return _password_form(request)


@routes.post(PASSWORD)
async def take_password(
    request: Request,
    old: Annotated[str, Form(max_length=1000)],
    new: Annotated[str, Form(max_length=1000)],
    again: Annotated[str, Form(max_length=1000)],
) -> Response:
    """Change the password, or show the form again."""
    viewer = viewer_of(request)
    if new != again:
        return _password_form(request, "frame.not_the_same", status=422)
    problem = await viewer.database.work(_change, viewer.user, old, new, viewer.now)
    if problem:
        return _password_form(request, problem, status=422)
    keep_word(viewer.user.token_digest, Word(viewer.say("frame.changed")))
    return RedirectResponse("/", status_code=303)


def _change(connection: Connection, user: SignedIn, old: str, new: str, now: datetime) -> str | None:
    """The problem with the change; None if the password was changed."""
    if not is_password(old, find_user(connection, user.login).password_hash):
        return "frame.old_wrong"
    try:
        change_password(connection, user.login, new, now, user.login, keep=user.token_digest)
    except WeakPassword:
        return "frame.weak"
    return None


def _form(request: Request, *, next: str, login: str = "", problem: str = "", status: int = 200) -> Response:  # noqa: A002
    language = _browser_language(request)
    return render_page("sign_in.html", language, status=status, next=next, login=login, problem=problem)


def _browser_language(request: Request) -> str:
    return preferred_language(request.headers.get("accept-language", ""))


def _password_form(request: Request, problem: str = "", *, status: int = 200) -> Response:
    user = viewer_of(request).user
    return render_page("password.html", user.language, status=status, problem=problem, must=user.must_change_password)


def _own_path(path: str) -> str:
    """A path of this site. Anything that would lead to another site becomes the first page."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"


def _behind_tls(request: Request) -> bool:
    return request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https"
