"""The inbox: what waits for an answer, the earliest deadline first."""

from functools import partial
from urllib.parse import urlencode

from nicegui import ui

from console.shared.moments import local
from console.web.authentication.viewer import Viewer
from console.web.parts.frame import page
from console.web.parts.tables import Cell, show_table
from models.inbound.deadlines import SOON
from models.inbound.words import InboundKind
from models.people.permissions import Permission
from tasks.access.reach import list_reached_stores, reached_store
from tasks.database.paging import Cursor
from tasks.inbound.listing import COUNTED, InboundItem, InboxView, Standing, Wanted, page_of_inbound, read_standing

SHOWN = 160
"""Characters of what was said, in the list."""


@page("/inbox", Permission.WORK_INBOX, "frame.inbox")
async def show_inbox(viewer: Viewer, view: str = "", kind: str = "", store: str = "", after: str = "") -> None:
    """Show the inbox; the viewer's own items come first."""
    chosen = InboxView(view) if view in set(InboxView) else InboxView.MINE
    reached: str | None = await viewer.read(reached_store, viewer.user, store or None)
    kinds = InboundKind(kind) if kind in set(InboundKind) else None
    wanted = Wanted(chosen, reached, viewer.user.works_as, kinds)
    cursor = Cursor.read(after, int) if after else None
    found = await viewer.read(page_of_inbound, wanted, viewer.now, after=cursor)
    standing: Standing = await viewer.read(read_standing, viewer.store_id, viewer.user.works_as, viewer.now)
    _show_standing(viewer, standing)
    _show_views(viewer, chosen, kind, store)
    await _show_filter(viewer, chosen, kind, store)
    if not found.rows:
        ui.label(viewer.say("inbox.empty")).classes("quiet").props("role=status")
        return
    columns = ("what", "whom", "kind", "deadline", "owner")
    headings = [viewer.say(f"inbox.{name}") for name in columns]
    show_table(viewer.say("frame.inbox"), headings, [_row(viewer, item) for item in found.rows])
    if found.next is not None:
        ui.link(viewer.say("frame.later"), _here(view=chosen, kind=kind, store=store, after=str(found.next)))


def _here(**query: str) -> str:
    return f"/inbox?{urlencode({name: value for name, value in query.items() if value})}"


def _show_standing(viewer: Viewer, standing: Standing) -> None:
    def counted(count: int) -> str:
        return f"{COUNTED - 1:,}+" if count >= COUNTED else f"{count:,}"

    said = viewer.say(
        "inbox.standing",
        mine=counted(standing.mine),
        open=counted(standing.open),
        overdue=counted(standing.overdue),
    )
    ui.label(said).classes("bad" if standing.overdue else "")


def _show_views(viewer: Viewer, chosen: InboxView, kind: str, store: str) -> None:
    with ui.element("nav").classes("parts").props(f'aria-label="{viewer.say("inbox.whose")}"'):
        for view in InboxView:
            link = ui.link(viewer.say(f"inbox.view_{view}"), _here(view=view, kind=kind, store=store))
            if view is chosen:
                link.props('aria-current="page"')


async def _show_filter(viewer: Viewer, view: InboxView, kind: str, store: str) -> None:
    everything = {"": viewer.say("frame.all")}
    kinds = everything | {one.value: viewer.word(one) for one in InboundKind}
    with ui.row():
        select = ui.select(
            kinds,
            label=viewer.say("inbox.kind"),
            value=kind if kind in kinds else "",
            on_change=lambda event: ui.navigate.to(_here(view=view, kind=event.value, store=store)),
        )
        select.props("outlined dense stack-label").classes("filter")
        if viewer.store_id is None:
            stores = await viewer.read(list_reached_stores, viewer.user)
            named = everything | {one.code: f"{one.code} {one.name}" for one in stores}
            which = ui.select(
                named,
                label=viewer.say("frame.store"),
                value=store if store in named else "",
                on_change=lambda event: ui.navigate.to(_here(view=view, kind=kind, store=event.value)),
            )
            which.props("outlined dense stack-label").classes("filter")


def _row(viewer: Viewer, item: InboundItem) -> list[Cell]:
    kind = viewer.word(item.kind)
    if item.suggested is not None and item.confirmed is None and item.answered_at is None:
        kind = viewer.say("inbox.suggested", what=viewer.word(item.suggested))
    return [
        partial(_draw_text, viewer, item),
        partial(_draw_whom, viewer, item),
        kind,
        partial(draw_deadline, viewer, item),
        partial(_draw_owner, viewer, item),
    ]


def _draw_text(viewer: Viewer, item: InboundItem) -> None:
    text = item.text if len(item.text) <= SHOWN else f"{item.text[:SHOWN]}…"
    with ui.element("div").classes("sentence"):
        ui.link(text or viewer.word(item.kind), f"/inbox/{item.id}").props("data-said")
        ui.label(f"{viewer.word(item.way)} · {local(item.received_at, item.time_zone)}").classes("quiet")


def _draw_whom(viewer: Viewer, item: InboundItem) -> None:
    ui.label(item.customer or item.sender or viewer.say("inbox.somebody"))
    if item.customer is None:
        ui.label(viewer.say("inbox.unknown")).classes("warn")


def draw_deadline(viewer: Viewer, item: InboundItem) -> None:
    """The deadline in words. The colour only repeats it."""
    if item.answered_at is not None:
        told = viewer.say("inbox.answered_at", moment=local(item.answered_at, item.time_zone))
        ui.label(told).classes("warn" if item.overdue else "good")
        return
    due = local(item.due_at, item.time_zone)
    if item.overdue:
        ui.label(viewer.say("inbox.overdue", moment=due)).classes("bad")
    else:
        ui.label(viewer.say("inbox.due", moment=due)).classes("warn" if item.due_at - viewer.now <= SOON else "")


def _draw_owner(viewer: Viewer, item: InboundItem) -> None:
    ui.label(item.owner_name or viewer.say("inbox.nobody", role=viewer.word(item.role)))
    if item.taken_at is not None and item.answered_at is None:
        ui.label(viewer.word(item.state)).classes("quiet")
