"""A table of texts with real headings. On a phone a wide table is shown row by row, with labelled cells."""

from collections.abc import Callable, Iterable, Sequence

from nicegui import ui

from console.web.parts.quick_elements import Text

Cell = str | Callable[[], object]
"""A text, or a function that draws the cell."""
FITS_A_PHONE = 3
"""Columns that fit side by side on a phone."""
SENTENCE = len("2026-03-10 18:00 SH01")
"""A wider text may wrap. A Chinese character counts as two."""


def show_table(caption: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]], *, row_heading: int = 0) -> None:
    """A table; `caption` is its accessible name. The cell in column `row_heading` is the row's heading."""
    stacks = "stacks" if len(headings) > FITS_A_PHONE else ""
    scrolls = ui.element("div").classes("wide card").props(f'tabindex=0 role=group aria-label="{caption}"')
    with scrolls, ui.element("table").classes(f"q-table text-left full-width rows {stacks}"):
        with ui.element("thead"), ui.element("tr"):
            for heading in headings:
                Text("th", heading).props("scope=col")
        with ui.element("tbody"):
            for row in rows:
                _show_row(headings, row, row_heading)


def _show_row(headings: Sequence[str], row: Sequence[Cell], row_heading: int) -> None:
    with ui.element("tr"):
        for place, cell in enumerate(row):
            tag = "th" if place == row_heading else "td"
            held = Text(tag, cell) if isinstance(cell, str) else ui.element(tag)
            held.props["data-label"] = headings[place]
            if place == row_heading:
                held.props["scope"] = "row"
            if isinstance(cell, str):
                held.classes("sentence" if _width(cell) > SENTENCE else "")
            else:
                with held:
                    cell()


def _width(text: str) -> int:
    return len(text) + sum(not one.isascii() for one in text)
