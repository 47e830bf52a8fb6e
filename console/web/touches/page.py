"""The ledger as a list: filter, pages, details, download. Unknown and failed touches are settled here."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any, assert_never
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from nicegui import app, ui
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from console.shared.moments import local
from console.web.authentication.viewer import Viewer, viewer_of
from console.web.parts.deciding import Choosing, ask_reason
from console.web.parts.field_errors import FormElement
from console.web.parts.frame import page, sentence_of, telling
from console.web.parts.pagination import Pagination
from console.web.parts.quick_elements import Text
from console.web.parts.tables import show_table
from console.web.touches.details import show_touch
from models.core.errors import AftercareError, InvalidInput
from models.core.ids import TouchId
from models.core.spreadsheet_cells import defuse
from models.core.words import ChannelName, ProcessName, TouchState
from models.people.permissions import Permission
from tasks.access.reach import StoreReached, list_reached_stores, reached_store
from tasks.access.sessions import SignedIn
from tasks.database.paging import Cursor, Page
from tasks.policies.processes import recorded_processes
from tasks.touches.lists import (
    DueDays,
    TouchLine,
    Unsettled,
    Wanted,
    WindowBackwards,
    WindowTooLong,
    needs_window,
    open_touch,
    read_touch_page,
    stream_touches,
    usual_window,
)
from tasks.touches.one_by_one import Decided
from tasks.touches.settling import AsSeen, Settlement, settle_each

PAGE = 30
DOWNLOAD = "/touches.csv"
BYTE_ORDER_MARK = "\ufeff"
"""Tells spreadsheets that a file is UTF-8."""


class NotADay(InvalidInput):
    """The text is not a date."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"'{text}' is not a day; expected one such as 2026-03-10.")


@dataclass(frozen=True)
class Asked:
    """The query parameters as they are in the address."""

    process: str = ""
    state: str = ""
    channel: str = ""
    store: str = ""
    since: str = ""
    until: str = ""

    def wanted(self, today: date) -> Wanted:
        """The filter. Raises `NotADay`, `WindowBackwards`, `WindowTooLong`."""
        state = _state(self.state)
        return Wanted(
            process=ProcessName(self.process) if self.process else None,
            state=state,
            channel=ChannelName(self.channel) if self.channel in set(ChannelName) else None,
            store=self.store or None,
            window=self._window(today, needed=needs_window(state)),
        )

    def _window(self, today: date, *, needed: bool) -> DueDays | None:
        if not self.since and not self.until:
            return usual_window(today) if needed else None
        usual = usual_window(_day(self.until) if self.until else today)
        return DueDays(
            _day(self.since) if self.since else usual.since,
            _day(self.until) if self.until else max(today, _day(self.since)),
        )


def _state(text: str) -> TouchState | Unsettled | None:
    if text == Unsettled.TO_SETTLE:
        return Unsettled.TO_SETTLE
    return TouchState(text) if text in set(TouchState) else None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotADay(text) from error


@dataclass
class Shown:
    """The list on one viewer's screen."""

    viewer: Viewer
    asked: Asked
    wanted: Wanted
    choosing: Choosing = field(default_factory=Choosing)
    pagination: Pagination = field(default_factory=Pagination)


@page("/touches", Permission.SEE_TOUCHES, "frame.touches")
async def show_touches(
    viewer: Viewer,
    process: str = "",
    state: str = "",
    channel: str = "",
    store: str = "",
    since: str = "",
    until: str = "",
) -> None:
    """The filter, and the touches that match."""
    asked = Asked(process, state, channel, store, since, until)
    stores: list[StoreReached] = await viewer.read(list_reached_stores, viewer.user)
    processes: list[ProcessName] = await viewer.read(recorded_processes)
    today = _today(viewer, stores)
    try:
        wanted = asked.wanted(today)
    except (NotADay, WindowBackwards, WindowTooLong) as error:
        _draw_filter(viewer, asked, None, stores, processes, error)
        return
    _draw_filter(viewer, asked, wanted, stores, processes, None)
    await _draw_list(Shown(viewer, asked, wanted))


def _today(viewer: Viewer, stores: list[StoreReached]) -> date:
    """Today, if all the viewer's stores agree on it; else by the installation's zone."""
    zones = {store.time_zone for store in stores}
    zone = ZoneInfo(zones.pop()) if len(zones) == 1 else viewer.database.settings.zone
    return viewer.now.astimezone(zone).date()


