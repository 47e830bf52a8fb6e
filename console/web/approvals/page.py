"""Touches that wait for approval: the letter as the customer will get it, the figures, and the decision."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from nicegui import ui
from sqlalchemy import Connection

from console.shared.moments import local
from console.web.authentication.kept_words import TakeBack
from console.web.authentication.viewer import Viewer
from console.web.campaigns.views import list_needing
from console.web.parts.addresses import remember_in_address
from console.web.parts.deciding import Choosing, ask_reason
from console.web.parts.frame import page, telling
from console.web.parts.pagination import Pagination
from console.web.parts.tables import show_table
from models.core.ids import TouchId
from models.core.shown import show_day
from models.core.words import CampaignState, Role, stands_for
from models.messages.letters import write_money
from models.people.permissions import Permission
from models.subjects.owing import read_owing, total_of, write_totals
from tasks.access.reach import list_reached_stores, reached_store
from tasks.access.sessions import SignedIn
from tasks.campaigns.authors import author_of
from tasks.campaigns.listing import CampaignPage, list_campaigns
from tasks.database.paging import Cursor, Page
from tasks.touches.approvals import (
    WaitingTouch,
    approve_each,
    count_held_by_law,
    read_waiting,
    refuse_each,
    take_back_each,
)
from tasks.touches.one_by_one import Decided

PAGE = 10


@dataclass
class Shown:
    """The list on one viewer's screen."""

    viewer: Viewer
    store: str | None
    choosing: Choosing = field(default_factory=Choosing)
    pagination: Pagination = field(default_factory=Pagination)


@page("/approvals", Permission.DECIDE, "frame.approvals")
async def show_approvals(viewer: Viewer, store: str = "") -> None:
    """List what waits for approval, the earliest due first."""
    shown = Shown(viewer, store or None)
    ui.label(viewer.say("approvals.explained")).classes("quiet")
    await _draw_campaigns(viewer)

    @ui.refreshable
    async def listed() -> None:
        async with telling(viewer):
            found: Page[WaitingTouch] = await viewer.read(
                _read_page, viewer.user, viewer.now, shown.store, shown.pagination.here
            )
            held: int = await viewer.read(_count_held, viewer.user, viewer.now, shown.store)
            shown.choosing.draw_problems(viewer)
            if held:
                ui.label(viewer.say("approvals.held_by_law", count=held)).classes("warn")
            _draw_page(shown, found, listed.refresh)

    if viewer.store_id is None:
        await _draw_stores(shown, listed.refresh)
    await listed()


async def _draw_campaigns(viewer: Viewer) -> None:
    """Link to the campaigns that wait: they are approved on their own pages."""
    if not viewer.may(Permission.APPROVE_CAMPAIGNS):
        return
    waiting = (CampaignState.AWAITING_APPROVAL,)
    found: CampaignPage = await viewer.read(list_campaigns, author_of(viewer.user), states=waiting, limit=PAGE)
    if not found.items:
        return
    title = viewer.say("frame.campaigns")
    with ui.element("section").classes("card full-width").props(f'aria-label="{title}"'):
        ui.label(title).props("role=heading aria-level=2").classes("text-h6")
        list_needing(viewer, found.items, viewer.time_zone)


def _read_page(
    connection: Connection, user: SignedIn, now: datetime, store: str | None, after: Cursor | None
) -> Page[WaitingTouch]:
    return read_waiting(connection, now, store=reached_store(connection, user, store), limit=PAGE, after=after)


def _count_held(connection: Connection, user: SignedIn, now: datetime, store: str | None) -> int:
    return count_held_by_law(connection, now, store=reached_store(connection, user, store))


async def _draw_stores(shown: Shown, refresh: Callable[[], object]) -> None:
    viewer = shown.viewer
    stores = {store.code: f"{store.code} {store.name}" for store in await viewer.read(list_reached_stores, viewer.user)}

    def choose(store: str) -> None:
        shown.store = store or None
        remember_in_address("/approvals", store=shown.store)
        shown.pagination.first_page()
        shown.choosing.forget()
        refresh()

    options = {"": viewer.say("frame.all")} | stores
    chosen = shown.store if shown.store in options else ""
    picked = ui.select(
        options, label=viewer.say("frame.store"), value=chosen, on_change=lambda event: choose(event.value)
    )
    picked.props("outlined dense stack-label").classes("filter")


def _draw_page(shown: Shown, found: Page[WaitingTouch], refresh: Callable[[], object]) -> None:
    viewer = shown.viewer
    if not found.rows:
        ui.label(viewer.say("approvals.nothing"))
    else:
        mine = {item.id for item in found.rows if _decides(viewer, item.roles)}
        count = _draw_deciding(shown, mine, refresh) if mine else lambda: None
        for item in found.rows:
            _draw_item(shown, item, count, refresh)

    def turned() -> None:
        shown.choosing.forget()
        refresh()

    with ui.row():
        shown.pagination.draw(viewer, found.next, turned)


def _decides(viewer: Viewer, roles: Iterable[Role]) -> bool:
    return viewer.user.role is Role.ADMIN or bool(set(stands_for(viewer.user.role)) & set(roles))


