"""Live pages: they poll every few seconds, and say so when their data is stale."""

from collections.abc import Awaitable, Callable

from nicegui import ui
from sqlalchemy.exc import InterfaceError, OperationalError

from console.web.authentication.viewer import Viewer

LOOK_SECONDS = 3.0


def follow(viewer: Viewer, look: Callable[[], Awaitable[object]], *, active: bool = True) -> ui.timer:
    """Call `look` every few seconds. While the database is unavailable, the page says that it is stale."""
    outdated = ui.label(viewer.say("frame.outdated")).classes("bad outdated").props("role=status")
    outdated.set_visibility(False)

    async def look_again() -> None:
        try:
            await look()
        except (OperationalError, InterfaceError):
            outdated.set_visibility(True)
        else:
            outdated.set_visibility(False)

    return ui.timer(LOOK_SECONDS, look_again, immediate=False, active=active)
