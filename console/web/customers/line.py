"""Entries of a customer's timeline, drawn."""

from collections.abc import Sequence

from nicegui import ui

from console.web.authentication.viewer import Viewer
from console.web.customers.timeline_words import ShownEntry


def show_line(viewer: Viewer, line: ShownEntry, *, to_come: bool) -> None:
    """One entry, inside a list."""
    with ui.element("li"):
        with ui.row().classes("items-baseline q-gutter-x-sm"):
            ui.label(line.when).classes("quiet when")
            ui.label(line.kind).classes("text-weight-bold")
            ui.label(line.title)
            if to_come:
                ui.label(viewer.say("customers.to_come")).classes("warn")
        show_details(line.details)
        if line.letter:
            ui.label(line.letter).classes("letter")


def show_details(details: Sequence[str]) -> None:
    """Details of an entry."""
    if details:
        ui.label(" · ".join(details)).classes("quiet")
