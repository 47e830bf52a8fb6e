"""Leads: a board by class, what is due today, one lead with its contacts, and a form for a new one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlencode

from nicegui import ui
from sqlalchemy import Connection

from console.shared.moments import local
from console.web.authentication.viewer import Viewer
from console.web.leads.forms import draw_acts, draw_new
from console.web.parts.addresses import remember_in_address
from console.web.parts.frame import page, telling
from models.core.shown import show_day
from models.core.words import Role
from models.messages.letters import write_money
from models.people.permissions import Permission
from tasks.access.reach import list_reached_stores, reached_store
from tasks.access.sessions import SignedIn
from tasks.subjects.lead.board import (
    COLUMN,
    LeadColumn,
    LeadDetails,
    LeadItem,
    LeadsWanted,
    Salesperson,
    Standing,
    list_salespeople,
    read_lead,
    read_lead_board,
    read_lead_day,
)

LOOKS = {Standing.OVERDUE: "bad", Standing.DUE: "warn", Standing.AHEAD: "", Standing.SETTLED: "quiet"}
View = Literal["board", "day"]
VIEWS: tuple[View, ...] = ("board", "day")


@dataclass
class Shown:
    """What one viewer's screen shows of the leads."""

    view: View = "board"
    store: str | None = None
    salesperson: str | None = None
    limit: int = COLUMN

    @property
    def wanted(self) -> LeadsWanted:
        """As a list is asked for."""
        return LeadsWanted(self.store, self.salesperson)

    def address(self, view: View) -> str:
        """The page with the other view of the same leads."""
        chosen = {"view": view, "store": self.store, "salesperson": self.salesperson}
        return f"/leads?{urlencode({name: value for name, value in chosen.items() if value is not None})}"


@page("/leads", Permission.WORK_LEADS, "frame.leads")
async def show_leads(viewer: Viewer, view: str = "board", store: str = "", salesperson: str | None = None) -> None:
    """The board, or the day. Somebody who sells sees their own first."""
    own = viewer.user.staff if viewer.user.role is Role.SALES else None
    chosen = own if salesperson is None else salesperson or None
    shown = Shown("day" if view == "day" else "board", viewer.user.store or store or None, chosen)

    @ui.refreshable
    async def listed() -> None:
        async with telling(viewer):
            if shown.view == "day":
                _draw_day(viewer, await viewer.read(_read_day, viewer.user, viewer.now, shown))
            else:
                _draw_board(
                    viewer, await viewer.read(_read_board, viewer.user, viewer.now, shown), shown, listed.refresh
                )

    with ui.row().classes("items-center").props(f'role=group aria-label="{viewer.say("leads.views")}"'):
        for one in VIEWS:
            link = ui.link(viewer.say(f"leads.{one}"), shown.address(one))
            if one == shown.view:
                link.props('aria-current="true"').classes("text-bold")
        ui.link(viewer.say("leads.new"), "/leads/new")
    with ui.row():
        await _draw_filters(viewer, shown, listed.refresh)
    await listed()


def _read_board(connection: Connection, user: SignedIn, now: datetime, shown: Shown) -> list[LeadColumn]:
    reached_store(connection, user, shown.store)
    return read_lead_board(connection, shown.wanted, now, shown.limit)


def _read_day(connection: Connection, user: SignedIn, now: datetime, shown: Shown) -> list[LeadItem]:
    reached_store(connection, user, shown.store)
    return read_lead_day(connection, shown.wanted, now, 10 * COLUMN)


