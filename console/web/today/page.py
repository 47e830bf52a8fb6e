"""The first page: the day so far, what needs attention, and the last thirty days against the goals."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from nicegui import ui
from sqlalchemy import Connection

from console.shared.moments import local
from console.web.authentication.viewer import Viewer
from console.web.campaigns.views import list_needing
from console.web.health.watching import ShortMemory
from console.web.parts.charts import Series, show_chart
from console.web.parts.frame import page, telling
from console.web.parts.matters import read_matters, show_matters
from models.core.words import TouchState
from models.ledger.attention import Matter
from models.ledger.standings import COVERAGE_GOAL, SATISFACTION_GOAL, ContactStanding, Coverage, ProcessDay, Share
from models.people.permissions import Permission
from tasks.campaigns.authors import author_of
from tasks.campaigns.listing import CampaignRow, list_campaigns
from tasks.inbound.listing import COUNTED, InboxView, Standing, read_standing
from tasks.overview.day import read_day
from tasks.overview.days import read_zones
from tasks.overview.deadlines import Urgent, UrgentCase, read_urgent
from tasks.overview.health import has_stores
from tasks.overview.history import History, read_history
from tasks.overview.missed import Missed, read_missed
from tasks.touches.lists import MOST_DAYS

CAMPAIGNS_SHOWN = 5
BAD = (ContactStanding.MISSED, ContactStanding.FAILED, ContactStanding.UNKNOWN)
MISSED_SHOWN = 5
"""How many roles and processes are named; the link leads to all."""
SHADES = {
    ContactStanding.SENT: "#0b5cad",
    ContactStanding.CALLED: "#1b6e3c",
    ContactStanding.STOPPED: "#8a94a0",
    ContactStanding.FAILED: "#a4161a",
    ContactStanding.UNKNOWN: "#8a4b00",
    ContactStanding.MISSED: "#6f2dbd",
}
OPEN_SHADE = "#c9b458"
REACH_SHADES = {
    "reached": SHADES[ContactStanding.CALLED],
    "tried": OPEN_SHADE,
    "written_to": SHADES[ContactStanding.SENT],
    "nobody": SHADES[ContactStanding.FAILED],
}
_days: ShortMemory[list[ProcessDay]] = ShortMemory(10, bridged=50)
_histories: ShortMemory[History] = ShortMemory(300, bridged=300)
"""Of thirty days all but the last are final, so the figures are cached."""


@dataclass(frozen=True, slots=True)
class Details:
    """What is shown of some matters beside their number, within the viewer's permissions."""

    urgent: Urgent | None
    campaigns: list[CampaignRow]
    """Campaigns that stopped by themselves, or wait for an approval."""
    missed: Missed
    """Missed calls and tasks, for those who assign calls."""
    inbox: Standing | None
    """What waits in the inbox, for those who work it."""


@page("/", Permission.SEE_TODAY, "frame.today")
async def show_today(viewer: Viewer) -> None:
    """The day. Before there is a store: how to begin."""
    if not await viewer.read(has_stores):
        _show_beginning(viewer)
        return
    zone = await _zone_of(viewer)
    ui.label(viewer.say("today.as_of", moment=local(viewer.now, zone))).classes("quiet")
    days, matters, details = await asyncio.gather(
        _days.recall(viewer.store_id, lambda: viewer.read(read_day, viewer.now, viewer.store_id)),
        read_matters(viewer),
        viewer.read(_read_details, viewer),
    )
    _show_attention(viewer, matters, details, zone)
    _show_processes(viewer, days)
    _show_history_soon(viewer)


async def _zone_of(viewer: Viewer) -> str:
    """The zone of the viewer's store; of all stores if they agree; else the installation's."""
    zones: list[ZoneInfo] = await viewer.read(read_zones, viewer.store_id)
    return str(zones[0]) if len(zones) == 1 else viewer.time_zone


def _read_details(connection: Connection, viewer: Viewer) -> Details:
    urgent, campaigns, missed, inbox = None, [], Missed([]), None
    if viewer.may(Permission.WORK_INBOX):
        inbox = read_standing(connection, viewer.store_id, viewer.user.works_as, viewer.now)
    if viewer.may(Permission.WORK_CASES):
        staff = None if viewer.may(Permission.MANAGE_CASES) else viewer.user.works_as
        urgent = read_urgent(connection, viewer.now, viewer.store_id, staff)
    if viewer.may(Permission.SEE_CAMPAIGNS):
        campaigns = list_campaigns(connection, author_of(viewer.user), needing=True, limit=CAMPAIGNS_SHOWN).items
    if viewer.may(Permission.ASSIGN_CALLS):
        missed = read_missed(connection, viewer.now, viewer.store_id)
    return Details(urgent, campaigns, missed, inbox)


