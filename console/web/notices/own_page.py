"""Settings: how the viewer is told of their work, as far as the store allows it."""

from collections.abc import Callable
from datetime import datetime, time

from nicegui import ui
from sqlalchemy import Connection

from console.shared.words import say_problem
from console.web.authentication.viewer import Viewer
from console.web.parts.field_errors import FormElement
from console.web.parts.frame import page, telling
from console.web.parts.told import tell
from models.core.errors import AftercareError
from models.core.masking import mask_contact
from models.core.settings import Settings
from models.people.notifications.rules import OwnChoice
from models.people.notifications.words import StaffChannel
from models.people.permissions import Permission
from tasks.access.sessions import SignedIn
from tasks.staff.notifications.choosing import (
    ChannelNotAllowed,
    Member,
    NeedsWecomId,
    TimeNotOffered,
    choose,
    find_member,
)
from tasks.staff.notifications.ways import Ways

HOUSE, OWN = "house", "own"
FIELDS: dict[type[AftercareError], str] = {
    ChannelNotAllowed: "channels",
    NeedsWecomId: "wecom",
    TimeNotOffered: "digests",
}
"""The field beside which each error is shown."""


@page("/settings", Permission.SEE_TODAY, "frame.settings")
async def show_settings(viewer: Viewer) -> None:
    """How they are told now, and a form to change it."""
    ui.label(viewer.say("notifications.explained")).classes("quiet sentence")

    @ui.refreshable
    async def shown() -> None:
        member = await viewer.read(_member, viewer.user, viewer.database.settings)
        if member is None:
            ui.label(viewer.say("notifications.nobody")).props("role=status").classes("sentence")
            return
        _draw(viewer, member, shown.refresh)

    await shown()


def _member(connection: Connection, user: SignedIn, settings: Settings) -> Member | None:
    """The member of staff whom the user is; None: they are nobody of a store's staff."""
    if user.staff is None or user.store_id is None:
        return None
    return find_member(connection, Ways(settings), user.store_id, user.staff)


def _draw(viewer: Viewer, member: Member, refresh: Callable[[], object]) -> None:
    say = viewer.say
    with ui.element("section").classes("card").props(f'aria-label="{say("notifications.how")}"'):
        ui.label(say("notifications.how")).props("role=heading aria-level=2").classes("text-h6")
        names = say("frame.comma").join(say(f"notifications.channel_{one}") for one in member.ways)
        now = say("notifications.reached_by", ways=names) if names else say("notifications.reached_by_none")
        ui.label(now).classes("good" if names else "bad").props("role=status data-reached")
        with ui.element("ul").classes("plain"):
            for channel in member.house.channels:
                with ui.element("li").classes("quiet"):
                    ui.label(_address(viewer, member, channel))
        ui.label(say("notifications.from_source")).classes("quiet sentence")
        fields = _draw_fields(viewer, member)
        since, until = f"{member.house.quiet_from:%H:%M}", f"{member.house.quiet_until:%H:%M}"
        ui.label(say("notifications.quiet", since=since, until=until)).classes("quiet")

        async def save() -> None:
            for field in fields.values():
                field.error = None
            async with telling(viewer):
                choice, wecom = _chosen(fields)
                try:
                    await viewer.change(
                        Permission.SEE_TODAY, _choose, viewer.database.settings, choice, wecom, viewer.now
                    )
                except AftercareError as error:
                    if type(error) not in FIELDS:
                        raise
                    fields[FIELDS[type(error)]].error = say_problem(viewer.language, error)
                    return
                tell(viewer, say("notifications.saved"))
                refresh()

        ui.button(say("notifications.save"), on_click=save).props("no-caps").classes("q-mt-sm")


def _address(viewer: Viewer, member: Member, channel: StaffChannel) -> str:
    name, address = viewer.say(f"notifications.channel_{channel}"), member.addresses.get(channel)
    if address is None:
        return viewer.say("notifications.no_address", channel=name)
    return viewer.say("notifications.address", channel=name, address=mask_contact(address))


def _draw_fields(viewer: Viewer, member: Member) -> dict[str, FormElement]:
    say, choice, house = viewer.say, member.choice, member.house
    own = choice.channels is not None or choice.digest_at is not None
    fields: dict[str, FormElement] = {}
    modes = {HOUSE: say("notifications.as_house"), OWN: say("notifications.own_choice")}
    fields["mode"] = ui.select(modes, label=say("notifications.mode"), value=OWN if own else HOUSE)
    channels = {one.value: say(f"notifications.channel_{one}") for one in house.channels}
    chosen = member.ways if choice.channels is None else choice.channels
    fields["channels"] = ui.select(
        channels,
        label=say("notifications.channels"),
        multiple=True,
        value=[one.value for one in chosen if one in house.channels],
    )
    fields["wecom"] = ui.input(say("notifications.wecom"), value=member.wecom or "")
    times = [f"{one:%H:%M}" for one in house.digest_at]
    fields["digests"] = ui.select(
        times, label=say("notifications.digests"), multiple=True, value=[f"{one:%H:%M}" for one in member.digest_at]
    )
    for name, field in fields.items():
        field.props("outlined dense stack-label").classes("full-width q-mt-sm")
        if name in ("channels", "digests"):
            field.bind_visibility_from(fields["mode"], "value", value=OWN)
    if StaffChannel.WECOM not in house.channels:
        fields["wecom"].set_visibility(False)
    return fields


def _chosen(fields: dict[str, FormElement]) -> tuple[OwnChoice, str]:
    wecom = fields["wecom"].value or ""
    if fields["mode"].value == HOUSE:
        return OwnChoice(), wecom
    channels = tuple(StaffChannel(one) for one in fields["channels"].value or ())
    digests = tuple(sorted(time.fromisoformat(one) for one in fields["digests"].value or ()))
    return OwnChoice(channels, digests), wecom


def _choose(
    connection: Connection, user: SignedIn, settings: Settings, choice: OwnChoice, wecom: str, now: datetime
) -> None:
    member = _member(connection, user, settings)
    if member is not None:
        choose(connection, member, choice, wecom, now, user.login)
