"""Customers: the search, and the page of one customer."""

from functools import partial
from urllib.parse import quote

from nicegui import ui

from console.web.authentication.viewer import Viewer
from console.web.customers.actions import show_actions
from console.web.customers.card import show_card
from console.web.customers.consent import show_consent
from console.web.customers.line import show_line
from console.web.customers.timeline_words import line_of
from console.web.customers.why import show_why
from console.web.parts.frame import page, telling
from console.web.parts.tables import Cell, show_table
from models.messages.letters import write_name
from models.people.permissions import Permission
from tasks.access.reach import NotYours
from tasks.customers.card import CustomerCard, read_card
from tasks.customers.searching import CustomerFound, Hits, search_customers
from tasks.customers.timeline import VERDICT, Cursor, read_timeline


@page("/customers", Permission.SEE_CUSTOMERS, "frame.customers")
async def show_search(viewer: Viewer, q: str = "", page: int = 1) -> None:
    """The search, and one page of hits. A single certain hit is opened at once."""

    async def go() -> None:
        async with telling(viewer):
            text = (field.value or "").strip()
            hits: Hits = await viewer.read(search_customers, viewer.store_id, text)
            ui.navigate.to(f"/customers/{hits.exact}" if hits.exact else f"/customers?q={quote(text)}")

    with ui.row().classes("full-width items-center").props("role=search"):
        field = ui.input(viewer.say("customers.search_for"), value=q).props("outlined dense autofocus")
        field.classes("search").on("keydown.enter", go)
        ui.button(viewer.say("frame.search"), on_click=go)
    if q.strip():
        _show_hits(viewer, q, await viewer.read(search_customers, viewer.store_id, q, page))


def _show_hits(viewer: Viewer, text: str, hits: Hits) -> None:
    if not hits.customers:
        ui.label(viewer.say("customers.nobody", text=text)).props("role=status")
        return
    headings = [viewer.say(f"customers.{name}") for name in ("name", "phone", "plates", "level")]
    rows = [_hit(viewer, customer) for customer in hits.customers]
    show_table(viewer.say("frame.customers"), [*headings, viewer.say("frame.store")], rows)
    if hits.too_many:
        ui.label(viewer.say("customers.too_many")).classes("warn")
    _show_pages(viewer, text, hits)


def _hit(viewer: Viewer, customer: CustomerFound) -> list[Cell]:
    def draw_name() -> None:
        ui.link(write_name(viewer.language, customer.name, customer.salutation), f"/customers/{customer.id}")
        if customer.erased:
            ui.label(viewer.say("customers.erased")).classes("bad")

    level = viewer.word(customer.level) if customer.level else ""
    return [draw_name, customer.phone or "", ", ".join(customer.plates), level, customer.store or ""]


def _show_pages(viewer: Viewer, text: str, hits: Hits) -> None:
    here = f"/customers?q={quote(text)}&page="
    if hits.page == 1 and not hits.more:
        return
    with ui.row().classes("items-center"):
        if hits.page > 1:
            ui.link(viewer.say("customers.previous"), f"{here}{hits.page - 1}")
        ui.label(viewer.say("customers.page", page=hits.page)).classes("quiet")
        if hits.more:
            ui.link(viewer.say("customers.next"), f"{here}{hits.page + 1}")


@page("/customers/{customer_id}", Permission.SEE_CUSTOMERS, "frame.customers")
async def show_customer(viewer: Viewer, customer_id: int) -> None:
    """Everything about one customer."""
    ui.link(viewer.say("customers.back"), "/customers")
    try:
        card: CustomerCard = await viewer.read(read_card, viewer.store_id, customer_id, viewer.now)
    except NotYours:
        ui.label(viewer.say("customers.not_yours")).classes("bad").props("role=alert")
        return
    show_card(viewer, card)
    show_actions(viewer, card)
    await show_consent(viewer, card)
    _heading(viewer.say("customers.timeline"))
    await _show_timeline(viewer, card)
    await _offer_why(viewer, card)


def _heading(text: str) -> None:
    ui.label(text).props("role=heading aria-level=2").classes("text-h6 q-mt-md")


async def _show_timeline(viewer: Viewer, card: CustomerCard) -> None:
    """The latest entries, and more on request."""
    entries = ui.element("ul").classes("plain full-width timeline")

    async def show(before: Cursor | None) -> None:
        stretch = await viewer.read(read_timeline, viewer.store_id, card.id, before)
        with entries:
            for entry in stretch.entries:
                to_come = entry.at > viewer.now and entry.kind != VERDICT
                show_line(viewer, line_of(viewer, entry, card.time_zone), to_come=to_come)
        further.clear()
        with further:
            if stretch.earlier is not None:
                ui.button(viewer.say("customers.earlier"), on_click=partial(more, stretch.earlier)).props("outline")
            elif before is None and not stretch.entries:
                ui.label(viewer.say("customers.nothing_yet")).classes("quiet")

    async def more(before: Cursor) -> None:
        async with telling(viewer):
            await show(before)

    further = ui.element("div")
    await show(None)


async def _offer_why(viewer: Viewer, card: CustomerCard) -> None:
    _heading(viewer.say("customers.why"))
    ui.label(viewer.say("customers.why_hint")).classes("quiet")
    told = ui.column().classes("full-width")

    async def explain() -> None:
        async with telling(viewer):
            told.clear()
            with told:
                await show_why(viewer, card.id)
            button.set_visibility(False)

    button = ui.button(viewer.say("customers.explain"), on_click=explain).props("outline")
