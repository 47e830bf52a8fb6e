"""Which law pack each store goes by, and what the packs say: each rule with its source, and what is not covered."""

from collections.abc import Callable
from functools import partial
from typing import Any

from nicegui import ui
from sqlalchemy import Connection

from console.web.authentication.viewer import Viewer
from console.web.parts.frame import tell_error
from console.web.parts.tables import Cell, show_table
from console.web.parts.told import tell
from models.core.errors import AftercareError
from models.people.permissions import Permission
from models.stores.laws.pack import Pack, all_packs
from tasks.stores.laws.choosing import LawOfStore, choose_law_as, list_laws


async def show_laws(viewer: Viewer) -> None:
    """Each store's pack, to be chosen by those who may, and the rules of every pack."""
    say = viewer.say
    ui.label(say("policies.law")).props("role=heading aria-level=2").classes("text-h6")
    ui.label(say("policies.law_note")).classes("quiet")
    stores: list[LawOfStore] = await viewer.read(list_laws, viewer.store_id)
    headings = [say("policies.store"), say("policies.law_pack")]
    show_table(say("policies.law"), headings, [_row(viewer, store) for store in stores])
    used = {store.law for store in stores}
    for pack in all_packs().values():
        _show_pack(viewer, pack, opened=pack.name in used)


def _row(viewer: Viewer, store: LawOfStore) -> list[Cell]:
    titles = {pack.name: pack.title[viewer.language] for pack in all_packs().values()}
    if not viewer.may(Permission.CHANGE_POLICIES):
        return [store.store, titles[store.law]]
    chosen = store.law
    drawn: list[Any] = []

    async def choose(event: Any) -> None:
        nonlocal chosen
        if event.value == chosen:
            return
        try:
            await viewer.change(Permission.CHANGE_POLICIES, _choose, viewer.now, store.store, event.value)
        except AftercareError as error:
            tell_error(viewer, error)
            drawn[0].value = chosen
            return
        before, chosen = chosen, event.value
        said = viewer.say("policies.law_chosen", store=store.store, pack=titles[chosen])
        tell(viewer, said, back=lambda: back(before))

    async def back(before: str) -> str:
        await viewer.change(Permission.CHANGE_POLICIES, _choose, viewer.now, store.store, before)
        return viewer.say("policies.law_chosen", store=store.store, pack=titles[before])

    def draw_choice() -> None:
        choice = ui.select(titles, value=store.law, on_change=choose).props("outlined dense")
        choice.props["aria-label"] = viewer.say("policies.law_of", store=store.store)
        drawn.append(choice)

    return [store.store, draw_choice]


def _show_pack(viewer: Viewer, pack: Pack, *, opened: bool) -> None:
    say, language = viewer.say, viewer.language
    with ui.expansion(pack.title[language], value=opened).classes("full-width"):
        ui.label(say("policies.law_checked", day=f"{pack.checked_on}")).classes("quiet")
        headings = [say(f"policies.law_{name}") for name in ("rule", "says", "source", "basis")]
        rows: list[list[str | Callable[[], object]]] = [
            [rule.code, rule.says[language], partial(_cite, rule.source), say(f"policies.law_basis_{rule.basis}")]
            for rule in pack.rules
        ]
        show_table(pack.title[language], headings, rows)
        ui.label(say("policies.law_not_covered"))
        with ui.element("ul"):
            for one in pack.not_covered:
                with ui.element("li"):
                    ui.label(one[language])


def _cite(source: str) -> None:
    """A citation stays in the language of the law."""
    ui.label(source).props("lang=en")


def _choose(connection: Connection, user: Any, now: Any, store: str, law: str) -> None:
    choose_law_as(connection, user, now, store, law)
