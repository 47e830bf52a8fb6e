"""Dry run of a campaign: who would get it, why others would not, its cost, and what else is due."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from nicegui import ui
from sqlalchemy import Connection

from console.shared.moments import local
from console.web.authentication.viewer import Viewer
from console.web.campaigns.views import money, show_parts
from console.web.parts.frame import page, telling
from console.web.parts.tables import Cell, show_table
from models.campaigns.plans import begins_at
from models.campaigns.rehearsals import REACHED, CampaignRehearsal, RehearsedCustomer, RehearsedPage
from models.core.reasons import GivenReason
from models.core.settings import Settings
from models.core.words import Rehearsed
from models.people.permissions import Permission
from tasks.campaigns.authors import author_of
from tasks.campaigns.listing import CampaignRead, read_campaign
from tasks.campaigns.rehearsal.rehearsing import list_rehearsed, rehearse_campaign
from tasks.campaigns.rehearsal.would_be_touches import Rehearsing

PAGE = 25


@page("/campaigns/{campaign_id:int}/rehearsal", Permission.SEE_CAMPAIGNS, "campaigns.campaign")
async def show_rehearsal(viewer: Viewer, campaign_id: int) -> None:
    """What a launch now would do. Nothing is sent or stored."""
    read: CampaignRead = await viewer.read(read_campaign, author_of(viewer.user), campaign_id)
    show_parts(viewer, read.row, "rehearsal")
    ui.label(viewer.say("rehearsal.means")).classes("quiet")
    told = ui.label(viewer.say("rehearsal.working")).props("role=status")
    place = ui.column().classes("full-width")

    async def rehearse() -> None:
        rehearsing = _rehearsing(read, viewer.now)
        async with telling(viewer):
            found = await viewer.read(_rehearse, read.row.name, rehearsing, viewer.database.settings)
            with place:
                _show(viewer, found)
                await _Persons(viewer, rehearsing, found).show()
        told.set_text("")

    ui.timer(0.01, rehearse, once=True)


def _rehearsing(read: CampaignRead, now: datetime) -> Rehearsing:
    at = read.row.launches_at or begins_at(read.plan.launch, now) or now
    return Rehearsing(read.plan, read.row.id, read.store_id, max(at, now), now)


def _rehearse(connection: Connection, name: str, rehearsing: Rehearsing, settings: Settings) -> CampaignRehearsal:
    return rehearse_campaign(connection, name, rehearsing, settings)


def _heading(text: str) -> None:
    ui.label(text).props("role=heading aria-level=2").classes("text-h6")


def _show(viewer: Viewer, found: CampaignRehearsal) -> None:
    say = viewer.say
    zone = viewer.time_zone
    begins = local(found.begins_at, zone) if found.begins_at else say("rehearsal.own_hour")
    ui.label(say("rehearsal.as_of", as_of=local(found.as_of, zone), begins=begins)).classes("quiet")
    with ui.element("div").classes("cards quarters"):
        _figure(say("rehearsal.audience"), f"{found.audience:,}")
        for outcome in Rehearsed:
            _figure(say(f"rehearsal.{outcome}"), f"{found.count(outcome):,}")
        _figure(say("rehearsal.cost"), money(viewer, found.cost), _also(viewer, found))
    with ui.element("div").classes("charts"):
        _counts(viewer, "by_channel", found.by("channel", *REACHED), lambda channel: viewer.word(channel or ""))
        _counts(viewer, "why_not", found.by("reason", Rehearsed.NOT_TOLD), viewer.reason)
        _counts(viewer, "why_later", found.by("reason", Rehearsed.HELD), viewer.reason)
        _counts(
            viewer,
            "by_wave",
            found.by("wave", *REACHED, Rehearsed.HELD_OUT),
            lambda wave: say(f"campaigns.wave_{wave}"),
        )
        _counts(viewer, "by_variant", found.by("variant", *REACHED), lambda key: _variant(viewer, key))
        _counts(viewer, "by_day", found.by("on", *REACHED), str)
    _show_calls(viewer, found)
    _show_collisions(viewer, found)


def _figure(name: str, figure: str, also: str = "") -> None:
    with ui.element("section").classes("card").props(f'aria-label="{name}"'):
        ui.label(figure).classes("figure")
        ui.label(name).classes("quiet")
        if also:
            ui.label(also).classes("quiet")


def _also(viewer: Viewer, found: CampaignRehearsal) -> str:
    parts = []
    if found.budget is not None and found.is_beyond_budget:
        parts.append(viewer.say("rehearsal.beyond_budget", budget=money(viewer, found.budget)))
    if found.most_cost_of_follow_up:
        parts.append(viewer.say("rehearsal.follow_up_cost", cost=money(viewer, found.most_cost_of_follow_up)))
    if found.first_wave:
        parts.append(viewer.say("rehearsal.first_wave", customers=f"{found.first_wave:,}"))
    if found.minutes_at_pace is not None:
        parts.append(viewer.say("rehearsal.minutes", minutes=f"{found.minutes_at_pace:,}"))
    return " ".join(parts)


def _variant(viewer: Viewer, key: str | None) -> str:
    return viewer.say("campaigns.variant", letter=key.upper()) if key else viewer.say("rehearsal.the_winner")


def _counts(viewer: Viewer, title: str, counts: dict[Any, int], name: Callable[[Any], str]) -> None:
    """A small table; left out if it is empty or repeats what is above."""
    if not counts:
        return
    heading = viewer.say(f"rehearsal.{title}")
    with ui.element("section").classes("card").props(f'aria-label="{heading}"'):
        ui.label(heading).props("role=heading aria-level=3").classes("text-subtitle1 text-bold")
        with ui.element("dl").classes("counts"):
            for key, count in counts.items():
                with ui.element("dt"):
                    ui.label(name(key) or "—")
                with ui.element("dd"):
                    ui.label(f"{count:,}")


def _show_calls(viewer: Viewer, found: CampaignRehearsal) -> None:
    """The calls of the follow-up, against the staff who could make them."""
    if found.calls is None:
        return
    calls, say = found.calls, viewer.say
    _heading(say("rehearsal.calls"))
    sentence = say(
        "rehearsal.calls_foreseen", calls=f"{calls.calls:,}", role=viewer.word(calls.role), staff=calls.staff,
        a_day=calls.calls_a_day,
    )  # fmt: skip
    ui.label(sentence)
    takes = say("rehearsal.calls_take", days=calls.days) if calls.days is not None else say("rehearsal.nobody_calls")
    ui.label(takes).classes("" if calls.days is not None else "bad")


def _show_collisions(viewer: Viewer, found: CampaignRehearsal) -> None:
    say = viewer.say
    _heading(say("rehearsal.collisions", days=found.collision_days))
    if not any(one.planned or one.to_come for one in found.collisions):
        ui.label(say("rehearsal.no_collisions"))
        return
    headings = [say(f"rehearsal.{name}") for name in ("process", "planned", "to_come")]
    rows = [[viewer.word(one.process), f"{one.planned:,}", f"{one.to_come:,}"] for one in found.collisions]
    show_table(say("rehearsal.collisions", days=found.collision_days), headings, rows)
    ui.label(say("rehearsal.collisions_mean")).classes("quiet")


class _Persons:
    """The customers, paginated: all, or those with one outcome or reason."""

    def __init__(self, viewer: Viewer, rehearsing: Rehearsing, found: CampaignRehearsal) -> None:
        self._viewer, self._rehearsing, self._found = viewer, rehearsing, found
        self._outcome: Rehearsed | None = None
        self._reason: GivenReason | None = None
        self._before: list[int] = []
        self._here = 0
        self._listed = ui.refreshable(self._list)

    async def show(self) -> None:
        """Draw the filter and the first page."""
        say = self._viewer.say
        _heading(say("rehearsal.persons"))
        outcomes = {"": say("frame.all")} | {one.value: say(f"rehearsal.{one}") for one in Rehearsed}
        reasons: dict[Any, str] = {"": say("frame.all")} | {
            reason: self._viewer.reason(reason) for reason in self._found.by("reason") if reason
        }
        with ui.row():
            for options, key, take in (
                (outcomes, "outcome", self._take_outcome),
                (reasons, "reason", self._take_reason),
            ):
                chosen = ui.select(
                    options,
                    label=say(f"rehearsal.{key}"),
                    value="",
                    on_change=lambda event, take=take: take(event.value),
                )
                chosen.props("outlined dense stack-label").classes("filter")
        await self._listed()

    def _take_outcome(self, outcome: str) -> None:
        self._outcome = Rehearsed(outcome) if outcome else None
        self._turn(0, [])

    def _take_reason(self, reason: GivenReason | str) -> None:
        self._reason = reason if isinstance(reason, GivenReason) else None
        self._turn(0, [])

    def _turn(self, place: int, before: list[int]) -> None:
        self._here, self._before = place, before
        self._listed.refresh()

    async def _list(self) -> None:
        viewer = self._viewer
        async with telling(viewer):
            shown: RehearsedPage = await viewer.read(
                list_rehearsed, self._rehearsing, outcome=self._outcome, reason=self._reason, after=self._here,
                limit=PAGE,
            )  # fmt: skip
            headings = ("customer", "store", "outcome", "wave", "variant", "to", "when", "reason")
            rows = [self._row(one) for one in shown.rows]
            show_table(viewer.say("rehearsal.persons"), [viewer.say(f"rehearsal.{name}") for name in headings], rows)
            self._show_paging(shown)

    def _show_paging(self, shown: RehearsedPage) -> None:
        say, here, before = self._viewer.say, self._here, self._before
        with ui.row():
            if before:
                earlier = ui.button(say("frame.earlier"), on_click=lambda: self._turn(before[-1], before[:-1]))
                earlier.props("outline no-caps")
            following = shown.next
            if following is not None:
                later = ui.button(say("frame.later"), on_click=lambda: self._turn(following, [*before, here]))
                later.props("outline no-caps")

    def _row(self, one: RehearsedCustomer) -> list[Cell]:
        """One customer. The name is shown only to those who may see customers."""
        viewer = self._viewer
        shown = one.name if viewer.may(Permission.SEE_CUSTOMERS) else one.key or str(one.customer_id)
        way = " ".join(part for part in (viewer.word(one.channel) if one.channel else "", one.recipient) if part)
        at = local(one.at, viewer.time_zone)
        return [
            shown,
            one.store,
            viewer.say(f"rehearsal.{one.outcome}"),
            viewer.say(f"campaigns.wave_{one.wave}"),
            one.variant.upper() if one.variant else "",
            way,
            at,
            viewer.reason(one.reason),
        ]
