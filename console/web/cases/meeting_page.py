"""The list for the weekly meeting: complaints new, open and late, and how they spread. It prints as it stands."""

from datetime import date, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from fastapi import Request
from nicegui import app, ui
from sqlalchemy import Connection, select
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from console.shared.lists_as_tables import as_csv, meeting_rows
from console.web.authentication.viewer import Viewer, viewer_of
from console.web.parts.frame import page
from console.web.parts.tables import Cell, show_table
from models.core.shown import show_month
from models.ledger.case_causes import department_name
from models.people.permissions import Permission
from models.people.tables import Store
from tasks.cases.categories import list_categories
from tasks.cases.meeting import MeetingList, QualityAlert, Tally, list_alerts, read_meeting
from tasks.subjects.repair_order.coming_back import FixRate, read_fix_rates

WEEK = timedelta(days=7)
Names = dict[str, str]


@page("/cases/meeting", Permission.MANAGE_CASES, "meeting.title")
async def show_meeting(viewer: Viewer, week: str = "") -> None:
    """The complaints of a week; quality alerts; the first-time-fix rate."""
    day = _read_day(viewer, week)
    listed, names, alerts, rates = await viewer.read(_read, viewer, day)
    ui.label(viewer.say("meeting.explained")).classes("quiet")
    _draw_weeks(viewer, listed)
    counts = {name: listed.count(name) for name in ("new", "open", "late")}
    ui.label(viewer.say("meeting.summary", **counts)).classes("text-bold").props("role=status")
    if listed.lines:
        headings, *rows = meeting_rows(listed, viewer.language, names)
        cells: list[list[Cell]] = [[partial(ui.link, row[0], f"/cases/{row[0]}"), *row[1:]] for row in rows]
        show_table(viewer.say("meeting.title"), headings, cells)
    else:
        ui.label(viewer.say("meeting.nothing"))
    if listed.more:
        ui.label(viewer.say("meeting.more")).classes("warn")
    with ui.element("div").classes("cards"):
        for by in dict.fromkeys(one.by for one in listed.tallies):
            _draw_tally(viewer, by, [one for one in listed.tallies if one.by == by], names)
    _draw_alerts(viewer, alerts)
    _draw_rates(viewer, rates)


def _read_day(viewer: Viewer, week: str) -> date:
    try:
        return date.fromisoformat(week)
    except ValueError:
        return viewer.now.astimezone(ZoneInfo(viewer.time_zone)).date()


def _read(
    connection: Connection, viewer: Viewer, day: date
) -> tuple[MeetingList, Names, list[QualityAlert], list[FixRate]]:
    store, now = viewer.user.store, viewer.now
    return (
        read_meeting(connection, now, day, store),
        _category_names(connection, viewer),
        list_alerts(connection, now, store),
        list(read_fix_rates(connection, now, store)),
    )


def _category_names(connection: Connection, viewer: Viewer) -> Names:
    stores = select(Store.id).order_by(Store.code)
    if viewer.store_id is not None:
        stores = stores.where(Store.id == viewer.store_id)
    return {
        one.key: one.name(viewer.language)
        for store_id in connection.scalars(stores)
        for one in list_categories(connection, store_id)
    }


def _draw_weeks(viewer: Viewer, listed: MeetingList) -> None:
    last = listed.until - timedelta(days=1)
    with ui.row().classes("items-center"):
        ui.label(viewer.say("meeting.week", since=listed.since, until=last)).classes("text-h6")
        for key, day in (("before", listed.since - WEEK), ("after", listed.until)):
            ui.link(viewer.say(f"meeting.{key}"), f"/cases/meeting?week={day}")
        ui.link(viewer.say("meeting.csv"), f"/cases/meeting.csv?week={listed.since}").props("download")
        ui.button(viewer.say("meeting.print"), on_click=lambda: ui.run_javascript("window.print()")).props(
            "outline no-caps"
        )


def _draw_tally(viewer: Viewer, by: str, tallies: list[Tally], names: Names) -> None:
    title = viewer.say("meeting.by", what=viewer.say(f"meeting.{by}").lower())
    headings = [viewer.say(f"meeting.{by}"), *(viewer.say(f"meeting.count_{name}") for name in ("new", "open", "late"))]
    with ui.element("section").classes("card").props(f'aria-label="{title}"'):
        ui.label(title).props("role=heading aria-level=2").classes("text-subtitle1")
        rows = [[_value(viewer, one, names), f"{one.new:,}", f"{one.open:,}", f"{one.late:,}"] for one in tallies]
        show_table(title, headings, rows)


def _value(viewer: Viewer, one: Tally, names: Names) -> str:
    if one.value is None:
        return viewer.say("meeting.none")
    if one.by == "department":
        return department_name(one.value, viewer.language)
    return names.get(one.value, one.value) if one.by == "category" else one.value


def _draw_alerts(viewer: Viewer, alerts: list[QualityAlert]) -> None:
    with ui.element("section").classes("card full-width").props(f'aria-label="{viewer.say("meeting.alerts")}"'):
        ui.label(viewer.say("meeting.alerts")).props("role=heading aria-level=2").classes("text-subtitle1")
        ui.label(viewer.say("meeting.alerts_explained")).classes("quiet")
        if not alerts:
            ui.label(viewer.say("meeting.no_alerts"))
        for one in alerts:
            figures = {"model": one.model, "part": one.part, "store": one.store, "count": one.count}
            ui.label(viewer.say("meeting.alert", **figures)).classes("bad")
            with ui.row():
                for case in one.cases:
                    ui.link(f"{case}", f"/cases/{case}")


def _draw_rates(viewer: Viewer, rates: list[FixRate]) -> None:
    title = viewer.say("meeting.fixes")
    with ui.element("section").classes("card full-width").props(f'aria-label="{title}"'):
        ui.label(title).props("role=heading aria-level=2").classes("text-subtitle1")
        ui.label(viewer.say("meeting.fixes_explained")).classes("quiet")
        if not rates:
            ui.label(viewer.say("meeting.no_fixes"))
            return
        names = ("month", "store", "orders", "came_back", "pending", "rate")
        show_table(title, [viewer.say(f"meeting.{name}") for name in names], [_rate(viewer, one) for one in rates])


def _rate(viewer: Viewer, one: FixRate) -> list[str]:
    rate = viewer.say("meeting.unknown_rate") if one.rate is None else f"{one.rate:.1f} %"
    return [show_month(one.month), one.store, f"{one.orders:,}", f"{one.came_back:,}", f"{one.pending:,}", rate]


@app.get("/cases/meeting.csv")
def download_meeting(request: Request, week: str = "") -> Response:
    """The complaints of a week for a spreadsheet."""
    viewer = viewer_of(request)
    if not viewer.may(Permission.MANAGE_CASES):
        return RedirectResponse("/", status_code=303)
    day = _read_day(viewer, week)
    listed, names, *_ = viewer.database.work_here(_read, viewer, day)
    name = f'attachment; filename="complaints-{listed.since}.csv"'
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    text = as_csv(meeting_rows(listed, viewer.language, names))
    return PlainTextResponse(text, media_type="text/csv; charset=utf-8", headers=headers)
