"""The caller's page: one call after the other, each recorded with one key or one click."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from nicegui import ui
from sqlalchemy import Connection

from console.shared.moments import local
from console.web.authentication.viewer import Viewer
from console.web.calls.forms import CallForm, NotYet
from console.web.calls.sheets import show_sheet
from console.web.parts.frame import page, telling
from console.web.parts.told import tell
from models.calls.outcomes import all_outcomes
from models.calls.queue import PROLONGED_EVERY, SERVING, keys_of, per_hour
from models.core.words import OutcomeName, Role, StepKind, TouchState
from models.kits.outcomes import CallReport
from models.people.permissions import Permission
from tasks.access.reach import check_touch, is_in_charge
from tasks.access.sessions import SignedIn
from tasks.calls import CallRecorded, finish_task, record_outcome
from tasks.calls.queue import HeldCall, Standing, caller_of, hold, next_call, read_standing, release
from tasks.calls.recording import HeldByAnother
from tasks.calls.sheets import Sheet, read_sheet
from tasks.stores.staff import acting_in
from tasks.touches.picking import WrongState

LEFT_ALONE = timedelta(minutes=45)
"""A caller who has done nothing for this long is away: the call goes back to the queue."""


@dataclass(frozen=True, slots=True)
class Next:
    """The next call with its sheet, or none, and the caller's progress."""

    held: HeldCall | None
    sheet: Sheet | None
    standing: Standing


@dataclass
class Desk:
    """The open page of one caller."""

    viewer: Viewer
    acted_at: datetime
    open: bool = False
    """False until a manager has said that they want to call, and again when nobody is at the page."""
    role: Role | None = None
    next: Next | None = None
    passed_over: set[UUID] = field(default_factory=set)
    busy: bool = False
    paused: bool = False
    redraw: Callable[[], object] = lambda: None

    @property
    def held(self) -> HeldCall | None:
        """The call on the screen."""
        return self.next.held if self.next else None

    def may_settle(self, held: HeldCall) -> bool:
        """Whether the call is the one on the screen and is not being recorded already."""
        return not self.busy and self.held is not None and self.held.item.id == held.item.id

    async def come_up(self) -> None:
        """Take the next call, and show it."""
        usual_zone = self.viewer.database.settings.zone.key
        arguments = (self.viewer.now, self.role, frozenset(self.passed_over), usual_zone)
        self.next = await self.viewer.change(Permission.WORK_CALLS, _come_up, *arguments)
        self.redraw()

    async def let_go(self) -> None:
        """Give the call on the screen back to the queue."""
        held, self.next = self.held, None
        if held is not None:
            await self.viewer.database.work(release, held)


def _come_up(
    connection: Connection,
    user: SignedIn,
    now: datetime,
    role: Role | None,
    passed_over: frozenset[UUID],
    usual_zone: str,
) -> Next:
    """Take the next call. Calls that were passed over come again when nothing else is left."""
    caller = caller_of(connection, user, now, role)
    held = next_call(connection, caller, now, passed_over=passed_over)
    if held is None and passed_over:
        held = next_call(connection, caller, now)
    sheet = read_sheet(connection, held.item, now) if held else None
    return Next(held, sheet, read_standing(connection, caller, now, usual_zone))


@page("/calls", Permission.WORK_CALLS, "frame.calls")
async def show_calls(viewer: Viewer) -> None:
    """The caller's day, and the current call."""
    ui.add_head_html('<script src="/static/calls.js" defer></script>')
    desk = Desk(viewer, acted_at=viewer.now)

    @ui.refreshable
    def drawn() -> None:
        _show_desk(desk)

    if is_in_charge(viewer.user):
        _show_choice(desk)
    else:
        await _open(desk)
    drawn()
    desk.redraw = drawn.refresh
    ui.timer(PROLONGED_EVERY.total_seconds(), lambda: _tick(desk), immediate=False)
    ui.context.client.on_delete(desk.let_go)


