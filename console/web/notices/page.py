"""Notices: each department acknowledges that an appointment was moved or cancelled (R1)."""

from collections.abc import Callable
from datetime import datetime

from nicegui import ui
from sqlalchemy import Connection

from console.shared.moments import local
from console.web.authentication.viewer import Viewer
from console.web.parts.frame import page, telling
from console.web.parts.told import tell
from models.core.words import ChangeKind
from models.people.permissions import Permission
from tasks.access.reach import staff_code_in
from tasks.access.sessions import SignedIn
from tasks.stores.notices import IN_TIME, Notice, acknowledge, list_notices, store_of_notice


@page("/notices", Permission.WORK_CALLS, "frame.notices")
async def show_notices(viewer: Viewer, department: str = "") -> None:
    """What waits to be acknowledged, of one department or of all, the oldest first."""
    ui.label(viewer.say("notices.explained")).classes("quiet")

    @ui.refreshable
    async def listed() -> None:
        async with telling(viewer):
            found = await viewer.read(list_notices, store=viewer.user.store)
            _draw_departments(viewer, found, department)
            shown = [one for one in found if department in ("", one.department)]
            if not shown:
                ui.label(viewer.say("notices.nothing")).props("role=status")
            with ui.element("div").classes("cards"):
                for notice in shown:
                    _draw(viewer, notice, listed.refresh)

    await listed()


def _draw_departments(viewer: Viewer, found: list[Notice], chosen: str) -> None:
    with ui.row().props(f'role=group aria-label="{viewer.say("notices.department")}"'):
        for name in ("", *sorted({one.department for one in found})):
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


def _acknowledge(connection: Connection, user: SignedIn, notice_id: int, now: datetime) -> None:
    store_id = store_of_notice(connection, notice_id, user.store_id)
    acknowledge(connection, notice_id, now, staff_code_in(connection, user, store_id))
