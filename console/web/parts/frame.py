"""The frame around every page: navigation, language, and errors as sentences."""

from collections.abc import Awaitable, Callable
from copy import copy
from functools import partial, wraps
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import Request
from nicegui import ui
from nicegui.language import Language
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.responses import RedirectResponse

from console.shared.words import LANGUAGES, say, say_problem
from console.web.authentication.viewer import SignedOut, Viewer, viewer_of
from console.web.parts.quick_elements import Text
from console.web.parts.told import make_place, tell
from models.core.errors import AftercareError
from models.people.permissions import Permission
from tasks.access.sessions import MayNot
from tasks.inbound.listing import COUNTED, Standing, read_standing

PAGES: dict[str, tuple[Permission, str]] = {
    "/": (Permission.SEE_TODAY, "frame.today"),
    "/inbox": (Permission.WORK_INBOX, "frame.inbox"),
    "/calls": (Permission.WORK_CALLS, "frame.calls"),
    "/notices": (Permission.WORK_CALLS, "frame.notices"),
    "/cases": (Permission.WORK_CASES, "frame.cases"),
    "/feedback": (Permission.WORK_CALLS, "frame.feedback"),
    "/inspections": (Permission.WORK_CALLS, "frame.inspections"),
    "/leads": (Permission.WORK_LEADS, "frame.leads"),
    "/accounts": (Permission.WORK_ACCOUNTS, "frame.accounts"),
    "/customers": (Permission.SEE_CUSTOMERS, "frame.customers"),
    "/approvals": (Permission.DECIDE, "frame.approvals"),
    "/campaigns": (Permission.SEE_CAMPAIGNS, "frame.campaigns"),
    "/touches": (Permission.SEE_TOUCHES, "frame.touches"),
    "/runs": (Permission.SEE_RUNS, "frame.runs"),
    "/policies": (Permission.SEE_POLICIES, "frame.policies"),
    "/templates": (Permission.SEE_POLICIES, "frame.templates"),
    "/import": (Permission.IMPORT_FILES, "frame.import"),
    "/health": (Permission.SEE_HEALTH, "frame.health"),
    "/staff": (Permission.ASSIGN_CALLS, "frame.staff"),
    "/users": (Permission.MANAGE_ACCESS, "frame.users"),
    "/settings": (Permission.SEE_TODAY, "frame.settings"),
}
"""The menu in order. Viewers see only the pages that they may open."""
INBOX, NEW = "/inbox", "/inbox/new"

LANGUAGES_OF_PARTS: dict[str, Language] = {"zh-CN": "zh-CN", "en": "en-US"}
"""What NiceGUI calls our languages."""
PATIENCE_SECONDS = 30.0
"""Seconds. A page that a busy database answers late is better than none."""

log = structlog.get_logger()

Shown = Callable[..., Awaitable[object]]


def page(path: str, permission: Permission, title: str) -> Callable[[Shown], Shown]:
    """Register `show(viewer, …)` as the page at `path`, inside the frame, for viewers with the permission.

    Path and query parameters are passed to `show` by name. `title` is a wording key.
    """

    def register(show: Shown) -> Shown:
        @wraps(show)
        async def framed(request: Request, **parameters: Any) -> Any:
            viewer = viewer_of(request)
            if not viewer.may(permission):
                return RedirectResponse(first_page(viewer), status_code=303) if path == "/" else _refused(viewer)
            ui.on_exception(partial(tell_error, viewer))  # errors that no part of the page has handled
            ui.page_title(f"{viewer.say(title)} · {viewer.say('frame.title')}")
            waiting = await _waiting(viewer)
            with _frame(viewer, path, request, waiting):
                ui.label(viewer.say(title)).props("role=heading aria-level=1").classes("text-h5")
                async with telling(viewer):
                    await show(viewer, **parameters)
            return None

        framed.__signature__ = _signature(show)  # type: ignore[attr-defined]  # NiceGUI reads the parameters off it
        ui.page(path, response_timeout=PATIENCE_SECONDS)(framed)
        return show

    return register


def _speak(language: str) -> None:
    """Let what NiceGUI and Quasar say by themselves be in the viewer's language, such as a lost connection."""
    client = ui.context.client
    client.page = copy(client.page)
    client.page.language = LANGUAGES_OF_PARTS[language]


def _signature(show: Shown) -> object:
    import inspect  # noqa: PLC0415

    own = list(inspect.signature(show).parameters.values())[1:]
    request = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)
    return inspect.Signature([request, *(one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own)])


def first_page(viewer: Viewer) -> str:
    """The first page that the viewer may open."""
    return next(path for path, (permission, _) in PAGES.items() if viewer.may(permission))


def _refused(viewer: Viewer) -> None:
    with _frame(viewer, "", None):
        ui.label(viewer.say("frame.may_not")).classes("bad").props("role=alert")


