"""One run: its account, its starter, why it failed, and what can be done about it."""

from datetime import datetime
from uuid import UUID

from nicegui import ui
from sqlalchemy import Connection

from console.shared.moments import local
from console.shared.words import read_wording
from console.web.authentication.viewer import Viewer
from console.web.parts.frame import page, sentence_of, telling
from console.web.parts.polling import follow
from console.web.parts.steering import steering
from console.web.parts.told import tell
from console.web.runs.account import show_account
from console.web.runs.views import confirm_start, name_starter, show_state, took, versions_of
from deployments.steering_runs import FlowRunSeen
from models.core.errors import AftercareError
from models.core.masking import mask
from models.core.words import RunState
from models.people.permissions import Permission
from tasks.access.sessions import SignedIn
from tasks.runs.by_hand import ask_to_cancel, note_cancelled
from tasks.runs.failures import Failure, read_failure
from tasks.runs.history import NoSuchRun, RunEntry, count_waiting, find_runs_of, own_store, read_run

Seen = tuple[RunEntry, int, str | None]
"""A run, its touches that wait for approval, and the viewer's store if they do not see all."""


@page("/runs/{run_id}", Permission.SEE_RUNS, "runs.run")
async def show_run(viewer: Viewer, run_id: str) -> None:
    """The run. The page is polled while it is active."""
    ui.link(viewer.say("runs.back"), "/runs")
    try:
        seen: Seen = await viewer.read(_read, run_id, viewer.store_id)
    except NoSuchRun as error:
        ui.label(sentence_of(viewer.language, error)).classes("bad").props("role=alert")
        return

    @ui.refreshable
    def shown() -> None:
        _show(viewer, *seen)

    async def look() -> None:
        nonlocal seen
        seen = await viewer.read(_read, run_id, viewer.store_id)
        shown.refresh()
        if seen[0].state is not RunState.RUNNING:
            timer.deactivate()
            actions.refresh()

    @ui.refreshable
    def actions() -> None:
        _show_actions(viewer, seen[0], seen[2])

    shown()
    actions()
    timer = follow(viewer, look, active=seen[0].state is RunState.RUNNING)


def _read(connection: Connection, run_id: str, store_id: int | None) -> Seen:
    try:
        identity = UUID(run_id)
    except ValueError as error:
        raise NoSuchRun(run_id) from error
    run = read_run(connection, identity, store_id)
    return run, count_waiting(connection, identity, store_id), own_store(connection, store_id)


def _show(viewer: Viewer, run: RunEntry, waiting: int, own: str | None) -> None:
    kind = f" ({viewer.say('runs.dry_run')})" if run.dry_run else ""
    ui.label(viewer.word(run.process) + kind).props("role=heading aria-level=2").classes("text-h6")
    show_state(viewer, run)
    if run.error:
        _show_failure(viewer, read_failure(run.error))
    zone = viewer.time_zone
    facts = {
        "started": local(run.started_at, zone),
        "as_of": local(run.as_of, zone),
        "took": took(viewer, run),
        "by": name_starter(viewer, run.started_by),
        "versions": versions_of(viewer, run),
    }
    with ui.element("dl").classes("counts card facts"):
        for name, fact in facts.items():
            with ui.element("dt"):
                ui.label(viewer.say(f"runs.{name}"))
            with ui.element("dd"):
                ui.label(fact)
    if waiting:
        _show_waiting(viewer, waiting)
    if run.account is not None:
        show_account(viewer, run.account, run.state)
    elif own is not None:
        ui.label(viewer.say("runs.account_of_all_stores", store=own)).classes("quiet")


def _show_failure(viewer: Viewer, failure: Failure) -> None:
    """One sentence with what to do. The rest is folded, and holds no values."""
    ui.label(viewer.reason(failure.reason)).classes("letter full-width").props("data-error")
    if failure.details:
        with ui.element("details"):
            with ui.element("summary"):
                ui.label(viewer.say("runs.details")).classes("inline")
            ui.label(mask(failure.details)).classes("quiet as-written")


