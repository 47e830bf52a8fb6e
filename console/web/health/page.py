"""The health of the installation: its parts, channels, runs against their schedules, backlog."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from nicegui import ui
from sqlalchemy import Connection

from console.shared.moments import local
from console.shared.watching import ask_prefect, read_sweeps
from console.web.authentication.viewer import Viewer
from console.web.health.channel_lines import ChannelLine, list_lines, list_unused, resume_line
from console.web.health.staff_words import show_staff_words
from console.web.parts.frame import page, telling
from console.web.parts.matters import read_matters, show_matters
from console.web.parts.tables import Cell, show_table
from console.web.parts.told import tell
from models.core.masking import mask
from models.database.schema import read_version
from models.ledger.watching import BACKLOG_GRACE, Sweep, SweepState, age_of
from models.people.permissions import Permission
from tasks.access.sessions import SignedIn
from tasks.overview.health import LedgerHealth, read_database_size, read_ledger_health
from tasks.runs.failures import read_failure

LARGE = 1024
DISPATCH = "dispatch"


@page("/health", Permission.SEE_HEALTH, "frame.health")
async def show_health(viewer: Viewer) -> None:
    """Everything, read anew each time the page is opened."""
    zone = viewer.time_zone
    ui.label(viewer.say("health.as_of", moment=local(viewer.now, zone))).classes("quiet")
    prefect, version, size, ledger, sweeps = await asyncio.gather(
        ask_prefect(),
        viewer.read(read_version),
        viewer.read(read_database_size),
        viewer.read(read_ledger_health, viewer.now, viewer.store_id),
        viewer.read(read_sweeps, viewer.now, viewer.database.settings.zone),
    )
    with _section(viewer.say("today.attention")):
        matters = await read_matters(viewer)
        if matters:
            with ui.element("div").classes("card full-width"):
                show_matters(viewer, matters, zone)
        else:
            ui.label(viewer.say("today.all_well")).classes("good")
    with _section(viewer.say("health.parts")), ui.element("div").classes("cards"):
        facts = viewer.say("health.database_facts", version=version, size=_size(size))
        _show_fact(viewer.say("health.database"), viewer.say("health.answers"), facts, "good")
        _show_prefect(viewer, prefect)
        _show_backlog(viewer, ledger, zone)
        _show_dispatch(viewer, sweeps, zone)
        _show_given_up(viewer, ledger)

    @ui.refreshable
    async def channels() -> None:
        _show_channels(
            viewer, await viewer.read(list_lines, viewer.database.settings, viewer.user), zone, channels.refresh
        )

    with _section(viewer.say("health.channels")):
        await channels()
        for unused in await viewer.read(list_unused, viewer.database.settings, viewer.user):
            ui.label(viewer.reason(unused)).classes("bad sentence")
    await show_staff_words(viewer)
    with _section(viewer.say("health.sweeps")):
        _show_sweeps(viewer, sweeps, zone)


def _section(title: str) -> ui.element:
    with ui.element("section").classes("full-width").props(f'aria-label="{title}"') as section:
        ui.label(title).props("role=heading aria-level=2").classes("text-h6 q-mb-sm")
    return section


def _show_fact(title: str, fact: str, more: str, look: str) -> None:
    with ui.element("section").classes("card").props(f'aria-label="{title}"'):
        ui.label(title).props("role=heading aria-level=3").classes("text-subtitle1 text-weight-bold")
        ui.label(fact).classes(f"figure {look}")
        ui.label(more).classes("quiet")


def _show_prefect(viewer: Viewer, answers: bool | None) -> None:
    fact, more, look = {
        True: ("health.answers", "health.prefect_well", "good"),
        False: ("health.silent", "health.prefect_bad", "bad"),
        None: ("health.not_watched", "health.prefect_unset", "warn"),
    }[answers]
    _show_fact(viewer.say("health.prefect"), viewer.say(fact), viewer.say(more), look)


def _show_backlog(viewer: Viewer, ledger: LedgerHealth, zone: str) -> None:
    age = age_of(ledger.oldest_due, viewer.now)
    if ledger.oldest_due is None:
        fact, more = viewer.say("health.backlog_none"), viewer.say("health.backlog_well")
    else:
        fact = _duration(viewer, age)
        more = viewer.say("health.backlog_since", moment=local(ledger.oldest_due, zone))
    _show_fact(viewer.say("health.backlog"), fact, more, "bad" if age > BACKLOG_GRACE else "good")


def _show_dispatch(viewer: Viewer, sweeps: Sequence[Sweep], zone: str) -> None:
    dispatch = next(sweep for sweep in sweeps if sweep.process == DISPATCH)
    fact = local(dispatch.last.started_at, zone) if dispatch.last else viewer.say("health.never")
    look = "bad" if not dispatch.state.well else "good" if dispatch.last else ""
    _show_fact(viewer.say("health.dispatched"), fact, _state(viewer, dispatch), look)


def _show_given_up(viewer: Viewer, ledger: LedgerHealth) -> None:
    waiting = ledger.unknown + ledger.failed
    facts = viewer.say("health.given_up_facts", unknown=f"{ledger.unknown:,}", failed=f"{ledger.failed:,}")
    _show_fact(viewer.say("health.given_up"), f"{waiting:,}", facts, "bad" if waiting else "good")
    _show_fact(viewer.say("health.expired"), f"{ledger.expired:,}", viewer.say("health.expired_facts"), "")
    look = "bad" if ledger.missed else "good"
    _show_fact(viewer.say("health.missed"), f"{ledger.missed:,}", viewer.say("health.missed_facts"), look)


def _show_channels(viewer: Viewer, lines: Sequence[ChannelLine], zone: str, refresh: Callable[[], object]) -> None:
    names = ("channel", "store", "address", "state")
    may_resume = viewer.may(Permission.STEER_SCHEDULES) and any(line.pause for line in lines)
    headings = [viewer.say(f"health.{name}") for name in (*names, *(("act",) if may_resume else ()))]
    rows = [_channel_row(viewer, line, zone, refresh) for line in lines]
    show_table(viewer.say("health.channels"), headings, [row[: len(headings)] for row in rows])


def _channel_row(viewer: Viewer, line: ChannelLine, zone: str, refresh: Callable[[], object]) -> Sequence[Cell]:
    store = line.store or viewer.say("health.shared")
    state: Cell = viewer.say("health.sends")
    if line.only_writes:
        state = lambda: ui.label(viewer.say("health.only_writes")).classes("warn sentence")  # noqa: E731  it draws one cell
    act: Cell = ""
    if line.pause:
        since, probe = local(line.pause.paused_at, zone), local(line.pause.probe_at, zone)
        paused = viewer.say("health.paused", moment=since, reason=mask(viewer.reason(line.pause.reason)), probe=probe)
        state = lambda: ui.label(paused).classes("bad sentence")  # noqa: E731  it draws one cell
        act = lambda: _show_resume(viewer, line, store, refresh) if line.yours else None  # noqa: E731
    return viewer.word(line.channel), store, line.scheme, state, act


def _show_resume(viewer: Viewer, line: ChannelLine, store: str, refresh: Callable[[], object]) -> None:
    async def resume() -> None:
        async with telling(viewer):
            try:
                await viewer.change(Permission.STEER_SCHEDULES, _resume, viewer.now, line)
                tell(viewer, viewer.say("health.resumed", channel=viewer.word(line.channel)))
            finally:
                refresh()

    label = viewer.say("health.resume_named", channel=viewer.word(line.channel), store=store)
    ui.button(viewer.say("health.resume"), on_click=resume).props(f'outline dense aria-label="{label}"')


def _resume(connection: Connection, user: SignedIn, now: datetime, line: ChannelLine) -> None:
    resume_line(connection, user, now, line.channel, line.store)


def _show_sweeps(viewer: Viewer, sweeps: Sequence[Sweep], zone: str) -> None:
    headings = [viewer.say(f"health.{name}") for name in ("process", "last_run", "expected", "state")]
    show_table(viewer.say("health.sweeps"), headings, [_sweep_row(viewer, sweep, zone) for sweep in sweeps])


def _sweep_row(viewer: Viewer, sweep: Sweep, zone: str) -> Sequence[Cell]:
    last = local(sweep.last.started_at, zone) if sweep.last else viewer.say("health.never")

    def state() -> None:
        ui.label(_state(viewer, sweep)).classes("good" if sweep.state.well else "bad")
        if viewer.store_id is None and sweep.last and sweep.last.error:
            ui.label(viewer.reason(read_failure(sweep.last.error).reason)).classes("quiet sentence")

    return viewer.word(sweep.process), last, local(sweep.expected_at, zone), state


def _state(viewer: Viewer, sweep: Sweep) -> str:
    first = sweep.last is None and sweep.state is SweepState.ON_TIME
    return viewer.say("health.not_due" if first else f"health.{sweep.state}")


def _duration(viewer: Viewer, time: timedelta) -> str:
    """In the unit that fits."""
    minutes = int(time.total_seconds() // 60)
    if minutes < 120:
        return viewer.say("health.minutes", count=minutes)
    return (
        viewer.say("health.hours", count=minutes // 60)
        if minutes < 2880
        else viewer.say("health.days", count=minutes // 1440)
    )


def _size(size: int) -> str:
    """Bytes, in the unit that fits."""
    amount = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < LARGE:
            return f"{amount:.0f} {unit}"
        amount /= LARGE
    return f"{amount:.1f} TB"
