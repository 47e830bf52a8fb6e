"""Notices: each department acknowledges the sheet of the coming day, and what was moved or cancelled (R1)."""

from collections.abc import Callable
from datetime import datetime

from nicegui import ui
from sqlalchemy import Connection

from console.shared.moments import local
from console.web.authentication.viewer import Viewer
from console.web.parts.frame import page, telling
from console.web.parts.told import tell
from models.core.shown import show_day
from models.core.words import AppointmentStatus, ChangeKind
from models.people.permissions import Permission
from tasks.access.reach import staff_code_in
from tasks.access.sessions import SignedIn
from tasks.stores.notices import IN_TIME, Notice, acknowledge, list_notices, store_of_notice
from tasks.stores.sheets import Sheet, SheetVisit, acknowledge_sheet, list_sheets, store_of_sheet


@page("/notices", Permission.WORK_CALLS, "frame.notices")
async def show_notices(viewer: Viewer, department: str = "") -> None:
    """What waits to be acknowledged, of one department or of all, the oldest first."""
    ui.label(viewer.say("notices.explained")).classes("quiet")

    @ui.refreshable
    async def listed() -> None:
        async with telling(viewer):
            notices = await viewer.read(list_notices, store=viewer.user.store)
            sheets = await viewer.read(list_sheets, store=viewer.user.store)
            named = [*(one.department for one in notices), *(one.department for one in sheets)]
            _draw_departments(viewer, named, department)
            shown = [one for one in notices if department in ("", one.department)]
            shown_sheets = [one for one in sheets if department in ("", one.department)]
            if not shown and not shown_sheets:
                ui.label(viewer.say("notices.nothing")).props("role=status")
            with ui.element("div").classes("cards"):
                for notice in shown:
                    _draw(viewer, notice, listed.refresh)
                for sheet in shown_sheets:
                    _draw_sheet(viewer, sheet, listed.refresh)

    await listed()


def _draw_departments(viewer: Viewer, found: list[str], chosen: str) -> None:
    with ui.row().props(f'role=group aria-label="{viewer.say("notices.department")}"'):
        for name in ("", *sorted(set(found))):
            text = viewer.word(name) if name else viewer.say("frame.all")
            link = ui.link(text, f"/notices?department={name}" if name else "/notices")
            if name == chosen:
                link.props('aria-current="true"').classes("text-bold")


def _draw(viewer: Viewer, notice: Notice, refresh: Callable[[], object]) -> None:
    start, moved_to, told = (
        local(moment, notice.time_zone) for moment in (notice.from_starts_at, notice.to_starts_at, notice.told_at)
    )
    department = viewer.word(notice.department)
    name = viewer.say("notices.acknowledge_of", department=department, customer=notice.customer)
    with ui.element("section").classes("card").props(f'aria-label="{department} {notice.customer}"'):
        ui.label(f"{department} · {notice.store}").props("role=heading aria-level=2").classes("text-subtitle1")
        key = "notices.moved" if notice.change is ChangeKind.MOVED else "notices.cancelled"
        ui.label(f"{notice.customer}: {viewer.say(key, start=start, moved_to=moved_to)}")
        ui.label(viewer.say("notices.told", told=told)).classes("quiet")
        if viewer.now - notice.told_at > IN_TIME:
            ui.label(viewer.say("notices.late")).classes("bad")

        async def take() -> None:
            async with telling(viewer):
                await viewer.change(Permission.WORK_CALLS, _acknowledge, notice.id, viewer.now)
                tell(viewer, viewer.say("notices.acknowledged", department=department, customer=notice.customer))
            refresh()

        button = ui.button(viewer.say("notices.acknowledge"), on_click=take).props("no-caps")
        button.props["aria-label"] = name


def _draw_sheet(viewer: Viewer, sheet: Sheet, refresh: Callable[[], object]) -> None:
    department, day = viewer.word(sheet.department), show_day(sheet.day)
    title = viewer.say("notices.sheet", department=department, day=day)
    with ui.element("section").classes("card").props(f'aria-label="{title}"'):
        ui.label(f"{title} · {sheet.store}").props("role=heading aria-level=2").classes("text-subtitle1")
        with ui.element("ol").classes("plain"):
            for visit in sheet.visits:
                _draw_visit(viewer, visit, sheet.time_zone)
        ui.label(viewer.say("notices.told", told=local(sheet.told_at, sheet.time_zone))).classes("quiet")
        if viewer.now - sheet.told_at > IN_TIME:
            ui.label(viewer.say("notices.late")).classes("bad")

        async def take() -> None:
            async with telling(viewer):
                await viewer.change(Permission.WORK_CALLS, _acknowledge_sheet, sheet.id, viewer.now)
                tell(viewer, viewer.say("frame.saved"))
            refresh()

        button = ui.button(viewer.say("notices.acknowledge"), on_click=take).props("no-caps")
        button.props["aria-label"] = viewer.say("notices.acknowledge_sheet", department=department, day=day)


def _draw_visit(viewer: Viewer, visit: SheetVisit, zone: str) -> None:
    """One line: when, which car, what is done, whether its parts are there, and what became of it since."""
    car = " ".join(part for part in (visit.plate, visit.model) if part) or viewer.say("department.no_car")
    remarks = [
        visit.work or viewer.say("department.work_of_no_name"),
        viewer.say(f"department.parts_{visit.parts_state}"),
        *([viewer.word(visit.status)] if visit.status is not AppointmentStatus.BOOKED else []),
        *([viewer.say("department.was_moved")] if visit.moved else []),
        *([viewer.say("department.added")] if visit.added else []),
    ]
    with ui.element("li"):
        ui.label(f"{local(visit.starts_at, zone)[-5:]} {car}").classes("text-weight-bold")
        ui.label(" · ".join(remarks)).classes("quiet")


def _acknowledge_sheet(connection: Connection, user: SignedIn, sheet_id: int, now: datetime) -> None:
    store_id = store_of_sheet(connection, sheet_id, user.store_id)
    acknowledge_sheet(connection, sheet_id, now, staff_code_in(connection, user, store_id))


def _acknowledge(connection: Connection, user: SignedIn, notice_id: int, now: datetime) -> None:
    store_id = store_of_notice(connection, notice_id, user.store_id)
    acknowledge(connection, notice_id, now, staff_code_in(connection, user, store_id))
