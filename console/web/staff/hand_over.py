"""The dialog in which a desk is handed over: to one person, or each part to somebody."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from nicegui import ui
from sqlalchemy import Connection

from console.web.authentication.viewer import Viewer
from console.web.parts.frame import sentence_of
from console.web.parts.told import tell
from models.core.errors import AftercareError
from models.people.owners import DeskPart
from models.people.permissions import Permission
from tasks.access.reach import NotYours
from tasks.access.sessions import SignedIn
from tasks.inbound.listing import Colleague, list_colleagues
from tasks.staff.desks.desks import Desk
from tasks.staff.desks.handing_over import DeskHandedOver, TakenBack, hand_over_desk, take_back


def counts_in_words(viewer: Viewer, counts: Mapping[DeskPart, int]) -> str:
    """What is on a desk, as a list."""
    said = (viewer.say(f"staff.count_{part}", count=counts[part]) for part in DeskPart if counts.get(part))
    return viewer.say("frame.comma").join(said)


async def ask_hand_over(viewer: Viewer, desk: Desk, refresh: Callable[[], object]) -> None:
    """Open the dialog for a desk with something on it."""
    colleagues: list[Colleague] = await viewer.read(list_colleagues, desk.store_id)
    names = {one.code: f"{one.name} ({viewer.word(one.role)})" for one in colleagues if one.code != desk.code}
    title = viewer.say("staff.hand_over_of", name=desk.name)
    with ui.dialog(value=True) as dialog, ui.card().classes("asking"):
        dialog.props["aria-label"] = title
        ui.label(title).props("role=heading aria-level=2").classes("text-h6")
        ui.label(viewer.say("staff.hand_over_means", what=counts_in_words(viewer, desk.counts))).classes("as-written")
        looks = "outlined dense options-dense"
        to = ui.select(names, label=viewer.say("staff.to"), with_input=True).props(looks).classes("full-width")
        parts = _draw_parts(viewer, desk, names)
        word = ui.input(viewer.say("staff.word")).props("outlined dense autocomplete=off").classes("full-width")
        problem = ui.label().classes("bad").props("role=alert")

        async def go() -> None:
            problem.set_text("")
            button.disable()
            wanted = _wanted(desk, to.value, {part: one.value for part, one in parts.items()})
            arguments = (desk.store_id, desk.code, wanted, viewer.now, word.value)
            try:
                done = await viewer.change(Permission.ASSIGN_CALLS, _hand_over, *arguments)
            except AftercareError as error:
                problem.set_text(sentence_of(viewer.language, error))
                button.enable()
                return
            dialog.close()

            async def back() -> str:
                returned = await viewer.change(Permission.ASSIGN_CALLS, give_back, done.id, viewer.now)
                return returned_in_words(viewer, returned)

            what = counts_in_words(viewer, done.counts)
            tell(viewer, viewer.say("staff.handed_over", name=done.name, what=what), back=back)
            refresh()

        with ui.row().classes("full-width justify-end"):
            ui.button(viewer.say("frame.cancel"), on_click=dialog.close).props("flat")
            button = ui.button(viewer.say("staff.hand_over"), on_click=go)


def _draw_parts(viewer: Viewer, desk: Desk, names: Mapping[str, str]) -> dict[DeskPart, Any]:
    """One choice for each part, which goes before the choice for all of it."""
    found: dict[DeskPart, Any] = {}
    choices = {"": viewer.say("staff.as_the_rest"), **names}
    with ui.element("details").classes("full-width"):
        with ui.element("summary"):
            ui.label(viewer.say("staff.by_parts")).classes("inline")
        for part in DeskPart:
            if desk.counts.get(part):
                label = viewer.say(f"staff.count_{part}", count=desk.counts[part])
                chosen = ui.select(choices, label=label, value="").props("outlined dense options-dense")
                found[part] = chosen.classes("full-width q-mt-sm")
    return found


def _wanted(desk: Desk, to: str | None, parts: Mapping[DeskPart, str]) -> dict[DeskPart, str]:
    """Who takes over what is on the desk; what nobody is named for stays."""
    chosen = {part: parts[part] or to or "" for part in parts if desk.counts.get(part)}
    return {part: code for part, code in chosen.items() if code}


def returned_in_words(viewer: Viewer, returned: TakenBack) -> str:
    """What came back, and how much stayed."""
    what = counts_in_words(viewer, returned.counts) or viewer.say("frame.none")
    return viewer.say("staff.taken_back", name=returned.name, what=what, stayed=returned.stayed)


def _hand_over(
    connection: Connection,
    user: SignedIn,
    store_id: int,
    code: str,
    to: Mapping[DeskPart, str],
    now: datetime,
    word: str | None,
) -> DeskHandedOver:
    check_store(user, store_id)
    return hand_over_desk(connection, store_id, code, to, now, user.works_as, word)


def give_back(connection: Connection, user: SignedIn, handover_id: int, now: datetime) -> TakenBack:
    """Take a hand-over back, as a user."""
    return take_back(connection, handover_id, now, user.works_as, user.store_id)


def check_store(user: SignedIn, store_id: int) -> None:
    """Raises `NotYours` for another store than the user's own."""
    if user.store_id not in (None, store_id):
        raise NotYours("store", store_id)