def _draw_filter(
    viewer: Viewer,
    asked: Asked,
    wanted: Wanted | None,
    stores: list[StoreReached],
    processes: Sequence[ProcessName],
    error: AftercareError | None,
) -> None:
    window = wanted.window if wanted else None
    fields: dict[str, FormElement] = {}
    with ui.row().classes("items-start full-width").props(f'role=search aria-label="{viewer.say("frame.search")}"'):
        for name, options in _choices(viewer, stores, processes).items():
            value = getattr(asked, name)
            fields[name] = ui.select(
                options,
                label=viewer.say("frame.store" if name == "store" else f"touches.{name}"),
                value=value if value in options else "",
            )
            fields[name].props("outlined dense stack-label").classes("filter")
        for name in ("since", "until"):
            given = getattr(asked, name) or (str(getattr(window, name)) if window else "")
            fields[name] = ui.input(viewer.say(f"touches.{name}"), value=given)
            fields[name].props("outlined dense stack-label type=date").classes("filter")
        if error is not None:
            name, sentence = _beside(viewer, asked, error)
            fields[name].error = sentence

        def search() -> None:
            chosen = {name: one.value for name, one in fields.items() if one.value}
            if not (asked.since or asked.until) and _says_usual(chosen, window):
                del chosen["since"], chosen["until"]  # the default window, which nobody chose
            ui.navigate.to(f"/touches?{urlencode(chosen)}")

        ui.button(viewer.say("frame.search"), on_click=search)


def _says_usual(chosen: dict[str, str], window: DueDays | None) -> bool:
    return window is not None and (chosen.get("since"), chosen.get("until")) == (str(window.since), str(window.until))


def _beside(viewer: Viewer, asked: Asked, error: AftercareError) -> tuple[str, str]:
    """The field of an error, and its sentence."""
    match error:
        case NotADay():
            return "since" if error.text == asked.since else "until", viewer.say("touches.not_a_day")
        case WindowTooLong():
            return "until", viewer.say("touches.too_long", days=error.days, most=31)
        case _:
            return "until", viewer.say("touches.backwards")


def _choices(viewer: Viewer, stores: list[StoreReached], processes: Sequence[ProcessName]) -> dict[str, dict[str, str]]:
    everything = {"": viewer.say("frame.all")}
    to_settle = {Unsettled.TO_SETTLE.value: viewer.say("touches.to_settle")}
    chosen = {
        "process": everything | {process: viewer.word(process) for process in processes},
        "state": everything | to_settle | {state.value: viewer.word(state) for state in TouchState},
        "channel": everything | {channel.value: viewer.word(channel) for channel in ChannelName},
    }
    if viewer.store_id is None:
        chosen["store"] = everything | {store.code: f"{store.code} {store.name}" for store in stores}
    return chosen


async def _draw_list(shown: Shown) -> None:
    viewer = shown.viewer
    window = shown.wanted.window
    told = viewer.say("touches.window", since=window.since, until=window.until) if window else None
    with ui.row().classes("items-center full-width"):
        ui.label(told or viewer.say("touches.no_window")).classes("quiet")
        ui.space()
        address = f"{DOWNLOAD}?{urlencode(_given(shown.asked))}"
        ui.link(viewer.say("touches.download"), address).props("download")

    @ui.refreshable
    async def listed() -> None:
        async with telling(viewer):
            found: Page[TouchLine] = await viewer.read(_read_page, viewer.user, shown.wanted, shown.pagination.here)
            shown.choosing.draw_problems(viewer)
            _draw_page(shown, found, listed.refresh)

    await listed()


def _given(asked: Asked) -> dict[str, str]:
    return {name: value for name, value in vars(asked).items() if value}


def _read_page(connection: Connection, user: SignedIn, wanted: Wanted, after: Cursor | None) -> Page[TouchLine]:
    return read_touch_page(connection, _within_reach(connection, user, wanted), PAGE, after)


def _within_reach(connection: Connection, user: SignedIn, wanted: Wanted) -> Wanted:
    return replace(wanted, store=reached_store(connection, user, wanted.store))


def _draw_page(shown: Shown, found: Page[TouchLine], refresh: Callable[[], object]) -> None:
    viewer = shown.viewer
    if not found.rows:
        ui.label(viewer.say("frame.nothing"))
    else:
        unsettled = {line.id: line for line in found.rows if line.is_unsettled}
        settles = viewer.may(Permission.SETTLE_TOUCHES) and bool(unsettled)
        count = _draw_settling(shown, unsettled, refresh) if settles else lambda: None
        columns = ("act", "due", "step", "customer", "state", "recipient", "why")
        headings = [viewer.say(f"touches.{column}") for column in (("select", *columns) if settles else columns)]
        rows = [_row(shown, line, refresh, count, settles=settles) for line in found.rows]
        show_table(viewer.say("frame.touches"), headings, rows, row_heading=columns.index("customer") + settles)
    _draw_turning(shown, found, refresh)


def _row(
    shown: Shown, line: TouchLine, refresh: Callable[[], object], count: Callable[[], None], *, settles: bool
) -> list[Any]:
    viewer = shown.viewer
    what = f"{viewer.word(line.step)} {line.customer}"

    def draw_box() -> None:
        if line.is_unsettled:
            shown.choosing.draw_box(viewer.say("deciding.choose", what=what), line.id, count)

    def draw_step() -> None:
        Text("div", viewer.word(line.process))
        Text("div", f"{viewer.word(line.step)} · {viewer.word(line.kind)}").classes("quiet")

    def draw_button() -> None:
        button = ui.button(viewer.say("touches.open"), on_click=lambda: _open(shown, line.id, refresh))
        button.props("outline dense no-caps").props["aria-label"] = viewer.say("touches.open_one", what=what)

    cells = [
        draw_button,
        f"{local(line.due_at, line.time_zone)} {line.store}",
        draw_step,
        lambda: ui.link(line.customer, f"/customers/{line.customer_id}"),
        viewer.word(line.state),
        " ".join(part for part in (viewer.word(line.channel) if line.channel else "", line.recipient or "") if part),
        viewer.reason(line.reason),
    ]
    return [draw_box, *cells] if settles else cells


