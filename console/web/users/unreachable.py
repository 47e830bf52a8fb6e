"""Staff whom nothing reaches, for whoever gives them their logins."""

from nicegui import ui
from sqlalchemy import Connection

from console.web.authentication.viewer import Viewer
from console.web.parts.tables import show_table
from models.core.settings import Settings
from tasks.staff.notifications.choosing import Member, list_members
from tasks.staff.notifications.ways import Ways

OF_ALL_STORES = "user:"
"""How the codes of users of all stores begin."""


async def show_unreachable(viewer: Viewer) -> None:
    """A table of them; nothing where there are none."""
    found = await viewer.read(_unreachable, viewer.database.settings, viewer.store_id)
    if not found:
        return
    title = viewer.say("notifications.unreachable")
    ui.label(title).props("role=heading aria-level=2").classes("text-h6")
    ui.label(viewer.say("notifications.unreachable_note")).classes("quiet sentence")
    headings = [
        viewer.say("notifications.name"),
        viewer.say("notifications.code"),
        viewer.say("notifications.role"),
        viewer.say("users.store"),
    ]
    show_table(title, headings, [[one.name, one.code, viewer.word(one.role), one.store] for one in found])


def _unreachable(connection: Connection, settings: Settings, store_id: int | None) -> list[Member]:
    """Without those who act in a store only as users of all stores: no store's staff records have them."""
    members = list_members(connection, Ways(settings), store_id=store_id)
    return [one for one in members if not one.ways and not one.code.startswith(OF_ALL_STORES)]
