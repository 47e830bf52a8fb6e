"""One inbound beside the customer's line: taken, answered, handed over, matched; one key confirms a suggestion."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from nicegui import ui
from sqlalchemy import Connection

from console.shared.moments import local
from console.web.authentication.viewer import Viewer
from console.web.customers.line import show_line
from console.web.customers.timeline_words import line_of
from console.web.inbox.finding import draw_hit, draw_search
from console.web.inbox.page import draw_deadline
from console.web.parts.frame import page, telling
from console.web.parts.told import tell
from models.core.clock import read_moment
from models.inbound.reading import promised_day
from models.inbound.words import AnswerWay, InboundState, Suggestion
from models.people.permissions import Permission
from tasks.access.reach import NotYours, check_customer, staff_code_in
from tasks.access.sessions import SignedIn
from tasks.customers.searching import CustomerFound
from tasks.customers.timeline import VERDICT, read_timeline
from tasks.inbound.answering import LONGEST_MESSAGE, Answer, answer_inbound
from tasks.inbound.handling import AlreadyAnswered, InboundChanged, TakenByAnother, hand_over, take
from tasks.inbound.listing import InboundDetails, InboundItem, check_inbound, read_inbound
from tasks.inbound.matching import match_inbound
from tasks.inbound.suggesting import confirm, refuse

WAYS = {
    "1": AnswerWay.CALL,
    "2": AnswerWay.MESSAGE,
    "3": AnswerWay.APPOINTMENT,
    "4": AnswerWay.CASE,
    "5": AnswerWay.LEAD,
    "6": AnswerWay.IN_PERSON,
    "0": AnswerWay.NONE,
}
"""The key of each answer."""
OF_A_CUSTOMER = (AnswerWay.MESSAGE, AnswerWay.CASE, AnswerWay.LEAD)
LINES = 8
"""Entries of the customer's line that are shown."""


@dataclass
class Fields:
    """What the user has typed so far."""

    words: ui.textarea
    at: ui.input


@dataclass(frozen=True)
class Desk:
    """The open page of one inbound."""

    viewer: Viewer
    seen: InboundDetails
    refresh: Callable[[], object]

    async def change(self, job: Callable[..., object], *args: object) -> None:
        """Run a change, and show the inbound as it is afterwards, also when somebody else was faster.

        What was refused for another reason leaves the page as it is, with the words that somebody has written.
        """
        item = self.seen.item
        async with telling(self.viewer):
            try:
                await self.viewer.change(Permission.WORK_INBOX, job, item.id, item.version, self.viewer.now, *args)
            except (TakenByAnother, InboundChanged, AlreadyAnswered):
                self.refresh()
                raise
            finally:
                ui.run_javascript("window.callsAnswered()")
            tell(self.viewer, self.viewer.say("frame.saved"))
            self.refresh()
            ui.run_javascript("window.callsAnswered()")


@page("/inbox/{inbound_id:int}", Permission.WORK_INBOX, "frame.inbox")
async def show_inbound(viewer: Viewer, inbound_id: int) -> None:
    """One inbound."""
    ui.add_head_html('<script src="/static/calls.js" defer></script>')

    @ui.refreshable
    async def shown() -> None:
        async with telling(viewer):
            try:
                seen = await viewer.read(read_inbound, viewer.store_id, inbound_id, viewer.now)
            except NotYours:
                ui.label(viewer.say("inbox.out_of_reach")).props("role=alert").classes("bad")
                return
            await _draw(Desk(viewer, seen, shown.refresh))

    with ui.row().classes("items-center full-width"):
        ui.link(viewer.say("inbox.back"), "/inbox")
        with ui.element("label"), ui.row().classes("items-center no-wrap"):
            ui.element("input").props('type=checkbox id="calls-keys" checked')
            ui.label(viewer.say("calls.keys"))
    await shown()


async def _draw(desk: Desk) -> None:
    item = desk.seen.item
    with ui.element("div").classes("call").props('id=call tabindex="-1"'):
        with ui.column().classes("card"):
            _draw_said(desk)
            if item.answered_at is None:
                _draw_suggestion(desk)
                _draw_matching(desk)
                _draw_answers(desk)
                _draw_hand_over(desk)
            else:
                _draw_answer(desk)
        with ui.column().classes("card"):
            await _draw_customer(desk)