def _show_beginning(viewer: Viewer) -> None:
    with _section(viewer.say("today.first_heading")):
        ui.label(viewer.say("today.first_stores"))
        ui.label("aftercare import stores stores.csv").classes("letter")
        ui.label(viewer.say("today.first_sample"))
        today = viewer.now.astimezone(viewer.database.settings.zone).date()
        ui.label(f"aftercare sample --customers 150 --seed 7 --around {today} --out sample --load").classes("letter")
        ui.label(viewer.say("today.first_then"))


def _section(title: str) -> ui.element:
    """A section of the page with its heading."""
    with ui.element("section").classes("full-width").props(f'aria-label="{title}"') as section:
        ui.label(title).props("role=heading aria-level=2").classes("text-h6 q-mb-sm")
    return section


def _show_attention(viewer: Viewer, matters: Sequence[Matter], details: Details, zone: str) -> None:
    """Everything that needs somebody, in one list, and details of some of it beside."""
    with _section(viewer.say("today.attention")):
        if not matters:
            ui.label(viewer.say("today.all_well")).classes("good")
            return
        with ui.element("div").classes("card full-width"):
            show_matters(viewer, matters, zone)
        with ui.element("div").classes("cards q-mt-sm"):
            if details.inbox and details.inbox.open:
                _show_inbox(viewer, details.inbox)
            if details.urgent and details.urgent.cases:
                _show_urgent(viewer, details.urgent)
            if details.missed.count:
                _show_missed(viewer, details.missed)
            if details.campaigns:
                with _card(viewer.say("frame.campaigns")):
                    list_needing(viewer, details.campaigns, zone)


def _show_urgent(viewer: Viewer, urgent: Urgent) -> None:
    with _card(viewer.say("today.cases")):
        counted = viewer.say("today.cases_counted", overdue=urgent.overdue, near=urgent.near)
        ui.label(counted).classes("bad" if urgent.overdue else "warn")
        with ui.element("ul").classes("plain"):
            for case in urgent.cases:
                _show_case(viewer, case)
        ui.link(viewer.say("today.all_cases"), "/cases")


def _show_inbox(viewer: Viewer, inbox: Standing) -> None:
    def counted(count: int) -> str:
        return f"{COUNTED - 1:,}+" if count >= COUNTED else f"{count:,}"

    with _card(viewer.say("frame.inbox")):
        ui.label(counted(inbox.open)).classes("figure").props("data-inbox")
        ui.label(viewer.say("today.inbox_open")).classes("quiet")
        overdue = viewer.say("today.inbox_overdue", overdue=counted(inbox.overdue), mine=counted(inbox.mine))
        ui.label(overdue).classes("bad" if inbox.overdue else "")
        ui.link(viewer.say("today.inbox_all"), f"/inbox?view={InboxView.STORE}")


def _show_missed(viewer: Viewer, missed: Missed) -> None:
    with _card(viewer.say("today.missed_title")):
        counted = viewer.say("today.missed_counted", calls=f"{missed.calls:,}", tasks=f"{missed.tasks:,}")
        ui.label(counted).classes("bad")
        with ui.element("ul").classes("plain"):
            for part in missed.parts[:MISSED_SHOWN]:
                role = viewer.word(part.role) if part.role else viewer.say("today.nobody")
                process, count = viewer.word(part.process), f"{part.touches:,}"
                with ui.element("li"):
                    ui.label(viewer.say("today.missed_line", role=role, process=process, count=count))
        ui.link(viewer.say("today.missed_all"), f"/touches?{urlencode(_days_of(missed))}")


def _days_of(missed: Missed) -> dict[str, str]:
    """The filter of the list of touches that shows them, limited to the longest window of the list."""
    since = max(missed.since, missed.until - timedelta(days=MOST_DAYS - 1))
    return {"state": TouchState.MISSED.value, "since": str(since), "until": str(missed.until)}


def _show_case(viewer: Viewer, case: UrgentCase) -> None:
    deadline = local(case.deadline, case.time_zone)
    key = "today.overdue" if case.overdue else "today.near"
    with ui.element("li"):
        ui.link(f"{viewer.word(case.kind)} · {case.customer}", f"/cases/{case.id}")
        ui.label(viewer.say(key, deadline=deadline)).classes("bad" if case.overdue else "warn")
        ui.label(f"{case.store} · {case.owner or viewer.say('today.nobody')}").classes("quiet")


def _card(title: str) -> ui.element:
    with ui.element("section").classes("card").props(f'aria-label="{title}"') as card:
        ui.label(title).props("role=heading aria-level=3").classes("text-subtitle1 text-weight-bold")
    return card