def _show_choice(desk: Desk) -> None:
    """Whoever may make anybody's calls chooses whose, and starts when they want to."""
    viewer = desk.viewer
    roles = {"": viewer.say("frame.all")} | {role.value: viewer.word(role) for role in SERVING}
    with ui.row().classes("items-center full-width"):
        chosen = ui.select(roles, label=viewer.say("calls.role"), value="").props("outlined dense").classes("filter")

        async def start() -> None:
            desk.role = Role(chosen.value) if chosen.value else None
            async with telling(viewer):
                await desk.let_go()
                await _open(desk)

        ui.button(viewer.say("calls.start"), on_click=start).props("no-caps")
        if viewer.may(Permission.ASSIGN_CALLS):
            ui.link(viewer.say("calls.team"), "/calls/team")


async def _open(desk: Desk) -> None:
    desk.open, desk.paused, desk.acted_at = True, False, desk.viewer.now
    await desk.come_up()


async def _resume(desk: Desk) -> None:
    async with telling(desk.viewer):
        await _open(desk)


def _show_desk(desk: Desk) -> None:
    viewer = desk.viewer
    if desk.paused:
        with ui.column().classes("card full-width").props("role=status"):
            ui.label(viewer.say("calls.paused"))
            ui.button(viewer.say("calls.resume"), on_click=lambda: _resume(desk)).props("no-caps")
    if desk.next is None:
        return
    _show_standing(viewer, desk.next.standing)
    if desk.next.held is None or desk.next.sheet is None:
        _show_empty(viewer, desk.next.standing)
        return
    held, sheet = desk.next.held, desk.next.sheet
    title = viewer.say("calls.current" if held.item.kind is StepKind.CALL else "calls.current_task")
    with ui.element("section").classes("call").props(f'id=call tabindex="-1" aria-label="{title}"'):
        with ui.column().classes("card"):
            show_sheet(viewer, held.item, sheet)
        with ui.column().classes("card"):
            _show_outcomes(desk, held)


def _show_standing(viewer: Viewer, standing: Standing) -> None:
    with ui.row().classes("items-center full-width"):
        ui.label(viewer.say("calls.done_today", count=standing.done)).classes("text-weight-medium")
        ui.label(viewer.say("calls.rate", rate=f"{per_hour(standing.done, standing.first_at, viewer.now):.0f}"))
        ui.label(viewer.say("calls.waiting", count=standing.waiting))
        with ui.element("label"), ui.row().classes("items-center no-wrap"):
            ui.element("input").props('type=checkbox id="calls-keys" checked')
            ui.label(viewer.say("calls.keys"))
        keys = [one.key for one in all_outcomes().values()]
        ui.label(viewer.say("calls.keys_explained", first=keys[0], last=keys[-1])).classes("quiet only-wide")


def _show_empty(viewer: Viewer, standing: Standing) -> None:
    with ui.column().classes("card full-width").props("role=status"):
        ui.label(viewer.say("calls.empty")).classes("text-h6")
        at = local(standing.next_at, standing.time_zone)
        ui.label(viewer.say("calls.next_at", at=at) if at else viewer.say("calls.no_next"))


def _show_outcomes(desk: Desk, held: HeldCall) -> None:
    viewer, item = desk.viewer, held.item
    ui.label(viewer.say("calls.outcome")).props("role=heading aria-level=2").classes("text-h6")

    async def record(outcome: OutcomeName) -> None:
        await _record(desk, held, form, outcome)

    form = CallForm(viewer, item, record)
    with ui.element("div").classes("outcomes"):
        if item.kind is not StepKind.CALL:
            _key_button("1", viewer.say("calls.task_done"), lambda: _finish(desk, held, form))
        else:
            for key, outcome in keys_of(item.subject_kind).items():
                _key_button(key, viewer.word(outcome), partial(record, outcome))
        _key_button("s", viewer.say("calls.skip"), lambda: _skip(desk, held))
    form.draw()


def _key_button(key: str, text: str, on_click: Callable[[], Awaitable[None]]) -> None:
    button = ui.button(on_click=on_click).props(f'outline no-caps align=left data-key="{key}"')
    with button.props(f'aria-keyshortcuts="{key.upper()}"'):
        with ui.element("kbd"):
            ui.label(key.upper())
        ui.label(text)


async def _record(desk: Desk, held: HeldCall, form: CallForm, outcome: OutcomeName) -> None:
    viewer = desk.viewer
    try:
        report = form.read(outcome)
    except NotYet:
        _answered()
        return

    async def deed() -> str:
        recorded = await viewer.change(Permission.WORK_CALLS, _record_outcome, held, report, viewer.now)
        return _told(viewer, held, outcome, recorded)

    await _settle(desk, held, deed)


