"""Cases: a board by state, and one case with its notes and its next step."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from nicegui import ui
from sqlalchemy import Connection

from console.shared.moments import local
from console.shared.words import read_wording
from console.web.authentication.kept_words import TakeBack
from console.web.authentication.viewer import Viewer
from console.web.cases.departments import draw_departments
from console.web.cases.particulars import draw_particulars
from console.web.parts.addresses import remember_in_address
from console.web.parts.case_notes import note_in_words
from console.web.parts.frame import page, telling
from console.web.parts.told import tell
from models.core.words import CaseKind, CaseState
from models.ledger.case_causes import lacks_at_closing
from models.ledger.cases import OPENS_AGAIN, Deadlines, Urgency, next_deadline, urgency_of
from models.people.permissions import Permission
from tasks.access.reach import NotYours, list_reached_stores
from tasks.access.sessions import SignedIn
from tasks.cases.board import COLUMN, BoardColumn, CaseDetails, CaseItem, Colleague, acting_on, read_board, read_case
from tasks.cases.handling import (
    answer_case,
    close_case,
    give_case,
    reopen_case,
    solve_case,
    take_step_back,
    write_note,
)
from tasks.stores.actors import OF_A_USER

LOOKS = {Urgency.PAST: "bad", Urgency.NEAR: "warn", Urgency.AHEAD: "", Urgency.SETTLED: "quiet"}


@dataclass
class Board:
    """What one viewer's screen shows of the cases."""

    store: str | None = None
    kind: CaseKind | None = None
    limit: int = COLUMN


@page("/cases", Permission.WORK_CASES, "frame.cases")
async def show_cases(viewer: Viewer, store: str = "", kind: str = "") -> None:
    """The board."""
    board = Board(store or None, CaseKind(kind) if kind in set(CaseKind) else None)

    @ui.refreshable
    async def listed() -> None:
        async with telling(viewer):
            columns = await viewer.read(_read_board, viewer.user, viewer.now, board)
            _draw_board(viewer, board, columns, listed.refresh)

    with ui.row().classes("items-center"):
        await _draw_filter(viewer, board, listed.refresh)
        ui.link(viewer.say("frame.feedback"), "/feedback")
        if viewer.may(Permission.MANAGE_CASES):
            ui.link(viewer.say("meeting.title"), "/cases/meeting")
    await listed()


def _read_board(connection: Connection, user: SignedIn, now: datetime, board: Board) -> list[BoardColumn]:
    return read_board(connection, user, now, board.store, board.kind, board.limit)


async def _draw_filter(viewer: Viewer, board: Board, refresh: Callable[[], object]) -> None:
    everything = {"": viewer.say("frame.all")}

    def choose(name: str, value: object) -> None:
        setattr(board, name, value or None)
        remember_in_address("/cases", store=board.store, kind=board.kind)
        refresh()

    kinds = everything | {kind.value: viewer.word(kind) for kind in CaseKind}
    choices: dict[str, tuple[str, dict[str, str]]] = {"kind": (viewer.say("cases.kind"), kinds)}
    if viewer.store_id is None:
        stores = await viewer.read(list_reached_stores, viewer.user)
        named = everything | {store.code: f"{store.code} {store.name}" for store in stores}
        choices["store"] = (viewer.say("frame.store"), named)
    for name, (label, options) in choices.items():
        given = getattr(board, name) or ""
        value = given if given in options else ""
        select = ui.select(
            options, label=label, value=value, on_change=lambda event, name=name: choose(name, event.value)
        )
        select.props("outlined dense stack-label").classes("filter")


def _draw_board(viewer: Viewer, board: Board, columns: list[BoardColumn], refresh: Callable[[], object]) -> None:
    with ui.element("div").classes("board"):
        for column in columns:
            _draw_column(viewer, column)

    def show_more() -> None:
        board.limit += COLUMN
        refresh()

    if any(column.more for column in columns):
        ui.button(viewer.say("cases.more"), on_click=show_more).props("outline no-caps")


def _draw_column(viewer: Viewer, column: BoardColumn) -> None:
    key = "cases.column_more" if column.more else "cases.column"
    title = viewer.say(key, state=viewer.word(column.state), count=len(column.cases))
    with ui.element("section").props(f'aria-label="{title}"'):
        ui.label(title).props("role=heading aria-level=2").classes("text-h6")
        if column.state is CaseState.CLOSED:
            ui.label(viewer.say("cases.closed_lately")).classes("quiet")
        if not column.cases:
            ui.label(viewer.say("cases.empty")).classes("quiet")
        with ui.element("ul").classes("plain-list"):
            for item in column.cases:
                with ui.element("li").classes("card"):
                    _draw_card(viewer, item)