def _draw_deciding(shown: Shown, mine: set[TouchId], refresh: Callable[[], object]) -> Callable[[], None]:
    """Draw the buttons for the selected touches. Returns what to call when the selection has changed."""
    ways = [
        (shown.viewer.say(f"approvals.{key}"), partial(_decide, shown, refresh=refresh, approved=approved))
        for key, approved in (("approve_chosen", True), ("refuse_chosen", False))
    ]
    return shown.choosing.draw_bar(shown.viewer, mine, ways, refresh)


def _draw_item(shown: Shown, item: WaitingTouch, count: Callable[[], None], refresh: Callable[[], object]) -> None:
    viewer = shown.viewer
    mine = _decides(viewer, item.roles)
    what = f"{item.customer} {viewer.word(item.step)}"
    with ui.element("section").classes("card full-width") as card:
        card.props["aria-label"] = what
        with ui.row().classes("items-center"):
            if mine:
                shown.choosing.draw_box(viewer.say("deciding.choose", what=what), item.id, count)
            with ui.element("div").props("role=heading aria-level=2"):
                ui.link(item.customer, f"/customers/{item.customer_id}").classes("text-h6")
            ui.label(_step(viewer, item))
        due, until = (local(moment, item.time_zone) for moment in (item.due_at, item.valid_until))
        roles = viewer.say("approvals.or").join(viewer.word(role) for role in item.roles)
        told = (
            viewer.say("approvals.store", store=item.store),
            viewer.say("approvals.due", due=due, until=until),
            viewer.say("approvals.deciders", roles=roles),
        )
        ui.label(" · ".join(told)).classes("quiet")
        _draw_letter(viewer, item)
        _draw_figures(viewer, item)
        if mine:
            _draw_buttons(shown, item, what, refresh)
        else:
            ui.label(viewer.say("approvals.not_yours")).classes("warn")


def _step(viewer: Viewer, item: WaitingTouch) -> str:
    words = {name: viewer.word(getattr(item, name)) for name in ("process", "step", "kind")}
    return viewer.say("approvals.step", **words)


def _draw_letter(viewer: Viewer, item: WaitingTouch) -> None:
    text = "\n\n".join(part for part in (item.letter.subject, item.letter.text) if part)
    letter = ui.label(text).classes("letter full-width q-my-sm").props("role=group")
    letter.props["aria-label"] = viewer.say("approvals.letter")


def _draw_figures(viewer: Viewer, item: WaitingTouch) -> None:
    """What the account owes now: what is overdue, what is due today, and what is not due yet."""
    today = viewer.now.astimezone(ZoneInfo(item.time_zone)).date()
    owing = read_owing(item.figures_now.get("invoices"), today)
    parts = {name: part for name in ("overdue", "due_today", "not_due") if (part := getattr(owing, name))}
    for name, invoices in parts.items():
        with ui.row():
            ui.label(viewer.say(f"customers.{name}"))
            ui.label(write_totals(total_of(invoices))).classes("text-weight-bold")
    if parts:
        headings = [viewer.say(f"approvals.{name}") for name in ("number", "amount", "due_on", "stands")]
        rows = [
            (one.number, write_money(one.open, one.currency), show_day(one.due_on), viewer.say(f"customers.{name}"))
            for name, invoices in parts.items()
            for one in invoices
        ]
        show_table(viewer.say("approvals.invoices"), headings, rows)


def _draw_buttons(shown: Shown, item: WaitingTouch, what: str, refresh: Callable[[], object]) -> None:
    viewer = shown.viewer
    with ui.row().classes("q-mt-sm"):
        approve = ui.button(
            viewer.say("approvals.approve"), on_click=lambda: _decide(shown, {item.id}, refresh, approved=True)
        )
        approve.props("no-caps").props["aria-label"] = viewer.say("approvals.approve_one", what=what)
        refuse = ui.button(
            viewer.say("approvals.refuse"), on_click=lambda: _decide(shown, {item.id}, refresh, approved=False)
        )
        refuse.props("outline no-caps").props["aria-label"] = viewer.say("approvals.refuse_one", what=what)


async def _decide(shown: Shown, touch_ids: set[TouchId], refresh: Callable[[], object], *, approved: bool) -> None:
    viewer = shown.viewer
    question = viewer.say("approvals.approve" if approved else "approvals.refuse")
    explained = viewer.say("approvals.approve_explained" if approved else "approvals.refuse_explained")
    async with telling(viewer):
        reason = await ask_reason(viewer, question, explained, needed=not approved)
        if reason is None:
            return
        job = approve_each if approved else refuse_each
        decided: list[Decided] = await viewer.change(Permission.DECIDE, job, touch_ids, reason, viewer.now)
        said = "approvals.approved" if approved else "approvals.refused"
        shown.choosing.take(viewer, decided, said, partial(_undo, viewer))
        refresh()


def _undo(viewer: Viewer, touch_ids: set[TouchId]) -> TakeBack:
    """Lets touches wait again for which it is not too late; says how many could not, or why the only one could not."""

    async def back() -> str:
        decided: list[Decided] = await viewer.change(Permission.DECIDE, take_back_each, touch_ids, viewer.now)
        problems = [one.problem for one in decided if one.problem is not None]
        if len(problems) == len(decided):
            raise problems[0]
        key = "approvals.some_wait_again" if problems else "approvals.wait_again"
        return viewer.say(key, count=len(decided) - len(problems), left=len(problems))

    return back