def _draw_said(desk: Desk) -> None:
    viewer, item, zone = desk.viewer, desk.seen.item, desk.seen.item.time_zone
    _heading(f"{viewer.word(item.kind)} · {viewer.word(item.way)}")
    draw_deadline(viewer, item)
    ui.label(item.text or viewer.say("inbox.no_words")).classes("letter full-width").props("data-said")
    owner = item.owner_name or viewer.say("inbox.nobody", role=viewer.word(item.role))
    facts = {
        "received": local(item.received_at, zone),
        "wanted": local(item.wanted_at, zone),
        "sender": item.sender or "",
        "store": "" if viewer.user.store else item.store,
        "owner": f"{owner} · {viewer.word(item.state)}",
        "word": item.word or "",
        "escalated": local(item.escalated_at, zone),
    }
    with ui.element("dl").classes("facts"):
        for name, value in facts.items():
            if value:
                with ui.element("dt"):
                    ui.label(viewer.say(f"inbox.{name}"))
                with ui.element("dd"):
                    ui.label(value)
    if desk.seen.about:
        ui.label(viewer.say("inbox.about")).classes("quiet")
        ui.label(desk.seen.about).classes("as-written quiet")
    if item.state is InboundState.OPEN:
        _key_button("t", viewer.say("inbox.take"), partial(desk.change, _take))


def _draw_suggestion(desk: Desk) -> None:
    viewer, item = desk.viewer, desk.seen.item
    if item.suggested is None or item.confirmed is not None:
        return
    with ui.element("section").classes("full-width").props(f'aria-label="{viewer.say("inbox.suggestion")}"'):
        done = "_done" if item.acted_on else ""
        ui.label(viewer.say(f"inbox.suggest_{item.suggested}{done}")).classes("warn text-weight-medium")
        day = _draw_promised_day(viewer, item) if item.suggested is Suggestion.PROMISE else None

        async def agree() -> None:
            await desk.change(_confirm, _day(day.value) if day is not None else None)

        with ui.element("div").classes("outcomes"):
            _key_button("y", viewer.say("inbox.confirm"), agree)
            _key_button("x", viewer.say("inbox.refuse"), partial(desk.change, _refuse))


def _draw_promised_day(viewer: Viewer, item: InboundItem) -> ui.input:
    said_on = item.received_at.astimezone(ZoneInfo(item.time_zone)).date()
    named = promised_day(item.text, said_on)
    field = ui.input(viewer.say("inbox.promised_for"), value=str(named or "")).props("outlined dense type=date")
    field.classes("filter")
    return field


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _draw_matching(desk: Desk) -> None:
    """The customers who share the number, and the search, while the sender is unknown."""
    viewer, item = desk.viewer, desk.seen.item
    if item.customer_id is not None:
        return

    async def choose(customer: CustomerFound) -> None:
        await desk.change(_match, customer.id)

    with ui.element("section").classes("full-width").props(f'aria-label="{viewer.say("inbox.match")}"'):
        _heading(viewer.say("inbox.match"))
        if desk.seen.sharing:
            ui.label(viewer.say("inbox.sharing")).classes("quiet")
        for customer in desk.seen.sharing:
            draw_hit(customer, choose)
        draw_search(viewer, viewer.store_id, choose, focus=False)


def _draw_answers(desk: Desk) -> None:
    viewer, item = desk.viewer, desk.seen.item
    with ui.element("section").classes("full-width").props(f'aria-label="{viewer.say("inbox.answer")}"'):
        _heading(viewer.say("inbox.answer"))
        words = ui.textarea(viewer.say("inbox.words")).props(f"outlined autogrow maxlength={LONGEST_MESSAGE}")
        words.props("for=inbox-words").classes("full-width")
        at = ui.input(viewer.say("inbox.visit_at"), value=local(item.wanted_at, item.time_zone).replace(" ", "T"))
        at.props("outlined dense type=datetime-local").classes("filter")
        fields = Fields(words, at)
        with ui.element("div").classes("outcomes"):
            for key, how in WAYS.items():
                if item.customer_id is not None or how not in OF_A_CUSTOMER:
                    _key_button(key, viewer.word(how), partial(_answer, desk, how, fields))
        ui.element("span").props('data-key="w" data-goes="#inbox-words" aria-hidden=true')


async def _answer(desk: Desk, how: AnswerWay, fields: Fields) -> None:
    text = (fields.words.value or "").strip()
    if how in (AnswerWay.MESSAGE, AnswerWay.NONE) and not text:
        fields.words.error = desk.viewer.say("inbox.words_needed")
        return
    fields.words.error = None
    async with telling(desk.viewer):
        zone = ZoneInfo(desk.seen.item.time_zone)
        start = read_moment(fields.at.value, zone) if how is AnswerWay.APPOINTMENT and fields.at.value else None
        await desk.change(_record, Answer(how, text or None, start))


