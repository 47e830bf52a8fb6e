"""Turning the pages of a list on the screen: forth to the place where the next one begins, and back."""

from collections.abc import Callable
from dataclasses import dataclass, field

from nicegui import ui

from console.web.door.signed_in import Viewer
from tasks.database.paging import Cursor


@dataclass
class Turning:
    """Where the page on the screen begins, and the pages before it."""

    here: Cursor | None = None
    before: list[Cursor | None] = field(default_factory=list)

    def begin_again(self) -> None:
        """Go back to the first page."""
        self.here = None
        self.before.clear()

    def draw(self, viewer: Viewer, following: Cursor | None, turned: Callable[[], object]) -> None:
        """The buttons; `turned` is called when the page has changed."""

        def later() -> None:
            self.before.append(self.here)
            self.here = following
            turned()

        def earlier() -> None:
            self.here = self.before.pop()
            turned()

        if self.before:
            ui.button(viewer.say("frame.earlier"), on_click=earlier).props("outline")
        if following:
            ui.button(viewer.say("frame.later"), on_click=later).props("outline")
