"""A campaign in progress: progress, waves, account, the first wave against its limits, spending."""

from dataclasses import dataclass
from datetime import datetime

from nicegui import ui
from sqlalchemy import Connection

from console.web.authentication.viewer import Viewer
from console.web.campaigns.account import show_campaign_account
from console.web.campaigns.views import money
from console.web.parts.tables import show_table
from models.campaigns.measures import LIMITS, CanaryMeasure
from models.campaigns.results import CampaignAccount, Group
from models.core.words import CampaignState, Wave
from tasks.campaigns.listing import CampaignRead
from tasks.campaigns.outcome.measuring import measure_steering
from tasks.campaigns.outcome.results import read_standings

COLUMNS = ("recipients", "begun", "sent", "delivered", "failed")


@dataclass(frozen=True, slots=True)
class Watched:
    """What is shown of a campaign that has begun."""

    account: CampaignAccount
    waves: dict[Wave, Group]
    canary: CanaryMeasure | None


def read_watched(connection: Connection, read: CampaignRead, now: datetime) -> Watched | None:
    """Its progress; None if it has not begun."""
    if read.frozen_at is None:
        return None
    account, groups = read_standings(connection, read.row.id)
    waves: dict[Wave, Group] = {}
    for (wave, _), group in groups.items():
        waves[wave] = waves.get(wave, Group()) + group
    canary = measure_steering(connection, read.row.id, now) if Wave.CANARY in waves else None
    return Watched(account, waves, canary)


def show_watched(viewer: Viewer, read: CampaignRead, watched: Watched) -> None:
    """Draw all of it."""
    _show_bar(viewer, watched.account)
    with ui.element("div").classes("charts"):
        show_campaign_account(viewer, watched.account)
        with ui.element("div").classes("stacked"):
            if watched.canary is not None:
                _show_canary(viewer, read, watched.canary)
            _show_money(viewer, read)
    _show_waves(viewer, watched.waves)


def _show_bar(viewer: Viewer, account: CampaignAccount) -> None:
    told = account.recipients - account.control
    to_come = account.not_planned + account.waiting + sum(account.held.values()) + account.on_its_way
    share = (told - to_come) / told if told else 0.0
    figures = {"settled": f"{told - to_come:,}", "told": f"{told:,}", "percent": f"{share:.0%}"}
    ui.label(viewer.say("campaigns.progress", **figures)).classes("text-bold").props("role=status")
    bar = ui.linear_progress(share, show_value=False, size="10px").props("instant-feedback")
    bar.props["aria-label"] = viewer.say("campaigns.progress_bar")


def _show_waves(viewer: Viewer, waves: dict[Wave, Group]) -> None:
    say = viewer.say
    headings = [say("campaigns.wave"), *(say(f"campaigns.wave_{name}") for name in COLUMNS)]
    order = (Wave.CANARY, Wave.TRIAL, Wave.REST, Wave.CONTROL)
    rows = [
        [say(f"campaigns.wave_{wave}"), *(f"{getattr(waves[wave], name):,}" for name in COLUMNS)]
        for wave in order
        if wave in waves
    ]
    show_table(say("campaigns.waves"), headings, rows)


def _show_canary(viewer: Viewer, read: CampaignRead, seen: CanaryMeasure) -> None:
    limits, on_trial = read.plan.canary, read.row.state is CampaignState.TRIAL
    title = viewer.say("campaigns.trial_seen" if on_trial else "campaigns.canary_seen")
    with ui.element("section").classes("card").props(f'aria-label="{title}"'):
        ui.label(title).props("role=heading aria-level=3").classes("text-subtitle1 text-bold")
        ui.label(viewer.say("campaigns.canary_told", told=f"{seen.told:,}", open=f"{seen.open:,}")).classes("quiet")
        with ui.element("dl").classes("counts"):
            beyond = "bad" if read.held_at is not None else "warn"
            exceeded = seen.exceeds(limits)
            for name, limit in LIMITS.items():
                _show_limit(viewer, name, seen, getattr(limits, limit), beyond if name in exceeded else "")


def _show_limit(viewer: Viewer, name: str, seen: CanaryMeasure, limit: float, look: str) -> None:
    """In red while it stops the campaign, by the rule that does so; marked where somebody let it go all the same."""
    count, percent = getattr(seen, name), seen.percent(name)
    with ui.element("dt").classes(look):
        ui.label(viewer.say(f"campaigns.seen_{name}"))
    with ui.element("dd").classes(look):
        ui.label(viewer.say("campaigns.of_limit", count=f"{count:,}", percent=f"{percent:.1f}", limit=f"{limit:g}"))


def _show_money(viewer: Viewer, read: CampaignRead) -> None:
    title = viewer.say("campaigns.spent")
    row = read.row
    with ui.element("section").classes("card").props(f'aria-label="{title}"'):
        ui.label(title).props("role=heading aria-level=3").classes("text-subtitle1 text-bold")
        ui.label(money(viewer, row.spent)).classes("figure")
        if row.budget is None:
            ui.label(viewer.say("campaigns.no_budget")).classes("quiet")
            return
        ui.label(viewer.say("campaigns.of_budget", budget=money(viewer, row.budget))).classes("quiet")
        bar = ui.linear_progress(min(float(row.spent / row.budget), 1.0), show_value=False)
        bar.props["aria-label"] = viewer.say("campaigns.budget")