async def _draw_filters(viewer: Viewer, shown: Shown, refresh: Callable[[], object]) -> None:
    everything = {"": viewer.say("frame.all")}
    people: list[Salesperson] = await viewer.read(list_salespeople, viewer.store_id)
    sellers = everything | {one.code: f"{one.name} ({one.code})" for one in people}
    choices: dict[str, tuple[str, dict[str, str]]] = {"salesperson": (viewer.say("leads.salesperson"), sellers)}
    if viewer.store_id is None:
        stores = await viewer.read(list_reached_stores, viewer.user)
        choices["store"] = (
            viewer.say("frame.store"), everything | {store.code: f"{store.code} {store.name}" for store in stores}
        )  # fmt: skip

    def choose(name: str, value: Any) -> None:
        setattr(shown, name, value or None)
        remember_in_address("/leads", view=shown.view, store=shown.store, salesperson=shown.salesperson or "")
        refresh()

    for name, (label, options) in choices.items():
        given = getattr(shown, name) or ""
        select = ui.select(
            options, label=label, value=given if given in options else "",
            on_change=lambda event, name=name: choose(name, event.value),
        )  # fmt: skip
        select.props("outlined dense stack-label").classes("filter")


def _draw_board(viewer: Viewer, columns: list[LeadColumn], shown: Shown, refresh: Callable[[], object]) -> None:
    with ui.element("div").classes("board"):
        for column in columns:
            _draw_column(viewer, column)

    def show_more() -> None:
        shown.limit += COLUMN
        refresh()

    if any(column.count > len(column.leads) for column in columns):
        ui.button(viewer.say("leads.more"), on_click=show_more).props("outline no-caps")


def _draw_column(viewer: Viewer, column: LeadColumn) -> None:
    title = viewer.say("leads.column", urgency=viewer.word(column.urgency), count=f"{column.count:,}")
    with ui.element("section").props(f'aria-label="{title}"'):
        ui.label(title).props("role=heading aria-level=2").classes("text-h6")
        if column.late:
            ui.label(viewer.say("leads.late", count=f"{column.late:,}")).classes("bad")
        if not column.leads:
            ui.label(viewer.say("leads.empty")).classes("quiet")
        _draw_list(viewer, column.leads, of_class=False)


def _draw_day(viewer: Viewer, leads: list[LeadItem]) -> None:
    """The most overdue first, so that the list is worked from its head."""
    if not leads:
        ui.label(viewer.say("leads.nothing_today")).classes("good").props("role=status")
    for standing in (Standing.OVERDUE, Standing.DUE):
        some = [lead for lead in leads if lead.standing is standing]
        if some:
            title = viewer.say(f"leads.heading_{standing}", count=len(some))
            with ui.element("section").props(f'aria-label="{title}"').classes("full-width"):
                ui.label(title).props("role=heading aria-level=2").classes("text-h6")
                _draw_list(viewer, some, of_class=True)


def _draw_list(viewer: Viewer, leads: list[LeadItem], *, of_class: bool) -> None:
    """`of_class`: the class of each is said."""
    with ui.element("ul").classes("plain-list"):
        for item in leads:
            with ui.element("li").classes("card"):
                ui.link(item.customer, f"/leads/{item.id}").classes("text-weight-bold")
                said = (viewer.word(item.urgency) if of_class else None, item.model, item.source)
                ui.label(" · ".join(part for part in said if part))
                ui.label(next_in_words(viewer, item)).classes(LOOKS[item.standing])
                ui.label(_whose(viewer, item)).classes("quiet")


def _whose(viewer: Viewer, item: LeadItem) -> str:
    seller = item.salesperson_name or viewer.say("leads.nobody_sells")
    return seller if viewer.store_id is not None else f"{seller} · {item.store}"


def next_in_words(viewer: Viewer, item: LeadItem) -> str:
    """When the customer is to be called next, and what was missed. The colour only repeats it."""
    moment = local(item.next_at, item.time_zone)
    if item.standing is Standing.SETTLED:
        return viewer.say("leads.is_settled", state=viewer.word(item.state))
    if item.postponed_to is not None:
        return viewer.say("leads.put_off", day=show_day(item.postponed_to))
    if item.next_at is None:
        return viewer.say("leads.no_calls")
    if item.contacted_at is None:
        return viewer.say(f"leads.first_{item.standing}", moment=moment)
    return viewer.say(f"leads.next_{item.standing}", moment=moment, missed=item.missed)


