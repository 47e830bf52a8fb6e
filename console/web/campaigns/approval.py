"""What an approver reads before deciding on a campaign: audience, size, texts, cost."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from nicegui import ui
from sqlalchemy import Connection

from console.web.authentication.viewer import Viewer
from console.web.campaigns.draft import body_of, plan_of_text
from console.web.campaigns.preview import FIRST, show_letter
from console.web.campaigns.views import act, money, wake_run
from console.web.parts.deciding import ask_reason
from console.web.parts.frame import telling
from console.web.parts.told import tell
from models.campaigns.audience_words import Names, audience_text
from models.campaigns.plans import CampaignPlan, Words
from models.campaigns.rehearsals import CampaignRehearsal
from models.campaigns.words import FOLLOW_UP, LANGUAGES
from models.core.errors import AftercareError
from models.core.settings import Settings
from models.core.shown import show_day, show_moment
from models.core.words import ChannelName, Language, StepKind
from models.messages.letters import write_money
from models.people.permissions import Permission
from tasks.campaigns.audiences.counting import sample_audience
from tasks.campaigns.launch.approving import approve, refuse
from tasks.campaigns.listing import CampaignRead
from tasks.campaigns.rehearsal.rehearsing import rehearse_campaign, rehearsing_of
from tasks.campaigns.wording.messages import CampaignMessage, preview

FINGERPRINT_SHOWN = 12


@dataclass(frozen=True, slots=True)
class ForApproval:
    """What the plan comes to, with real customers."""

    foreseen: CampaignRehearsal
    """The dry run as of now: an approver reads the same figures as its author."""
    letters: dict[tuple[str, str, str], CampaignMessage]
    """By variant, channel and language."""


def read_for_approval(
    connection: Connection, read: CampaignRead, settings: Settings, now: datetime
) -> ForApproval | AftercareError:
    """Rehearse it and write the texts as of now; or the error, if the plan cannot be written at all."""
    try:
        foreseen = rehearse_campaign(connection, read.row.name, rehearsing_of(read, None, now), settings)
        some = sample_audience(connection, read.plan.audience, now, read.store_id, 1)
        letters = _letters(connection, read, some[0].customer_id, settings, now) if some else {}
        return ForApproval(foreseen, letters)
    except AftercareError as refusal:
        return refusal


def _letters(
    connection: Connection, read: CampaignRead, customer_id: int, settings: Settings, now: datetime
) -> dict[tuple[str, str, str], CampaignMessage]:
    body = body_of(read.plan)
    found = {}
    for variant, channel, language in _texts(read.plan):
        plan = plan_of_text(body, variant, channel, language)
        said = FOLLOW_UP if plan.follow_up else FIRST
        found[variant, channel, language] = preview(
            connection, read.row.name, plan, customer_id, said, ChannelName(channel), settings, now
        )
    return found


def _texts(plan: CampaignPlan) -> list[tuple[str, str, str]]:
    """Every text that a recipient may get."""
    found: list[tuple[str, str, str]] = [
        (variant.key, channel.value, language)
        for variant in plan.variants
        for channel in plan.channels
        for language in _spoken(variant.words)
    ]
    if plan.follow_up is not None:
        channels = plan.channels if plan.follow_up.kind is StepKind.MESSAGE else (ChannelName.SMS,)
        found += [
            (FOLLOW_UP, channel.value, language) for channel in channels for language in _spoken(plan.follow_up.words)
        ]
    return found


def _spoken(words: Mapping[Language, Words]) -> list[Language]:
    return [language for language in LANGUAGES if language in words]


def show_brief(viewer: Viewer, read: CampaignRead, names: Names, found: ForApproval | AftercareError) -> None:
    """The campaign in words."""
    say = viewer.say
    with ui.element("dl").classes("facts card"):
        _fact(say("campaigns.audience"), audience_text(read.plan.audience, _language(viewer), names))
        if isinstance(found, ForApproval):
            _fact(say("campaigns.size"), _size(viewer, read, found))
            _fact(say("campaigns.cost"), _cost(viewer, read, found))
        _fact(say("campaigns.launch"), _launch(viewer, read.plan))
        _fact(say("campaigns.fingerprint"), read.fingerprint[:FINGERPRINT_SHOWN])
    if isinstance(found, AftercareError):
        ui.label(str(found)).classes("bad").props("role=alert")
        return
    with ui.element("div").classes("languages"):
        for (variant, channel, language), letter in found.letters.items():
            with ui.element("section").classes("card"):
                name = say("campaigns.follow_up") if variant == FOLLOW_UP else _variant(viewer, read.plan, variant)
                title = " · ".join(part for part in (name, viewer.word(channel), say(f"templates.{language}")) if part)
                ui.label(title).props("role=heading aria-level=3").classes("text-bold")
                show_letter(viewer, letter)


def _language(viewer: Viewer) -> Language:
    return "zh-CN" if viewer.language == "zh-CN" else "en"


def _variant(viewer: Viewer, plan: CampaignPlan, key: str) -> str:
    if len(plan.variants) == 1:
        return ""
    share = next(variant.share for variant in plan.variants if variant.key == key)
    return f"{viewer.say('campaigns.variant', letter=key.upper())} ({share} %)"


def _fact(name: str, value: str) -> None:
    with ui.element("dt"):
        ui.label(name)
    with ui.element("dd"):
        ui.label(value).classes("as-written")


def _size(viewer: Viewer, read: CampaignRead, found: ForApproval) -> str:
    control = read.plan.control_percent
    size = found.foreseen.audience
    said = viewer.say("campaigns.size_now", size=f"{size:,}", control=control)
    if read.approved_size is not None and read.approved_size != size:
        said += " " + viewer.say("campaigns.size_submitted", size=f"{read.approved_size:,}")
    return said


def _cost(viewer: Viewer, read: CampaignRead, found: ForApproval) -> str:
    foreseen = found.foreseen
    total = write_money(foreseen.cost, foreseen.currency)
    said = viewer.say("campaigns.cost_about", total=total, reached=f"{foreseen.reached:,}")
    if foreseen.most_cost_of_follow_up:
        most = write_money(foreseen.most_cost_of_follow_up, foreseen.currency)
        said += " " + viewer.say("rehearsal.follow_up_cost", cost=most)
    if read.plan.budget is not None:
        said += " " + viewer.say("campaigns.of_budget", budget=money(viewer, read.plan.budget))
    return said


def _launch(viewer: Viewer, plan: CampaignPlan) -> str:
    launch = plan.launch
    if launch.at is not None:
        zone = ZoneInfo(viewer.time_zone)
        return viewer.say("campaigns.begins_at", moment=show_moment(launch.at, zone))
    if launch.day is not None and launch.hour is not None:
        return viewer.say("campaigns.begins_local", day=show_day(launch.day), hour=f"{launch.hour:%H:%M}")
    return viewer.say("campaigns.begins_now")


def show_decision(viewer: Viewer, read: CampaignRead, changed: Callable[[], Awaitable[None]]) -> None:
    """The two buttons for whoever may decide. The author is told that another person must."""
    if not viewer.may(Permission.APPROVE_CAMPAIGNS):
        ui.label(viewer.say("campaigns.another_decides")).classes("quiet")
        return
    if read.row.author == viewer.user.login:
        ui.label(viewer.say("campaigns.own")).classes("warn")
        return

    async def decide(*, yes: bool) -> None:
        word = "approve" if yes else "refuse"
        title, means = viewer.say(f"campaigns.{word}"), viewer.say(f"campaigns.{word}_means")
        reason = await ask_reason(viewer, title, means, needed=not yes)
        if reason is None:
            return
        async with telling(viewer):
            if yes:
                await act(
                    viewer, Permission.APPROVE_CAMPAIGNS, approve, read.row.id, read.fingerprint, viewer.now,
                    reason or None,
                )  # fmt: skip
            else:
                await act(
                    viewer, Permission.APPROVE_CAMPAIGNS, refuse, read.row.id, read.fingerprint, reason, viewer.now
                )
            tell(viewer, viewer.say("campaigns.approved" if yes else "campaigns.refused"))
            await wake_run(viewer, read.row.id)
            await changed()

    with ui.row():
        ui.button(viewer.say("campaigns.approve"), on_click=lambda: decide(yes=True)).props("no-caps color=positive")
        refusal = ui.button(viewer.say("campaigns.refuse"), on_click=lambda: decide(yes=False))
        refusal.props("no-caps outline color=negative")
