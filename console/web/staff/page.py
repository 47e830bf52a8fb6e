"""The staff: who is away, what is on each desk, and hand-overs, which can be taken back."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial

from nicegui import ui
from sqlalchemy import Connection

from console.shared.moments import local
from console.web.authentication.viewer import Viewer
from console.web.parts.frame import page, sentence_of, telling
from console.web.parts.tables import Cell, show_table
from console.web.parts.told import tell
from console.web.staff.hand_over import ask_hand_over, check_store, counts_in_words, give_back, returned_in_words
from models.core.errors import AftercareError, InvalidInput
from models.core.shown import show_day
from models.people.permissions import Permission
from tasks.access.sessions import SignedIn
from tasks.inbound.listing import Colleague, list_colleagues
from tasks.staff.desks.absences import Absence, end_absence, list_absences, record_absence
from tasks.staff.desks.desks import Desk, list_desks
from tasks.staff.desks.handing_over import PastHandover, list_handovers
from tasks.staff.desks.members import set_working

Refresh = Callable[[], object]


class NoDayOfAbsence(InvalidInput):
    """A text that is no day."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"'{text}' is no day; expected one such as 2026-03-10.")


@page("/staff", Permission.ASSIGN_CALLS, "frame.staff")
async def show_staff(viewer: Viewer, desk: str = "") -> None:
    """The desks; `desk` is a staff code whose desk is to be handed over at once."""
    ui.link(viewer.say("staff.to_owners"), "/owners?view=nobody")

    @ui.refreshable
    async def shown() -> None:
        desks = await viewer.read(list_desks, viewer.now, viewer.store_id)
        away: list[Absence] = await viewer.read(list_absences, viewer.store_id, viewer.now)
        _show_left_behind(viewer, [one for one in desks if one.needs_hand_over], shown.refresh)
        _show_desks(viewer, [one for one in desks if one.active], away, shown.refresh)
        _show_absences(viewer, away, shown.refresh)
        _show_past(viewer, await viewer.read(list_handovers, viewer.store_id), shown.refresh)

    await shown()
    if desk:
        found = await viewer.read(list_desks, viewer.now, viewer.store_id)
        chosen = next((one for one in found if one.code == desk and one.size), None)
        if chosen is not None:
            await ask_hand_over(viewer, chosen, shown.refresh)


def _heading(text: str) -> None:
    ui.label(text).props("role=heading aria-level=2").classes("text-h6 q-mt-md")


def _show_left_behind(viewer: Viewer, desks: Sequence[Desk], refresh: Refresh) -> None:
    """Who has left with something on the desk: first of all, and offered to be handed over."""
    if not desks:
        return
    _heading(viewer.say("staff.left_behind"))
    with ui.element("div").classes("cards"):
        for desk in desks:
            with ui.element("section").classes("card").props(f'aria-label="{desk.name}"'):
                ui.label(f"{desk.name} · {desk.code} · {desk.store}").classes("text-weight-bold")
                ui.label(counts_in_words(viewer, desk.counts)).classes("bad")
                with ui.row().classes("items-center"):
                    _hand_over_button(viewer, desk, refresh)
                    works = ui.button(viewer.say("staff.works_again"), on_click=partial(_switch, viewer, desk, refresh))
                    works.props("flat dense no-caps")


def _show_desks(viewer: Viewer, desks: Sequence[Desk], away: Sequence[Absence], refresh: Refresh) -> None:
    _heading(viewer.say("staff.desks"))
    columns = ("name", "role", "store", "on_desk", "act")
    headings = [viewer.say(f"staff.{name}") for name in columns]
    running = {one.staff_id: one for one in away if one.running}
    rows = [_desk_row(viewer, desk, running.get(desk.staff_id), refresh) for desk in desks]
    show_table(viewer.say("staff.desks"), headings, rows)


