"""Runs: active processes and their next runs, every run with its account, and manual actions."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from nicegui import ui
from sqlalchemy import Connection

from console.shared.moments import local
from console.web.authentication.viewer import Viewer
from console.web.parts.frame import page, telling
from console.web.parts.polling import follow
from console.web.parts.steering import steering
from console.web.parts.tables import Cell, show_table
from console.web.parts.told import tell
from console.web.runs.views import confirm_start, name_starter, show_state, took, versions_of
from deployments.next_runs import next_run
from deployments.schedules import Served, read_flows, read_zones
from models.core.words import ProcessName, RunState
from models.people.permissions import Permission
from tasks.access.sessions import SignedIn
from tasks.database.paging import Cursor, Page, UnusableCursor
from tasks.runs.by_hand import switch_by_hand
from tasks.runs.history import RunEntry, RunFilter, list_runs, own_store, read_switches


def _by_hand(connection: Connection) -> list[str]:
    """All flows but that of one campaign, which waits for its approval and is begun at the campaign's own page."""
    return [served.name for served in read_flows(connection) if served.one_at_a_time]


@page("/runs", Permission.SEE_RUNS, "frame.runs")
async def show_runs(viewer: Viewer, process: str = "", state: str = "", dry: str = "", after: str = "") -> None:
    """The processes, and one page of the runs."""
    if not steering().there:
        ui.label(viewer.say("runs.no_prefect")).classes("warn").props("role=status")

    @ui.refreshable
    async def processes() -> None:
        await _show_processes(viewer, processes.refresh)

    wanted = RunFilter(
        process=process or None,
        state=RunState(state) if state in set(RunState) else None,
        dry_run={"yes": True, "no": False}.get(dry),
    )

    _heading(viewer.say("runs.processes"))
    await processes()
    _heading(viewer.say("frame.runs"))
    query = {"process": process, "state": state, "dry": dry}
    _show_filter(viewer, query, await viewer.read(_by_hand))
    await _show_list(viewer, wanted, query, _place(after))


def _place(after: str) -> Cursor | None:
    """The cursor in the address. An invalid cursor starts at the beginning."""
    try:
        return Cursor.read(after)
    except UnusableCursor:
        return None


async def _show_list(viewer: Viewer, wanted: RunFilter, query: dict[str, str], after: Cursor | None) -> None:
    """The list, which is polled and redrawn only when something has changed."""
    shown: Page[RunEntry] = await viewer.read(list_runs, wanted, viewer.store_id, after)

    @ui.refreshable
    def listed() -> None:
        _show_run_table(viewer, shown.rows)
        _show_paging(viewer, query, after, shown.next)

    async def look() -> None:
        nonlocal shown
        found: Page[RunEntry] = await viewer.read(list_runs, wanted, viewer.store_id, after)
        if found != shown:
            shown = found
            listed.refresh()

    listed()
    if after is None:
        follow(viewer, look)


def _heading(text: str) -> None:
    ui.label(text).props("role=heading aria-level=2").classes("text-h6")


async def _show_processes(viewer: Viewer, refresh: Callable[[], object]) -> None:
    flows, switches, coming = await viewer.read(_read_processes, viewer.now, viewer.database.settings.zone)
    own = await viewer.read(own_store, viewer.store_id)
    rows = [
        _process_row(viewer, served.name, switches, coming, own, refresh) for served in flows if served.one_at_a_time
    ]
    headings = ("process", "switched", "next", "act")
    show_table(viewer.say("runs.processes"), [viewer.say(f"runs.{name}") for name in headings], rows)
    if own is not None:
        ui.label(viewer.say("runs.of_all_stores", store=own)).classes("quiet")


def _read_processes(
    connection: Connection, now: datetime, home_zone: ZoneInfo
) -> tuple[tuple[Served, ...], dict[str, bool], dict[str, datetime]]:
    """The flows, which processes are switched on, and when each flow that has a schedule runs next."""
    zones = [ZoneInfo(zone) for zone in read_zones(connection)] or [home_zone]
    flows = read_flows(connection)
    coming = {one.name: min(next_run(one, now, zone, home_zone) for zone in zones) for one in flows if one.slots}
    return flows, read_switches(connection), coming


def _process_row(
    viewer: Viewer,
    name: str,
    switches: dict[str, bool],
    coming: dict[str, datetime],
    own: str | None,
    refresh: Callable[[], object],
) -> list[Cell]:
    enabled = switches.get(name, True)
    zone = viewer.time_zone
    due = local(coming[name], zone) if name in coming else viewer.say("runs.by_hand_only")
    state = viewer.say("runs.on" if enabled else "runs.paused")
    return [
        viewer.word(name),
        lambda: ui.label(state).classes("good" if enabled else "warn"),
        due if enabled else "—",
        lambda: _show_actions(viewer, name, switches, own, refresh),
    ]


