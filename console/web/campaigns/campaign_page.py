"""One campaign: what it waits for, its approval, its progress, and its history."""

from dataclasses import dataclass

from nicegui import ui
from sqlalchemy import Connection

from console.shared.moments import local
from console.shared.words import read_wording
from console.web.authentication.viewer import Viewer
from console.web.campaigns.approval import ForApproval, read_for_approval, show_brief, show_decision
from console.web.campaigns.steering import Changed, Steering
from console.web.campaigns.views import show_parts, waits_for
from console.web.campaigns.watch import Watched, read_watched, show_watched
from console.web.health.watching import ShortMemory
from console.web.parts.frame import page, telling
from console.web.parts.polling import follow
from console.web.parts.steering import steering
from console.web.parts.tables import show_table
from models.campaigns.audience_words import Names
from models.campaigns.states import OVER
from models.core.errors import AftercareError
from models.core.words import CampaignState
from models.people.permissions import Permission
from tasks.campaigns.audiences.choices import read_names
from tasks.campaigns.authors import Author, author_of
from tasks.campaigns.listing import CampaignEvent, CampaignRead, list_events, read_campaign

_watched: ShortMemory[Watched | None] = ShortMemory(5)
"""Progress is cached: for a million recipients it takes seconds to count, however many viewers there are."""
UNDECIDED = (CampaignState.DRAFT, CampaignState.AWAITING_APPROVAL, CampaignState.APPROVED)


@dataclass(frozen=True, slots=True)
class Seen:
    """A campaign as of one moment."""

    read: CampaignRead
    watched: Watched | None
    events: list[CampaignEvent]


@page("/campaigns/{campaign_id:int}", Permission.SEE_CAMPAIGNS, "campaigns.campaign")
async def show_campaign(viewer: Viewer, campaign_id: int) -> None:
    """Show the campaign, and follow it until it is over."""
    await _Followed(viewer, campaign_id, await _read(viewer, campaign_id)).show()


class _Followed:
    """A campaign on one viewer's screen. Parts that have changed are redrawn."""

    def __init__(self, viewer: Viewer, campaign_id: int, seen: Seen) -> None:
        self._viewer, self._campaign_id, self._seen = viewer, campaign_id, seen
        self._standing = ui.refreshable(lambda: _show(viewer, self._seen.read))
        self._course = ui.refreshable(lambda: _show_course(viewer, self._seen))
        self._actions = ui.refreshable(lambda: Steering(viewer, self._seen.read, self._changed).show())
        self._brief = ui.refreshable(self._show_brief)
        self._history = ui.refreshable(lambda: _show_events(viewer, self._seen.events))

    async def show(self) -> None:
        """Draw all of it, and look for changes every few seconds."""
        self._standing()
        self._actions()
        self._course()
        self._brief()
        self._history()
        if self._seen.read.row.state not in OVER:
            follow(self._viewer, self._look)

    def _show_brief(self) -> None:
        """What somebody decides about, rehearsed once the rest of the page is there."""
        read = self._seen.read
        if read.row.state not in UNDECIDED:
            return
        working = ui.label(self._viewer.say("rehearsal.working")).props("role=status")
        place = ui.column().classes("full-width")

        async def fill() -> None:
            async with telling(self._viewer):
                settings = self._viewer.database.settings
                brief = await self._viewer.read(read_for_approval, read, settings, self._viewer.now)
                names: Names = await self._viewer.read(read_names, read.plan.audience)
                with place:
                    _show_brief(self._viewer, read, names, brief, self._changed)
            working.delete()

        ui.timer(0.01, fill, once=True)

    async def _look(self) -> None:
        found = await _read(self._viewer, self._campaign_id)
        if found.events != self._seen.events:
            self._take(found)
        elif found != self._seen:
            self._seen = found
            self._standing.refresh()
            self._course.refresh()

    async def _changed(self) -> None:
        """Redraw after somebody acted on the campaign."""
        self._take(await _read(self._viewer, self._campaign_id))

    def _take(self, seen: Seen) -> None:
        self._seen = seen
        for part in (self._standing, self._actions, self._course, self._brief, self._history):
            part.refresh()


