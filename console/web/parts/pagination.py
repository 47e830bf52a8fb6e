"""Pagination of a list on the screen: forward to the next cursor, and back."""

from collections.abc import Callable
from dataclasses import dataclass, field

from nicegui import ui

from console.web.authentication.viewer import Viewer
from tasks.database.paging import Cursor


@dataclass
class Pagination:
    """The cursor of the current page, and those of the pages before it."""

    here: Cursor | None = None
    before: list[Cursor | None] = field(default_factory=list)

    def first_page(self) -> None:
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
