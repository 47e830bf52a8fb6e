"""Results of a campaign: its account, each wave and variant, and the comparison with the control group."""

from collections.abc import Iterator
from datetime import datetime

from nicegui import ui
from sqlalchemy import Connection

from console.web.authentication.viewer import Viewer
from console.web.campaigns.account import show_campaign_account
from console.web.campaigns.exports import show_exports
from console.web.campaigns.views import money, show_parts
from console.web.parts.charts import Shares, show_shares
from console.web.parts.frame import page
from console.web.parts.tables import Cell, show_table
from models.campaigns.results import CampaignResults, Difference, Group
from models.core.words import Wave
from models.messages.letters import write_money
from models.people.permissions import Permission
from tasks.campaigns.authors import Author, author_of
from tasks.campaigns.listing import CampaignRead, read_campaign
from tasks.campaigns.outcome.results import read_results

COUNTED = ("answered", "interested", "requested", "booked", "came", "opted_out", "complained")
COMPARED = ("booked", "came", "opted_out")
SHADES = ("#0b5cad", "#1b6e3c", "#8a4b00", "#6b3fa0")
CONTROL_SHADE = "#8a94a0"


@page("/campaigns/{campaign_id:int}/results", Permission.SEE_CAMPAIGNS, "campaigns.campaign")
async def show_results(viewer: Viewer, campaign_id: int) -> None:
    """The results so far."""
    read, found = await viewer.read(_read, author_of(viewer.user), campaign_id, viewer.now)
    show_parts(viewer, read.row, "results")
    if found is None:
        ui.label(viewer.say("results.not_begun")).props("role=status")
        return
    ui.label(viewer.say("results.counted", days=found.measured_days)).classes("quiet")
    _show_figures(viewer, found)
    _show_differences(viewer, found)
    _show_groups(viewer, found)
    show_campaign_account(viewer, found.account)
    show_exports(viewer, read)


def _read(
    connection: Connection, author: Author, campaign_id: int, now: datetime
) -> tuple[CampaignRead, CampaignResults | None]:
    read = read_campaign(connection, author, campaign_id)
    return read, read_results(connection, campaign_id, now) if read.frozen_at is not None else None


def _show_figures(viewer: Viewer, found: CampaignResults) -> None:
    told = found.told
    with ui.element("div").classes("cards quarters"):
        for name, count in (("sent", told.sent), ("delivered", told.delivered)):
            _figure(viewer, name, f"{count:,}", "")
        for name in COUNTED:
            count = told.number(name)
            _figure(viewer, name, f"{count:,}", f"{told.share(count):.1f} %")
        _figure(viewer, "cost", money(viewer, found.spent_on_messages), "")
        for currency, amount in told.spent.items():
            _figure(viewer, "spent", write_money(amount, currency), "")


def _figure(viewer: Viewer, name: str, figure: str, share: str) -> None:
    title = viewer.say(f"results.{name}")
    with ui.element("section").classes("card").props(f'aria-label="{title}"'):
        ui.label(figure).classes("figure")
        ui.label(" · ".join(part for part in (title, share) if part)).classes("quiet")


def _show_differences(viewer: Viewer, found: CampaignResults) -> None:
    """Recipients against the control group, and whether the difference may be chance."""
    say = viewer.say
    title = say("results.against_control")
    ui.label(title).props("role=heading aria-level=2").classes("text-h6")
    if not found.differences:
        ui.label(say("results.no_control"))
    for name, difference in found.differences.items():
        ui.label(_in_words(viewer, name, difference)).classes("text-bold" if difference.is_clear else "")
    groups = [
        Shares(_variant(viewer, key), SHADES[place % len(SHADES)], _shares(found.of_variant(key)))
        for place, key in enumerate(found.variants)
    ]
    if found.control.begun:
        groups.append(Shares(say("campaigns.wave_control"), CONTROL_SHADE, _shares(found.control)))
    if groups:
        show_shares(viewer, say("results.shares"), [say(f"results.{name}") for name in COUNTED], groups)


def _shares(group: Group) -> list[float]:
    return [group.share(group.number(name)) for name in COUNTED]


def _in_words(viewer: Viewer, name: str, one: Difference) -> str:
    key = "results.clear" if one.is_clear else "results.by_chance"
    figures = {"points": f"{one.points:+.1f}", "low": f"{one.low:+.1f}", "high": f"{one.high:+.1f}"}
    return viewer.say(key, what=viewer.say(f"results.{name}"), **figures)


def _variant(viewer: Viewer, key: str) -> str:
    return viewer.say("campaigns.variant", letter=key.upper())


def _show_groups(viewer: Viewer, found: CampaignResults) -> None:
    say = viewer.say
    title = say("results.groups")
    ui.label(title).props("role=heading aria-level=2").classes("text-h6")
    names = ("customers", "begun", "sent", "delivered", "failed", *COUNTED, "spent_each")
    rows = [_row(name, group) for name, group in _groups(viewer, found)]
    show_table(title, [say("results.group"), *(say(f"results.{name}") for name in names)], rows)


def _groups(viewer: Viewer, found: CampaignResults) -> Iterator[tuple[str, Group]]:
    """Variants, waves, all recipients, and the control group."""
    if len(found.variants) > 1:
        for key in found.variants:
            yield _variant(viewer, key), found.of_variant(key)
    for wave in (Wave.CANARY, Wave.TRIAL, Wave.REST):
        group = found.of_wave(wave)
        if group.recipients:
            yield viewer.say(f"campaigns.wave_{wave}"), group
    yield viewer.say("results.all_told"), found.told
    if found.control.recipients:
        yield viewer.say("campaigns.wave_control"), found.control


def _row(name: str, group: Group) -> list[Cell]:
    each = ", ".join(write_money(group.spent_each(currency), currency) for currency in group.spent)
    return [
        name,
        *(f"{count:,}" for count in (group.recipients, group.begun, group.sent, group.delivered, group.failed)),
        *(f"{group.number(one):,} ({group.share(group.number(one)):.1f} %)" for one in COUNTED),
        each or "—",
    ]
