"""Who may sign in: add, reset passwords, disable; and the API keys of programs."""

from collections.abc import Callable

from nicegui import ui

from console.web.authentication.viewer import Viewer
from console.web.parts.dialogs import confirm
from console.web.parts.frame import page, telling
from console.web.parts.tables import Cell, show_table
from console.web.parts.told import tell
from console.web.staff.hand_over import ask_hand_over
from console.web.users.api_keys import show_keys
from console.web.users.editing import UserFields, as_they_were, edit_in_dialog, names_of
from console.web.users.unreachable import show_unreachable
from models.core.errors import AftercareError
from models.people.permissions import Permission
from tasks.access.managing import add_managed, edit, give_password, list_managed, switch
from tasks.access.users import NewUser, UserRow
from tasks.staff.desks.desks import Desk, list_desks


@page("/users", Permission.MANAGE_ACCESS, "frame.users")
async def show_users(viewer: Viewer) -> None:
    """The list, and a form for a new user."""

    @ui.refreshable
    async def listed() -> None:
        _table(viewer, await viewer.read(list_managed, viewer.user), listed.refresh)

    await listed()
    await _form(viewer, listed.refresh)
    await show_keys(viewer)
    await show_unreachable(viewer)


def _table(viewer: Viewer, users: list[UserRow], refresh: Callable[[], object]) -> None:
    headings = [viewer.say(f"users.{name}") for name in ("login", "name", "role", "store", "staff", "active", "act")]
    show_table(viewer.say("frame.users"), headings, [_row(viewer, user, refresh) for user in users])


def _row(viewer: Viewer, user: UserRow, refresh: Callable[[], object]) -> list[Cell]:
    def draw_buttons() -> None:
        with ui.row().classes("no-wrap"):
            ui.button(viewer.say("users.passwd"), on_click=lambda: _give_password(viewer, user)).props(
                "outline dense no-wrap"
            )
            edit_button = ui.button(viewer.say("users.edit"), on_click=lambda: _edit(viewer, user, refresh))
            edit_button.props("outline dense no-wrap").props["aria-label"] = viewer.say(
                "users.edit_of", login=user.login
            )
            key = "users.disable" if user.active else "users.enable"
            ui.button(viewer.say(key), on_click=lambda: _switch(viewer, user, refresh)).props("outline dense no-wrap")

    state = viewer.say("users.yes" if user.active else "users.no")
    store = user.store or viewer.say("frame.all_stores")
    return [user.login, names_of(viewer, user), viewer.word(user.role), store, user.staff or "", state, draw_buttons]


async def _give_password(viewer: Viewer, user: UserRow) -> None:
    question = viewer.say("users.passwd_ask", login=user.login)
    async with telling(viewer):
        if not await confirm(viewer, question, "users.passwd_means", "users.passwd"):
            return
        password = await viewer.change(Permission.MANAGE_ACCESS, give_password, user.login, viewer.now)
        _show_once(viewer, user.login, password)


async def _switch(viewer: Viewer, user: UserRow, refresh: Callable[[], object]) -> None:
    async with telling(viewer):
        said = await _switched(viewer, user, active=not user.active)
        tell(viewer, said, back=lambda: _switched(viewer, user, active=user.active))
        refresh()
        if user.active:
            await _offer_hand_over(viewer, user, refresh)


async def _offer_hand_over(viewer: Viewer, user: UserRow, refresh: Callable[[], object]) -> None:
    """Whoever may no longer sign in does not work on what is on their desk, unless by another login of theirs."""
    if user.staff is None or user.same_person or not viewer.may(Permission.ASSIGN_CALLS):
        return
    desks: list[Desk] = await viewer.read(list_desks, viewer.now, viewer.store_id)
    for desk in desks:
        if (desk.code, desk.store) == (user.staff, user.store) and desk.size:
            await ask_hand_over(viewer, desk, refresh)


async def _switched(viewer: Viewer, user: UserRow, *, active: bool) -> str:
    await viewer.change(Permission.MANAGE_ACCESS, switch, user.login, viewer.now, active=active)
    return viewer.say("users.enabled" if active else "users.disabled", login=user.login)


async def _edit(viewer: Viewer, user: UserRow, refresh: Callable[[], object]) -> None:
    async def back() -> str:
        await viewer.change(Permission.MANAGE_ACCESS, edit, user.login, as_they_were(user), viewer.now)
        return viewer.say("users.as_before", login=user.login)

    def done(was: UserRow) -> None:
        tell(viewer, viewer.say("users.edited", login=was.login), back=back)
        refresh()

    await edit_in_dialog(viewer, user, done)


async def _form(viewer: Viewer, refresh: Callable[[], object]) -> None:
    with ui.element("section").classes("card").props(f'aria-label="{viewer.say("users.add")}"'):
        ui.label(viewer.say("users.add")).props("role=heading aria-level=2").classes("text-h6")
        with ui.row().classes("items-start"):
            fields = UserFields(viewer, None)
            await fields.draw()

        async def add() -> None:
            fields.clear_errors()
            async with telling(viewer):
                said = fields.change
                new = NewUser(fields.login, said.role, said.store, said.staff, said.name, said.language)
                try:
                    password = await viewer.change(Permission.MANAGE_ACCESS, add_managed, new, viewer.now)
                except AftercareError as error:
                    if not fields.tell(error):
                        raise
                    return
                _show_once(viewer, new.login, password)
                refresh()

        ui.button(viewer.say("users.add"), on_click=add)


def _show_once(viewer: Viewer, login: str, password: str) -> None:
    with ui.dialog(value=True) as dialog, ui.card():
        ui.label(viewer.say("users.shown_once", login=login))
        ui.label(password).classes("text-h6").props("data-password")
        ui.button(viewer.say("frame.close"), on_click=dialog.close)