def _desk_row(viewer: Viewer, desk: Desk, absence: Absence | None, refresh: Refresh) -> list[Cell]:
    def draw_name() -> None:
        ui.label(f"{desk.name} ({desk.code})")
        if absence is not None:
            ui.label(_absent(viewer, absence)).classes("warn")

    def draw_buttons() -> None:
        with ui.row().classes("no-wrap items-center"):
            if desk.size:
                _hand_over_button(viewer, desk, refresh)
            if absence is None:
                button = ui.button(viewer.say("staff.away"), on_click=partial(_ask_absence, viewer, desk, refresh))
                button.props("outline dense no-caps no-wrap")
                button.props["aria-label"] = viewer.say("staff.away_of", name=desk.name)
            left = ui.button(viewer.say("staff.has_left"), on_click=partial(_switch, viewer, desk, refresh))
            left.props("flat dense no-caps no-wrap").props["aria-label"] = viewer.say("staff.left_of", name=desk.name)

    counts = counts_in_words(viewer, desk.counts)
    return [draw_name, viewer.word(desk.role), desk.store, counts, draw_buttons]


def _absent(viewer: Viewer, absence: Absence) -> str:
    day = show_day(absence.until)
    if absence.stand_in_name is None:
        return viewer.say("staff.away_until", day=day)
    return viewer.say("staff.away_until_with", day=day, name=absence.stand_in_name)


def _hand_over_button(viewer: Viewer, desk: Desk, refresh: Refresh) -> None:
    button = ui.button(viewer.say("staff.hand_over"), on_click=lambda: ask_hand_over(viewer, desk, refresh))
    button.props("outline dense no-caps no-wrap").props["aria-label"] = viewer.say("staff.hand_over_of", name=desk.name)


async def _switch(viewer: Viewer, desk: Desk, refresh: Refresh) -> None:
    """They have left, which offers to hand their desk over; or they work here again."""

    async def switched(working: bool) -> str:
        await viewer.change(Permission.ASSIGN_CALLS, _set_working, desk.store_id, desk.code, working, viewer.now)
        return viewer.say("staff.working" if working else "staff.gone", name=desk.name)

    async with telling(viewer):
        said = await switched(not desk.active)
        tell(viewer, said, back=partial(switched, desk.active))
        refresh()
        if desk.active and desk.size:
            await ask_hand_over(viewer, desk, refresh)


def _set_working(
    connection: Connection, user: SignedIn, store_id: int, code: str, working: bool, now: datetime
) -> None:
    check_store(user, store_id)
    set_working(connection, store_id, code, now, user.works_as, working=working)


async def _ask_absence(viewer: Viewer, desk: Desk, refresh: Refresh) -> None:
    colleagues: list[Colleague] = await viewer.read(list_colleagues, desk.store_id)
    names = {"": viewer.say("staff.each_deputy")}
    names |= {one.code: f"{one.name} ({viewer.word(one.role)})" for one in colleagues if one.code != desk.code}
    title = viewer.say("staff.away_of", name=desk.name)
    with ui.dialog(value=True) as dialog, ui.card().classes("asking"):
        dialog.props["aria-label"] = title
        ui.label(title).props("role=heading aria-level=2").classes("text-h6")
        looks = "outlined dense stack-label type=date"
        today = show_day(viewer.now.astimezone())
        since = ui.input(viewer.say("staff.since"), value=today).props(looks).classes("full-width")
        until = ui.input(viewer.say("staff.until")).props(looks).classes("full-width")
        stand_in = ui.select(names, label=viewer.say("staff.stand_in"), value="").props("outlined dense options-dense")
        stand_in.classes("full-width")
        problem = ui.label().classes("bad").props("role=alert")

        async def go() -> None:
            problem.set_text("")
            arguments = (desk.store_id, desk.code, since.value, until.value, stand_in.value or None, viewer.now)
            try:
                number = await viewer.change(Permission.ASSIGN_CALLS, _record, *arguments)
            except AftercareError as error:
                problem.set_text(sentence_of(viewer.language, error))
                return
            dialog.close()
            tell(viewer, viewer.say("staff.away_entered", name=desk.name), back=partial(_back, viewer, number))
            refresh()

        with ui.row().classes("full-width justify-end"):
            ui.button(viewer.say("frame.cancel"), on_click=dialog.close).props("flat")
            ui.button(viewer.say("frame.save"), on_click=go)


