"""The account of a campaign: everyone in its audience is in exactly one part of it."""

from collections.abc import Iterator

from nicegui import ui

from console.web.authentication.viewer import Viewer
from models.campaigns.results import CampaignAccount
from models.core.saying import say_part

PARTS = (
    "sent", "on_its_way", "waiting", "held", "handed_to_staff", "missed", "failed", "unknown", "stopped", "passed_over",
    "not_planned", "control",
)  # fmt: skip


def show_campaign_account(viewer: Viewer, account: CampaignAccount) -> None:
    """The parts that are not empty, and their total."""
    title = viewer.say("results.account")
    with ui.element("section").classes("card").props(f'aria-label="{title}"').style("max-width: 36rem"):
        ui.label(title).props("role=heading aria-level=3").classes("text-subtitle1 text-bold")
        with ui.element("dl").classes("counts"):
            for name, count in _lines(viewer, account):
                with ui.element("dt"):
                    ui.label(name)
                with ui.element("dd"):
                    ui.label(f"{count:,}")
        ui.label(viewer.say("results.balances")).classes("quiet")


def _lines(viewer: Viewer, account: CampaignAccount) -> Iterator[tuple[str, int]]:
    yield viewer.say("results.recipients"), account.recipients
    values = account.model_dump()
    for name in PARTS:
        match values[name]:
            case dict() as reasons if reasons:
                yield viewer.say(f"results.part_{name}"), sum(reasons.values())
                for reason, count in reasons.items():
                    yield f"· {say_part(viewer.language, reason)}", count
            case int() as count if count:
                yield viewer.say(f"results.part_{name}"), count
