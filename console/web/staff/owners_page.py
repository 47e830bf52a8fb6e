"""Whose customer somebody is: those without an owner, those of somebody, and an owner for many at once."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from nicegui import ui
from sqlalchemy import Connection

from console.web.authentication.viewer import Viewer
from console.web.parts.frame import page, sentence_of, telling
from console.web.parts.tables import Cell, show_table
from console.web.parts.told import RELOAD, tell
from console.web.staff.hand_over import check_store
from models.core.errors import AftercareError
from models.messages.letters import write_name
from models.people.owners import OWNING
from models.people.permissions import Permission
from tasks.access.reach import NotYours, list_reached_stores
from tasks.access.sessions import SignedIn
from tasks.calls.assigning import TeamStore, find_team_store
from tasks.inbound.listing import Colleague, list_colleagues
from tasks.staff.desks.listing import Owned, page_of_chosen
from tasks.staff.desks.ruling import own_by_rule
from tasks.staff.desks.setting import Chosen, count_chosen, give_all

NOBODY = "nobody"


@page("/owners", Permission.ASSIGN_CALLS, "frame.owners")
async def show_owners(
    viewer: Viewer, view: str = "", store: str = "", owner: str = "", area: str = "", level: str = "", after: int = 0
) -> None:
    """The customers of a store that a choice means, and a form that gives all of them an owner."""
    try:
        here: TeamStore = await viewer.read(find_team_store, viewer.user, store or None)
    except NotYours:
        ui.label(viewer.say("customers.not_yours")).classes("bad").props("role=alert")
        return
    unowned = view == NOBODY
    chosen = Chosen(here.id, None if unowned else owner or None, unowned, area or None, level or None)
    colleagues: list[Colleague] = await viewer.read(list_colleagues, here.id)
    names = {one.code: f"{one.name} ({viewer.word(one.role)})" for one in colleagues if one.role in OWNING}
    await _draw_choice(viewer, here, chosen, names)
    count = await viewer.read(count_chosen, chosen)
    ui.label(viewer.say("owners.count", count=f"{count:,}")).props("role=status")
    if count:
        _draw_form(viewer, chosen, names)
    if unowned and count:
        _draw_rule(viewer, here)
    await _draw_list(viewer, here, chosen, after)


async def _draw_choice(viewer: Viewer, here: TeamStore, chosen: Chosen, names: dict[str, str]) -> None:
    """Which customers are shown."""
    stores = {one.code: f"{one.code} {one.name}" for one in await viewer.read(list_reached_stores, viewer.user)}
    owners = {"": viewer.say("frame.all"), NOBODY: viewer.say("owners.nobody")} | names
    if chosen.owner is not None:  # whoever has left is not among the colleagues
        owners |= {chosen.owner: owners.get(chosen.owner, chosen.owner)}
    with ui.row().classes("items-center").props(f'role=search aria-label="{viewer.say("owners.which")}"'):
        at = ui.select(stores, label=viewer.say("frame.store"), value=here.code).props("outlined dense")
        at.set_visibility(len(stores) > 1)
        value = NOBODY if chosen.unowned else chosen.owner or ""
        whose = ui.select(owners, label=viewer.say("owners.owner"), value=value).props("outlined dense")
        area = ui.input(viewer.say("owners.area"), value=chosen.area or "").props("outlined dense")
        level = ui.input(viewer.say("customers.level"), value=chosen.level or "").props("outlined dense")
        for one in (at, whose, area, level):
            one.classes("filter")

        def go() -> None:
            here_too = {"store": at.value, "area": area.value or "", "level": level.value or ""}
            of = {"view": NOBODY} if whose.value == NOBODY else {"owner": whose.value}
            ui.navigate.to(f"/owners?{urlencode({name: one for name, one in (here_too | of).items() if one})}")

        ui.button(viewer.say("owners.show"), on_click=go).props("outline no-caps")


def _draw_form(viewer: Viewer, chosen: Chosen, names: dict[str, str]) -> None:
    """An owner for all of them."""
    with ui.element("section").classes("card full-width").props(f'aria-label="{viewer.say("owners.give")}"'):
        ui.label(viewer.say("owners.give")).props("role=heading aria-level=2").classes("text-subtitle1")
        with ui.row().classes("items-center"):
            to = ui.select(names, label=viewer.say("owners.new_owner"), with_input=True).props("outlined dense")
            kept = {"": viewer.say("owners.kept")} | names
            deputy = ui.select(kept, label=viewer.say("owners.new_deputy"), value="").props("outlined dense")
            for one in (to, deputy):
                one.classes("filter")
            problem = ui.label().classes("bad").props("role=alert")

        async def go() -> None:
            problem.set_text("")
            if not to.value:
                problem.set_text(viewer.say("owners.choose"))
                return
            arguments = (chosen, to.value, deputy.value or None, viewer.now)
            try:
                changed = await viewer.change(Permission.ASSIGN_CALLS, _give, *arguments)
            except AftercareError as error:
                problem.set_text(sentence_of(viewer.language, error))
                return
            tell(viewer, viewer.say("owners.given", count=f"{changed:,}"), then=RELOAD)

        ui.button(viewer.say("owners.give_do"), on_click=go).props("no-caps").classes("q-mt-sm")


def _give(connection: Connection, user: SignedIn, chosen: Chosen, owner: str, deputy: str | None, now: datetime) -> int:
    check_store(user, chosen.store_id)
    return give_all(connection, chosen, owner, deputy, now, user.works_as)


def _draw_rule(viewer: Viewer, here: TeamStore) -> None:
    async def go() -> None:
        async with telling(viewer):
            count = await viewer.change(Permission.ASSIGN_CALLS, _by_rule, here.id, viewer.now)
            tell(viewer, viewer.say("owners.by_rule_done", count=f"{count:,}"), then=RELOAD)

    with ui.row().classes("items-center"):
        ui.button(viewer.say("owners.by_rule"), on_click=go).props("outline no-caps")
        ui.label(viewer.say("owners.by_rule_means")).classes("quiet")


def _by_rule(connection: Connection, user: SignedIn, store_id: int, now: datetime) -> int:
    check_store(user, store_id)
    return own_by_rule(connection, now, store_id, user.works_as)


async def _draw_list(viewer: Viewer, here: TeamStore, chosen: Chosen, after: int) -> None:
    found = await viewer.read(page_of_chosen, chosen, after=max(after, 0))
    if not found.customers:
        return
    headings = [viewer.say(key) for key in (
        "customers.name", "customers.level", "owners.area", "owners.owner", "owners.deputy", "owners.how",
    )]  # fmt: skip
    show_table(viewer.say("frame.owners"), headings, [_row(viewer, one) for one in found.customers])
    if found.next is not None:
        chosen_again = replace(chosen, store_id=here.id)
        asked = {
            "store": here.code, "view": NOBODY if chosen_again.unowned else "", "owner": chosen.owner or "",
            "area": chosen.area or "", "level": chosen.level or "", "after": str(found.next),
        }  # fmt: skip
        ui.link(viewer.say("customers.next"), f"/owners?{urlencode({n: one for n, one in asked.items() if one})}")


def _row(viewer: Viewer, one: Owned) -> list[Cell]:
    def draw_name() -> None:
        ui.link(write_name(viewer.language, one.name, one.salutation), f"/customers/{one.id}")

    how: Any = viewer.say(f"owners.how_{one.owner_by}") if one.owner_by else ""
    return [draw_name, viewer.word(one.level) if one.level else "", one.area or "", owner_in_words(viewer, one),
            f"{one.deputy_name} ({one.deputy})" if one.deputy else "", how]  # fmt: skip


def owner_in_words(viewer: Viewer, one: Owned) -> str:
    """The owner, and whether they have left; empty without one."""
    if one.owner is None:
        return ""
    named = f"{one.owner_name} ({one.owner})"
    return named if one.owner_active else f"{named} {viewer.say('owners.left')}"