def _record(
    connection: Connection,
    user: SignedIn,
    store_id: int,
    code: str,
    since: str,
    until: str,
    stand_in: str | None,
    now: datetime,
) -> int:
    check_store(user, store_id)
    first, last = _day(since), _day(until)
    return record_absence(connection, store_id, code, first, last, stand_in, now, user.works_as)


def _day(text: str) -> date:
    try:
        return date.fromisoformat((text or "").strip())
    except ValueError as error:
        raise NoDayOfAbsence(text or "") from error


def _show_absences(viewer: Viewer, absences: Sequence[Absence], refresh: Refresh) -> None:
    if not absences:
        return
    _heading(viewer.say("staff.absences"))
    headings = [viewer.say(f"staff.{name}") for name in ("name", "since", "until", "stand_in", "act")]
    show_table(viewer.say("staff.absences"), headings, [_absence_row(viewer, one, refresh) for one in absences])


def _absence_row(viewer: Viewer, one: Absence, refresh: Refresh) -> list[Cell]:
    def draw_button() -> None:
        button = ui.button(viewer.say("staff.back"), on_click=end).props("outline dense no-caps no-wrap")
        button.props["aria-label"] = viewer.say("staff.back_of", name=one.name)

    async def end() -> None:
        async with telling(viewer):
            tell(viewer, await _back(viewer, one.id))
            refresh()

    days = [show_day(day) for day in (one.since, one.until)]
    return [f"{one.name} ({one.code}) {one.store}", *days, one.stand_in_name or viewer.say("staff.each_deputy"),
            draw_button]  # fmt: skip


async def _back(viewer: Viewer, absence_id: int) -> str:
    await viewer.change(Permission.ASSIGN_CALLS, _end, absence_id, viewer.now)
    return viewer.say("staff.is_back")


def _end(connection: Connection, user: SignedIn, absence_id: int, now: datetime) -> None:
    end_absence(connection, user.store_id, absence_id, now, user.works_as)


def _show_past(viewer: Viewer, handovers: Sequence[PastHandover], refresh: Refresh) -> None:
    if not handovers:
        return
    _heading(viewer.say("staff.past"))
    headings = [viewer.say(f"staff.{name}") for name in ("whose", "at", "by", "what", "act")]
    show_table(viewer.say("staff.past"), headings, [_past_row(viewer, one, refresh) for one in handovers])


def _past_row(viewer: Viewer, one: PastHandover, refresh: Refresh) -> list[Cell]:
    async def back() -> None:
        async with telling(viewer):
            returned = await viewer.change(Permission.ASSIGN_CALLS, give_back, one.id, viewer.now)
            tell(viewer, returned_in_words(viewer, returned))
            refresh()

    def draw_act() -> None:
        if one.taken_back_at is not None:
            ui.label(viewer.say("staff.was_taken_back", at=local(one.taken_back_at, one.time_zone)))
            return
        button = ui.button(viewer.say("frame.take_back"), on_click=back).props("outline dense no-caps no-wrap")
        button.props["aria-label"] = viewer.say("staff.take_back_of", name=one.name)

    comma = viewer.say("frame.comma")
    parts = comma.join(
        viewer.say("staff.part_to", what=viewer.say(f"staff.count_{part}", count=count), to=code)
        for part, (code, count) in one.parts.items()
    )
    what = f"{parts} ({one.word})" if one.word else parts
    at = local(one.handed_over_at, one.time_zone)
    return [f"{one.name} ({one.code}) {one.store}", at, one.handed_over_by, what, draw_act]