def _draw_card(viewer: Viewer, item: CaseItem) -> None:
    title = viewer.say("cases.heading", id=item.id, title=viewer.word(item.kind))
    ui.link(title, f"/cases/{item.id}").classes("text-weight-bold")
    ui.label(f"{item.customer} · {item.store}")
    _draw_deadline(viewer, item)
    ui.label(_owner(viewer, item)).classes("quiet")


def _draw_deadline(viewer: Viewer, item: CaseItem) -> None:
    """The next deadline in words. The colour only repeats it."""
    deadline = next_deadline(item.state, Deadlines(item.answer_by, item.solve_by))
    urgency = urgency_of(deadline, viewer.now)
    if urgency is Urgency.SETTLED:
        told = viewer.say("cases.met_late") if item.overdue else viewer.say("cases.settled")
    else:
        what = "answer" if item.state is CaseState.OPEN and item.answer_by else "solve"
        told = viewer.say(f"cases.{what}_{urgency}", deadline=local(deadline, item.time_zone))
    ui.label(told).classes(LOOKS[urgency])


def _owner(viewer: Viewer, item: CaseItem) -> str:
    return viewer.say("cases.owned_by", owner=item.owner_name) if item.owner_name else viewer.say("cases.unowned")


@page("/cases/{case_id}", Permission.WORK_CASES, "frame.cases")
async def show_case(viewer: Viewer, case_id: int) -> None:
    """One case."""

    @ui.refreshable
    async def shown() -> None:
        async with telling(viewer):
            seen: CaseDetails | None = await viewer.read(_read_if_reached, viewer.user, case_id, viewer.now)
            if seen is None:
                ui.label(viewer.say("cases.out_of_reach")).props("role=status")
            else:
                _draw_case(viewer, seen, shown.refresh)

    ui.link(viewer.say("cases.board"), "/cases")
    await shown()


def _read_if_reached(connection: Connection, user: SignedIn, case_id: int, now: datetime) -> CaseDetails | None:
    """The case; None if the user may not see it, for example after they reassigned it."""
    try:
        return read_case(connection, user, case_id, now)
    except NotYours:
        return None


def _draw_case(viewer: Viewer, seen: CaseDetails, refresh: Callable[[], object]) -> None:
    item = seen.item
    title = viewer.say("cases.heading", id=item.id, title=viewer.word(item.kind))
    ui.label(title).props("role=heading aria-level=2").classes("text-h6")
    with ui.element("section").classes("card full-width"):
        _draw_facts(viewer, seen)
    _draw_notes(viewer, seen, refresh)
    draw_particulars(viewer, seen, refresh)
    draw_departments(viewer, seen, refresh)
    if item.state is CaseState.CLOSED:
        ui.label(viewer.say("cases.is_closed")).classes("good")
    else:
        _draw_next_step(viewer, seen, refresh)
        _draw_ownership(viewer, seen, refresh)
    if item.state in OPENS_AGAIN:
        _draw_reopening(viewer, item, refresh)


def _draw_facts(viewer: Viewer, seen: CaseDetails) -> None:
    item, zone = seen.item, seen.item.time_zone
    with ui.element("dl").classes("facts"):
        _fact(viewer, "customer", lambda: ui.link(item.customer, f"/customers/{item.customer_id}"))
        _fact(viewer, "state", viewer.word(item.state))
        _fact(viewer, "deadline", lambda: _draw_deadline(viewer, item))
        _fact(viewer, "owner", item.owner_name or viewer.say("cases.unowned"))
        if item.escalated is not None:
            _fact(viewer, "escalated", viewer.word(item.escalated))
        for name in ("opened", "reopened", "answered", "solved", "closed"):
            moment = local(getattr(item, f"{name}_at"), zone)
            if moment:
                _fact(viewer, name, moment)
        cause = _cause(viewer, seen)
        if cause:
            _fact(viewer, "cause", cause)


def _cause(viewer: Viewer, seen: CaseDetails) -> str:
    """What opened it, in words, and what was said then."""
    key = f"cases.cause_{seen.item.cause.partition(':')[0]}"
    said = viewer.say(key) if key in read_wording() else ""
    note = note_in_words(viewer, seen.first_note) if seen.first_note else ""
    return "\n".join(part for part in (said, note) if part)


