"""A new contact or complaint: somebody stands at the counter, or is on the phone."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from uuid import uuid4

from nicegui import ui
from sqlalchemy import Connection

from console.web.authentication.viewer import Viewer
from console.web.inbox.finding import describe, draw_search
from console.web.parts.frame import page, telling
from console.web.parts.told import tell
from models.inbound.words import BY_HAND, InboundKind, InboundWay
from models.people.permissions import Permission
from tasks.access.reach import check_customer, list_reached_stores, staff_code_in
from tasks.access.sessions import SignedIn
from tasks.customers.searching import CustomerFound, read_customers
from tasks.inbound.by_hand import (
    LONGEST_TEXT,
    NothingSaid,
    WrittenDown,
    answer_at_once,
    answering_store,
    complain,
    write_down,
)
from tasks.inbound.handling import take

MINE, SETTLED = "mine", "settled"
"""What becomes of a new contact: its writer answers it, or has done so; otherwise whoever the rules name."""


@dataclass
class Draft:
    """What is being written down."""

    complaint: bool
    customer: CustomerFound | None = None
    store: str | None = None
    key: str = field(default_factory=lambda: uuid4().hex)
    """Sent twice, by a second click, it is the same."""


@page("/inbox/new", Permission.WORK_INBOX, "frame.inbox")
async def show_new(viewer: Viewer, kind: str = "", customer: str = "") -> None:
    """Who it is, what they say, and what follows."""
    draft = Draft(complaint=kind == InboundKind.COMPLAINT)
    if customer.isascii() and customer.isdigit():
        draft.customer = await viewer.read(_read_customer, viewer.user, int(customer))
    title = viewer.say("frame.new_complaint" if draft.complaint else "frame.new_contact")
    ui.label(title).props("role=heading aria-level=2").classes("text-h6")

    @ui.refreshable
    async def drawn() -> None:
        async def choose(chosen: CustomerFound) -> None:
            draft.customer = chosen
            drawn.refresh()

        if draft.customer is None:
            draw_search(viewer, viewer.store_id, choose, focus=True)
        else:
            _draw_chosen(viewer, draft, drawn.refresh)

    with ui.element("section").classes("card full-width").props(f'aria-label="{viewer.say("inbox.who")}"'):
        await drawn()
    with ui.element("section").classes("card full-width").props(f'aria-label="{viewer.say("inbox.said")}"'):
        await _draw_form(viewer, draft)


def _read_customer(connection: Connection, user: SignedIn, customer_id: int) -> CustomerFound | None:
    check_customer(connection, user.store_id, customer_id)
    return next(iter(read_customers(connection, [customer_id])), None)


def _draw_chosen(viewer: Viewer, draft: Draft, refresh: Callable[[], object]) -> None:
    assert draft.customer is not None  # noqa: S101  it is drawn only for one

    def forget() -> None:
        draft.customer = None
        refresh()

    with ui.row().classes("items-center"):
        ui.label(describe(draft.customer)).classes("text-weight-bold")
        ui.button(viewer.say("inbox.somebody_else"), on_click=forget).props("flat dense no-caps")


async def _draw_form(viewer: Viewer, draft: Draft) -> None:
    ways = {way.value: viewer.word(way) for way in BY_HAND}
    kinds = {"": viewer.say("inbox.as_read")} | {kind.value: viewer.word(kind) for kind in InboundKind}
    with ui.row().classes("items-start"):
        usual = InboundWay.COUNTER if draft.complaint else InboundWay.PHONE
        way = ui.select(ways, label=viewer.say("inbox.way"), value=usual.value).props("outlined dense")
        way.classes("filter")
        if not draft.complaint:
            kind = ui.select(kinds, label=viewer.say("inbox.kind"), value="").props("outlined dense").classes("filter")
        sender = ui.input(viewer.say("inbox.sender")).props("outlined dense autocomplete=off").classes("filter")
        await _draw_store(viewer, draft)
    text = ui.textarea(viewer.say("inbox.said")).props(f"outlined autogrow maxlength={LONGEST_TEXT} for=inbox-said")
    text.classes("full-width")

    async def save(then: str) -> None:
        if not (text.value or "").strip():
            text.error = viewer.say("inbox.said_needed")
            return
        named = None if draft.complaint or not kind.value else InboundKind(kind.value)
        written = WrittenDown(
            way=InboundWay(way.value),
            text=text.value,
            kind=InboundKind.COMPLAINT if draft.complaint else named,
            customer_id=draft.customer.id if draft.customer else None,
            sender=sender.value or None,
            key=draft.key,
        )
        async with telling(viewer):
            made, case_id = await viewer.change(Permission.WORK_INBOX, _save, viewer.now, written, draft.store, then)
            where = f"/cases/{case_id}" if case_id else f"/inbox/{made}" if then != SETTLED else "/inbox"
            tell(viewer, viewer.say("inbox.case_opened" if case_id else "inbox.written_down"), then=where)

    with ui.row():
        if draft.complaint:
            ui.button(viewer.say("inbox.open_case"), on_click=partial(save, "")).props("no-caps")
        else:
            ui.button(viewer.say("inbox.save_mine"), on_click=partial(save, MINE)).props("no-caps")
            ui.button(viewer.say("inbox.save"), on_click=partial(save, "")).props("outline no-caps")
            ui.button(viewer.say("inbox.save_settled"), on_click=partial(save, SETTLED)).props("outline no-caps")


async def _draw_store(viewer: Viewer, draft: Draft) -> None:
    """Whoever works for several stores says which one answers, if the customer does not."""
    if viewer.store_id is not None:
        return
    stores = await viewer.read(list_reached_stores, viewer.user)
    named = {one.code: f"{one.code} {one.name}" for one in stores}
    draft.store = next(iter(named), None)

    def choose(event: object) -> None:
        draft.store = getattr(event, "value", None)

    select = ui.select(named, label=viewer.say("frame.store"), value=draft.store, on_change=choose)
    select.props("outlined dense").classes("filter")


def _save(
    connection: Connection, user: SignedIn, now: datetime, written: WrittenDown, store: str | None, then: str
) -> tuple[int, int | None]:
    """The inbound, and the case that it became."""
    if not written.text.strip():
        raise NothingSaid
    if written.customer_id is not None:
        check_customer(connection, user.store_id, written.customer_id)
        store = None
    answering = answering_store(connection, user.store or store, written.customer_id)
    code = staff_code_in(connection, user, answering.id)
    if written.kind is InboundKind.COMPLAINT:
        recorded, case_id = complain(connection, written, answering.id, now, code)
        return recorded.id, case_id
    recorded = write_down(connection, written, answering.id, now, staff_code=code)
    if then == MINE and not recorded.again:
        take(connection, recorded.id, now, code)
    if then == SETTLED and not recorded.again:
        answer_at_once(connection, recorded.id, "", now, code)
    return recorded.id, None
