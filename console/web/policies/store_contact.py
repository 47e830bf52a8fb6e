"""When and how each store may contact its customers. It is beside the policies because it holds for all of them."""

from collections.abc import Callable
from datetime import datetime, time

from nicegui import ui
from sqlalchemy import Connection

from console.shared.words import say_problem
from console.web.authentication.viewer import Viewer
from console.web.parts.field_errors import FormElement
from console.web.parts.frame import tell_error
from console.web.parts.tables import Cell, show_table
from console.web.parts.told import tell
from models.core.errors import AftercareError
from models.core.words import ChannelName
from models.people.permissions import Permission
from tasks.access.sessions import SignedIn
from tasks.stores.contact import (
    ContactRulesOfStore,
    HoursBackwards,
    NoChannelLeft,
    UnknownCountry,
    change_store_contact,
    list_store_contact,
)

FIELDS: dict[type[AftercareError], str] = {
    HoursBackwards: "until",
    UnknownCountry: "country",
    NoChannelLeft: "channels",
}
"""The field beside which each error is shown."""


async def show_store_contact(viewer: Viewer) -> None:
    """Each store's settings, and a form for those who may change them."""
    say = viewer.say
    ui.label(say("policies.hours")).props("role=heading aria-level=2").classes("text-h6")
    ui.label(say("policies.hours_note")).classes("quiet")

    @ui.refreshable
    async def listed() -> None:
        stores: list[ContactRulesOfStore] = await viewer.read(list_store_contact, viewer.store_id)
        names = ["store", "contact_hours", "holidays", "channels"]
        may = viewer.may(Permission.CHANGE_POLICIES)
        headings = [say(f"policies.{name}") for name in ([*names, "act"] if may else names)]
        rows = [_row(viewer, store, listed.refresh, may=may) for store in stores]
        show_table(say("policies.hours"), headings, rows)

    await listed()


def _row(viewer: Viewer, store: ContactRulesOfStore, refresh: Callable[[], object], *, may: bool) -> list[Cell]:
    cells: list[Cell] = [
        store.store,
        f"{store.since:%H:%M}-{store.until:%H:%M}",
        store.country or viewer.say("policies.nothing"),
        viewer.say("frame.comma").join(viewer.word(channel) for channel in store.channels),
    ]

    def draw_button() -> None:
        button = ui.button(viewer.say("policies.change_hours"), on_click=lambda: _ask(viewer, store, refresh))
        button.props("outline dense no-caps")
        button.props["aria-label"] = viewer.say("policies.change_hours_of", store=store.store)

    return [*cells, draw_button] if may else cells


def _ask(viewer: Viewer, store: ContactRulesOfStore, refresh: Callable[[], object]) -> None:
    say = viewer.say
    with ui.dialog(value=True) as dialog, ui.card().classes("asking"):
        title = say("policies.change_hours_of", store=store.store)
        dialog.props["aria-label"] = title
        ui.label(title).props("role=heading aria-level=2").classes("text-h6")
        fields = _draw_fields(viewer, store)

        async def save() -> None:
            for field in fields.values():
                field.error = None
            try:
                wanted = _wanted(store, fields)
                await viewer.change(Permission.CHANGE_POLICIES, _change, viewer.now, store, wanted)
            except AftercareError as error:
                if type(error) in FIELDS:
                    fields[FIELDS[type(error)]].error = say_problem(viewer.language, error)
                    return
                tell_error(viewer, error)
            else:
                tell(viewer, say("policies.hours_changed", store=store.store), back=lambda: back(wanted))
            dialog.close()
            refresh()

        async def back(wanted: ContactRulesOfStore) -> str:
            await viewer.change(Permission.CHANGE_POLICIES, _change, viewer.now, wanted, store)
            return say("policies.hours_as_before", store=store.store)

        with ui.row().classes("full-width justify-end"):
            ui.button(say("frame.cancel"), on_click=dialog.close).props("flat")
            ui.button(say("frame.confirm"), on_click=save)


def _draw_fields(viewer: Viewer, store: ContactRulesOfStore) -> dict[str, FormElement]:
    say = viewer.say
    fields: dict[str, FormElement] = {
        "since": ui.input(say("policies.hours_from"), value=f"{store.since:%H:%M}").props("type=time"),
        "until": ui.input(say("policies.hours_until"), value=f"{store.until:%H:%M}").props("type=time"),
        "country": ui.input(say("policies.country"), value=store.country or ""),
        "channels": ui.select(
            {channel.value: viewer.word(channel) for channel in ChannelName},
            label=say("policies.channels"),
            value=list(store.channels),
            multiple=True,
        ),
    }
    for field in fields.values():
        field.props("outlined dense stack-label").classes("full-width")
    return fields


def _wanted(store: ContactRulesOfStore, fields: dict[str, FormElement]) -> ContactRulesOfStore:
    """The values of the fields. An empty time is left unchanged."""
    since, until = (
        time.fromisoformat(fields[name].value) if fields[name].value else getattr(store, name)
        for name in ("since", "until")
    )
    chosen = [channel.value for channel in ChannelName if channel.value in (fields["channels"].value or [])]
    country = (fields["country"].value or "").strip().upper() or None
    return ContactRulesOfStore(store.store, since, until, country, tuple(chosen))


def _change(
    connection: Connection, user: SignedIn, now: datetime, seen: ContactRulesOfStore, wanted: ContactRulesOfStore
) -> None:
    change_store_contact(connection, user, now, seen, wanted)