def _record_outcome(
    connection: Connection, user: SignedIn, held: HeldCall, report: CallReport, now: datetime
) -> CallRecorded:
    staff_id = acting_in(connection, user, check_touch(connection, user.store_id, held.item.id))
    return record_outcome(connection, held.item.id, report, now, staff_id)


def _told(viewer: Viewer, held: HeldCall, outcome: OutcomeName, recorded: CallRecorded) -> str:
    """What was recorded, and what follows from it."""
    sentences = [viewer.say("calls.recorded", customer=held.item.customer, outcome=viewer.word(outcome))]
    if recorded.state is TouchState.READY:
        sentences.append(viewer.say("calls.again", at=local(recorded.again_at, recorded.time_zone)))
        if recorded.phone and recorded.phone != held.item.phone:
            sentences.append(viewer.say("calls.on_number", phone=recorded.phone))
    if recorded.case_id:
        sentences.append(viewer.say("calls.case_open", case=recorded.case_id))
    if recorded.cancelled:
        sentences.append(viewer.say("calls.cancelled", count=recorded.cancelled))
    return " ".join(sentences)


async def _finish(desk: Desk, held: HeldCall, form: CallForm) -> None:
    viewer = desk.viewer

    async def deed() -> str:
        await viewer.change(Permission.WORK_CALLS, _finish_task, held, form.written, viewer.now)
        outcome = viewer.say("calls.task_done")
        return viewer.say("calls.recorded", customer=held.item.customer, outcome=outcome)

    await _settle(desk, held, deed)


def _finish_task(connection: Connection, user: SignedIn, held: HeldCall, note: str | None, now: datetime) -> None:
    staff_id = acting_in(connection, user, check_touch(connection, user.store_id, held.item.id))
    finish_task(connection, held.item.id, now, staff_id, note)


async def _settle(desk: Desk, held: HeldCall, deed: Callable[[], Awaitable[str]]) -> None:
    """Settle the call on the screen once, say what came of it, and go on to the next one."""
    viewer = desk.viewer
    if not desk.may_settle(held):
        _answered()
        return
    desk.busy, desk.acted_at = True, viewer.now
    try:
        async with telling(viewer):
            try:
                tell(viewer, await deed())
            except (HeldByAnother, WrongState):
                gone = viewer.say("calls.gone", customer=held.item.customer)
                tell(viewer, gone, "warning")
            await _go_on(desk)
    finally:
        desk.busy = False
        _answered()


async def _skip(desk: Desk, held: HeldCall) -> None:
    if not desk.may_settle(held):
        _answered()
        return
    desk.busy, desk.acted_at = True, desk.viewer.now
    desk.passed_over.add(held.item.id)
    try:
        async with telling(desk.viewer):
            await desk.let_go()
            await _go_on(desk)
    finally:
        desk.busy = False
        _answered()


async def _go_on(desk: Desk) -> None:
    """Show the next call, and move the keyboard focus to it."""
    await desk.come_up()
    ui.run_javascript("document.getElementById('call')?.focus()")


def _answered() -> None:
    """Tell the page that the act is answered: keys are taken again."""
    ui.run_javascript("window.callsAnswered()")


async def _tick(desk: Desk) -> None:
    """Keep the call while somebody is at the page; without a call, look whether one has come."""
    viewer = desk.viewer
    if desk.busy or not desk.open:
        return
    async with telling(viewer):
        if viewer.now - desk.acted_at > LEFT_ALONE:
            await desk.let_go()
            desk.open, desk.paused = False, True
            desk.redraw()
        elif desk.held is None:
            await desk.come_up()
        else:
            await _keep(desk, desk.held)


async def _keep(desk: Desk, held: HeldCall) -> None:
    kept = await desk.viewer.database.work(hold, held, desk.viewer.now)
    if desk.next is None or not desk.may_settle(held):
        return
    if kept is not None:
        desk.next = replace(desk.next, held=kept)
        return
    tell(desk.viewer, desk.viewer.say("calls.lost", customer=held.item.customer), "warning")
    await desk.come_up()
