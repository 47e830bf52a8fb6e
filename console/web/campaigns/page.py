"""Campaigns: the state and spending of each. New ones start from a recipe, a copy, or nothing."""

from datetime import datetime
from functools import partial
from urllib.parse import urlencode

from nicegui import ui

from console.shared.moments import local
from console.web.authentication.viewer import Viewer
from console.web.campaigns.views import act, money, show_state, waits_for
from console.web.parts.frame import page, telling
from console.web.parts.tables import Cell, show_table
from console.web.parts.told import tell
from models.campaigns.recipes import list_recipes
from models.core.words import CampaignState
from models.people.permissions import Permission
from tasks.access.reach import LARGEST_KEY
from tasks.campaigns.authors import author_of
from tasks.campaigns.drafting import copy_campaign
from tasks.campaigns.listing import CampaignPage, CampaignRow, list_campaigns

PAGE = 25
NEEDING = "needing"


@page("/campaigns", Permission.SEE_CAMPAIGNS, "frame.campaigns")
async def show_campaigns(viewer: Viewer, state: str = "", after: str = "") -> None:
    """The list, the newest first."""
    ui.label(viewer.say("campaigns.intro")).classes("quiet")
    if viewer.may(Permission.MAKE_CAMPAIGNS):
        _show_beginnings(viewer)
    _show_filter(viewer, state)
    found: CampaignPage = await viewer.read(
        list_campaigns, author_of(viewer.user), states=_states(state), needing=state == NEEDING, limit=PAGE,
        after=_read_mark(after),
    )  # fmt: skip
    if not found.items:
        ui.label(viewer.say("campaigns.none")).props("role=status")
    else:
        headings = ("name", "store", "state", "waits", "spent", "author", "created", "act")
        rows = [_row(viewer, row) for row in found.items]
        show_table(viewer.say("frame.campaigns"), [viewer.say(f"campaigns.{name}") for name in headings], rows)
    _show_paging(viewer, state, after, found)


def _show_beginnings(viewer: Viewer) -> None:
    """What a new campaign can start from."""
    say = viewer.say
    with ui.element("details").classes("card full-width"):
        with ui.element("summary"):
            ui.label(say("campaigns.new")).classes("inline text-subtitle1 text-bold")
        with ui.element("div").classes("cards q-mt-sm"):
            for recipe in list_recipes():
                with ui.link(target=f"/campaigns/new?recipe={recipe.key}").classes("recipe"):
                    ui.label(recipe.name[viewer.language]).classes("text-bold")
                    ui.label(recipe.description[viewer.language]).classes("quiet")
            with ui.link(target="/campaigns/new").classes("recipe"):
                ui.label(say("campaigns.empty")).classes("text-bold")
                ui.label(say("campaigns.empty_means")).classes("quiet")


def _show_filter(viewer: Viewer, state: str) -> None:
    options = {"": viewer.say("frame.all"), NEEDING: viewer.say("campaigns.needs_somebody")} | {
        one.value: viewer.say(f"campaigns.state_{one}") for one in CampaignState
    }
    chosen = ui.select(
        options, label=viewer.say("campaigns.state"), value=state if state in options else "",
        on_change=lambda event: ui.navigate.to(_address(state=event.value)),
    )  # fmt: skip
    chosen.props("outlined dense").classes("filter")


def _states(state: str) -> tuple[CampaignState, ...]:
    return (CampaignState(state),) if state in set(CampaignState) else ()


def _address(**query: str) -> str:
    given = {name: value for name, value in query.items() if value}
    return f"/campaigns?{urlencode(given)}" if given else "/campaigns"


def _row(viewer: Viewer, row: CampaignRow) -> list[Cell]:
    zone = viewer.time_zone
    budget = f" / {money(viewer, row.budget)}" if row.budget is not None else ""
    waits = waits_for(viewer, row, zone)
    return [
        lambda: _name(row),
        row.store or viewer.say("frame.all_stores"),
        lambda: show_state(viewer, row),
        lambda: ui.label(waits).classes("sentence"),
        f"{money(viewer, row.spent)}{budget}" if row.spent or budget else "—",
        row.author,
        local(row.created_at, zone),
        lambda: _copy_button(viewer, row),
    ]


def _name(row: CampaignRow) -> None:
    with ui.element("div").classes("sentence"):
        ui.link(row.name, f"/campaigns/{row.id}")


def _copy_button(viewer: Viewer, row: CampaignRow) -> None:
    if viewer.may(Permission.MAKE_CAMPAIGNS):
        button = ui.button(viewer.say("campaigns.copy"), on_click=partial(_copy, viewer, row))
        button.props("outline dense no-caps").props["aria-label"] = f"{viewer.say('campaigns.copy')}: {row.name}"


async def _copy(viewer: Viewer, row: CampaignRow) -> None:
    async with telling(viewer):
        name = viewer.say("campaigns.copy_of", name=row.name)
        made = await act(viewer, Permission.MAKE_CAMPAIGNS, copy_campaign, row.id, name, viewer.now)
        tell(viewer, viewer.say("campaigns.copied", name=name), then=f"/campaigns/{made}/plan")


def _show_paging(viewer: Viewer, state: str, after: str, found: CampaignPage) -> None:
    with ui.row():
        if after:
            ui.link(viewer.say("campaigns.newest"), _address(state=state))
        if found.following is not None:
            ui.link(viewer.say("campaigns.older"), _address(state=state, after=_write_mark(found.following)))


def _write_mark(place: tuple[datetime, int]) -> str:
    return f"{place[0].isoformat()}~{place[1]}"


def _read_mark(text: str) -> tuple[datetime, int] | None:
    """The cursor of a page. An invalid cursor starts at the beginning."""
    moment, _, number = text.rpartition("~")
    try:
        at, place = datetime.fromisoformat(moment), int(number)
    except ValueError:
        return None
    return (at, place) if at.tzinfo and 0 <= place <= LARGEST_KEY else None