def _draw_turning(shown: Shown, found: Page[TouchLine], refresh: Callable[[], object]) -> None:
    viewer = shown.viewer

    def turned() -> None:
        shown.choosing.forget()
        refresh()

    with ui.row().classes("items-center"):
        ui.label(viewer.say("touches.count", count=len(found.rows))).classes("quiet")
        shown.pagination.draw(viewer, found.next, turned)


def _draw_settling(
    shown: Shown, unsettled: Mapping[TouchId, TouchLine], refresh: Callable[[], object]
) -> Callable[[], None]:
    """Draw the buttons for the selected touches. Returns what to call when the selection has changed."""
    viewer = shown.viewer

    async def settle(settlement: Settlement, chosen: set[TouchId]) -> None:
        seen = {touch_id: unsettled[touch_id].as_seen for touch_id in chosen}
        await _settle(shown, seen, settlement, refresh)

    ways = [(_name(viewer, settlement), partial(settle, settlement)) for settlement in Settlement]
    return shown.choosing.draw_bar(viewer, unsettled.keys(), ways, refresh)


async def _settle(
    shown: Shown, seen: Mapping[TouchId, AsSeen], settlement: Settlement, refresh: Callable[[], object]
) -> None:
    viewer = shown.viewer
    async with telling(viewer):
        reason = await ask_reason(viewer, _name(viewer, settlement), _explained(viewer, settlement), needed=True)
        if reason is None:
            return
        decided: list[Decided] = await viewer.change(
            Permission.SETTLE_TOUCHES, settle_each, seen, settlement, reason, viewer.now
        )
        shown.choosing.take(viewer, decided, f"touches.settled_{settlement}")
        refresh()


def _name(viewer: Viewer, settlement: Settlement) -> str:
    match settlement:
        case Settlement.DELIVERED:
            return viewer.say("touches.delivered")
        case Settlement.AGAIN:
            return viewer.say("touches.again")
        case Settlement.GIVEN_UP:
            return viewer.say("touches.given_up")
        case _:
            assert_never(settlement)


def _explained(viewer: Viewer, settlement: Settlement) -> str:
    match settlement:
        case Settlement.DELIVERED:
            return viewer.say("touches.delivered_explained")
        case Settlement.AGAIN:
            return viewer.say("touches.again_explained")
        case Settlement.GIVEN_UP:
            return viewer.say("touches.given_up_explained")
        case _:
            assert_never(settlement)


async def _open(shown: Shown, touch_id: TouchId, refresh: Callable[[], object]) -> None:
    viewer = shown.viewer
    async with telling(viewer):
        opened = await viewer.read(open_touch, viewer.store_id, touch_id, viewer.now)
        settlement = await show_touch(viewer, opened, _name)
        if settlement is not None:
            await _settle(shown, {touch_id: opened.line.as_seen}, settlement, refresh)


@app.get(DOWNLOAD)
def download_touches(
    request: Request,
    process: str = "",
    state: str = "",
    channel: str = "",
    store: str = "",
    since: str = "",
    until: str = "",
) -> Response:
    """The whole list as a file, from its beginning."""
    viewer = viewer_of(request)
    if not viewer.may(Permission.SEE_TOUCHES):
        return PlainTextResponse(viewer.say("frame.may_not"), status_code=403)
    try:
        wanted = viewer.database.work_here(_wanted_here, viewer, Asked(process, state, channel, store, since, until))
    except AftercareError as error:
        return PlainTextResponse(sentence_of(viewer.language, error), status_code=400)
    headers = {"Content-Disposition": 'attachment; filename="touches.csv"', "Cache-Control": "no-store"}
    return StreamingResponse(_write(viewer, wanted), media_type="text/csv; charset=utf-8", headers=headers)


def _wanted_here(connection: Connection, viewer: Viewer, asked: Asked) -> Wanted:
    today = _today(viewer, list_reached_stores(connection, viewer.user))
    return _within_reach(connection, viewer.user, asked.wanted(today))


def _write(viewer: Viewer, wanted: Wanted) -> Iterator[str]:
    columns = ("due_at", "store", "process", "step", "kind", "customer", "state", "state_at", "channel", "recipient")
    yield BYTE_ORDER_MARK + _csv_line((*columns, "reason", "id"))
    with viewer.database.engine.connect() as connection:
        for line in stream_touches(connection, wanted):
            moments = {name: local(getattr(line, name), line.time_zone) for name in ("due_at", "state_at")}
            cells = (moments.get(name) or getattr(line, name) or "" for name in (*columns, "reason", "id"))
            yield _csv_line([defuse(str(cell)) for cell in cells])


def _csv_line(cells: Sequence[object]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()
