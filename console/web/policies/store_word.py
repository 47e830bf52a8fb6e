"""What each store allows for word to its staff. It is beside the policies because it holds for all of them."""

from collections.abc import Callable
from datetime import datetime

from nicegui import ui
from sqlalchemy import Connection

from console.shared.words import say_problem
from console.web.authentication.viewer import Viewer
from console.web.parts.field_errors import FormElement
from console.web.parts.frame import tell_error
from console.web.parts.tables import Cell, show_table
from console.web.parts.told import tell
from models.core.errors import AftercareError
from models.people.notifications.rules import HouseRules
from models.people.notifications.words import StaffChannel
from models.people.permissions import Permission
from tasks.access.sessions import SignedIn
from tasks.staff.notifications.choosing import (
    DigestWhileQuiet,
    NotATimeOfDay,
    NoWayLeft,
    StoreRules,
    change_store_rules,
    list_store_rules,
    read_times,
)

FIELDS: dict[type[AftercareError], str] = {
    NoWayLeft: "channels",
    DigestWhileQuiet: "digest_at",
    NotATimeOfDay: "digest_at",
}
"""The field beside which each error is shown."""
HOURS = ("quiet_from", "quiet_until", "sheet_at")


async def show_store_word(viewer: Viewer) -> None:
    """Each store's rules, and a form for those who may change them."""
    say = viewer.say
    ui.label(say("notifications.house")).props("role=heading aria-level=2").classes("text-h6")
    ui.label(say("notifications.house_note")).classes("quiet")

    @ui.refreshable
    async def listed() -> None:
        stores: list[StoreRules] = await viewer.read(list_store_rules, viewer.store_id)
        may = viewer.may(Permission.CHANGE_POLICIES)
        headings = [
            say("policies.store"),
            *(say(f"notifications.{one}") for one in ("channels", "digests", "quiet_hours")),
        ]
        headings += [say("notifications.sheet_at"), *([say("policies.act")] if may else [])]
        show_table(say("notifications.house"), headings, [_row(viewer, one, listed.refresh, may=may) for one in stores])

    await listed()


def _row(viewer: Viewer, store: StoreRules, refresh: Callable[[], object], *, may: bool) -> list[Cell]:
    rules, comma = store.rules, viewer.say("frame.comma")
    cells: list[Cell] = [
        store.store,
        comma.join(viewer.say(f"notifications.channel_{one}") for one in rules.channels),
        comma.join(f"{one:%H:%M}" for one in rules.digest_at) or viewer.say("policies.nothing"),
        f"{rules.quiet_from:%H:%M}-{rules.quiet_until:%H:%M}",
        f"{rules.sheet_at:%H:%M}",
    ]

    def draw_button() -> None:
        button = ui.button(viewer.say("policies.change_hours"), on_click=lambda: _ask(viewer, store, refresh))
        button.props("outline dense no-caps")
        button.props["aria-label"] = viewer.say("notifications.change_of", store=store.store)

    return [*cells, draw_button] if may else cells


def _ask(viewer: Viewer, store: StoreRules, refresh: Callable[[], object]) -> None:
    say = viewer.say
    with ui.dialog(value=True) as dialog, ui.card().classes("asking"):
        title = say("notifications.change_of", store=store.store)
        dialog.props["aria-label"] = title
        ui.label(title).props("role=heading aria-level=2").classes("text-h6")
        fields = _draw_fields(viewer, store.rules)

        async def save() -> None:
            for field in fields.values():
                field.error = None
            try:
                wanted = _wanted(store.rules, fields)
                await viewer.change(Permission.CHANGE_POLICIES, _change, viewer.now, store, wanted)
            except AftercareError as error:
                if type(error) in FIELDS:
                    fields[FIELDS[type(error)]].error = say_problem(viewer.language, error)
                    return
                tell_error(viewer, error)
            else:
                tell(viewer, say("notifications.house_changed", store=store.store), back=lambda: back(wanted))
            dialog.close()
            refresh()

        async def back(wanted: HouseRules) -> str:
            changed = StoreRules(store.id, store.store, wanted)
            await viewer.change(Permission.CHANGE_POLICIES, _change, viewer.now, changed, store.rules)
            return say("notifications.house_as_before", store=store.store)

        with ui.row().classes("full-width justify-end"):
            ui.button(say("frame.cancel"), on_click=dialog.close).props("flat")
            ui.button(say("frame.confirm"), on_click=save)


def _draw_fields(viewer: Viewer, rules: HouseRules) -> dict[str, FormElement]:
    say = viewer.say
    fields: dict[str, FormElement] = {
        "channels": ui.select(
            {one.value: say(f"notifications.channel_{one}") for one in StaffChannel},
            label=say("notifications.channels"),
            value=[one.value for one in rules.channels],
            multiple=True,
        ),
        "digest_at": ui.input(say("notifications.digests"), value=" ".join(f"{one:%H:%M}" for one in rules.digest_at)),
        **{
            name: ui.input(say(f"notifications.{name}"), value=f"{getattr(rules, name):%H:%M}").props("type=time")
            for name in HOURS
        },
    }
    fields["digest_at"].props["hint"] = say("notifications.digests_hint")
    for field in fields.values():
        field.props("outlined dense stack-label").classes("full-width q-mt-xs")
    return fields


def _wanted(rules: HouseRules, fields: dict[str, FormElement]) -> HouseRules:
    """The values of the fields. An empty time is left unchanged. Raises `NotATimeOfDay`."""
    hours = {name: (read_times(fields[name].value or "") or (getattr(rules, name),))[0] for name in HOURS}
    channels = tuple(StaffChannel(one) for one in fields["channels"].value or ())
    return HouseRules(channels=channels, digest_at=read_times(fields["digest_at"].value or ""), **hours)


def _change(connection: Connection, user: SignedIn, now: datetime, seen: StoreRules, wanted: HouseRules) -> None:
    change_store_rules(connection, user, now, seen, wanted)
