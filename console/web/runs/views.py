"""Shared by the pages of runs: a run in words, and starting one."""

from datetime import datetime
from uuid import uuid4

from nicegui import ui
from sqlalchemy import Connection

from console.web.authentication.viewer import Viewer
from console.web.parts.frame import telling
from console.web.parts.steering import steering
from console.web.parts.told import tell
from deployments.schedules import find_flow, read_flows
from models.core.words import RunState
from models.people.permissions import Permission
from tasks.access.sessions import SignedIn
from tasks.runs.by_hand import ask_for_run
from tasks.runs.history import RunEntry

STARTERS = ("schedule", "hand", "runner")
"""What starts runs besides people."""


def show_state(viewer: Viewer, run: RunEntry) -> None:
    """The state of a run in a word."""
    if run.state is RunState.RUNNING and not run.alive:
        ui.label(viewer.say("runs.died")).classes("bad")
        return
    looks = {RunState.RUNNING: "warn", RunState.COMPLETED: "good", RunState.FAILED: "bad"}
    ui.label(viewer.word(run.state)).classes(looks[run.state])


def took(viewer: Viewer, run: RunEntry) -> str:
    """The duration of a run, so far if it is active."""
    seconds = int(((run.finished_at or viewer.now) - run.started_at).total_seconds())
    minutes, rest = divmod(max(seconds, 0), 60)
    if minutes:
        return viewer.say("runs.minutes", minutes=minutes, seconds=rest)
    return viewer.say("runs.seconds", seconds=rest) if rest else viewer.say("runs.no_time")


def name_starter(viewer: Viewer, started_by: str) -> str:
    """Who or what started a run."""
    return viewer.say(f"runs.by_{started_by}") if started_by in STARTERS else started_by


def versions_of(viewer: Viewer, run: RunEntry) -> str:
    """The policy versions that a run used."""
    if list(run.policy_versions) == ["*"]:
        return f"v{run.policy_versions['*']}"
    named = {"*": viewer.say("runs.other_stores")}
    return ", ".join(f"{named.get(code, code)} v{version}" for code, version in run.policy_versions.items()) or "—"


def confirm_start(viewer: Viewer, name: str) -> None:
    """Ask for confirmation and start a process. Repeated clicks start one run."""
    key = str(uuid4())

    async def start() -> None:
        button.disable()
        async with telling(viewer):
            await viewer.change(Permission.STEER_RUNS, _asked_for, name, viewer.now, key)
            started = await steering().start(name, as_of=None, dry_run=False, login=viewer.user.login, key=key)
            tell(viewer, viewer.say("runs.requested", process=viewer.word(name)), then=f"/runs/started/{started}")
            return
        dialog.close()

    with ui.dialog(value=True) as dialog, ui.card():
        ui.label(viewer.say("runs.start_ask", process=viewer.word(name))).props("role=heading aria-level=2")
        ui.label(viewer.say("runs.start_means")).classes("quiet")
        with ui.row():
            button = ui.button(viewer.say("runs.start_now"), on_click=start).props("no-caps")
            ui.button(viewer.say("frame.cancel"), on_click=dialog.close).props("outline no-caps")


def _asked_for(connection: Connection, user: SignedIn, name: str, now: datetime, key: str) -> None:
    ask_for_run(connection, user, find_flow(read_flows(connection), name).name, now, key)