def _show_waiting(viewer: Viewer, waiting: int) -> None:
    sentence = viewer.say("runs.waiting", count=waiting)
    if viewer.may(Permission.DECIDE):
        ui.link(sentence, "/approvals").classes("warn")
    else:
        ui.label(sentence).classes("warn")


def _show_actions(viewer: Viewer, run: RunEntry, own: str | None) -> None:
    link = steering().link(run.prefect_run_id) if run.prefect_run_id else None
    with ui.row().classes("items-center"):
        if link and own is None:
            ui.link(viewer.say("runs.in_prefect"), link, new_tab=True)
        if own is not None or not viewer.may(Permission.STEER_RUNS):
            return
        if run.dry_run and run.state is not RunState.RUNNING:
            again = viewer.say("runs.rehearse_again")
            ui.button(again, on_click=lambda: ui.navigate.to(f"/runs/rehearse/{run.process}")).props("outline no-caps")
        elif not steering().there:
            ui.label(viewer.say("runs.no_prefect")).classes("quiet")
        elif run.state is RunState.RUNNING:
            cancel = ui.button(viewer.say("runs.cancel"), on_click=lambda: _confirm_cancel(viewer, run))
            cancel.props("outline no-caps color=negative")
        else:
            again = viewer.say("runs.retry" if run.state is RunState.FAILED else "runs.start_again")
            ui.button(again, on_click=lambda: confirm_start(viewer, run.process)).props("outline no-caps")


def _confirm_cancel(viewer: Viewer, run: RunEntry) -> None:
    async def cancel() -> None:
        button.disable()
        async with telling(viewer):
            flow_run_id = await viewer.change(Permission.STEER_RUNS, _ask, run.id, viewer.now)
            await steering().cancel(flow_run_id)
            await viewer.change(Permission.STEER_RUNS, _note, run.id, viewer.now)
            tell(viewer, viewer.say("runs.cancelling"))
        dialog.close()

    with ui.dialog(value=True) as dialog, ui.card():
        ui.label(viewer.say("runs.cancel_ask", process=viewer.word(run.process))).props("role=heading aria-level=2")
        ui.label(viewer.say("runs.cancel_means")).classes("quiet")
        with ui.row():
            button = ui.button(viewer.say("runs.cancel"), on_click=cancel).props("no-caps color=negative")
            ui.button(viewer.say("frame.close"), on_click=dialog.close).props("outline no-caps")


def _ask(connection: Connection, user: SignedIn, run_id: UUID, now: datetime) -> UUID:
    return ask_to_cancel(connection, user, run_id, now)


def _note(connection: Connection, user: SignedIn, run_id: UUID, now: datetime) -> None:
    note_cancelled(connection, user, run_id, now)


@page("/runs/started/{flow_run_id}", Permission.STEER_RUNS, "runs.run")
async def show_started(viewer: Viewer, flow_run_id: UUID) -> None:
    """A run that was requested. Once it has begun, its own page is shown."""
    ui.link(viewer.say("runs.back"), "/runs")
    told = ui.label(viewer.say("runs.wait")).props("role=status")
    link = steering().link(flow_run_id)
    if link:
        ui.link(viewer.say("runs.in_prefect"), link, new_tab=True)

    async def look() -> None:
        begun: list[UUID] = await viewer.read(find_runs_of, flow_run_id)
        if begun:
            timer.deactivate()
            ui.navigate.to(f"/runs/{begun[0]}" if len(begun) == 1 else "/runs")
            return
        try:
            seen = await steering().look(flow_run_id)
        except AftercareError as error:
            told.set_text(sentence_of(viewer.language, error))
            return
        if seen.over:
            timer.deactivate()
            told.set_text(
                viewer.say(
                    "runs.never_began",
                    state=_state(viewer, seen),
                    message=mask(read_failure(seen.message).reason.say(viewer.language)) if seen.message else "",
                )
            )
        else:
            told.set_text(viewer.say("runs.wait_state", state=_state(viewer, seen)))

    timer = follow(viewer, look)


def _state(viewer: Viewer, seen: FlowRunSeen) -> str:
    """Prefect's state in our words; an unusual one as Prefect calls it."""
    key = f"runs.prefect_{seen.state.lower()}"
    return viewer.say(key) if key in read_wording() else seen.state
