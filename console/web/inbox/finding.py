"""Finding a customer by name, phone or plate while they speak."""

from collections.abc import Awaitable, Callable
from functools import partial

from nicegui import ui

from console.web.authentication.viewer import Viewer
from console.web.parts.frame import telling
from tasks.customers.searching import CustomerFound, Hits, search_customers

SHORTEST = 2
"""Characters before it is searched for."""
SHOWN = 8
Choose = Callable[[CustomerFound], Awaitable[None]]


def draw_search(viewer: Viewer, store_id: int | None, choose: Choose, *, focus: bool) -> None:
    """A search field. Matches appear while the user types, each as a button."""

    async def look() -> None:
        text = (field.value or "").strip()
        async with telling(viewer):
            hits: Hits | None = await viewer.read(search_customers, store_id, text) if len(text) >= SHORTEST else None
            if text == (field.value or "").strip():  # what was typed meanwhile is looked for by itself
                found.clear()
                with found:
                    _draw_hits(viewer, hits, choose)

    field = ui.input(viewer.say("inbox.find")).props("outlined dense debounce=250 autocomplete=off")
    field.classes("search full-width").on_value_change(look)
    if focus:
        field.props("autofocus")
    found = ui.column().classes("full-width").props("role=status")


def _draw_hits(viewer: Viewer, hits: Hits | None, choose: Choose) -> None:
    if hits is None:
        return
    if not hits.customers:
        ui.label(viewer.say("inbox.nobody_found")).classes("quiet")
    for customer in [one for one in hits.customers if not one.erased][:SHOWN]:
        draw_hit(customer, choose)
    if len(hits.customers) > SHOWN or hits.more:
        ui.label(viewer.say("inbox.more_found")).classes("quiet")


def draw_hit(customer: CustomerFound, choose: Choose) -> None:
    """A customer as a button."""
    ui.button(describe(customer), on_click=partial(choose, customer)).props("outline no-caps align=left").classes(
        "full-width"
    )


def describe(customer: CustomerFound) -> str:
    """Name, number, plates and store of a customer."""
    parts = (customer.name, customer.phone, ", ".join(customer.plates), customer.store)
    return " · ".join(part for part in parts if part)
