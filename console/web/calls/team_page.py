"""Who makes which calls: the open calls of each role and person, and assigning them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from nicegui import ui
from sqlalchemy import Connection

from console.shared.moments import local
from console.web.authentication.viewer import Viewer
from console.web.parts.addresses import remember_in_address
from console.web.parts.frame import page, telling
from console.web.parts.tables import show_table
from console.web.parts.told import tell
from models.calls.queue import SERVING, per_hour
from models.core.ids import TouchId
from models.core.words import Role
from models.people.permissions import Permission
from tasks.access.reach import list_reached_stores
from tasks.access.sessions import SignedIn
from tasks.calls.assigning import (
    MOST_AT_ONCE,
    PAGE,
    Assigned,
    RoleLoad,
    StaffLoad,
    TeamStore,
    WaitingCall,
    assign_calls,
    assign_first,
    find_team_store,
    list_waiting,
    read_role_loads,
    read_staff_loads,
)

NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Team:
    """The open work of a store, and one page of the list."""

    store: TeamStore
    roles: Sequence[RoleLoad]
    staff: Sequence[StaffLoad]
    waiting: Sequence[WaitingCall]
    more: bool


@dataclass
class Board:
    """What a manager is looking at and has selected."""

    viewer: Viewer
    store: str | None
    role: Role | None = None
    whose: str = ""
    number: int = 0
    chosen: dict[TouchId, int | None] = field(default_factory=dict)
    redraw: Callable[[], Awaitable[None]] | None = None


@page("/calls/team", Permission.ASSIGN_CALLS, "calls.team")
async def show_team(viewer: Viewer, store: str | None = None, role: str = "", whose: str = "") -> None:
    """The workload and the open calls of one store."""
    board = Board(viewer, store, Role(role) if role in set(SERVING) else None)
    board.whose = whose if whose.isdigit() or whose == NOBODY else ""
    ui.link(viewer.say("calls.my_calls"), "/calls")
    if viewer.store_id is None:
        await _show_stores(viewer, store)
    drawn = ui.column().classes("full-width")

    async def redraw() -> None:
        async with telling(viewer):
            team = await viewer.change(Permission.ASSIGN_CALLS, _read_team, board, viewer.now)
            board.chosen.clear()
            drawn.clear()
            with drawn:
                _show_loads(viewer, team)
                _show_first(board, team)
                _show_waiting(board, team)

    board.redraw = redraw
    await redraw()


async def _show_stores(viewer: Viewer, store: str | None) -> None:
    stores = await viewer.change(Permission.ASSIGN_CALLS, list_reached_stores)
    names = {one.code: f"{one.code} {one.name}" for one in stores}
    chosen = ui.select(
        names, label=viewer.say("frame.store"), value=store if store in names else next(iter(names), None)
    )
    chosen.props("outlined dense").classes("filter")
    chosen.on_value_change(lambda: ui.navigate.to(f"/calls/team?store={chosen.value}"))


def _read_team(connection: Connection, user: SignedIn, board: Board, now: datetime) -> Team:
    store = find_team_store(connection, user, board.store)
    waiting = list_waiting(
        connection,
        store.id,
        now,
        role=board.role,
        assigned_to=int(board.whose) if board.whose.isdigit() else None,
        unassigned=board.whose == NOBODY,
        page=board.number,
    )
    loads = read_role_loads(connection, store.id, now), read_staff_loads(connection, store.id, now)
    return Team(store, *loads, waiting[:PAGE], len(waiting) > PAGE)


def _heading(text: str) -> None:
    ui.label(text).props("role=heading aria-level=2").classes("text-h6")


def _role_name(viewer: Viewer, role: Role | None) -> str:
    return viewer.word(role) if role else viewer.say("calls.no_role")


def _show_loads(viewer: Viewer, team: Team) -> None:
    _heading(viewer.say("calls.by_role"))
    columns = ("role", "due_now", "later_today", "unassigned")
    loads = [(_role_name(viewer, one.role), str(one.due), str(one.later), str(one.unassigned)) for one in team.roles]
    if loads:
        show_table(viewer.say("calls.by_role"), [viewer.say(f"calls.{column}") for column in columns], loads)
    else:
        ui.label(viewer.say("frame.nothing")).classes("quiet")
    _heading(viewer.say("calls.by_person"))
    of_person = ("name", "role", "assigned", "done", "an_hour", "on_screen")
    show_table(
        viewer.say("calls.by_person"),
        [viewer.say(f"calls.{column}") for column in of_person],
        [_person(viewer, one) for one in team.staff],
    )


def _person(viewer: Viewer, load: StaffLoad) -> Sequence[str]:
    return (
        f"{load.name} ({load.code})",
        viewer.word(load.role),
        str(load.assigned),
        str(load.done),
        f"{per_hour(load.done, load.first_at, viewer.now):.0f}",
        viewer.say("calls.yes" if load.on_screen else "calls.no"),
    )


def _people(team: Team) -> dict[str, str]:
    return {str(one.id): f"{one.name} ({one.code})" for one in team.staff}


def _show_first(board: Board, team: Team) -> None:
    """Assign the next few calls to somebody at once."""
    viewer = board.viewer
    with ui.element("section").classes("card full-width").props(f'aria-label="{viewer.say("calls.give_first")}"'):
        _heading(viewer.say("calls.give_first"))
        with ui.row().classes("items-start"):
            number = ui.input(viewer.say("calls.number"), value="20").props("outlined dense inputmode=numeric")
            roles = {"": viewer.say("frame.all")} | {role.value: viewer.word(role) for role in SERVING}
            role = ui.select(roles, label=viewer.say("calls.role"), value="").props("outlined dense").classes("filter")
            who = ui.select(_people(team), label=viewer.say("calls.to_whom")).props("outlined dense").classes("filter")

            async def give() -> None:
                text = (number.value or "").strip()
                fits = text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_AT_ONCE
                number.error = None if fits else viewer.say("calls.needs_number")
                who.error = None if who.value else viewer.say("calls.needs_person")
                if not fits or not who.value:
                    return
                wanted = Role(role.value) if role.value else None
                arguments = (team.store.id, int(text), wanted, int(who.value), viewer.now)
                await _carry_out(board, assign_first, *arguments)

            ui.button(viewer.say("calls.give"), on_click=give).props("no-caps")


def _show_waiting(board: Board, team: Team) -> None:
    viewer = board.viewer
    _heading(viewer.say("calls.list"))
    _show_filters(board, team)
    if not team.waiting:
        ui.label(viewer.say("frame.nothing"))
    else:
        _show_list(board, team)
        _show_assigning(board, team)
    with ui.row():
        if board.number:
            ui.button(viewer.say("frame.earlier"), on_click=lambda: _turn(board, -1)).props("outline no-caps")
        if team.more:
            ui.button(viewer.say("frame.later"), on_click=lambda: _turn(board, 1)).props("outline no-caps")


def _show_filters(board: Board, team: Team) -> None:
    viewer = board.viewer
    roles = {"": viewer.say("frame.all")} | {role.value: viewer.word(role) for role in SERVING}
    whose = {"": viewer.say("calls.everybodys"), NOBODY: viewer.say("calls.unassigned")} | _people(team)

    async def filter_anew() -> None:
        board.role, board.whose, board.number = Role(role.value) if role.value else None, owner.value, 0
        remember_in_address("/calls/team", store=board.store, role=board.role, whose=board.whose)
        await _redraw(board)

    with ui.row():
        role = ui.select(roles, label=viewer.say("calls.role"), value=board.role.value if board.role else "")
        owner = ui.select(whose, label=viewer.say("calls.whose"), value=board.whose)
        for chosen in (role, owner):
            chosen.props("outlined dense").classes("filter").on_value_change(filter_anew)


def _show_list(board: Board, team: Team) -> None:
    viewer = board.viewer
    columns = ("choose", "at", "customer", "what", "role", "whose")
    headings = [viewer.say(f"calls.{column}") for column in columns]
    rows = [_line(board, team, call) for call in team.waiting]
    show_table(viewer.say("calls.list"), headings, rows, row_heading=columns.index("customer"))


def _line(board: Board, team: Team, call: WaitingCall) -> Sequence[str | Callable[[], object]]:
    viewer = board.viewer

    def choose() -> None:
        def chosen() -> None:
            if box.value:
                board.chosen[call.id] = call.assigned_to
            else:
                board.chosen.pop(call.id, None)

        name = viewer.say("calls.choose_one", customer=call.customer)
        box = ui.checkbox(on_change=chosen)
        box.props["aria-label"] = name

    return (
        choose,
        local(call.not_before, team.store.time_zone),
        call.customer,
        f"{viewer.word(call.step)} · {viewer.word(call.kind)}",
        _role_name(viewer, call.role),
        call.assignee or viewer.say("calls.unassigned"),
    )


def _show_assigning(board: Board, team: Team) -> None:
    viewer = board.viewer
    people = {NOBODY: viewer.say("calls.nobody")} | _people(team)
    with ui.row().classes("items-start"):
        who = ui.select(people, label=viewer.say("calls.to_whom")).props("outlined dense").classes("filter")

        async def assign() -> None:
            who.error = None if who.value else viewer.say("calls.needs_person")
            if who.value and not board.chosen:
                tell(viewer, viewer.say("calls.none_chosen"), "warning")
            elif who.value:
                member = None if who.value == NOBODY else int(who.value)
                await _carry_out(board, assign_calls, team.store.id, dict(board.chosen), member, viewer.now)

        ui.button(viewer.say("calls.assign_chosen"), on_click=assign).props("no-caps")


async def _carry_out(board: Board, job: Callable[..., Assigned], *arguments: object) -> None:
    viewer = board.viewer
    async with telling(viewer):
        assigned: Assigned = await viewer.change(Permission.ASSIGN_CALLS, job, *arguments)
        said = viewer.say("calls.given_out", count=assigned.changed)
        if assigned.left:
            tell(viewer, f"{said} {viewer.say('calls.left', count=assigned.left)}", "warning")
        else:
            tell(viewer, said)
        await _redraw(board)


async def _turn(board: Board, pages: int) -> None:
    board.number += pages
    await _redraw(board)


async def _redraw(board: Board) -> None:
    if board.redraw is not None:
        await board.redraw()
