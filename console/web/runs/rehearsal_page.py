"""A dry run by hand: what a run of a process would do at a moment, and whom it would contact."""

from datetime import datetime
from zoneinfo import ZoneInfo

from nicegui import ui
from sqlalchemy import Connection

from console.shared.moments import local
from console.web.authentication.viewer import Viewer
from console.web.parts.frame import page, telling
from console.web.parts.tables import show_table
from console.web.runs.account import show_account
from models.core.clock import UnreadableMoment, read_moment
from models.core.masking import mask_contact
from models.core.words import ProcessName, RunState
from models.people.permissions import Permission
from tasks.access.sessions import SignedIn
from tasks.dispatch.rehearsing import WouldContact
from tasks.policies.processes import list_processes
from tasks.runs.by_hand import Rehearsal, rehearse_by_hand

PAGE = 50


@page("/runs/rehearse/{process}", Permission.STEER_RUNS, "runs.rehearsal")
async def show_rehearsal(viewer: Viewer, process: str) -> None:
    """A form with one moment, and the result below."""
    ui.link(viewer.say("runs.back"), "/runs")
    if process not in await viewer.read(list_processes):
        ui.label(viewer.say("runs.no_process", process=process)).classes("bad").props("role=alert")
        return
    name = ProcessName(process)
    ui.label(viewer.word(process)).props("role=heading aria-level=2").classes("text-h6")
    ui.label(viewer.say("runs.rehearsal_means")).classes("quiet")
    zone = ZoneInfo(viewer.time_zone)

    async def rehearse() -> None:
        moment = _read_moment(viewer, asked, zone)
        if moment is None:
            return
        button.disable()
        told.set_text(viewer.say("runs.rehearsing"))
        result.clear()
        async with telling(viewer):
            found = await viewer.change(Permission.STEER_RUNS, _rehearse, name, moment, viewer.now)
            with result:
                _show(viewer, found, moment)
        told.set_text("")
        button.enable()

    with ui.row().classes("items-start"):
        asked = ui.input(viewer.say("runs.as_of"), placeholder=local(viewer.now, zone.key))
        asked.props(f'outlined dense stack-label hint="{viewer.say("runs.as_of_hint")}"').classes("filter")
        button = ui.button(viewer.say("runs.rehearse"), on_click=rehearse).props("no-caps")
    told = ui.label("").props("role=status")
    result = ui.column().classes("full-width")


def _read_moment(viewer: Viewer, asked: ui.input, zone: ZoneInfo) -> datetime | None:
    """The moment in the field; now if it is empty. None, with an error beside the field, if it is unreadable."""
    text = (asked.value or "").strip()
    try:
        moment = read_moment(text, zone) if text else viewer.now
    except UnreadableMoment:
        asked.error = viewer.say("runs.no_moment")
        return None
    asked.error = None
    return moment


def _rehearse(
    connection: Connection, user: SignedIn, process: ProcessName, as_of: datetime, now: datetime
) -> Rehearsal:
    return rehearse_by_hand(connection, user, process, as_of, now)


def _show(viewer: Viewer, found: Rehearsal, moment: datetime) -> None:
    as_of = local(moment, viewer.time_zone)
    title = viewer.say("runs.would_contact", count=f"{len(found.contacts):,}", as_of=as_of)
    ui.label(title).props("role=heading aria-level=2").classes("text-h6")
    if found.account is not None:
        show_account(viewer, found.account, RunState.COMPLETED)
    ui.link(viewer.say("runs.kept_as"), f"/runs/{found.run_id}")
    _show_pages(viewer, found)


def _show_pages(viewer: Viewer, found: Rehearsal) -> None:
    first = 0

    def turn(pages: int) -> None:
        nonlocal first
        first += pages * PAGE
        listed.refresh()

    @ui.refreshable
    def listed() -> None:
        _show_contacts(viewer, found.contacts[first : first + PAGE], found.zones)
        if len(found.contacts) > PAGE:
            last = min(first + PAGE, len(found.contacts))
            with ui.row().classes("items-center"):
                earlier = ui.button(viewer.say("frame.earlier"), on_click=lambda: turn(-1)).props("outline no-caps")
                earlier.set_enabled(first > 0)
                ui.label(viewer.say("runs.shown", first=first + 1, last=last, all=f"{len(found.contacts):,}"))
                later = ui.button(viewer.say("frame.later"), on_click=lambda: turn(1)).props("outline no-caps")
                later.set_enabled(last < len(found.contacts))

    listed()


def _show_contacts(viewer: Viewer, contacts: list[WouldContact], zones: dict[str, str]) -> None:
    if not contacts:
        ui.label(viewer.say("runs.nobody"))
        return
    headings = [viewer.say(f"runs.{name}") for name in ("customer", "due", "step", "store", "to")]
    show_table(viewer.say("runs.contacts"), headings, [_contact_row(viewer, one, zones) for one in contacts])


def _contact_row(viewer: Viewer, one: WouldContact, zones: dict[str, str]) -> list[str]:
    """One contact. The name is shown only to those who may see customers."""
    name = f" {one.customer}" if viewer.may(Permission.SEE_CUSTOMERS) else ""
    way = viewer.word(one.channel or one.kind)
    to = mask_contact(one.recipient) if one.recipient else ""
    due = local(one.due_at, zones[one.store])
    return [f"{one.customer_key}{name}", due, viewer.word(one.step), one.store, f"{way} {to}"]