def _show_actions(
    viewer: Viewer, name: str, switches: Mapping[str, bool], own: str | None, refresh: Callable[[], object]
) -> None:
    is_process, enabled = name in switches, switches.get(name, True)
    with ui.row().classes("no-wrap"):
        if viewer.may(Permission.STEER_RUNS) and is_process:
            _action(viewer, "rehearse", name, lambda: ui.navigate.to(f"/runs/rehearse/{name}"))
        if own is not None:
            return
        if viewer.may(Permission.STEER_RUNS) and steering().there and enabled:
            _action(viewer, "start", name, lambda: confirm_start(viewer, name))
        if viewer.may(Permission.STEER_SCHEDULES) and is_process:
            key = "pause" if enabled else "resume"
            _action(viewer, key, name, lambda: _switch(viewer, ProcessName(name), enabled=not enabled, refresh=refresh))


def _action(viewer: Viewer, key: str, name: str, act: Callable[[], object]) -> None:
    label = viewer.say(f"runs.{key}")
    ui.button(label, on_click=act).props(f'outline dense no-caps aria-label="{label}: {viewer.word(name)}"')


async def _switch(viewer: Viewer, process: ProcessName, *, enabled: bool, refresh: Callable[[], object]) -> None:
    async with telling(viewer):
        await viewer.change(Permission.STEER_SCHEDULES, _switched, process, viewer.now, enabled=enabled)
        said = viewer.say("runs.resumed" if enabled else "runs.paused_now", process=viewer.word(process))
        tell(viewer, said, back=lambda: _switch_back(viewer, process, enabled=not enabled))
        refresh()


async def _switch_back(viewer: Viewer, process: ProcessName, *, enabled: bool) -> str:
    await viewer.change(Permission.STEER_SCHEDULES, _switched, process, viewer.now, enabled=enabled)
    return viewer.say("runs.resumed" if enabled else "runs.paused_now", process=viewer.word(process))


def _switched(connection: Connection, user: SignedIn, process: ProcessName, now: datetime, *, enabled: bool) -> None:
    switch_by_hand(connection, user, process, now, enabled=enabled)


def _show_filter(viewer: Viewer, chosen: dict[str, str], flows: Sequence[str]) -> None:
    everything = viewer.say("frame.all")
    kinds = {"": everything, "no": viewer.say("runs.real"), "yes": viewer.say("runs.dry_run")}
    choices = {
        "process": {"": everything} | {name: viewer.word(name) for name in flows},
        "state": {"": everything} | {state.value: viewer.word(state) for state in RunState},
        "dry": kinds,
    }

    def choose(name: str, value: str) -> None:
        ui.navigate.to(_address(chosen | {name: value}))

    with ui.row().classes("items-end"):
        for name, options in choices.items():
            value = chosen[name] if chosen[name] in options else ""
            ui.select(
                options,
                label=viewer.say(f"runs.{name}"),
                value=value,
                on_change=lambda event, name=name: choose(name, event.value),
            ).props("outlined dense").classes("filter")


def _address(query: dict[str, str]) -> str:
    given = {name: value for name, value in query.items() if value}
    return f"/runs?{urlencode(given)}" if given else "/runs"


def _show_run_table(viewer: Viewer, runs: Sequence[RunEntry]) -> None:
    """Runs, one line each."""
    if not runs:
        ui.label(viewer.say("frame.nothing"))
        return
    headings = ("started", "process", "state", "took", "by", "versions", "planned", "sent", "failed")
    rows = [_run_row(viewer, run) for run in runs]
    show_table(viewer.say("frame.runs"), [viewer.say(f"runs.{name}") for name in headings], rows)


def _run_row(viewer: Viewer, run: RunEntry) -> list[Cell]:
    dry = f" ({viewer.say('runs.dry_run')})" if run.dry_run else ""
    started = local(run.started_at, viewer.time_zone)
    figures = (run.account.planned, run.account.sent, run.account.failed) if run.account else None
    return [
        lambda: ui.link(started, f"/runs/{run.id}"),
        viewer.word(run.process) + dry,
        lambda: show_state(viewer, run),
        took(viewer, run),
        name_starter(viewer, run.started_by),
        versions_of(viewer, run),
        *(f"{figure:,}" for figure in figures or ()),
        *([""] * (0 if figures else 3)),
    ]


def _show_paging(viewer: Viewer, query: dict[str, str], after: Cursor | None, following: Cursor | None) -> None:
    with ui.row():
        if after is not None:
            ui.link(viewer.say("runs.newest"), _address(query))
        if following is not None:
            ui.link(viewer.say("runs.older"), _address(query | {"after": str(following)}))
