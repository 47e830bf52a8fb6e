"""A table of texts, as the pages show one: real headings, and its own scrolling where it is wider than the screen."""

from collections.abc import Callable, Iterable, Sequence

from nicegui import ui

from console.web.quick_elements import Text

Cell = str | Callable[[], object]
"""A text, or what draws the cell."""


def show_table(caption: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """A table; `caption` names it for whoever does not see it. The first cell of a row is its heading."""
    scrolls = ui.element("div").classes("wide card").props(f'tabindex=0 role=group aria-label="{caption}"')
    with scrolls, ui.element("table").classes("q-table text-left full-width rows"):
        with ui.element("thead"), ui.element("tr"):
            for heading in headings:
                Text("th", heading).props("scope=col")
        with ui.element("tbody"):
            for row in rows:
                _show_row(row)


def _show_row(row: Sequence[Cell]) -> None:
    with ui.element("tr"):
        for place, cell in enumerate(row):
            tag = "td" if place else "th"
            held = Text(tag, cell) if isinstance(cell, str) else ui.element(tag)
            if not place:
                held.props("scope=row")
            if not isinstance(cell, str):
                with held:
                    cell()