def _fact(viewer: Viewer, name: str, value: str | Callable[[], object]) -> None:
    with ui.element("dt"):
        ui.label(viewer.say(f"cases.{name}"))
    with ui.element("dd"):
        ui.label(value).classes("as-written") if isinstance(value, str) else value()


def _draw_notes(viewer: Viewer, seen: CaseDetails, refresh: Callable[[], object]) -> None:
    with ui.element("section").classes("card full-width").props(f'aria-label="{viewer.say("cases.notes")}"'):
        ui.label(viewer.say("cases.notes")).props("role=heading aria-level=3").classes("text-subtitle1")
        if not seen.notes:
            ui.label(viewer.say("cases.no_notes")).classes("quiet")
        for one in seen.notes:
            ui.label(f"{local(one.written_at, seen.item.time_zone)} · {one.author}").classes("quiet")
            ui.label(one.text).classes("letter full-width")
        note = ui.textarea(viewer.say("cases.note")).props("outlined autogrow").classes("full-width")

        async def write() -> None:
            text = (note.value or "").strip()
            if not text:
                note.error = viewer.say("cases.note_needed")
                return
            said = viewer.say("cases.note_written")
            await _change(viewer, refresh, said, None, _write, seen.item.id, viewer.now, text)

        ui.button(viewer.say("cases.write"), on_click=write).props("outline no-caps")


async def _change(
    viewer: Viewer,
    refresh: Callable[[], object],
    said: str,
    back: TakeBack | None,
    job: Callable[..., object],
    *args: object,
) -> None:
    """Run a change, and show the case as it is afterwards, also when somebody else was faster."""
    async with telling(viewer):
        await viewer.change(Permission.WORK_CASES, job, *args)
        tell(viewer, said, back=back)
    refresh()


def _step_back(viewer: Viewer, item: CaseItem) -> TakeBack:
    """Takes back the next step of a case; it stands where nobody has changed the case since."""

    async def back() -> str:
        step = (item.id, item.version + 1, viewer.now, item.state)
        await viewer.change(Permission.WORK_CASES, _back, *step)
        return viewer.say("cases.step_taken_back", state=viewer.word(item.state))

    return back


def _give_back(viewer: Viewer, item: CaseItem) -> TakeBack | None:
    """Gives a case back to its former owner; None if it had none."""
    if item.owner is None:
        return None
    owner = item.owner

    async def back() -> str:
        await viewer.change(Permission.WORK_CASES, _give, item.id, item.version + 1, viewer.now, owner)
        return viewer.say("cases.given_back", owner=item.owner_name)

    return back


def _draw_next_step(viewer: Viewer, seen: CaseDetails, refresh: Callable[[], object]) -> None:
    item = seen.item
    with ui.element("section").classes("card full-width").props(f'aria-label="{viewer.say("cases.next")}"'):
        ui.label(viewer.say("cases.next")).props("role=heading aria-level=3").classes("text-subtitle1")
        if item.state is CaseState.SOLVED:
            _draw_closing(viewer, seen, refresh)
            return
        with ui.row():
            if item.state is CaseState.OPEN:
                _step_button(viewer, item, CaseState.ANSWERED, refresh)
            _step_button(viewer, item, CaseState.SOLVED, refresh)


def _step_button(viewer: Viewer, item: CaseItem, state: CaseState, refresh: Callable[[], object]) -> None:
    async def step() -> None:
        said, back = viewer.say("cases.is_now", state=viewer.word(state)), _step_back(viewer, item)
        await _change(viewer, refresh, said, back, _advance, item.id, item.version, viewer.now, state)

    key = "cases.answer" if state is CaseState.ANSWERED else "cases.solve"
    ui.button(viewer.say(key), on_click=step).props("no-caps")


def _draw_closing(viewer: Viewer, seen: CaseDetails, refresh: Callable[[], object]) -> None:
    item = seen.item
    agrees = ui.checkbox(viewer.say("cases.agrees")) if item.kind is CaseKind.COMPLAINT else None
    asks = any(one.asks_cause for one in seen.categories if one.key == item.category)
    lacking = [viewer.say(f"cases.lacks_{name}") for name in lacks_at_closing(asks, item.root_cause, item.measure)]

    async def close() -> None:
        if lacking:
            told.text = viewer.say("cases.lacks", what=viewer.say("frame.comma").join(lacking))
            return
        if agrees is not None and not agrees.value:
            told.text = viewer.say("cases.must_agree")
            return
        said, back = viewer.say("cases.is_now", state=viewer.word(CaseState.CLOSED)), _step_back(viewer, item)
        await _change(viewer, refresh, said, back, _close, item.id, item.version, viewer.now)

    told = ui.label().classes("bad").props("role=alert")
    ui.button(viewer.say("cases.close"), on_click=close).props("no-caps")


