"""A form whose changes would be lost: the browser asks before the page is left, by a link of the console or not."""

from nicegui import ui

ASK = "window.onbeforeunload = event => event.preventDefault()"
DO_NOT_ASK = "window.onbeforeunload = null"


class Unsaved:
    """Whether the form on a page has been changed since it was saved."""

    def __init__(self) -> None:
        self._changed = False

    def changed(self) -> None:
        """Something was written."""
        if not self._changed:
            self._changed = True
            ui.run_javascript(ASK)

    def saved(self) -> None:
        """All of it is on record."""
        self._changed = False
        ui.run_javascript(DO_NOT_ASK)
