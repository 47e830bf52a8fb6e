"""A table of texts, as the pages show one: real headings, and its own scrolling where it is wider than the screen."""

from collections.abc import Callable, Iterable, Sequence

from nicegui import ui

Cell = str | Callable[[], object]
"""A text, or what draws the cell."""


def show_table(caption: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """A table; `caption` names it for whoever does not see it. The first cell of a row is its heading."""
    scrolls = ui.element("div").classes("wide card").props(f'tabindex=0 role=group aria-label="{caption}"')
    with scrolls, ui.element("table").classes("q-table text-left full-width rows"):
        with ui.element("thead"), ui.element("tr"):
            for heading in headings:
                with ui.element("th").props("scope=col"):
                    ui.label(heading)
        with ui.element("tbody"):
            for row in rows:
                _show_row(row)


def _show_row(row: Sequence[Cell]) -> None:
    with ui.element("tr"):
        for place, cell in enumerate(row):
            with ui.element("td") if place else ui.element("th").props("scope=row"):
                if isinstance(cell, str):
                    ui.label(cell)
                else:
                    cell()