def _draw_hand_over(desk: Desk) -> None:
    viewer, seen = desk.viewer, desk.seen
    with ui.element("section").classes("full-width").props(f'aria-label="{viewer.say("inbox.hand_over")}"'):
        _heading(viewer.say("inbox.hand_over"))
        names = {
            one.code: f"{one.name} ({viewer.word(one.role)})" for one in seen.colleagues if one.code != seen.item.owner
        }
        with ui.row().classes("items-start"):
            to = ui.select(names, label=viewer.say("inbox.to"), with_input=True).props("outlined dense")
            to.classes("filter")
            word = ui.input(viewer.say("inbox.word")).props("outlined dense autocomplete=off").classes("search")

            async def give() -> None:
                to.error = None if to.value else viewer.say("inbox.choose_colleague")
                word.error = None if (word.value or "").strip() else viewer.say("inbox.word_needed")
                if to.value and (word.value or "").strip():
                    await desk.change(_hand_over, to.value, word.value)

            ui.button(viewer.say("inbox.hand_over"), on_click=give).props("outline no-caps")


def _draw_answer(desk: Desk) -> None:
    viewer, item = desk.viewer, desk.seen.item
    assert item.answered_how is not None  # noqa: S101  the table's own rule
    by = item.answered_by or viewer.say("inbox.by_facts")
    ui.label(f"{viewer.word(item.answered_how)} · {by}").classes("good")
    if item.answer:
        ui.label(item.answer).classes("letter full-width")
    if item.case_id is not None:
        ui.link(viewer.say("inbox.case", case=item.case_id), f"/cases/{item.case_id}")


async def _draw_customer(desk: Desk) -> None:
    """The customer's line, the latest first."""
    viewer, item = desk.viewer, desk.seen.item
    if item.customer_id is None:
        _heading(viewer.say("inbox.unknown"))
        ui.label(viewer.say("inbox.unknown_hint")).classes("quiet")
        return
    with ui.element("h2").classes("text-h6 q-ma-none").props("data-customer"):
        ui.link(item.customer or "", f"/customers/{item.customer_id}")
    if item.sender:
        ui.label(item.sender)
    stretch = await viewer.read(read_timeline, viewer.store_id, item.customer_id)
    with ui.element("ul").classes("plain full-width timeline"):
        for entry in stretch.entries[:LINES]:
            to_come = entry.at > viewer.now and entry.kind != VERDICT
            show_line(viewer, line_of(viewer, entry, item.time_zone), to_come=to_come)


def _heading(text: str) -> None:
    ui.label(text).props("role=heading aria-level=2").classes("text-subtitle1 text-weight-bold")


def _key_button(key: str, text: str, on_click: Callable[[], Awaitable[object]]) -> None:
    button = ui.button(on_click=on_click).props(f'outline no-caps align=left data-key="{key}"')
    with button.props(f'aria-keyshortcuts="{key.upper()}"'):
        with ui.element("kbd"):
            ui.label(key.upper())
        ui.label(text)


def _acting(connection: Connection, user: SignedIn, inbound_id: int) -> str:
    """The staff code that the user acts under. Raises `NotYours`."""
    return staff_code_in(connection, user, check_inbound(connection, user.store_id, inbound_id))


def _take(connection: Connection, user: SignedIn, inbound_id: int, version: int, now: datetime) -> None:
    take(connection, inbound_id, now, _acting(connection, user, inbound_id), seen=version)


def _record(
    connection: Connection, user: SignedIn, inbound_id: int, version: int, now: datetime, answer: Answer
) -> None:
    answer_inbound(connection, inbound_id, answer, now, _acting(connection, user, inbound_id), seen=version)


def _hand_over(
    connection: Connection, user: SignedIn, inbound_id: int, version: int, now: datetime, to: str, word: str
) -> None:
    hand_over(connection, inbound_id, now, _acting(connection, user, inbound_id), to, word, seen=version)


def _match(
    connection: Connection, user: SignedIn, inbound_id: int, version: int, now: datetime, customer_id: int
) -> None:
    check_customer(connection, user.store_id, customer_id)
    code = _acting(connection, user, inbound_id)
    match_inbound(connection, inbound_id, customer_id, now, code, seen=version)


def _confirm(
    connection: Connection, user: SignedIn, inbound_id: int, version: int, now: datetime, day: date | None
) -> None:
    confirm(connection, inbound_id, now, _acting(connection, user, inbound_id), day=day, seen=version)


def _refuse(connection: Connection, user: SignedIn, inbound_id: int, version: int, now: datetime) -> None:
    refuse(connection, inbound_id, now, _acting(connection, user, inbound_id), seen=version)