def _draw_reopening(viewer: Viewer, item: CaseItem, refresh: Callable[[], object]) -> None:
    """Solved or closed, and the trouble is back."""
    title = viewer.say("cases.reopening")
    with ui.element("section").classes("card full-width").props(f'aria-label="{title}"'):
        ui.label(title).props("role=heading aria-level=3").classes("text-subtitle1")
        ui.label(viewer.say("cases.reopening_means")).classes("quiet")
        reason = ui.input(viewer.say("cases.reopen_reason")).props("outlined dense").classes("full-width")

        async def reopen() -> None:
            if not (reason.value or "").strip():
                reason.error = viewer.say("cases.reopen_reason_needed")
                return
            said = viewer.say("cases.is_now", state=viewer.word(CaseState.OPEN))
            await _change(viewer, refresh, said, None, _reopen, item.id, item.version, viewer.now, reason.value)

        ui.button(viewer.say("cases.reopen"), on_click=reopen).props("outline no-caps")


def _draw_ownership(viewer: Viewer, seen: CaseDetails, refresh: Callable[[], object]) -> None:
    item = seen.item
    with ui.element("section").classes("card full-width").props(f'aria-label="{viewer.say("cases.owner")}"'):
        ui.label(viewer.say("cases.owner")).props("role=heading aria-level=3").classes("text-subtitle1")
        ui.label(_owner(viewer, item))
        with ui.row().classes("items-start"):
            if not seen.mine:

                async def take() -> None:
                    said, back = viewer.say("cases.is_yours"), _give_back(viewer, item)
                    await _change(viewer, refresh, said, back, _give, item.id, item.version, viewer.now, None)

                ui.button(viewer.say("cases.take"), on_click=take).props("no-caps")
            _draw_giving(viewer, seen, refresh)


def _colleague(one: Colleague) -> str:
    """By name, with the staff code where somebody knows them by it."""
    return one.name if one.code.startswith(OF_A_USER) else f"{one.name} ({one.code})"


def _draw_giving(viewer: Viewer, seen: CaseDetails, refresh: Callable[[], object]) -> None:
    item = seen.item
    names = {one.code: _colleague(one) for one in seen.colleagues if one.code != item.owner}
    chosen = ui.select(names, label=viewer.say("cases.give_to"), with_input=True).props("outlined dense")
    chosen.classes("filter")

    async def give() -> None:
        if not chosen.value:
            chosen.error = viewer.say("cases.choose_owner")
            return
        said, back = viewer.say("cases.given", owner=names[chosen.value]), _give_back(viewer, item)
        await _change(viewer, refresh, said, back, _give, item.id, item.version, viewer.now, chosen.value)

    ui.button(viewer.say("cases.give"), on_click=give).props("outline no-caps")


def _write(connection: Connection, user: SignedIn, case_id: int, now: datetime, text: str) -> None:
    write_note(connection, case_id, now, acting_on(connection, user, case_id, now), text)


def _advance(
    connection: Connection, user: SignedIn, case_id: int, version: int, now: datetime, state: CaseState
) -> None:
    job = answer_case if state is CaseState.ANSWERED else solve_case
    job(connection, case_id, now, acting_on(connection, user, case_id, now), None, seen=version)


def _back(connection: Connection, user: SignedIn, case_id: int, version: int, now: datetime, to: CaseState) -> None:
    take_step_back(connection, case_id, now, acting_on(connection, user, case_id, now), to, seen=version)


def _close(connection: Connection, user: SignedIn, case_id: int, version: int, now: datetime) -> None:
    code = acting_on(connection, user, case_id, now)
    close_case(connection, case_id, now, code, None, customer_agrees=True, seen=version)


def _reopen(connection: Connection, user: SignedIn, case_id: int, version: int, now: datetime, note: str) -> None:
    reopen_case(connection, case_id, now, acting_on(connection, user, case_id, now), note, seen=version)


def _give(
    connection: Connection, user: SignedIn, case_id: int, version: int, now: datetime, to_code: str | None
) -> None:
    """Reassign to somebody, or (None) to the user."""
    code = acting_on(connection, user, case_id, now)
    give_case(connection, case_id, now, code, to_code or code, seen=version)