async def _waiting(viewer: Viewer) -> Standing | None:
    """What waits in the inbox for the badge; None: the viewer has none, or the database does not answer."""
    if not viewer.may(Permission.WORK_INBOX):
        return None
    try:
        return await viewer.read(read_standing, viewer.store_id, viewer.user.works_as, viewer.now)
    except OperationalError:
        return None  # the page itself tells of it


def _frame(viewer: Viewer, path: str, request: Request | None, waiting: Standing | None = None) -> Any:
    """Header, menu, and the column that holds the page."""
    _speak(viewer.language)
    ui.add_head_html('<link rel="stylesheet" href="/static/console.css">')
    ui.colors(primary="#0b5cad", secondary="#3d4b5c", negative="#a4161a", positive="#1b6e3c", warning="#8a4b00")
    ui.add_head_html(f"<script>document.documentElement.lang = '{viewer.language}'</script>")
    with (
        ui.left_drawer(value=False, fixed=True, bordered=True)
        .props("show-if-above width=210 breakpoint=900")
        .classes("bg-white") as drawer
    ):
        _menu(viewer, path, waiting)
    with ui.header(elevated=False).classes("items-center q-py-xs no-wrap"):
        Text("a", viewer.say("frame.skip")).props('href="#content"').classes("skip")
        menu = ui.button(icon="menu", on_click=drawer.toggle).props("flat color=white round")
        menu.props(f'aria-label="{viewer.say("frame.menu")}"')
        with ui.element("div").classes("whose"):
            ui.label(viewer.user.store or viewer.say("frame.all_stores"))
            ui.label(viewer.time_zone).classes("text-caption").props["title"] = viewer.say("frame.clock")
        ui.space()
        ui.label(viewer.user.name).classes("text-white only-wide")
        _languages(viewer, request)
        _form_button("/sign-out", viewer.say("frame.sign_out"))
    make_place(viewer, tell_error)
    return ui.column().classes("page").props('id=content tabindex="-1"')


def _menu(viewer: Viewer, path: str, waiting: Standing | None) -> None:
    with ui.element("nav").classes("menu").props(f'aria-label="{viewer.say("frame.menu")}"'):
        _new_inbound(viewer)
        for address, (permission, key) in PAGES.items():
            if viewer.may(permission):
                entry = ui.link(viewer.say(key), address)
                if address == INBOX and waiting is not None and waiting.mine:
                    _badge(viewer, entry, waiting)
                if address == path:
                    entry.props('aria-current="page"')


def _badge(viewer: Viewer, entry: ui.link, waiting: Standing) -> None:
    """How many wait for the viewer; more than are counted as more."""
    count = f"{COUNTED - 1:,}+" if waiting.mine >= COUNTED else f"{waiting.mine:,}"
    with entry:
        ui.badge(count, color="negative" if waiting.overdue else "primary").classes("q-ml-sm").props["aria-label"] = (
            viewer.say("frame.waiting", count=count)
        )


def _new_inbound(viewer: Viewer) -> None:
    """Somebody stands at the counter, or is on the phone: one click from every page."""
    if viewer.may(Permission.WORK_INBOX):
        for key, address in (("new_contact", NEW), ("new_complaint", f"{NEW}?kind=complaint")):
            ui.link(viewer.say(f"frame.{key}"), address).classes("new")


def _languages(viewer: Viewer, request: Request | None) -> None:
    here = quote(request.url.path + (f"?{request.url.query}" if request.url.query else "")) if request else "/"
    for code, name in LANGUAGES.items():
        if code != viewer.language:
            _form_button(f"/language/{code}?next={here}", name)


def _form_button(address: str, label: str) -> None:
    """A plain form with one button: what changes something is never a link."""
    with ui.element("form").props(f'method=post action="{address}"').classes("q-ma-none"):
        ui.button(label).props("flat color=white no-caps type=submit")


class telling:  # noqa: N801  it reads as a verb: `async with telling(viewer)`
    """Show an error of the block to the viewer as a sentence, and continue."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer

    async def __aenter__(self) -> None:
        return None

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> bool:
        if not isinstance(error, Exception):
            return False
        tell_error(self._viewer, error)
        return True


def tell_error(viewer: Viewer, error: Exception) -> None:
    """Show an error to the viewer. Unexpected errors are logged in full."""
    tell(viewer, sentence_of(viewer.language, error), "negative")
    if isinstance(error, SignedOut):
        ui.navigate.to("/sign-in")


def sentence_of(language: str, error: Exception) -> str:
    """An error as a sentence."""
    match error:
        case SignedOut():
            return say(language, "frame.signed_out")
        case MayNot():
            return say(language, "frame.may_not")
        case AftercareError():
            return say_problem(language, error)
        case OperationalError() | InterfaceError():
            return say(language, "frame.outage")
        case _:
            log.error("A page failed", exc_info=error)
            return say(language, "frame.unexpected")
