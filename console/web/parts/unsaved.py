"""Unsaved changes: the browser asks before the page is left."""

from nicegui import ui

ASK = "window.onbeforeunload = event => event.preventDefault()"
DO_NOT_ASK = "window.onbeforeunload = null"


class Unsaved:
    """Whether the form on a page has unsaved changes."""

    def __init__(self) -> None:
        self._changed = False

    def changed(self) -> None:
        """A field was changed."""
        if not self._changed:
            self._changed = True
            ui.run_javascript(ASK)

    def saved(self) -> None:
        """Everything is saved."""
        self._changed = False
        ui.run_javascript(DO_NOT_ASK)
