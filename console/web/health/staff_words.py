"""Messages to staff that did not arrive, or may not have, for whoever keeps the house running."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from nicegui import ui
from sqlalchemy import Connection

from console.shared.moments import local
from console.web.authentication.viewer import Viewer
from console.web.parts.frame import telling
from console.web.parts.tables import Cell, show_table
from console.web.parts.told import tell
from models.people.permissions import Permission
from tasks.access.sessions import SignedIn
from tasks.staff.notifications.listing import TROUBLED, MessageSeen, check_message, list_messages, tell_again


async def show_staff_words(viewer: Viewer) -> None:
    """A table of the latest; nothing where there are none."""

    @ui.refreshable
    async def listed() -> None:
        found: list[MessageSeen] = await viewer.read(list_messages, store_id=viewer.store_id, states=TROUBLED)
        if not found:
            return
        title = viewer.say("notifications.troubled")
        ui.label(title).props("role=heading aria-level=2").classes("text-h6 q-mb-sm")
        names = ("to", "channel", "state", "since", "why")
        headings = [*(viewer.say(f"notifications.{name}") for name in names), viewer.say("policies.act")]
        show_table(title, headings, [_row(viewer, one, listed.refresh) for one in found])

    await listed()


def _row(viewer: Viewer, one: MessageSeen, refresh: Callable[[], object]) -> list[Cell]:
    async def again() -> None:
        async with telling(viewer):
            await viewer.change(Permission.SEE_HEALTH, _tell_again, one.id, viewer.now)
            tell(viewer, viewer.say("notifications.told_again", name=one.name))
            refresh()

    def draw_button() -> None:
        button = ui.button(viewer.say("notifications.tell_again"), on_click=again).props("outline dense no-caps")
        button.props["aria-label"] = viewer.say("notifications.tell_again_of", name=one.name)

    return [
        f"{one.name} ({one.store})",
        viewer.say(f"notifications.channel_{one.channel}"),
        viewer.word(one.state),
        local(one.state_at, one.time_zone),
        viewer.reason(one.reason),
        draw_button if one.matters else "",
    ]


def _tell_again(connection: Connection, user: SignedIn, message_id: UUID, now: datetime) -> None:
    check_message(connection, user.store_id, message_id)
    tell_again(connection, message_id, now, user.login)
