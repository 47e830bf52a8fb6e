"""API keys on the page of users: create, show once, revoke."""

from collections.abc import Callable
from datetime import datetime

from nicegui import ui
from sqlalchemy import Connection

from console.shared.moments import local
from console.web.authentication.viewer import Viewer
from console.web.parts.frame import telling
from console.web.parts.tables import Cell, show_table
from console.web.parts.told import tell
from models.people.permissions import Permission
from tasks.access.api_keys import KeyRow, NewKey, list_keys, make_key, revoke_key
from tasks.access.api_scopes import all_scopes
from tasks.access.sessions import SignedIn
from tasks.overview.reporting import list_stores

COLUMNS = ("key_name", "scopes", "store", "last_used", "state", "act")


async def show_keys(viewer: Viewer) -> None:
    """The list, and a form for a new key."""
    with ui.element("section").props(f'aria-label="{viewer.say("users.keys")}"').classes("card full-width"):
        ui.label(viewer.say("users.keys")).props("role=heading aria-level=2").classes("text-h6")
        ui.link(viewer.say("users.keys_about"), "/api/docs")

        @ui.refreshable
        async def listed() -> None:
            keys = await viewer.read(list_keys, viewer.store_id)
            if not keys:
                ui.label(viewer.say("users.no_keys"))
                return
            headings = [viewer.say(f"users.{name}") for name in COLUMNS]
            show_table(viewer.say("users.keys"), headings, [_row(viewer, key, listed.refresh) for key in keys])

        await listed()
        await _form(viewer, listed.refresh)


def _row(viewer: Viewer, key: KeyRow, refresh: Callable[[], object]) -> list[Cell]:
    def draw_button() -> None:
        if key.revoked_at is None:
            button = ui.button(viewer.say("users.revoke"), on_click=lambda: _ask(viewer, key.name, refresh))
            button.props("outline dense").props["aria-label"] = viewer.say("users.revoke_of", name=key.name)

    zone = viewer.time_zone
    used = local(key.last_used_on, zone) or viewer.say("users.never")
    revoked = viewer.say("users.key_revoked", at=local(key.revoked_at, zone))
    state = revoked if key.revoked_at else viewer.say("users.key_good")
    store = key.store or viewer.say("frame.all_stores")
    return [key.name, ", ".join(key.scopes), store, used, state, draw_button]


def _ask(viewer: Viewer, name: str, refresh: Callable[[], object]) -> None:
    """Revoking cannot be undone, so it asks for confirmation."""
    with ui.dialog(value=True) as dialog, ui.card():
        ui.label(viewer.say("users.revoke_sure", name=name))
        with ui.row():

            async def revoke() -> None:
                async with telling(viewer):
                    await viewer.change(Permission.MANAGE_ACCESS, _revoke, viewer.now, name)
                    dialog.close()
                    tell(viewer, viewer.say("users.key_was_revoked", name=name))
                    refresh()

            ui.button(viewer.say("users.revoke"), on_click=revoke).props("color=negative")
            ui.button(viewer.say("frame.cancel"), on_click=dialog.close).props("outline")


def _revoke(connection: Connection, actor: SignedIn, now: datetime, name: str) -> None:
    revoke_key(connection, name, now, actor.login, actor.store_id)


async def _form(viewer: Viewer, refresh: Callable[[], object]) -> None:
    stores = {"": viewer.say("frame.all_stores")} if viewer.store_id is None else {}
    stores |= {
        store.code: f"{store.code} {store.name}"
        for store in await viewer.read(list_stores)
        if viewer.user.store in (None, store.code)
    }
    with ui.row().classes("items-end"):
        name = ui.input(viewer.say("users.key_name")).props("outlined dense autocomplete=off")
        scopes = ui.select(all_scopes(), label=viewer.say("users.scopes"), multiple=True)
        scopes.props("outlined dense").style("min-width: 14rem")
        store = ui.select(stores, label=viewer.say("users.store"), value=next(iter(stores))).props("outlined dense")

        async def make() -> None:
            async with telling(viewer):
                new = NewKey(name.value or "", scopes.value or [], viewer.user.store or store.value or None)
                text = await viewer.change(Permission.MANAGE_ACCESS, _make, viewer.now, new)
                _show_once(viewer, new.name.strip(), text)
                refresh()

        ui.button(viewer.say("users.make_key"), on_click=make)


def _make(connection: Connection, actor: SignedIn, now: datetime, new: NewKey) -> str:
    return make_key(connection, new, now, actor.login)


def _show_once(viewer: Viewer, name: str, text: str) -> None:
    with ui.dialog(value=True) as dialog, ui.card():
        ui.label(viewer.say("users.key_once", name=name))
        ui.label(text).props("data-key").style("overflow-wrap: anywhere; font-family: monospace")
        ui.button(viewer.say("frame.close"), on_click=dialog.close)
