"""Shared by the pages of campaigns: the state in words, navigation, and acting as the viewer."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from nicegui import ui
from sqlalchemy import Connection

from console.shared.moments import local
from console.web.authentication.viewer import Viewer
from console.web.parts.steering import steering
from console.web.parts.told import tell
from deployments.steering_runs import NoPrefect, NotDeployed, PrefectSilent
from models.core.words import CampaignState
from models.messages.letters import write_money
from models.people.permissions import Permission
from tasks.access.sessions import SignedIn
from tasks.campaigns.authors import author_of
from tasks.campaigns.listing import CampaignRead, CampaignRow, read_campaign

PARTS = {"": "course", "plan": "plan", "rehearsal": "rehearsal", "results": "results"}
"""The pages of one campaign: the end of the path, and its label."""
LOOKS = {
    CampaignState.AWAITING_APPROVAL: "warn",
    CampaignState.CANARY: "good",
    CampaignState.TRIAL: "good",
    CampaignState.REST: "good",
    CampaignState.CANCELLED: "bad",
}
BEGAN = (CampaignState.CANARY, CampaignState.TRIAL, CampaignState.REST, CampaignState.FINISHED, CampaignState.CANCELLED)


def show_parts(viewer: Viewer, row: CampaignRow, here: str) -> None:
    """The campaign's name, its state, and links to its other pages."""
    with ui.row().classes("items-center"):
        ui.label(row.name).props("role=heading aria-level=2").classes("text-h6 as-written")
        show_state(viewer, row)
    with ui.element("nav").classes("parts").props(f'aria-label="{viewer.say("campaigns.parts")}"'):
        for end, word in PARTS.items():
            link = ui.link(viewer.say(f"campaigns.part_{word}"), f"/campaigns/{row.id}" + (f"/{end}" if end else ""))
            if end == here:
                link.props('aria-current="page"')
        ui.link(viewer.say("campaigns.all"), "/campaigns")


def show_state(viewer: Viewer, row: CampaignRow) -> None:
    """The state in a word. Held and paused take precedence."""
    word, look = state_in_words(viewer, row)
    ui.label(word).classes(f"chip {look}")


def state_in_words(viewer: Viewer, row: CampaignRow) -> tuple[str, str]:
    """The word, and its style."""
    if row.held_reason is not None:
        return viewer.say("campaigns.held"), "bad"
    if row.paused_at is not None:
        return viewer.say("campaigns.paused"), "warn"
    if row.state is CampaignState.APPROVED and row.launches_at is not None:
        return viewer.say("campaigns.state_launched"), "good"
    return viewer.say(f"campaigns.state_{row.state}"), LOOKS.get(row.state, "quiet")


def waits_for(viewer: Viewer, row: CampaignRow, zone: str) -> str:
    """What a campaign waits for, and why it is held; empty if it waits for nothing."""
    if row.held_reason is not None:
        return viewer.reason(row.held_reason)
    match row.state:
        case CampaignState.AWAITING_APPROVAL:
            return viewer.say("campaigns.waits_approval", until=local(row.approval_ends_at, zone))
        case CampaignState.APPROVED if row.launches_at is None:
            return viewer.say("campaigns.waits_launch")
        case CampaignState.APPROVED:
            return viewer.say("campaigns.waits_moment", moment=local(row.launches_at, zone))
        case _:
            return viewer.reason(row.notice)


def list_needing(viewer: Viewer, rows: Sequence[CampaignRow], zone: str) -> None:
    """Campaigns that wait for a person, each with what it waits for."""
    with ui.element("ul").classes("plain"):
        for row in rows:
            with ui.element("li"):
                ui.link(row.name, f"/campaigns/{row.id}")
                ui.label(waits_for(viewer, row, zone)).classes("bad" if row.held_reason else "warn")


def money(viewer: Viewer, amount: Decimal) -> str:
    """An amount in the currency of the prices."""
    return write_money(amount, viewer.database.settings.price_currency)


async def act(viewer: Viewer, permission: Permission, job: Any, *args: object, **kwargs: Any) -> Any:
    """Let `job(connection, author, …)` change a campaign, with the viewer's permissions as of now."""
    return await viewer.change(permission, _as_author, job, args, kwargs)


def _as_author(
    connection: Connection,
    user: SignedIn,
    job: Callable[..., object],
    args: tuple[Any, ...],
    kwargs: Mapping[str, object],
) -> object:
    return job(connection, author_of(user), *args, **kwargs)


async def ask_for_run(viewer: Viewer, row: CampaignRow, why: str) -> None:
    """Ask Prefect to run the campaign's flow now, once for each time that it reached its current state.

    If Prefect is unavailable, the viewer is told: the scheduled run of every minute continues the campaign.
    """
    key = f"campaign-{row.id}-{why}-{row.version}-{_second(row.state_at)}"
    try:
        await steering().carry_on(row.id, login=viewer.user.login, key=key)
    except (NoPrefect, NotDeployed, PrefectSilent):
        tell(viewer, viewer.say("campaigns.no_prefect"), "warning")


async def wake_run(viewer: Viewer, campaign_id: int) -> None:
    """Resume the flow run that is suspended for the campaign's approval, or start a new one.

    If Prefect is unavailable, the viewer is told: the scheduled run of every minute resumes it.
    """
    read: CampaignRead = await viewer.read(read_campaign, author_of(viewer.user), campaign_id)
    if read.prefect_run_id is None:
        if read.row.state is CampaignState.APPROVED and read.row.launches_at is not None:
            await ask_for_run(viewer, read.row, "approved")
        return
    try:
        await steering().wake(read.prefect_run_id)
    except (NoPrefect, PrefectSilent):
        tell(viewer, viewer.say("campaigns.no_prefect"), "warning")


def _second(moment: datetime) -> int:
    return int(moment.timestamp())