def _show_processes(viewer: Viewer, days: Sequence[ProcessDay]) -> None:
    with _section(viewer.say("today.processes")), ui.element("div").classes("cards quarters"):
        for day in days:
            with _card(viewer.word(day.process)):
                ui.label(f"{day.due:,}").classes("figure").props(f'data-due="{day.process}"')
                ui.label(viewer.say("today.due")).classes("quiet")
                with ui.element("dl").classes("counts"):
                    for standing in ContactStanding:
                        _show_count(viewer, standing, day.standings.get(standing, 0))


def _show_count(viewer: Viewer, standing: ContactStanding, count: int) -> None:
    look = "quiet zero" if not count else "bad" if standing in BAD else ""
    with ui.element("dt").classes(look):
        ui.label(viewer.say(f"today.{standing}"))
    with ui.element("dd").classes(look):
        ui.label(f"{count:,}")


def _show_history_soon(viewer: Viewer) -> None:
    """Counting thirty days takes a moment, so the page is shown first."""
    place = ui.column().classes("full-width")
    with place:
        ui.label(viewer.say("today.reading")).classes("quiet").props("role=status")

    async def show() -> None:
        async with telling(viewer):
            asked = _histories.recall(viewer.store_id, lambda: viewer.read(read_history, viewer.now, viewer.store_id))
            history = await asked
            place.clear()
            with place:
                _show_goals(viewer, history)
                _show_charts(viewer, history)

    ui.timer(0.01, show, once=True)


def _show_goals(viewer: Viewer, history: History) -> None:
    with _section(viewer.say("today.goals")), ui.element("div").classes("cards"):
        _show_coverage(viewer, "in_warranty", history.in_warranty)
        _show_coverage(viewer, "coverage", history.coverage)
        with _card(viewer.say("today.satisfaction")):
            _show_goal(viewer, "satisfaction", history.satisfaction, SATISFACTION_GOAL)


def _show_goal(viewer: Viewer, name: str, share: Share, goal: float) -> None:
    if share.percent is None:
        ui.label(viewer.say("today.not_measured")).classes("quiet")
        return
    reached = share.reaches(goal)
    ui.label(f"{share.percent:.1f} %").classes("figure")
    verdict = viewer.say("today.goal_reached" if reached else "today.goal_missed")
    ui.label(f"{viewer.say('today.goal', goal=f'{goal:.0f}')} · {verdict}").classes("good" if reached else "bad")
    ui.label(viewer.say(f"today.{name}_of", good=f"{share.good:,}", of=f"{share.of:,}")).classes("quiet")


def _show_coverage(viewer: Viewer, name: str, coverage: Coverage) -> None:
    """The share that was reached, and the four figures that add up to all of them."""
    with _card(viewer.say(f"today.{name}")):
        _show_goal(viewer, name, coverage.share, COVERAGE_GOAL)
        if coverage.of:
            with ui.element("dl").classes("counts"):
                for how in REACH_SHADES:
                    with ui.element("dt"):
                        ui.label(viewer.say(f"today.how_{how}"))
                    with ui.element("dd"):
                        ui.label(f"{getattr(coverage, how):,}")


def _show_charts(viewer: Viewer, history: History) -> None:
    with _section(viewer.say("today.history")), ui.element("div").classes("charts"):
        days = [str(day.day) for day in history.days]
        settled = [
            Series(viewer.say(f"today.{standing}"), shade, [day.standings.get(standing, 0) for day in history.days])
            for standing, shade in SHADES.items()
        ]
        waiting = [sum(n for one, n in day.standings.items() if one not in SHADES) for day in history.days]
        still_open = Series(viewer.say("today.others"), OPEN_SHADE, waiting)
        show_chart(viewer, viewer.say("today.contacts_chart"), days, [*settled, still_open])
        how_far = [
            Series(viewer.say(f"today.how_{how}"), shade, [getattr(one, how) for _, one in history.visits])
            for how, shade in REACH_SHADES.items()
        ]
        show_chart(viewer, viewer.say("today.coverage_chart"), [str(day) for day, _ in history.visits], how_far)
        _show_satisfaction(viewer, days, [day.satisfied for day in history.days])


def _show_satisfaction(viewer: Viewer, days: list[str], shares: list[Share]) -> None:
    series = [
        Series(viewer.say("today.satisfied"), SHADES[ContactStanding.CALLED], [share.good for share in shares]),
        Series(
            viewer.say("today.not_satisfied"),
            SHADES[ContactStanding.FAILED],
            [share.of - share.good for share in shares],
        ),
    ]
    show_chart(viewer, viewer.say("today.satisfaction_chart"), days, series)
