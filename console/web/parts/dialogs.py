"""Dialogs that ask before something serious is done, and show errors beside their fields."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from nicegui import ui

from console.web.authentication.viewer import Viewer

Act = Callable[[Sequence[str]], Awaitable[None]]
"""Receives the texts of the fields in order. What it raises is shown in the dialog."""
Tell = Callable[[Exception], str]
"""An error as a sentence for the viewer."""


def ask(viewer: Viewer, title: str, hint: str, fields: Sequence[str], confirm: str, act: Act, tell: Tell) -> ui.dialog:
    """Open a dialog. It closes when `act` has succeeded or the viewer cancels."""
    with ui.dialog(value=True) as dialog, ui.card().classes("asking"):
        dialog.props["aria-label"] = title
        ui.label(title).props("role=heading aria-level=2").classes("text-h6")
        ui.label(hint).classes("as-written")
        inputs = [ui.input(field).props("outlined dense autocomplete=off").classes("full-width") for field in fields]
        problem = ui.label().classes("bad").props("role=alert")

        async def go() -> None:
            button.disable()
            try:
                await act([one.value or "" for one in inputs])
            except Exception as error:  # noqa: BLE001  the viewer is told of any error; unexpected ones are logged there
                problem.set_text(tell(error))
                button.enable()
            else:
                dialog.close()

        with ui.row().classes("full-width justify-end"):
            ui.button(viewer.say("frame.cancel"), on_click=dialog.close).props("flat")
            button = ui.button(confirm, on_click=go)
    return dialog


async def confirm(viewer: Viewer, question: str, means: str, confirm: str) -> bool:
    """Ask for confirmation, with the consequences in words. Whether the viewer confirmed."""
    with ui.dialog() as dialog, ui.card().classes("asking"):
        dialog.props["aria-label"] = question
        ui.label(question).props("role=heading aria-level=2").classes("text-h6")
        ui.label(viewer.say(means)).classes("as-written")
        with ui.row().classes("full-width justify-end"):
            ui.button(viewer.say("frame.close"), on_click=lambda: dialog.submit(False)).props("flat no-caps")
            ui.button(viewer.say(confirm), on_click=lambda: dialog.submit(True)).props("no-caps")
    return bool(await answer_of(dialog))


async def answer_of(dialog: ui.dialog) -> Any:
    """Open a dialog and return its answer. It is deleted once hidden, when the focus is back where it was."""
    dialog.on("hide", dialog.delete)
    return await dialog
