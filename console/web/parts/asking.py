"""A dialog that asks before something grave is done, and says beside its fields what was wrong with them."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from nicegui import ui

from console.web.authentication.viewer import Viewer

Act = Callable[[Sequence[str]], Awaitable[None]]
"""What is done with the texts of the fields, in their order; what it raises is told in the dialog."""
Tell = Callable[[Exception], str]
"""An error as a sentence for the viewer."""


def ask(viewer: Viewer, title: str, hint: str, fields: Sequence[str], confirm: str, act: Act, tell: Tell) -> ui.dialog:
    """Open the dialog; it closes when `act` went well, or when the viewer thinks better of it."""
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
            except Exception as error:  # noqa: BLE001  whatever it is, the viewer is told; the unexpected is logged there
                problem.set_text(tell(error))
                button.enable()
            else:
                dialog.close()

        with ui.row().classes("full-width justify-end"):
            ui.button(viewer.say("frame.cancel"), on_click=dialog.close).props("flat")
            button = ui.button(confirm, on_click=go)
    return dialog


async def confirm(viewer: Viewer, question: str, means: str, confirm: str) -> bool:
    """Whether the viewer means it, having read what it means."""
    with ui.dialog() as dialog, ui.card().classes("asking"):
        dialog.props["aria-label"] = question
        ui.label(question).props("role=heading aria-level=2").classes("text-h6")
        ui.label(viewer.say(means)).classes("as-written")
        with ui.row().classes("full-width justify-end"):
            ui.button(viewer.say("frame.close"), on_click=lambda: dialog.submit(False)).props("flat no-caps")
            ui.button(viewer.say(confirm), on_click=lambda: dialog.submit(True)).props("no-caps")
    return bool(await answer_of(dialog))


async def answer_of(dialog: ui.dialog) -> Any:
    """Open a dialog; what is answered. It goes once it is out of sight and the focus is back where it was before."""
    dialog.on("hide", dialog.delete)
    return await dialog