@page("/leads/new", Permission.WORK_LEADS, "leads.new")
async def show_new_lead(viewer: Viewer) -> None:
    """A form for somebody who just came in, or rang."""
    ui.link(viewer.say("leads.back"), "/leads")
    await draw_new(viewer)


@page("/leads/{lead_id}", Permission.WORK_LEADS, "frame.leads")
async def show_lead(viewer: Viewer, lead_id: int) -> None:
    """One lead: how it stands, what can be done, and every contact about it."""
    ui.link(viewer.say("leads.back"), "/leads")

    @ui.refreshable
    async def shown() -> None:
        async with telling(viewer):
            found = await viewer.read(read_lead, viewer.store_id, lead_id, viewer.now)
            people = await viewer.read(list_salespeople, found.store_id)
            _draw_lead(viewer, found)
            draw_acts(viewer, found, people, shown.refresh)
            _draw_touches(viewer, found)

    await shown()


def _draw_lead(viewer: Viewer, found: LeadDetails) -> None:
    item = found.item
    ui.label(item.customer).props("role=heading aria-level=2").classes("text-h5")
    ui.label(next_in_words(viewer, item)).classes(LOOKS[item.standing]).props("role=status")
    with ui.element("section").classes("card full-width"), ui.element("dl").classes("facts"):
        with ui.element("dt"):
            ui.label(viewer.say("leads.customer"))
        with ui.element("dd"):
            ui.link(item.customer, f"/customers/{item.customer_id}")
        for name, value in _facts(viewer, found).items():
            if value:
                with ui.element("dt"):
                    ui.label(viewer.say(f"leads.{name}"))
                with ui.element("dd"):
                    ui.label(value).classes("as-written")


def _facts(viewer: Viewer, found: LeadDetails) -> dict[str, str | None]:
    item = found.item

    def day(value: Any) -> str | None:
        return show_day(value) if value is not None else None

    ways = [item.source, *(f"{one.source or '?'} ({day(one.came_in_on)})" for one in found.sources)]
    lost = viewer.word(found.lost_kind) if found.lost_kind else None
    return {
        "class": viewer.word(item.urgency),
        "state": viewer.word(item.state),
        "model": item.model,
        "source": "、".join(way for way in ways if way) if viewer.language != "en" else ", ".join(filter(None, ways)),
        "salesperson": item.salesperson_name or viewer.say("leads.nobody_sells"),
        "came_in": local(found.came_in_at, item.time_zone),
        "first_by": local(found.first_contact_by, item.time_zone) if item.contacted_at is None else None,
        "last_contact": local(item.contacted_at, item.time_zone) or viewer.say("leads.never"),
        "test_drive": day(found.test_drive_on),
        "quoted": day(found.quoted_on),
        "expected": day(item.expected_on),
        "deposit": write_money(found.deposit, found.currency or "") if found.deposit is not None else None,
        "trade_in": viewer.say("leads.yes") if found.trades_in else None,
        "referred_by": found.referred_by,
        "visits": ", ".join(filter(None, (day(visit) for visit in found.visits))),
        "why_lost": " · ".join(filter(None, (lost, found.competitor))) if found.item.state == "lost" else None,
        "note": found.note,
    }


def _draw_touches(viewer: Viewer, found: LeadDetails) -> None:
    title = viewer.say("leads.contacts")
    with ui.element("section").classes("card full-width").props(f'aria-label="{title}"'):
        ui.label(title).props("role=heading aria-level=3").classes("text-subtitle1")
        if not found.touches:
            ui.label(viewer.say("leads.no_contacts")).classes("quiet")
        with ui.element("ul").classes("plain-list"):
            for touch in found.touches:
                outcome = viewer.word(touch.outcome) if touch.outcome else viewer.word(touch.state)
                said = (
                    local(touch.at, found.item.time_zone),
                    viewer.word(touch.kind),
                    viewer.word(touch.step),
                    outcome,
                )
                with ui.element("li"):
                    ui.label(" · ".join(said))