async def _read(viewer: Viewer, campaign_id: int) -> Seen:
    author = author_of(viewer.user)
    read, events = await viewer.read(_read_campaign, author, campaign_id)
    watched = await _watched.recall(campaign_id, lambda: viewer.read(read_watched, read, viewer.now))
    return Seen(read, watched, events)


def _read_campaign(
    connection: Connection, author: Author, campaign_id: int
) -> tuple[CampaignRead, list[CampaignEvent]]:
    return read_campaign(connection, author, campaign_id), list_events(connection, author, campaign_id)


def _show(viewer: Viewer, read: CampaignRead) -> None:
    zone = viewer.time_zone
    show_parts(viewer, read.row, "")
    waits = waits_for(viewer, read.row, zone)
    if waits:
        look = "bad" if read.row.held_reason else "warn"
        ui.label(waits).classes(f"{look} as-written").props("role=status")
    if read.row.state is CampaignState.AWAITING_APPROVAL:
        _show_waiting_run(viewer, read)
    _show_facts(viewer, read, zone)


def _show_course(viewer: Viewer, seen: Seen) -> None:
    if seen.watched is not None:
        show_watched(viewer, seen.read, seen.watched)
        if viewer.may(Permission.SEE_RUNS):
            ui.link(viewer.say("campaigns.its_runs"), "/runs?process=campaigns")


def _show_waiting_run(viewer: Viewer, read: CampaignRead) -> None:
    """Link to the suspended flow run in Prefect, if there is one."""
    link = steering().link(read.prefect_run_id) if read.prefect_run_id else None
    if link is None:
        return
    with ui.row().classes("items-center"):
        ui.label(viewer.say("campaigns.run_waits")).classes("quiet")
        if viewer.may(Permission.SEE_RUNS) and viewer.store_id is None:
            ui.link(viewer.say("runs.in_prefect"), link, new_tab=True)


def _show_facts(viewer: Viewer, read: CampaignRead, zone: str) -> None:
    row, say = read.row, viewer.say
    facts = {
        "store": row.store or say("frame.all_stores"),
        "author": row.author,
        "approver": f"{read.approver} · {local(read.approved_at, zone)}" if read.approver else "",
        "approved_size": f"{read.approved_size:,}" if read.approved_size is not None else "",
        "launched": f"{local(row.launches_at, zone)} · {read.launched_by}" if row.launches_at else "",
        "paused_by": f"{read.paused_by} · {local(row.paused_at, zone)}" if read.paused_by else "",
        "winner": read.winner.upper() if read.winner else "",
        "finished": local(read.finished_at, zone),
    }
    with ui.element("dl").classes("facts card"):
        for name, fact in facts.items():
            if fact:
                with ui.element("dt"):
                    ui.label(say(f"campaigns.{name}"))
                with ui.element("dd"):
                    ui.label(fact)


def _show_brief(
    viewer: Viewer, read: CampaignRead, names: Names, brief: ForApproval | AftercareError, changed: Changed
) -> None:
    waiting = read.row.state is CampaignState.AWAITING_APPROVAL
    title = viewer.say("campaigns.approval" if waiting else "campaigns.brief")
    with ui.element("section").classes("full-width").props(f'aria-label="{title}"'):
        ui.label(title).props("role=heading aria-level=2").classes("text-h6")
        with ui.column().classes("full-width"):
            show_brief(viewer, read, names, brief)
            if waiting:
                show_decision(viewer, read, changed)


def _show_events(viewer: Viewer, events: list[CampaignEvent]) -> None:
    zone = viewer.time_zone
    with ui.element("details").classes("full-width"):
        with ui.element("summary"):
            ui.label(viewer.say("campaigns.history", count=len(events))).classes("inline")
        headings = [viewer.say(f"campaigns.{name}") for name in ("at_time", "actor", "what_happened")]
        rows = [[local(one.at, zone), one.actor, _action(viewer, one)] for one in events]
        show_table(viewer.say("campaigns.history", count=len(events)), headings, rows)


def _action(viewer: Viewer, event: CampaignEvent) -> str:
    key = f"campaigns.did_{event.action.removeprefix('campaign.')}"
    return viewer.say(key) if key in read_wording() else event.action
